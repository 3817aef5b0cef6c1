"""Where windows end, by what answers tell: bounds, two kinds of windows told apart, and belief that ends."""

from __future__ import annotations

import math

import pytest

from reconciler.live.phase import MINUTE, Phase, Place

NEVER = 1e9


def hear(phase: Phase, now: float, reset: int, date: int | None, trip: float = 0.1) -> None:
    """An answer at `now` to a request that left a trip before."""
    phase.heard(now - trip, now, reset, date)


def place(landed: float, second: int | None = None, over: float | None = None) -> Place:
    """A request that the log alone would hold for ever."""
    return Place(NEVER, landed, second, over)


def test_every_answer_narrows_the_end_of_the_minute() -> None:
    """Not before s + Reset - 1 and not after r + Reset, of all answers together."""
    phase = Phase()
    phase.sent(-30.0)
    hear(phase, 1.0, 30, None)
    assert phase.free(place(29.8), MINUTE) == pytest.approx(31.0, abs=0.01)
    assert phase.free(place(29.95), MINUTE) == NEVER
    hear(phase, 1.5, 29, None)
    assert phase.free(place(29.8), MINUTE) == pytest.approx(30.5, abs=0.01)
    assert phase.free(place(29.8), 1) == NEVER


def test_a_later_window_ends_the_one_before_at_once() -> None:
    """Its answer shows that the end has passed; an answer from long ago changes nothing."""
    phase = Phase()
    hear(phase, 1.0, 5, None)
    hear(phase, 5.7, 60, None)
    assert phase.free(place(4.8), MINUTE) == pytest.approx(5.7, abs=0.01)
    hear(phase, 5.8, 1, None, trip=5.0)
    assert phase.free(place(64.5), MINUTE) == pytest.approx(65.7, abs=0.02)


def told_aligned(phase: Phase, zero: float = 0.0) -> None:
    """Three answers of a server whose full minutes are ours, `zero` seconds later by our clock."""
    for second in (30, 31, 32):
        hear(phase, zero + second + 0.3, 60 - second, second)


def test_windows_on_the_servers_clock_are_known_by_date_and_reset() -> None:
    """Their sum is a full minute each time, and the minute ends before one of our own could: seconds are known then."""
    phase = Phase()
    phase.sent(30.1)
    told_aligned(phase)
    assert phase.aligned
    assert not phase.opened
    assert phase.free(place(40.2, second=40), 1) == pytest.approx(41.3, abs=0.01)
    assert phase.free(place(40.2, second=40), MINUTE) == pytest.approx(60.3, abs=0.02)
    assert phase.free(Place(40.9, 40.2, second=40), 1) == 40.9
    assert phase.free(place(40.2), 1) == NEVER
    phase.tick(41.05, 41)
    assert phase.free(place(40.2, second=40), 1) == pytest.approx(41.05, abs=0.01)


def test_a_minute_that_may_be_our_own_is_not_taken_for_the_clocks() -> None:
    """Where the first request was sent at a full minute, nobody can tell."""
    phase = Phase()
    phase.sent(0.0)
    for second in (0, 1, 2):
        hear(phase, second + 0.3, 60 - second, second)
    assert not phase.aligned
    assert not phase.opened


def test_one_answer_that_disagrees_ends_the_belief_in_the_clock() -> None:
    """For good."""
    phase = Phase()
    phase.sent(30.1)
    told_aligned(phase)
    hear(phase, 33.3, 28, 33)
    assert not phase.aligned


def test_windows_that_begin_with_our_first_request_are_known_by_their_end() -> None:
    """A minute after it, and not on the server's clock: then bursts tell when a second is over."""
    phase = Phase()
    phase.sent(10.0)
    hear(phase, 10.2, 60, 25)
    hear(phase, 11.2, 59, 26)
    assert phase.opened
    assert phase.free(place(11.2, over=12.1), 1) == 12.1
    assert phase.free(Place(12.0, 11.2, over=12.1), 1) == 12.0
    assert phase.free(place(11.2, over=12.1), MINUTE) == pytest.approx(70.2, abs=0.02)
    phase.crowded = True
    assert not phase.opened


def test_a_minute_that_began_before_us_is_not_ours() -> None:
    """Its end comes too soon."""
    phase = Phase()
    phase.sent(10.0)
    hear(phase, 10.2, 40, 25)
    assert not phase.opened


def test_a_refusal_ends_all_belief() -> None:
    """The log alone counts again."""
    phase = Phase()
    phase.sent(30.1)
    told_aligned(phase)
    phase.disprove()
    assert phase.free(place(1.0, second=1, over=2.0), 1) == NEVER
    assert phase.free(place(1.0), MINUTE) == NEVER


def test_reset_may_be_rounded_down_and_that_is_believed_once() -> None:
    """After the first refusal at a minute's end ends come a second later; after the next nothing is believed."""
    phase = Phase()
    phase.sent(0.0)
    hear(phase, 0.2, 59, 40)
    assert phase.free(place(1.0), MINUTE) == pytest.approx(59.2, abs=0.02)
    phase.doubt()
    assert phase.free(place(1.0), MINUTE) == pytest.approx(60.2, abs=0.02)
    hear(phase, 60.5, 59, 40)
    assert phase.free(place(70.0), MINUTE) == pytest.approx(120.5, abs=0.03)
    assert not phase.opened
    phase.doubt()
    assert phase.disproved


def test_a_clock_that_runs_apart_widens_what_is_known() -> None:
    """Two ten-thousandths of the time since the server's clock was seen."""
    phase = Phase()
    phase.sent(30.1)
    told_aligned(phase)
    late = phase.free(place(math.inf, second=10_000), 1)
    assert late - 10_001.3 == pytest.approx(10_000 * 0.0002, rel=0.05)
