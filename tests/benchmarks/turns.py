"""Two runs that take turns in one process: `python -m tests.benchmarks.turns BOUND WHAT FOLDER WHAT FOLDER`.

The least CPU seconds of each side count, after as few rounds as bring the ratio under the bound: on a loaded machine
one round may take twice as long as the next. A process of its own, since coverage would slow down one side only.
"""

from __future__ import annotations

import gc
import importlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.measure import environ_of_child, measure

ROUNDS = 15

Run = Callable[[str], list[str]]


def least_ratio(bound: float, one: tuple[str, Path], other: tuple[str, Path]) -> float:
    """The least time of one over the least time of the other; each is floor or whole, and an account's folder."""
    words = [str(bound), *map(str, (*one, *other))]
    command = [sys.executable, "-m", "tests.benchmarks.turns", *words]
    done = subprocess.run(command, check=True, capture_output=True, cwd=one[1], env=environ_of_child())
    return float(done.stdout)


def least_apart(bound: float, one: tuple[str, Path], other: tuple[str, Path], warm: Path) -> float:
    """The same ratio, each run in a process of its own, as runs of the tool are. warm: a small account, run first."""
    least = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for side, (what, folder) in enumerate((one, other)):
            least[side] = min(least[side], measure(what, warm, folder).cpu)
        if least[0] / least[1] < bound:
            break
    return least[0] / least[1]


def find_run(what: str) -> Run:
    """The run of that name."""
    run: Run = importlib.import_module(f"tests.benchmarks.{what}").find_changed
    return run


def main(bound: str, one: str, one_folder: str, other: str, other_folder: str) -> None:
    """Takes turns and prints the ratio."""
    runs = ((find_run(one), one_folder), (find_run(other), other_folder))
    least = [float("inf"), float("inf")]
    for run, folder in reversed(runs):
        run(folder)
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        for side, (run, folder) in enumerate(runs):
            started = time.process_time()
            run(folder)
            least[side] = min(least[side], time.process_time() - started)
        if least[0] / least[1] < float(bound):
            break
    print(least[0] / least[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
