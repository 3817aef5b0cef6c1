"""Speed in ratios within one run, never in seconds: the whole plan against the floor, many objects against few.

The full tables: python -m tests.benchmarks.bench
"""

from __future__ import annotations

import pytest

from tests.benchmarks import floor, whole
from tests.benchmarks.bench import Accounts
from tests.benchmarks.turns import least_ratio

FLOORS = 2.0
GROWTH = 1.6
AGAIN = 3.0
"""So many plans in sync may a plan take that finds a change in every file, and so reads each of them again."""

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
def test_the_whole_plan_takes_less_than_twice_the_floor(accounts: Accounts, together: bool) -> None:
    """A thousand objects in sync are read, judged, compared, planned and sealed in less than two floors."""
    folder = accounts.get(1000, together=together)
    ratio = least_ratio(FLOORS, ("whole", folder), ("floor", folder))
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
def test_places_of_changes_cost_no_more_than_the_files_again(accounts: Accounts, together: bool) -> None:
    """Where one object in twenty differs, no file is read again for each of its changes."""
    changed, in_sync = (accounts.get(1000, together=together, changed_every=each) for each in (20, 0))
    ratio = least_ratio(AGAIN, ("whole", changed), ("whole", in_sync))
    print(f"{ratio:.2f} plans in sync")
    assert ratio < AGAIN


@SHAPES
def test_accepting_takes_time_as_the_objects_do(accounts: Accounts, together: bool) -> None:
    """Where one object in ten differs, each file is read, rewritten and checked once."""
    few, many = (accounts.get(size, together=together, changed_every=10) for size in (1000, 4000))
    ratio = least_ratio(4 * GROWTH, ("accepting", many), ("accepting", few)) / 4
    print(f"growth {ratio:.2f}")
    assert ratio < GROWTH
