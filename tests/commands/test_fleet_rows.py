"""What the rows of a fleet come to together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.commands.fleet_rows import make_unplanned, summarise
from reconciler.model import FleetRow
from reconciler.planning.forecast import forecast_fleet


def test_sums_are_of_all_rows() -> None:
    """An account that was not begun is neither clean nor pending."""
    rows = [
        FleetRow("a", update=2, requests=4, exit=0, apply_requests=3, apply_seconds=2.0),
        FleetRow("b", create=1, stale=1, failed=1, requests=5, exit=2, throttled=1, apply_seconds=3.0),
        FleetRow("c", unchanged=9, exit=7),
        FleetRow("d"),
    ]
    summary = summarise(rows, 12.3456, 1)
    assert (summary.accounts, summary.clean, summary.pending, summary.broken) == (4, 1, 1, 2)
    assert (summary.create, summary.update, summary.unchanged, summary.stale, summary.failed) == (1, 2, 9, 1, 1)
    assert (summary.requests, summary.throttled, summary.seconds) == (9, 1, 12.346)
    assert (summary.apply_requests, summary.apply_seconds) == (3, 5.0)


@pytest.mark.parametrize(("planned", "code"), [(None, 6), (0, 6), (2, 6), (3, 3), (7, 7), (130, 6), (143, 6)])
def test_what_has_no_plan_is_no_success(planned: int | None, code: int) -> None:
    """The exit code of the planning, and 6 where that says nothing."""
    row = make_unplanned(FleetRow("a", exit=planned, errors=("no token",) if planned == 7 else ()))
    assert row.exit == code
    assert row.errors[0].startswith("not applied, since it was not planned: ")


@given(st.lists(st.floats(0, 1000), max_size=60), st.integers(1, 20))
def test_a_forecast_lies_between_its_bounds(seconds: list[float], jobs: int) -> None:
    """Not shorter than the longest account or the mean of the lanes, not longer than both together."""
    forecast = forecast_fleet(seconds, jobs)
    least = max([*seconds, sum(seconds) / jobs], default=0.0)
    assert least - 1e-6 <= forecast <= sum(seconds) / jobs + max(seconds, default=0.0) + 1e-6


def test_one_lane_is_the_sum() -> None:
    """And as many as accounts the longest."""
    assert forecast_fleet([1.0, 2.0, 3.0], 1) == 6.0
    assert forecast_fleet([1.0, 2.0, 3.0], 3) == 3.0
    assert forecast_fleet([1.0, 2.0, 3.0], 2) == 4.0
