"""One measurement in a process of its own, as every run of the tool is: `python -m tests.benchmarks.measure`.

    python -m tests.benchmarks.measure floor|whole WARM_FOLDER FOLDER

The warm folder, a small account, is planned first: imports are measured elsewhere (startup.py). Then the answer, the
CPU seconds and the growth of memory of one run are printed as JSON.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from msgspec.json import decode

ROOT = Path(__file__).resolve().parents[2]


class Measured(Struct, frozen=True):
    """changed: the ids that differ. cpu: seconds of all threads. memory: bytes by which the process's peak grew."""

    changed: tuple[str, ...]
    cpu: float
    memory: int


def measure(what: str, warm: Path, folder: Path) -> Measured:
    """Runs this module in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.measure", what, str(warm), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environ_of_child())
    return decode(done.stdout, type=Measured)


def environ_of_child() -> dict[str, str]:
    """What a child needs, and nothing that would change what is measured."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "SYSTEMROOT", "LD_LIBRARY_PATH") if key in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}


def best(what: str, warm: Path, folder: Path, repeats: int) -> Measured:
    """The quickest of several runs; all answer alike."""
    runs = [measure(what, warm, folder) for _ in range(repeats)]
    if len({run.changed for run in runs}) != 1:
        raise AssertionError("the same input gave several answers")
    return min(runs, key=lambda run: run.cpu)


def _peak() -> int:
    """The largest size of the process so far, in bytes; on Linux without what its parent held before."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def main(what: str, warm: str, folder: str) -> None:
    """Measures in this process."""
    find_changed: Callable[[str], list[str]] = importlib.import_module(f"tests.benchmarks.{what}").find_changed
    os.chdir(warm)
    find_changed(warm)
    os.chdir(folder)
    gc.collect()
    before, started = _peak(), time.process_time()
    changed = find_changed(folder)
    cpu = time.process_time() - started
    print(json.dumps({"changed": sorted(changed), "cpu": cpu, "memory": _peak() - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
