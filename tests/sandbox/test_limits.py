"""The fixed rate windows and their headers."""

from __future__ import annotations

import pytest

from reconciler.sandbox.limits import RateWindows
from reconciler.sandbox.switches import Switches
from tests.sandbox.asking import NOW


def test_aligned_windows_end_with_the_clock_and_first_ones_after_the_first_request() -> None:
    """At 20 s of a minute an aligned minute has 40 s left, one that opens with the request has 60."""
    at = NOW // 60 * 60 + 20.0
    for kind, reset in (("aligned", "40"), ("first", "60")):
        rates = RateWindows(Switches(windows=kind))  # type: ignore[arg-type]
        assert rates.admit(at) is None
        assert rates.make_headers(at)["X-RateLimit-Reset"] == reset


def test_a_full_minute_asks_to_wait_for_its_end() -> None:
    """The longer of the two waits is told, in whole seconds."""
    rates = RateWindows(Switches(per_second=1, per_minute=1))
    at = NOW // 60 * 60
    assert rates.admit(at) is None
    assert rates.admit(at + 0.5) == 60
    assert rates.admit(at + 58.5) == 2
    assert rates.admit(at + 60) is None


@pytest.mark.parametrize(("count_429", "remaining"), [(False, "1"), (True, "0")])
def test_whether_refused_requests_count_is_a_switch(count_429: bool, remaining: str) -> None:
    """A request refused by the second uses up the minute only where 429s count."""
    rates = RateWindows(Switches(per_second=1, per_minute=3, count_429=count_429))
    at = NOW // 60 * 60
    rates.admit(at)
    assert rates.admit(at) is not None
    assert rates.admit(at + 1) is None
    assert rates.make_headers(at + 1)["X-RateLimit-Remaining"] == remaining


@pytest.mark.parametrize(("wanted", "limit"), [("minute", "150"), ("second", "10"), ("tightest", "10"), ("off", None)])
def test_the_headers_speak_of_the_chosen_window(wanted: str, limit: str | None) -> None:
    """minute, second, the one with the smaller share left, or none."""
    rates = RateWindows(Switches(window_headers=wanted))  # type: ignore[arg-type]
    rates.admit(NOW)
    assert rates.make_headers(NOW).get("X-RateLimit-Limit") == limit


def test_a_limit_of_zero_is_no_limit_and_has_no_headers() -> None:
    """Nothing is refused, and there is no number to tell."""
    for wanted in ("minute", "second", "tightest"):
        rates = RateWindows(Switches(per_second=0, per_minute=0, window_headers=wanted))
        assert [rates.admit(NOW) for _ in range(500)] == [None] * 500
        assert rates.make_headers(NOW) == {}
    assert RateWindows(Switches(per_minute=0)).make_headers(NOW) == {}


def test_a_clock_that_is_set_back_opens_new_windows() -> None:
    """A state of a later time never locks anybody out."""
    for kind in ("aligned", "first"):
        rates = RateWindows(Switches(per_minute=1, windows=kind))
        assert rates.admit(NOW) is None
        assert rates.admit(NOW - 3600) is None


def test_the_windows_marks_survive_a_dump() -> None:
    """What was full stays full."""
    rates = RateWindows(Switches(per_minute=1, windows="first"))
    rates.admit(NOW)
    twin = RateWindows(Switches(per_minute=1, windows="first"))
    twin.restore(rates.dump())
    assert twin.admit(NOW + 30) == 30
