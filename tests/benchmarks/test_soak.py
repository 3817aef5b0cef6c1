"""Small fleets through the measurements of large ones."""

from __future__ import annotations

from tests.benchmarks.fleet_forecast import measure
from tests.benchmarks.soak import soak


def test_a_fleet_meets_no_limit_and_leaves_every_account_as_declared() -> None:
    """The emulator in a process of its own, with its limits on; the measurement itself fails where one is not."""
    found = soak(12, 5, 4)
    assert found.throttled == 0
    assert found.requests == 12 * 4
    assert found.cpu > 0


def test_a_forecast_comes_true_in_virtual_time() -> None:
    """Within a tenth for a few hundred accounts; `fleet_forecast` itself measures ten thousand."""
    found = measure("aligned", 300, 16, "test")
    assert found.throttled == 0
    assert 0.9 < found.ratio < 1.1
