"""Other tools beside ours: `python -m tests.benchmarks.peer_runs [--cache DIR] [--sizes 100,300] [--limits] [--json]`.

Each brings the same account to the same state, first with nothing to change and then with 2 % that differ, against
the same emulator in a process of its own; what it left is compared with what was declared, and a run that left
anything else ends the measurement. Other tools are installed into environments of their own below the cache folder.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.json import decode, encode

from tests.benchmarks.measure import ROOT
from tests.benchmarks.peer_server import Met
from tests.benchmarks.peer_tools import TOOLS, Job

EVERY = 50
CACHE = Path(tempfile.gettempdir()) / "reconciler-peers"


class PeerRun(Struct, frozen=True):
    """One run of one tool. wall, cpu: seconds. memory: MiB at most. ratio: its wall time over ours in the same row."""

    tool: str
    objects: int
    changed: int
    limits: bool
    wall: float
    cpu: float
    memory: float
    requests: int
    throttled: int
    ratio: float = 1.0


def start(job: Job, log: Path) -> tuple[float, float, float]:
    """Wall and CPU seconds and MiB of a process with its children. Raises AssertionError where it fails."""
    began = time.monotonic()
    here = Path.cwd()
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.chdir(job.folder)
        actions = [(os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, sink, 2)]
        child = os.posix_spawn(job.words[0], job.words, job.environ, file_actions=actions)
    finally:
        os.chdir(here)
        os.close(sink)
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise AssertionError(f"{' '.join(job.words[:3])} failed:\n{log.read_text(errors='replace')[-3000:]}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def run_tool(tool: str, objects: int, every: int, *, limits: bool, cache: Path) -> PeerRun:
    """One run against a fresh emulator."""
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "tests.benchmarks.peer_server", str(objects), str(every)]
        server = subprocess.Popen(
            [*command, "on" if limits else "off"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        try:
            job = TOOLS[tool](Path(name), cache, url, objects, limits=limits)
            wall, cpu, memory = start(job, Path(name) / "log.txt")
        finally:
            told, _ = server.communicate()
    met = decode(told, type=Met)
    changed = len(range(0, objects, every)) if every else 0
    if met.wrong or met.writes != changed:
        raise AssertionError(f"{tool} left {met.wrong} of {objects} wrong with {met.writes} writes of {changed}")
    return PeerRun(
        tool, objects, changed, limits, round(wall, 2), round(cpu, 2), round(memory, 1), met.requests, met.throttled
    )


def measure_peers(
    sizes: Sequence[int], tools: Sequence[str], *, limits: bool, cache: Path, repeats: int = 1
) -> Iterator[PeerRun]:
    """The quickest of several runs of each; ratios are against the first tool of the same row."""
    for objects in sizes:
        for every in (0, EVERY):
            ours = 0.0
            for tool in tools:
                runs = [run_tool(tool, objects, every, limits=limits, cache=cache) for _ in range(repeats)]
                best = min(runs, key=lambda run: run.wall)
                ours = ours or best.wall
                yield msgspec.structs.replace(best, ratio=round(best.wall / ours, 1))


def render_peers(runs: Sequence[PeerRun]) -> str:
    """The table for people."""
    lines = ["peers               objects  changed  limits   wall s    ratio    CPU s   MiB  requests  429s"]
    lines += [
        f"  {run.tool:18}{run.objects:>7}{run.changed:>9}{'on' if run.limits else 'off':>8}{run.wall:>9.2f}"
        f"{run.ratio:>9.1f}{run.cpu:>9.2f}{run.memory:>6.0f}{run.requests:>10}{run.throttled:>6}"
        for run in runs
    ]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Other tools beside ours, on the same objects.")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the other tools are installed")
    parser.add_argument("--sizes", default="100,300")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--limits", action="store_true", help="with the API's rate limits")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    runs = list(
        measure_peers(
            [int(size) for size in given.sizes.split(",")],
            given.tools.split(","),
            limits=given.limits,
            cache=given.cache,
            repeats=given.repeats,
        )
    )
    sys.stdout.write(encode(runs).decode() + "\n" if given.json else render_peers(runs))


if __name__ == "__main__":
    main()
