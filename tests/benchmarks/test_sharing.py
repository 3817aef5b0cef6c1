"""Real processes share the limits of one account: a short run of the measurement."""

from __future__ import annotations

import pytest

from tests.benchmarks.ledger_cost import measure
from tests.benchmarks.sharing import share


@pytest.mark.slow
def test_three_processes_on_one_account_meet_no_limit() -> None:
    """The emulator in a process of its own, with limits on, and no answer tells of them: each knows what all send."""
    found = share(3, 45, "--window-headers", "off")
    assert found.throttled == 0
    assert found.requests >= 45
    assert not found.warned
    assert found.seconds < 15


@pytest.mark.slow
def test_what_a_ledger_costs_can_be_measured() -> None:
    """A few requests with and without; the ratio is for whoever measures on a quiet machine."""
    without, shared = measure(80)
    assert 0 < without < 100
    assert 0 < shared < 100
