"""Every verb takes time as the objects do: nothing is quadratic.

The table at 1,000 and 10,000: python -m tests.benchmarks.growth
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.growth import STEPS, VerbGrowth, VerbsTable, measure_growth, render_growth
from tests.needs import need

SOME, MANY = 250, 2000
BOUND = 2.0
"""What an object of many may take of one of some: were anything quadratic, it would be eight times as much."""
NOISE = 0.05
"""CPU seconds by which one run may differ from the next on a loaded machine."""


def grows(row: VerbGrowth, some: int) -> float:
    """The ratio, where what some objects take is more than noise."""
    return row.many / max(row.some, 1e6 * NOISE / some)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, VerbGrowth]:
    """What each verb took; measured again where a loaded machine disturbed it."""
    need("git")
    least: dict[str, VerbGrowth] = {}
    for turn in range(3):
        found = measure_growth(tmp_path_factory.mktemp(f"growth{turn}"), SOME, MANY, repeats=1)
        for row in found.rows:
            least[row.verb] = min(row, least.get(row.verb, row), key=lambda one: grows(one, SOME))
        if all(grows(row, SOME) < BOUND for row in least.values()):
            break
    return least


@pytest.mark.parametrize("verb", [name for name, _ in STEPS])
def test_an_object_of_many_takes_what_one_of_some_takes(rows: dict[str, VerbGrowth], verb: str) -> None:
    """Start-up aside, from the command line to the answer, with one object in ten changed."""
    print(rows[verb])
    assert grows(rows[verb], SOME) < BOUND


def test_the_table_has_a_row_a_verb() -> None:
    """Columns line up."""
    table = VerbsTable(10, 1000, [VerbGrowth(name, 100.0, 1.5, 150.25, 100.0) for name, _ in STEPS])
    table.rows[0] = VerbGrowth("validate", 100.0, -1.5, 150.25, None)
    lines = render_growth(table).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 1 + len(STEPS)


@pytest.mark.nightly
def test_ten_thousand_take_ten_times_what_a_thousand_take(tmp_path: Path) -> None:
    """The whole table."""
    need("git")
    found = measure_growth(tmp_path, 1000, 10_000)
    assert not [row for row in found.rows if grows(row, 1000) >= BOUND]
