"""A fleet's forecast against its pace, in virtual time: `python -m tests.benchmarks.fleet_forecast [--accounts 10000]`.

Each account's requests go through the tool's own pace against a server with the account's limits; accounts take their
turns on so many jobs, as tasks do on an executor. The forecast is what a fleet's `plan` says of the same plans: it
knows nothing of the servers' phases, and takes their windows to be on the clock. Where they open with the first request
it is too short, which is told too. Most accounts change few objects, some many: 3 to 600 requests.
"""

from __future__ import annotations

import argparse
import importlib
import random
import sys
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from reconciler.live.pace import Windows
from reconciler.planning.forecast import Limits, expect_seconds, forecast_fleet

lab: Any = importlib.import_module("tests.benchmarks.pace_lab")

LIMITS = Limits(8, 120, 4)
"""What a run takes of 10 a second and 150 a minute by default."""


class Forecasted(Struct, frozen=True):
    """forecast, virtual: seconds of the whole fleet. ratio: virtual / forecast. throttled: answers of 429. kind: of the
    servers' windows.
    """

    kind: str
    accounts: int
    jobs: int
    requests: int
    forecast: float
    virtual: float
    ratio: float
    throttled: int


def make_sizes(accounts: int, rng: random.Random) -> list[int]:
    """Requests of each account's apply: nine in ten are small, one in ten is anything up to 600."""
    return [rng.randint(3, 40) if rng.random() < 0.9 else rng.randint(41, 600) for _ in range(accounts)]


def simulate(requests: int, kind: str, rng: random.Random) -> tuple[float, int]:
    """Seconds and 429s of one account, alone, on a server of a random phase."""
    phase = rng.uniform(0, lab.MINUTE)

    def make(**_: int) -> Windows:
        return Windows(LIMITS.per_second, LIMITS.per_minute, LIMITS.parallel)

    seconds, refused, _ = lab.simulate(make, requests, phase, kind, "minute", rng, parallel=LIMITS.parallel)
    return seconds, refused


def measure(kind: str, accounts: int, jobs: int, seed: str) -> Forecasted:
    """The whole fleet, by its forecast and in virtual time."""
    rng = random.Random(seed)
    sizes = make_sizes(accounts, rng)
    runs = [simulate(size, kind, rng) for size in sizes]
    forecast = forecast_fleet([expect_seconds(size, LIMITS) for size in sizes], jobs)
    virtual = forecast_fleet([seconds for seconds, _ in runs], jobs)
    return Forecasted(
        kind=kind,
        accounts=accounts,
        jobs=jobs,
        requests=sum(sizes),
        forecast=round(forecast, 1),
        virtual=round(virtual, 1),
        ratio=round(virtual / forecast, 4),
        throttled=sum(refused for _, refused in runs),
    )


def render_forecast(found: Sequence[Forecasted]) -> str:
    """The figures for people."""
    lines = []
    for one in found:
        lines += [
            f"{one.accounts:,} accounts, {one.jobs} at once, {one.requests:,} requests, virtual, windows {one.kind}",
            f"  forecast {one.forecast:,} s, took {one.virtual:,} s: {one.ratio}; {one.throttled} answers of 429",
        ]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="A fleet's forecast against its pace in virtual time.")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=64)
    parser.add_argument("--seed", default="fleet")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = [measure(kind, given.accounts, given.jobs, given.seed) for kind in ("aligned", "first")]
    if given.json:
        sys.stdout.write(encode(found).decode() + "\n")
        return
    sys.stdout.write(render_forecast(found))


if __name__ == "__main__":
    main()
