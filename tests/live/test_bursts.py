"""Bursts in windows that begin with our own first request."""

from __future__ import annotations

import math

from reconciler.live.bursts import Bursts


def test_a_burst_is_over_a_second_after_its_first_answer() -> None:
    """For all of it that is answered within a second of its beginning."""
    bursts = Bursts()
    for under_way in range(3):
        bursts.sent(5.0, under_way)
    assert bursts.landed(5.0, 5.1, 1.0) == 6.1
    assert bursts.landed(5.0, 5.3, 1.0) == 6.1
    assert bursts.landed(5.0, 6.2, 1.0) is None


def test_the_next_burst_begins_when_the_window_is_over() -> None:
    """Not before; what leaves meanwhile belongs to the burst that is under way."""
    bursts = Bursts()
    bursts.sent(5.0, 0)
    assert bursts.landed(5.0, 5.1, 1.0) == 6.1
    bursts.sent(5.5, 0)
    assert bursts.landed(5.5, 5.6, 1.0) == 6.1
    bursts.sent(6.1 - 1e-9, 0)
    assert bursts.landed(6.1 - 1e-9, 6.2, 1.0) == 7.2


def test_a_stray_may_have_begun_the_window_of_the_next_burst() -> None:
    """So that one is taken to have begun as early as it may have; then only what is answered sooner is known."""
    bursts = Bursts()
    bursts.sent(0.0, 0)
    bursts.sent(0.0, 1)
    assert bursts.landed(0.0, 0.1, 1.0) == 1.1
    bursts.sent(1.1, 1)
    assert bursts.landed(1.1, 1.2, 1.0) == 2.2
    assert bursts.landed(0.0, 1.3, 1.0) is None
    bursts.sent(2.2, 0)
    assert bursts.landed(2.2, 2.9, 1.0) == 3.9
    bursts.sent(3.9, 0)
    assert bursts.landed(3.9, 4.1, 1.0) == 5.1


def test_before_any_answer_nothing_is_over() -> None:
    """An answer to nothing that was sent is a stray."""
    assert Bursts().landed(-math.inf, 1.0, 1.0) is None
