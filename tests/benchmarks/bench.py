"""The benchmark in one command: `python -m tests.benchmarks.bench [--only plan,peers …] [--json]`.

    plan        a whole plan without network against the floor of its bare steps; growth and memory a manifest
    growth      CPU an object of every verb, with the fewest and the most objects
    startup     processes against a bare Python, a bare click program, and what `validate` has to import
    requests    GETs of a plan, by the number of objects
    pace        the time that requests take, against who knows the server's windows; alone, in a crowd, with slow trips
    sharing     three processes on one account, against one: 429s and throughput
    forecast    a fleet of 10,000 accounts in virtual time against its forecast
    soak        a fleet of 1,000 emulated accounts in one run: 429s, CPU a request, memory
    peers       other tools on the same objects, without limits
    limits      the same within the API's limits

Everything is a ratio within one run, and each section checks its own answers. `peers` and `limits` install other tools
into environments of their own below --cache.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from reconciler import __version__
from tests.benchmarks.budget import SIZES, budget_of, count_requests
from tests.benchmarks.fleet_forecast import measure as measure_forecast
from tests.benchmarks.fleet_forecast import render_forecast
from tests.benchmarks.growth import measure_growth, render_growth
from tests.benchmarks.pace_table import cells, render_cells
from tests.benchmarks.peer_runs import CACHE, PeerRun, measure_peers, render_peers
from tests.benchmarks.peer_tools import TOOLS
from tests.benchmarks.plan_speed import measure_plan, render_plan
from tests.benchmarks.sharing import measure_sharing, render_sharing
from tests.benchmarks.soak import render_soak, soak
from tests.benchmarks.startup import measure_startup


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


class Given(Struct, frozen=True):
    """What the command line asks for. sizes: objects of plans, peers: objects of other tools' runs. requests: what
    several processes on one account share.
    """

    root: Path
    sizes: list[int]
    repeats: int
    peers: list[int]
    cache: Path
    accounts: int
    requests: int


class About(Struct, frozen=True):
    """Where it was measured: versions of the tool and of Python, and the machine's cores, None where nobody tells."""

    tool: str
    python: str
    cores: int | None


class Section(Struct, frozen=True):
    """One table: how it is measured, and how it is shown."""

    measure: Callable[[Given], Any]
    render: Callable[[Any], str]


def start_all(given: Given) -> list[Startup]:
    """Every start, in turns."""
    least = measure_startup(given.root, 4 * given.repeats)
    bare = [least[name] for name in ("bare python", "bare click --version", "what validate needs")]
    return [Startup(name, taken, *(taken / one for one in bare)) for name, taken in least.items()]


def render_starts(found: Sequence[Startup]) -> str:
    """The table for people."""
    lines = ["start-up                     CPU ms   of python   of click   of what validate needs (aims 2.5 and 1.5)"]
    lines += [
        f"  {row.command:24}{row.milliseconds:>9.1f}{row.of_python:>12.1f}{row.of_click:>11.2f}{row.of_needed:>18.2f}"
        for row in found
    ]
    return "\n".join(lines) + "\n"


def count_all(_: Given) -> list[Budget]:
    """Requests of plans."""
    return [Budget(size, count_requests(size), budget_of(size)) for size in SIZES]


def render_requests(found: Sequence[Budget]) -> str:
    """The table for people."""
    lines = ["requests of a plan          objects   requests   at most"]
    return "\n".join([*lines, *(f"{row.objects:>35}{row.requests:>11}{row.budget:>10}" for row in found)]) + "\n"


def compare_tools(given: Given, sizes: Sequence[int], *, limits: bool) -> list[PeerRun]:
    """Every tool at every size."""
    repeats = 1 if limits else given.repeats
    return list(measure_peers(sizes, list(TOOLS), limits=limits, cache=given.cache, repeats=repeats))


SECTIONS: Mapping[str, Section] = {
    "plan": Section(lambda given: measure_plan(given.root, given.sizes, given.repeats), render_plan),
    "growth": Section(lambda given: measure_growth(given.root, given.sizes[0], given.sizes[-1]), render_growth),
    "startup": Section(start_all, render_starts),
    "requests": Section(count_all, render_requests),
    "pace": Section(lambda _: list(cells(["lab"])), render_cells),
    "sharing": Section(lambda given: measure_sharing(3, given.requests), render_sharing),
    "forecast": Section(
        lambda given: [measure_forecast(kind, 10 * given.accounts, 64, "fleet") for kind in ("aligned", "first")],
        render_forecast,
    ),
    "soak": Section(lambda given: soak(given.accounts, 25, 64), render_soak),
    "peers": Section(lambda given: compare_tools(given, given.peers, limits=False), render_peers),
    "limits": Section(lambda given: compare_tools(given, given.peers[:1], limits=True), render_peers),
}


def make_parser() -> argparse.ArgumentParser:
    """The flags."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas between them")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each, of which the least counts")
    parser.add_argument("--sizes", default="1000,10000", help="objects of plans, from few to many")
    parser.add_argument("--peers", default="100,300", help="objects for other tools; the first also within limits")
    parser.add_argument("--accounts", type=int, default=1000, help="of the soak; ten times as many in virtual time")
    parser.add_argument("--requests", type=int, default=450, help="that processes on one account share")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where other tools are installed")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = make_parser()
    asked = parser.parse_args(argv)
    names = asked.only.split(",")
    if unknown := [name for name in names if name not in SECTIONS]:
        parser.error(f"no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    sizes, peers = ([int(size) for size in text.split(",")] for text in (asked.sizes, asked.peers))
    found: dict[str, Any] = {"about": About(__version__, platform.python_version(), os.cpu_count())}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            given = Given(Path(folder) / name, sizes, asked.repeats, peers, asked.cache, asked.accounts, asked.requests)
            given.root.mkdir()
            found[name] = SECTIONS[name].measure(given)
            if not asked.json:
                sys.stdout.write(SECTIONS[name].render(found[name]) + "\n")
                sys.stdout.flush()
    if asked.json:
        sys.stdout.write(encode(found).decode() + "\n")


if __name__ == "__main__":
    main()
