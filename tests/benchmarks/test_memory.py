"""Memory: what each further manifest adds to the peak of a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.measure import measure
from tests.benchmarks.plan_speed import Accounts

MOST = 4096
FEW, MANY = 1000, 5000


@pytest.mark.parametrize("together", [False, True], ids=["one a file", "100 a file"])
def test_a_manifest_adds_at_most_four_kibibytes(tmp_path: Path, together: bool) -> None:
    """From 1,000 to 5,000 objects the peak grows by 4 KiB a manifest at most, live objects and plan included."""
    accounts = Accounts(tmp_path)
    warm = accounts.get(12, together=together, changed_every=6)
    few, many = (
        min(measure("whole", warm, accounts.get(size, together=together)).memory for _ in range(2))
        for size in (FEW, MANY)
    )
    each = (many - few) / (MANY - FEW)
    print(f"{each:.0f} bytes a manifest")
    assert 0 < each <= MOST
