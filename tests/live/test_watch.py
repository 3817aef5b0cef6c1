"""What is held back of a burst while somebody else may be there."""

from __future__ import annotations

import math

from reconciler.live.watch import ASK, LONG, Watch


def start(began: float = 0.0) -> Watch:
    """A burst that began then, where answers have counted requests since the second 0."""
    watch = Watch()
    watch.answered(-1.0, 0.0)
    watch.sent(began)
    return watch


def test_before_any_answer_nothing_is_held_back() -> None:
    """Nor where answers never count requests."""
    watch = Watch()
    watch.sent(0.0)
    assert watch.held(0.0, 3) == 0


def test_a_third_waits_then_one_asks_and_then_the_rest_goes() -> None:
    """In the middle of the burst, and after the answer."""
    watch = start()
    assert watch.held(0.1, 3) == 3
    assert watch.next(0.1) == ASK
    assert watch.held(ASK, 3) == 2
    assert watch.next(ASK) == math.inf
    watch.sent(ASK)
    assert watch.held(ASK, 3) == 2
    watch.answered(0.0, ASK + 0.05)
    assert watch.held(ASK + 0.05, 3) == 2
    watch.answered(ASK, ASK + 0.1)
    assert watch.held(ASK + 0.1, 3) == 0


def test_the_next_burst_is_held_back_anew() -> None:
    """A second later, once its first request has left."""
    watch = start()
    assert watch.held(1.05, 3) == 0
    watch.sent(1.05)
    assert watch.held(1.06, 3) == 3
    assert watch.next(1.06) == 1.05 + ASK


def test_nobody_is_watched_for_long_and_now_and_then_again() -> None:
    """Whoever comes later is seen later."""
    assert start(LONG).held(LONG, 3) == 3
    assert start(20.0).held(20.1, 3) == 0
    assert start(26.0).held(26.1, 3) == 3
