"""Speed in ratios within one run, never in seconds: the whole plan against the floor, many objects against few.

The full tables: python -m tests.benchmarks.bench
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import floor, whole
from tests.benchmarks.fleet_speed import find_changed, save_shards
from tests.benchmarks.plan_speed import Accounts
from tests.benchmarks.turns import least_apart, least_ratio

FLOORS = 1.5
GROWTH = 1.6
SOME = 50
"""Of so many objects one differs, where some do."""

SHAPES = pytest.mark.parametrize("together", [False, True], ids=["one a file", "100 a file"])


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    """Accounts on disk."""
    return Accounts(tmp_path_factory.mktemp("accounts"))


@SHAPES
def test_the_plan_and_the_floor_give_the_same_answer(accounts: Accounts, together: bool) -> None:
    """Both find nothing in an account in sync, and the same objects where one in twenty differs."""
    in_sync, changed = (str(accounts.get(1000, together=together, changed_every=each)) for each in (0, 20))
    assert whole.find_changed(in_sync) == floor.find_changed(in_sync) == []
    found = whole.find_changed(changed)
    assert len(found) == 50
    assert sorted(found) == sorted(floor.find_changed(changed))


@SHAPES
@pytest.mark.parametrize("changed_every", [0, SOME], ids=["in sync", "some changed"])
def test_the_whole_plan_takes_less_than_one_floor_and_a_half(
    accounts: Accounts, together: bool, changed_every: int
) -> None:
    """Objects are read, judged, compared, planned and sealed, and what differs is found in its file again."""
    warm, folder = (
        accounts.get(12, together=together, changed_every=6),
        accounts.get(2000, together=together, changed_every=changed_every),
    )
    ratio = least_apart(FLOORS, ("whole", folder), ("floor", folder), warm)
    print(f"{ratio:.2f} floors")
    assert ratio < FLOORS


@SHAPES
def test_time_grows_as_the_objects_do(accounts: Accounts, together: bool) -> None:
    """An object of 4,000 takes hardly longer than one of 1,000."""
    few, many = (accounts.get(size, together=together) for size in (1000, 4000))
    ratio = least_ratio(4 * GROWTH, ("whole", many), ("whole", few)) / 4
    print(f"growth {ratio:.2f}")
    assert ratio < GROWTH


@SHAPES
def test_accepting_takes_time_as_the_objects_do(accounts: Accounts, together: bool) -> None:
    """Where one object in ten differs, each file is read, rewritten and checked once."""
    few, many = (accounts.get(size, together=together, changed_every=10) for size in (1000, 4000))
    ratio = least_ratio(4 * GROWTH, ("accepting", many), ("accepting", few)) / 4
    print(f"growth {ratio:.2f}")
    assert ratio < GROWTH


def test_a_fleet_is_merged_and_written_in_time_as_its_accounts(tmp_path: Path) -> None:
    """Each format, with errors and without: an account of 10,000 takes hardly longer than one of 1,000."""
    few, many = save_shards(tmp_path / "few", 1000), save_shards(tmp_path / "many", 10_000)
    assert len(find_changed(str(many))) == 1000
    ratio = least_ratio(10 * GROWTH, ("fleet_speed", many), ("fleet_speed", few)) / 10
    print(f"growth {ratio:.2f}")
    assert ratio < GROWTH
