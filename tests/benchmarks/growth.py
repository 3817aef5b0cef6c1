"""How every verb grows: `python -m tests.benchmarks.growth [--json] [--sizes 1000,10000]`.

Each verb runs as a process, on accounts of a few objects, of some and of many; one object in ten differs. What it takes
of CPU without any object is subtracted, so that start-up hides no growth. Aim: an object of many takes what one of some
takes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from msgspec import Struct
from msgspec.json import encode

from tests.benchmarks.growth_desk import FILES, Desk, open_desk

FEW = 10
"""Objects of the account that tells what start-up takes."""

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("validate", ("validate",)),
    ("plan", ("plan",)),
    ("plan FILES", ("plan", FILES)),
    ("plan --out", ("plan", "--out", "plan.json", "--format", "json")),
    ("plan, Markdown", ("plan", "--format", "markdown")),
    ("plan, HTML", ("plan", "--format", "html")),
    ("plan --base", ("plan", "--base", "HEAD")),
    ("snapshot", ("snapshot", "--out", "live.json")),
    ("plan --live", ("plan", "--live", "live.json")),
    ("drift", ("drift",)),
    ("drift --accept", ("drift", "--accept", "--branch", "accepted", "--author", "Benchmark <benchmark@example.com>")),
    ("comment", ("comment", "plan.json")),
    ("show", ("show",)),
    ("show ADDRESS", ("show", "10000")),
    ("import", ("import", "--all", "--account", "bare")),
    ("apply", ("apply", "plan.json", "--state", "state.json", "--report", "report.json")),
    ("plan --state", ("plan", "--state", "state.json")),
    ("undo --out", ("undo", "report.json", "--out", "undo.json")),
    ("undo", ("undo", "report.json", "--yes")),
    ("accept", ("accept", "--yes")),
)
"""What is measured, in an order in which each makes sense after those before it."""


class VerbGrowth(Struct, frozen=True):
    """One row. start: CPU milliseconds without objects. some, many: microseconds an object. ratio: many over some.

    ratio None: some objects took no more than none, so that there is nothing to compare with.
    """

    verb: str
    start: float
    some: float
    many: float
    ratio: float | None


class VerbsTable(Struct, frozen=True):
    """All rows, of accounts of `some` and `many` objects."""

    some: int
    many: int
    rows: list[VerbGrowth]


def measure_verbs(desk: Desk) -> dict[str, float]:
    """CPU seconds of each step."""
    return {name: desk.run(argv) for name, argv in STEPS}


def measure_growth(root: Path, some: int, many: int, repeats: int = 3) -> VerbsTable:
    """All rows; with a thousand and ten thousand objects minutes. repeats: of the small ones, the least counts."""
    taken: dict[int, dict[str, float]] = {}
    for objects in (FEW, some, many):
        for turn in range(1 if objects == many else repeats):
            with open_desk(root / f"{objects}-{turn}", objects) as desk:
                found = measure_verbs(desk)
            taken[objects] = {name: min(cpu, taken.get(objects, found)[name]) for name, cpu in found.items()}
    return VerbsTable(some, many, [_make_row(name, taken, (some, many)) for name, _ in STEPS])


def _make_row(verb: str, taken: dict[int, dict[str, float]], sizes: tuple[int, int]) -> VerbGrowth:
    start = taken[FEW][verb]
    some, many = (1e6 * (taken[size][verb] - start) / (size - FEW) for size in sizes)
    return VerbGrowth(verb, 1e3 * start, some, many, many / some if some > 0 else None)


def render_growth(found: VerbsTable) -> str:
    """The table for people."""
    columns = f"{f'us at {found.some:,}':>14}{f'us at {found.many:,}':>14}{'ratio (aim 1)':>15}"
    lines = [f"{'CPU an object':20}{'start ms':>10}{columns}"]
    lines += [
        f"  {row.verb:18}{row.start:>10.0f}{row.some:>14.1f}{row.many:>14.1f}{_show(row.ratio):>15}"
        for row in found.rows
    ]
    return "\n".join(lines) + "\n"


def _show(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--sizes", default="1000,10000", help="objects: some, many")
    given = parser.parse_args()
    some, many = (int(size) for size in given.sizes.split(","))
    with tempfile.TemporaryDirectory() as folder:
        found = measure_growth(Path(folder), some, many)
    sys.stdout.write(encode(found).decode() + "\n" if given.json else render_growth(found))


if __name__ == "__main__":
    main()
