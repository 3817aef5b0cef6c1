"""Who goes first among the processes of one account, and whose limits bind."""

from __future__ import annotations

from reconciler.live.company import AGAIN, BINDING, HOLD, MEMORY, TURN, Company, Limits
from reconciler.live.ledger import ANSWERED, JOINED, LEFT, SENT, WANTED, Record

LIMITS = 10, 150, 4


def told(kind: int, pid: int, now: float, limits: Limits = LIMITS) -> Record:
    """A record of another process."""
    return Record(kind, 0, pid, now, now, *limits)


def test_alone_nobody_is_let_go_first() -> None:
    """Whatever it has sent."""
    company = Company(1, LIMITS)
    for _ in range(20):
        company.sent(0.0)
    company.hear(told(ANSWERED, 2, 0.0))
    company.hear(told(SENT, 1, 0.0))
    assert [company.when(at, 5.0) for at in (None, 5.0, 4.0, 9.0)] == [None, 5.0, 4.0, 9.0]


def test_who_is_ahead_leaves_others_a_moment() -> None:
    """By more than its part of a second, for a turn from when it could have gone; what lies ahead stays as it is."""
    company = Company(1, LIMITS)
    company.hear(told(JOINED, 2, 0.0))
    for _ in range(5):
        assert company.when(1.0, 1.0) == 1.0
        company.sent(1.0)
    assert company.when(1.01, 1.01) == 1.01 + TURN
    assert company.when(1.03, 1.03) == 1.01 + TURN
    assert company.when(1.5, 1.04) == 1.5
    assert company.when(1.5, 1.5) == 1.5 + TURN
    company.sent(1.6)
    company.hear(told(SENT, 2, 1.7))
    company.hear(told(SENT, 2, 1.7))
    assert company.when(1.7, 1.7) == 1.7


def test_being_ahead_is_forgotten() -> None:
    """After ten seconds; and who has left is waited for no longer."""
    company = Company(1, LIMITS)
    company.hear(told(SENT, 2, 0.0))
    for _ in range(9):
        company.sent(0.0)
    assert company.when(1.0, 1.0) == 1.0 + TURN
    assert company.when(1.0, MEMORY + 1.0) == 1.0
    for _ in range(9):
        company.sent(20.0)
    company.hear(told(SENT, 3, 20.0))
    assert company.when(21.0, 21.0) == 21.0 + TURN
    for pid in (2, 3):
        company.hear(told(LEFT, pid, 21.0))
    assert company.when(21.0, 21.0) == 21.0
    company.hear(told(JOINED, 2, 40.0))
    assert company.when(41.0, 41.0) == 41.0


def test_of_each_limit_the_tightest_binds() -> None:
    """Until its process has left, or a minute after its last request."""
    company = Company(1, LIMITS)
    assert company.limits(0.0) == LIMITS
    company.hear(told(JOINED, 2, 0.0, (8, 200, 9)))
    company.hear(told(SENT, 3, 10.0, (20, 120, 2)))
    assert company.limits(20.0) == (8, 120, 2)
    assert company.limits(BINDING + 1.0) == (10, 120, 2)
    company.hear(told(LEFT, 3, 70.0, (1, 1, 1)))
    assert company.limits(70.0) == LIMITS


def test_several_places_are_held_for_who_asks_for_them() -> None:
    """Until they are taken, or for two seconds, by whoever has sent as much as he; not by who is behind."""
    company = Company(1, LIMITS)
    company.hear(told(JOINED, 2, 0.0))
    company.hear(told(WANTED, 2, 1.0, (2, 0, 0)))
    assert company.when(1.5, 1.5) == 1.0 + HOLD
    company.hear(told(SENT, 2, 1.6))
    assert company.when(1.7, 1.7) == 1.7
    company.sent(1.7)
    assert company.when(1.8, 1.8) == 1.0 + HOLD
    company.hear(told(SENT, 2, 1.9))
    assert company.when(2.0, 2.0) == 2.0
    company.hear(told(WANTED, 2, 2.0, (5, 0, 0)))
    company.sent(2.0)
    assert company.when(3.9, 3.9) == 2.0 + HOLD
    assert company.when(4.1, 4.1) == 4.1
    company.hear(told(WANTED, 2, 4.2, (5, 0, 0)))
    company.hear(told(LEFT, 2, 4.3))
    assert company.when(4.4, 4.4) == 4.4


def test_several_places_are_asked_for_again_only_when_they_are_taken_or_late() -> None:
    """One needs no asking, and alone nobody is asked."""
    company = Company(1, LIMITS)
    assert not company.wants(0.0, 5)
    company.hear(told(JOINED, 2, 0.0))
    assert not company.wants(0.0, 1)
    assert company.wants(0.0, 2)
    assert not company.wants(0.5, 2)
    assert company.wants(AGAIN, 2)
    company.sent(1.1)
    assert not company.wants(1.1, 2)
    company.sent(1.2)
    assert company.wants(1.3, 2)
