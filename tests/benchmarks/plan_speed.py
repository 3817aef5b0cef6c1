"""A whole plan without network against the floor built of its bare steps, and how both grow with the number of objects.

Processes take turns, the least of several runs counts, and both sides give the same answer or it ends.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from tests.benchmarks.measure import Measured, measure
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


class PlanTables(Struct, frozen=True):
    """Both tables."""

    speed: list[Speed]
    growth: list[Growth]


def measure_plan(root: Path, sizes: list[int], repeats: int) -> PlanTables:
    """All rows: each shape at each size, and each size once more with 2 % changed."""
    accounts = Accounts(root)
    speed: list[Speed] = []
    growth: list[Growth] = []
    for shape, together in SHAPES.items():
        runs = {size: accounts.compare(size, repeats, together=together) for size in sizes}
        rows = [make_speed(shape, size, *both) for size, both in runs.items()]
        memory = (runs[sizes[-1]][1].memory - runs[sizes[0]][1].memory) / max(1, sizes[-1] - sizes[0])
        growth.append(Growth(shape, rows[-1].floor / rows[0].floor, rows[-1].whole / rows[0].whole, memory))
        changed = [
            make_speed(shape, size, *accounts.compare(size, repeats, together=together, changed_every=CHANGED_EVERY))
            for size in sizes
        ]
        speed += [*rows, *changed]
    return PlanTables(speed, growth)


def render_plan(found: PlanTables) -> str:
    """The tables for people."""
    lines = ["whole plan, no network        objects  changed   floor us   whole us   ratio (aim <= 1.5)"]
    lines += [
        f"  {row.shape:28}{row.objects:>7}{row.changed:>9}{row.floor:>11.1f}{row.whole:>11.1f}{row.ratio:>8.2f}"
        for row in found.speed
    ]
    lines += ["", "growth, smallest to largest     floor    whole (aim <= 1.2)   bytes a manifest (aim <= 4096)"]
    lines += [f"  {row.shape:28}{row.floor:>7.2f}{row.whole:>9.2f}{row.memory:>25.0f}" for row in found.growth]
    return "\n".join(lines) + "\n"
