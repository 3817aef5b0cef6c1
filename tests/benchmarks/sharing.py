"""Several processes on one account: `python -m tests.benchmarks.sharing [--processes 3] [--requests 450] [--json]`.

The emulator runs in a process of its own with its limits on, and shows one object a page, so that a plan of n objects
takes n requests and a few. At one account a single process makes all the requests, at another several share them; both
at the same time and early in a minute, since it depends on its rest how long that takes. Told are the 429s that the
emulators gave, and how quick the several are together, against the one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.json import decode, encode

from tests.benchmarks.measure import environ_of_child

PROGRAM = (sys.executable, "-m", "reconciler")
BEGIN = 5.0
"""The second of the minute in which all begin."""
LOOK = 0.005
"""Seconds between two looks at whether one has ended."""
MANIFEST = "key: new\nprovider: mandrill\nname: New\nlifecycle: {create: true}\n"
"""It has the whole list read."""


class Logged(Struct):
    """A line of the emulator's log."""

    event: str = ""
    status: int = 0


class Shared(Struct, frozen=True):
    """Runs at the same time on one account. seconds: until the last one ended; each: of every one.

    warned: whether one of them said that it does not share.
    """

    processes: int
    requests: int
    throttled: int
    seconds: float
    each: tuple[float, ...]
    warned: bool

    @property
    def throughput(self) -> float:
        """Requests a second of all together."""
        return self.requests / self.seconds


@contextmanager
def serving(folder: Path, objects: int, switches: Sequence[str]) -> Iterator[str]:
    """The address of an emulator with so many objects; its log goes into a file of the folder."""
    items = [
        {"id": str(1000 + number), "name": f"Integration {number}", "provider_id": "1002"} for number in range(objects)
    ]
    (folder / "seed.json").write_text(json.dumps({"integrations": items}))
    words = ["sandbox", "--log-format", "json", "--seed", "seed.json", "--page-maximum", "1", *switches]
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen(
            [*PROGRAM, *words], cwd=folder, env=environ_of_child(), stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()
            server.communicate()


def wait_for(runs: Sequence[subprocess.Popen[bytes]]) -> tuple[list[float], bool]:
    """How long each takes, and whether one warns that it does not share. Raises AssertionError where one fails."""
    began, ended, warned = time.monotonic(), dict[int, float](), False
    while len(ended) < len(runs):
        for number, run in enumerate(runs):
            if number not in ended and run.poll() is not None:
                ended[number] = round(time.monotonic() - began, 2)
                told = run.communicate()[1]
                assert run.returncode == 0, told.decode()
                warned = warned or b"not shared" in told
        time.sleep(LOOK)
    return sorted(ended.values()), warned


def share(processes: int, requests: int, *switches: str) -> Shared:
    """So many plans at once, which take so many requests together, against an emulator with these switches."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "manifests").mkdir()
        (folder / "manifests" / "all.yaml").write_text(MANIFEST)
        with serving(folder, requests // processes, switches) as url:
            given = {"OCAMBA_TOKEN": "sandbox-token", "RECONCILER_API": url, "RECONCILER_SHARE": "1"}
            runs = [
                subprocess.Popen(
                    [*PROGRAM, "plan"],
                    cwd=folder,
                    env={**environ_of_child(), **given, "XDG_RUNTIME_DIR": name},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
                for _ in range(processes)
            ]
            each, warned = wait_for(runs)
        log = [decode(line, type=Logged) for line in (folder / "log.txt").read_bytes().splitlines()]
    statuses = [line.status for line in log if line.event == "request"]
    return Shared(processes, len(statuses), statuses.count(429), max(each), tuple(each), warned)


class Sharing(Struct, frozen=True):
    """One process against several. ratio: of their throughput."""

    one: Shared
    several: Shared
    ratio: float


def measure_sharing(processes: int, requests: int, windows: str = "aligned") -> Sharing:
    """One and several at the same time, each at an account of its own. Raises AssertionError where a run fails."""
    time.sleep((BEGIN - time.time()) % 60)
    with ThreadPoolExecutor(2) as pool:
        one, several = pool.map(lambda count: share(count, requests, "--windows", windows), (1, processes))
    return Sharing(one, several, round(several.throughput / one.throughput, 3))


def render_sharing(found: Sharing) -> str:
    """The figures for people."""
    lines = [
        f"{one.processes} at once: {one.requests} requests in {', '.join(f'{seconds:.1f}' for seconds in one.each)} s,"
        f" {one.throttled} answers of 429"
        for one in (found.one, found.several)
    ]
    lines.append(f"throughput of {found.several.processes} against one: {found.ratio:.3f}")
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Several processes on one account, against one.")
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--requests", type=int, default=450)
    parser.add_argument("--windows", choices=("aligned", "first"), default="aligned")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = measure_sharing(given.processes, given.requests, given.windows)
    print(encode(found).decode() if given.json else render_sharing(found).rstrip())


if __name__ == "__main__":
    main()
