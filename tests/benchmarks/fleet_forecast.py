"""A fleet's forecast against its pace, in virtual time: `python -m tests.benchmarks.fleet_forecast [--accounts 10000]`.

Each account's requests go through the tool's own pace against a server with the account's limits; accounts take their
turns on so many jobs, as tasks do on an executor. The forecast is what `plan` says of the same plans, and knows nothing of
the servers' phases. Most accounts change few objects, some many: 3 to 600 requests.
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
from reconciler.planning.forecast import Limits, forecast_fleet, seconds_for

lab: Any = importlib.import_module("tests.benchmarks.pace_lab")

LIMITS = Limits(8, 120, 4)
"""What a run takes of 10 a second and 150 a minute by default."""


class Forecasted(Struct, frozen=True):
    """forecast, virtual: seconds of the whole fleet. ratio: virtual / forecast. throttled: answers of 429."""

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


def simulate(requests: int, rng: random.Random) -> tuple[float, int]:
    """Seconds and 429s of one account, alone, on a server of a random phase and kind."""
    kind = rng.choice(("aligned", "first"))
    phase = rng.uniform(0, lab.MINUTE)

    def make(**_: int) -> Windows:
        return Windows(LIMITS.per_second, LIMITS.per_minute, LIMITS.parallel)

    seconds, refused, _ = lab.simulate(make, requests, phase, kind, "minute", rng, parallel=LIMITS.parallel)
    return seconds, refused


def measure(accounts: int, jobs: int, seed: str) -> Forecasted:
    """The whole fleet, by its forecast and in virtual time."""
    rng = random.Random(seed)
    sizes = make_sizes(accounts, rng)
    runs = [simulate(size, rng) for size in sizes]
    forecast = forecast_fleet([seconds_for(size, LIMITS) for size in sizes], jobs)
    virtual = forecast_fleet([seconds for seconds, _ in runs], jobs)
    return Forecasted(
        accounts=accounts,
        jobs=jobs,
        requests=sum(sizes),
        forecast=round(forecast, 1),
        virtual=round(virtual, 1),
        ratio=round(virtual / forecast, 4),
        throttled=sum(refused for _, refused in runs),
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="A fleet's forecast against its pace in virtual time.")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=64)
    parser.add_argument("--seed", default="fleet")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = measure(given.accounts, given.jobs, given.seed)
    if given.json:
        sys.stdout.write(encode(found).decode() + "\n")
        return
    print(f"{found.accounts:,} accounts, {found.jobs} at once, {found.requests:,} requests in virtual time")
    print(f"  forecast {found.forecast:,} s, took {found.virtual:,} s: {found.ratio}; {found.throttled} answers of 429")


if __name__ == "__main__":
    main()
