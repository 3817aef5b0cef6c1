"""The benchmark, as a table or as JSON: `python -m tests.benchmarks.bench [--json] [--repeats N] [--sizes 1000,10000]`.

Everything is a ratio within one run: the whole plan against the floor, many objects against few, the tool against a
bare Python. Processes take turns, the least of several runs counts, and both sides give the same answer or it ends.
Aims under 1.5x the floor, growth linear, at most 4 KiB a manifest, the pages and two requests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from msgspec import Struct
from msgspec.json import encode

from tests.benchmarks.budget import SIZES, budget_of, count_requests
from tests.benchmarks.measure import Measured, measure
from tests.benchmarks.startup import measure_startup
from tests.benchmarks.stored import save_account

SHAPES = {"one a file": False, "100 a file": True}
CHANGED_EVERY = 50


class Speed(Struct, frozen=True):
    """One size of one shape. changed: objects that differ. floor, whole, ratio: CPU microseconds an object."""

    shape: str
    objects: int
    changed: int
    floor: float
    whole: float
    ratio: float


class Growth(Struct, frozen=True):
    """From the smallest to the largest size: the ratio of the times an object takes, and bytes each more takes."""

    shape: str
    floor: float
    whole: float
    memory: float


class Startup(Struct, frozen=True):
    """CPU milliseconds of a process, and how often that is a bare Python's, a bare click program's, and that of a
    program which only imports what `validate` truly needs.
    """

    command: str
    milliseconds: float
    of_python: float
    of_click: float
    of_needed: float


class Budget(Struct, frozen=True):
    """Requests of a plan, and the most that they may be."""

    objects: int
    requests: int
    budget: int


class Results(Struct, frozen=True):
    """All tables."""

    speed: list[Speed]
    growth: list[Growth]
    startup: list[Startup]
    requests: list[Budget]


class Accounts:
    """Accounts on disk, written when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, objects: int, *, together: bool, changed_every: int = 0) -> Path:
        """The folder of one account."""
        folder = self._root / f"{objects}-{int(together)}-{changed_every}"
        if not folder.exists():
            save_account(folder, objects, together=together, changed_every=changed_every)
        return folder

    def compare(
        self, objects: int, repeats: int, *, together: bool, changed_every: int = 0
    ) -> tuple[Measured, Measured]:
        """The least of floor and whole, which take turns. Raises AssertionError where their answers differ."""
        warm = self.get(12, together=together, changed_every=6)
        folder = self.get(objects, together=together, changed_every=changed_every)
        floors: list[Measured] = []
        wholes: list[Measured] = []
        for _ in range(repeats):
            floors.append(measure("floor", warm, folder))
            wholes.append(measure("whole", warm, folder))
        if len({run.changed for run in (*floors, *wholes)}) != 1:
            raise AssertionError("the plan and the floor give different answers")
        return _least(floors), _least(wholes)


def _least(runs: list[Measured]) -> Measured:
    return Measured(runs[0].changed, min(run.cpu for run in runs), min(run.memory for run in runs))


def make_speed(shape: str, objects: int, floor: Measured, whole: Measured) -> Speed:
    """One row."""
    each = 1e6 / objects
    return Speed(shape, objects, len(whole.changed), floor.cpu * each, whole.cpu * each, whole.cpu / floor.cpu)


def measure_all(root: Path, sizes: list[int], repeats: int) -> Results:
    """Everything; takes a minute or two."""
    accounts = Accounts(root)
    speed: list[Speed] = []
    growth: list[Growth] = []
    for shape, together in SHAPES.items():
        runs = {size: accounts.compare(size, repeats, together=together) for size in sizes}
        rows = [make_speed(shape, size, *both) for size, both in runs.items()]
        memory = (runs[sizes[-1]][1].memory - runs[sizes[0]][1].memory) / max(1, sizes[-1] - sizes[0])
        growth.append(Growth(shape, rows[-1].floor / rows[0].floor, rows[-1].whole / rows[0].whole, memory))
        changed = (accounts.compare(size, repeats, together=together, changed_every=CHANGED_EVERY) for size in sizes)
        rows += [make_speed(shape, size, *both) for size, both in zip(sizes, changed, strict=True)]
        speed += rows
    least = measure_startup(root, 4 * repeats)
    bare = [least[name] for name in ("bare python", "bare click --version", "what validate needs")]
    startup = [Startup(name, taken, *(taken / one for one in bare)) for name, taken in least.items()]
    requests = [Budget(size, count_requests(size), budget_of(size)) for size in SIZES]
    return Results(speed, growth, startup, requests)


def render(results: Results) -> str:
    """The tables for people."""
    lines = ["whole plan, no network        objects  changed   floor us   whole us   ratio (aim < 1.5)"]
    lines += [
        f"  {row.shape:28}{row.objects:>7}{row.changed:>9}{row.floor:>11.1f}{row.whole:>11.1f}{row.ratio:>8.2f}"
        for row in results.speed
    ]
    lines += ["", "growth, smallest to largest     floor    whole (aim 1)   bytes a manifest (aim <= 4096)"]
    lines += [f"  {row.shape:28}{row.floor:>7.2f}{row.whole:>9.2f}{row.memory:>19.0f}" for row in results.growth]
    lines += [
        "",
        "start-up                     CPU ms   of python   of click (aim <= 2.5)   of what validate needs (aim <= 1.5)",
    ]
    lines += [
        f"  {row.command:24}{row.milliseconds:>9.1f}{row.of_python:>12.1f}{row.of_click:>11.2f}{row.of_needed:>18.2f}"
        for row in results.startup
    ]
    lines += ["", "requests of a plan          objects   requests   at most"]
    lines += [f"{row.objects:>35}{row.requests:>11}{row.budget:>10}" for row in results.requests]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each, of which the least counts")
    parser.add_argument("--sizes", default="1000,10000", help="objects, from few to many")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure_all(Path(folder), [int(size) for size in given.sizes.split(",")], given.repeats)
    sys.stdout.write(encode(results).decode() + "\n" if given.json else render(results))


if __name__ == "__main__":
    main()
