"""Every figure that the pace is held to: alone, beside another client, with slow trips, and where there are no windows.

    python -m tests.benchmarks.pace_table [SEED…]

Ratios are of the time to the optimum that knows the windows; beside another client to the fair one, which takes nothing
from it. Exits 1 where a cell is beyond its bound.
"""

from __future__ import annotations

import random
import statistics
import sys
from collections.abc import Iterator, Sequence

from msgspec import Struct

from reconciler.live.pace import Windows
from tests.benchmarks.pace_worlds import Bucket, fair_optimum, lab, simulate

PHASES = 19
KINDS = ("aligned", "first")


class Cell(Struct, frozen=True):
    """One cell. bounds: of median, 95th percentile and 429s a run; hurt: the part of the other's that was refused."""

    mode: str
    kind: str
    headers: str
    requests: int
    median: float
    worst: float
    refused: float
    hurt: float
    bounds: tuple[float, float, float]

    @property
    def good(self) -> bool:
        """Within its bounds."""
        crowded = self.mode == "crowd" and self.requests >= 300
        figures = zip((self.median, self.worst, self.refused), self.bounds, strict=True)
        return all(figure <= bound for figure, bound in figures) and (not crowded or self.hurt < 0.05)


def bounds_of(mode: str, headers: str, requests: int) -> tuple[float, float, float]:
    """What a cell is held to; tables of the log of sends are relative to it and stand in test_pace_lab.py."""
    free = float("inf")
    if mode == "tail" or (mode == "crowd" and requests < 300):
        return free, free, 1.0
    if mode == "crowd":
        return 1.06, free, 1.0
    if headers != "minute" or requests < 100:
        return free, free, 0.05
    return (1.03, 1.08, 0.05) if requests >= 300 else (1.20, 1.30, 0.05)


def measure(mode: str, kind: str, headers: str, requests: int, seeds: Sequence[str]) -> Cell:
    """One cell over all phases and seeds."""
    ratios, refused, hurt, others = [], 0, 0, 0
    for seed in seeds:
        for i in range(PHASES):
            phase, rng = i * lab.MINUTE / PHASES + 0.013, random.Random(f"{seed} {requests} {i}")
            company = lab.others(rng, phase, 900) if mode == "crowd" else ()
            took, ours, theirs = lab.simulate(Windows, requests, phase, kind, headers, rng, mode == "tail", company)
            best = fair_optimum(requests, phase, kind, company) if company else lab.optimum(requests, phase, kind)
            ratios.append(took / (best + lab.MEDIAN_TRIP))
            refused, hurt = refused + ours, hurt + theirs
            others += sum(phase <= at < phase + took for at in company)
    ratios.sort()
    worst = ratios[int(0.95 * (len(ratios) - 1))]
    bounds = bounds_of(mode, headers, requests)
    a_run = refused / len(ratios)
    return Cell(mode, kind, headers, requests, statistics.median(ratios), worst, a_run, hurt / (others or 1), bounds)


def cells(seeds: Sequence[str], sizes: Sequence[int] = (10, 100, 150, 300, 600)) -> Iterator[Cell]:
    """All cells of windows."""
    for mode, headers in (("alone", ("minute", "tightest", "off")), ("crowd", ("minute",)), ("tail", ("minute",))):
        for kind in KINDS:
            for told in headers:
                for requests in sizes:
                    yield measure(mode, kind, told, requests, seeds)


def render_cells(found: Sequence[Cell]) -> str:
    """A line a cell."""
    return "".join(
        f"{cell.mode:6s} {cell.kind:8s} headers {cell.headers:9s} n {cell.requests:4d}  median {cell.median:6.3f}"
        f"  95% {cell.worst:6.3f}  429s {cell.refused:5.2f}  of the other's {cell.hurt:6.1%}"
        f"  {'good' if cell.good else 'BEYOND'}\n"
        for cell in found
    )


BUCKETS = {
    "10 and 10/s, 150 and 2.5/s": ((10, 10.0), (150, 2.5)),
    "10 and 2.5/s": ((10, 2.5),),
    "5 and 2.5/s": ((5, 2.5),),
    "1 and 2.5/s": ((1, 2.5),),
}
"""Buckets of tokens that a server may have behind the documented numbers."""


def measure_bucket(name: str, requests: int, *, told: bool) -> tuple[float, int]:
    """(seconds, 429s), the worst of five runs."""
    runs = [simulate(Windows, requests, 7.0 * i, "bucket", Bucket(*BUCKETS[name], told=told), str(i)) for i in range(5)]
    return max(seconds for seconds, _ in runs), max(refused for _, refused in runs)


def main(seeds: Sequence[str]) -> int:
    """Prints the tables."""
    bad = 0
    for cell in cells(seeds):
        bad += not cell.good
        print(render_cells([cell]), end="")
    for name in BUCKETS:
        for told in (True, False):
            seconds, refused = measure_bucket(name, 300, told=told)
            word = "told" if told else "silent"
            print(f"bucket {name:28s} {word:6s} n  300  {seconds:5.0f} s, steadily {300 / 2.5:.0f} s  429s {refused}")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["lab"]))
