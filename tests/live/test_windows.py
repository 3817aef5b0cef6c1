"""One window: the log's places, what answers tell, and what shows somebody else."""

from __future__ import annotations

import pytest

from reconciler.live.others import Others
from reconciler.live.phase import Phase
from reconciler.live.windows import Log, Told


def test_a_place_comes_free_a_window_after_the_answer() -> None:
    """With two of two places taken, the first answer's place is the next to come free."""
    log = Log(2, 1, Phase())
    log.landed(3.0)
    log.landed(3.5)
    at = log.when(3.6, 0, 0)
    assert at is not None
    assert 4.0 <= at < 4.001
    assert log.spare(at, 0, 0) == 1
    assert log.forget(4.6) == 2


def test_where_more_are_out_than_may_be_several_places_must_come_free() -> None:
    """After the limit sank below what is counted, the next request waits for as many places as are too many."""
    log = Log(4, 1, Phase())
    for landing in (0.0, 0.1, 0.2, 0.3):
        log.landed(landing)
    log.told = 2
    assert log.spare(0.5, 0, 0) == -2
    at = log.when(0.5, 0, 0)
    assert at == pytest.approx(1.2, abs=0.001)
    assert log.when(0.5, 4, 0) is None


def test_kept_places_never_take_more_than_half() -> None:
    """Others may be left much, but half the limit, and one at least, stays ours."""
    assert Log(10, 1, Phase()).most(3) == 7
    assert Log(10, 1, Phase()).most(30) == 5
    assert Log(1, 1, Phase()).most(3) == 1


def test_tightening_is_undone_in_steps() -> None:
    """Each refusal takes a tenth away, each quiet time gives a tenth back, up to the limit and no further."""
    log = Log(10, 1, Phase())
    for _ in range(20):
        log.tighten(0.0)
    assert log.most(0) == 1
    log.ease(10.0)
    assert log.most(0) == 1
    for step in range(1, 30):
        log.ease(40.0 * step)
    assert log.most(0) == 10


def test_a_reset_is_bounded_by_every_answer_of_its_window() -> None:
    """Reset is rounded up: of two answers the one that ends sooner holds."""
    told = Told(150)
    assert told.heard(0.0, 0.1, 100, 30.0)
    assert not told.heard(0.2, 0.3, 99, 29.0)
    assert told.until == pytest.approx(29.3)
    assert told.spare(29.0, 4) == 95
    assert told.spare(29.5, 4) is None


def test_answers_that_say_nothing_may_have_landed_since() -> None:
    """Answers without a word on the window are taken off, but for those that came before its last request left."""
    told = Told(150)
    told.silent(0.5)
    told.silent(1.5)
    told.heard(1.0, 1.6, 100, 30.0)
    told.silent(1.7)
    assert told.spare(2.0, 0) == 98


def test_requests_that_are_not_ours_are_seen() -> None:
    """What is left and what we sent add up alone; what is short of it was somebody else's."""
    told = Told(150)
    fresh = told.heard(0.0, 0.1, 149, 60.0)
    assert told.unseen(1, 0, fresh=fresh) == 0
    fresh = told.heard(1.0, 1.1, 145, 59.0)
    assert told.unseen(2, 0, fresh=fresh) == 3
    assert told.unseen(2, 0, fresh=False) == 0


def test_requests_under_way_are_no_strangers() -> None:
    """A lower count that our own unanswered requests explain shows nobody."""
    told = Told(150)
    told.unseen(1, 0, fresh=told.heard(0.0, 0.1, 149, 60.0))
    assert told.unseen(2, 3, fresh=told.heard(1.0, 1.1, 145, 59.0)) == 0


def test_a_place_that_comes_free_early_is_lent() -> None:
    """Where a window's end is known, a request has a place only by that until the log alone would have one."""
    phase = Phase()
    log = Log(2, 60, phase)
    log.landed(1.0)
    log.landed(2.0)
    assert log.when(3.0, 0, 0) == pytest.approx(61.0, abs=0.1)
    phase.heard(1.9, 2.0, 10, None)
    assert log.when(3.0, 0, 0) == pytest.approx(12.0, abs=0.1)
    assert not log.relies(3.0, 0, 0)
    assert log.spare(12.1, 0, 0) == 2
    assert log.relies(12.1, 0, 0)
    assert not log.relies(62.1, 0, 0)
    assert log.spare(62.1, 0, 0) == 2


def test_a_place_behind_another_waits_for_it() -> None:
    """Where one second is known and the one before is not, both come free in order."""
    phase = Phase()
    phase.sent(30.1)
    for second in (30, 31, 32):
        phase.heard(second + 0.2, second + 0.3, 60 - second, second)
    log = Log(2, 1, phase)
    log.landed(40.8)
    log.landed(40.9, 40)
    log.landed(40.95, 40)
    assert log.when(41.5, 0, 0) == pytest.approx(41.8, abs=0.01)


def test_the_rest_of_a_minute_is_left_to_others() -> None:
    """While theirs may be more than is there: one asks after a while; what is theirs on average is not asked for."""
    others = Others()
    others.watch(0.0, 0, 60.0)
    others.watch(20.0, 9, 60.0)
    told = Told(150)
    told.heard(19.9, 20.0, 25, 40.0)
    assert told.when(21.0, 0, others) == 25.0
    assert told.when(21.0, 1, others) == 60.0
    assert told.when(26.0, 0, others) == 26.0
    assert told.when(21.0, 0, Others()) == 21.0
    told.heard(20.9, 21.0, 10, 39.0)
    assert told.when(22.0, 0, others) == 60.0
    assert told.when(61.0, 0, others) == 61.0
