"""Other tools beside ours: `python -m tests.benchmarks.peer_runs [--cache DIR] [--sizes 100,300] [--limits] [--json]`.

Each brings the same account to the same state, first with nothing to change and then with 2 % that differ, against
the same emulator in a process of its own; what it left is compared with what was declared, and a run that left
anything else ends the measurement. Other tools are installed into environments of their own below the cache folder.
The tools take turns, and the least of several runs counts; one that takes long runs once. What a run without limits
would take within them is computed from its requests, as a bound from below, and stands in a column that says so.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.json import decode, encode
from msgspec.structs import replace

from tests.benchmarks.measure import ROOT
from tests.benchmarks.peer_server import Met
from tests.benchmarks.peer_tools import TOOLS, Job

EVERY = 50
LONG = 20.0
PER_SECOND, PER_MINUTE = 10, 150
CACHE = Path(tempfile.gettempdir()) / "reconciler-peers"


class PeerRun(Struct, frozen=True):
    """One run of one tool. wall, cpu: seconds. memory: MiB at most. ratio, cpu_ratio: its wall and CPU time over ours
    with the same objects. computed: seconds that it takes within the limits at least; None where it ran within them.
    """

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
    cpu_ratio: float = 1.0
    computed: float | None = None


def least_seconds(requests: int) -> int:
    """Within the API's limits, whatever the phase of their windows: a first minute that is about to end when the run
    begins, whole minutes, and what is left, each as quick as the seconds admit.
    """
    minutes, rest = divmod(max(requests - PER_MINUTE, 1) - 1, PER_MINUTE)
    first = min(requests, PER_MINUTE)
    return max(0, 60 * minutes + (first + rest) // PER_SECOND - 1)


def start(job: Job, log: Path) -> tuple[float, float, float]:
    """Wall and CPU seconds and MiB of a process with its children. Raises AssertionError where it fails."""
    began = time.monotonic()
    here = Path.cwd()
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.chdir(job.folder)
        actions = [(os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, sink, 2)]
        child = os.posix_spawn(job.words[0], job.words, job.environ, file_actions=actions, setpgroup=0)
    finally:
        os.chdir(here)
        os.close(sink)
    try:
        _, status, used = os.wait4(child, 0)
    except BaseException:
        os.killpg(child, signal.SIGKILL)
        raise
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
        tool=tool,
        objects=objects,
        changed=changed,
        limits=limits,
        wall=round(wall, 2),
        cpu=round(cpu, 2),
        memory=round(memory, 1),
        requests=met.requests,
        throttled=met.throttled,
        computed=None if limits else round(max(wall, least_seconds(met.requests)), 1),
    )


def compare(runs: Sequence[PeerRun]) -> Iterator[PeerRun]:
    """The quickest of each tool, by wall and by CPU time apart; the first tool is what others are compared with."""
    least: dict[str, PeerRun] = {}
    for run in runs:
        one = least.get(run.tool, run)
        quicker = min(one, run, key=lambda each: each.wall)
        least[run.tool] = replace(quicker, cpu=min(one.cpu, run.cpu))
    ours = least[runs[0].tool]
    for one in least.values():
        yield replace(one, ratio=round(one.wall / ours.wall, 1), cpu_ratio=round(one.cpu / ours.cpu, 1))


def measure_peers(
    sizes: Sequence[int], tools: Sequence[str], *, limits: bool, cache: Path, repeats: int = 1
) -> Iterator[PeerRun]:
    """Runs of all tools in turns, first with nothing to change."""
    for objects in sizes:
        for every in (0, EVERY):
            runs: list[PeerRun] = []
            for _ in range(repeats):
                long = {run.tool for run in runs if run.wall > LONG}
                runs += [
                    run_tool(tool, objects, every, limits=limits, cache=cache) for tool in tools if tool not in long
                ]
            yield from compare(runs)


def render_peers(runs: Sequence[PeerRun]) -> str:
    """The table for people."""
    limits = "within the limits" if any(run.limits for run in runs) else "without limits"
    lines = [
        f"peers, {limits:18}objects  changed   wall s    ratio    CPU s    ratio   MiB  requests  429s  limits s",
        *(
            f"  {run.tool:23}{run.objects:>7}{run.changed:>9}{run.wall:>9.2f}{run.ratio:>9.1f}{run.cpu:>9.2f}"
            f"{run.cpu_ratio:>9.1f}{run.memory:>6.0f}{run.requests:>10}{run.throttled:>6}"
            f"{'' if run.computed is None else f'{run.computed:.1f}':>10}"
            for run in runs
        ),
    ]
    if not any(run.limits for run in runs):
        lines.append("  limits s: within the limits, at least; computed from wall time and requests")
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
