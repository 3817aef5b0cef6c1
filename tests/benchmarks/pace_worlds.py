"""What the laboratory of the pace does not hold: a fair optimum beside another client, servers without windows."""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Sequence
from typing import Any

lab: Any = importlib.import_module("tests.benchmarks.pace_lab")

LIMITS = ((10, 1.0), (150, lab.MINUTE))


def fair_optimum(requests: int, phase: float, kind: str, company: Sequence[float]) -> float:
    """Seconds until the last of so many requests can land, for one who knows the windows and all that the other client
    will send, and takes nothing from it.
    """
    now, done = phase, 0
    starts: list[float | None] = [None, None]
    counts = [0, 0]
    coming = [at for at in company if at >= phase]
    if kind == "aligned" and math.floor(now) + 1 - now < lab.UP[1]:
        now = math.floor(now) + 1.0

    def land(at: float, ours: int) -> None:
        for i, (_, length) in enumerate(LIMITS):
            begin = math.floor(at / length) * length if kind == "aligned" else starts[i]
            if begin is None or begin != starts[i] or at >= begin + length:
                starts[i], counts[i] = (begin if kind == "aligned" else at), 0
            counts[i] += ours

    while True:
        while coming and coming[0] <= now:
            land(coming.pop(0), 1)
        land(now, 0)
        ends = [(now if start is None else start) + length for start, (_, length) in zip(starts, LIMITS, strict=True)]
        full = [
            end
            for end, count, (limit, _) in zip(ends, counts, LIMITS, strict=True)
            if count + sum(at < end for at in coming[:400]) >= limit
        ]
        if full:
            now = min([*full, *coming[:1]])
            continue
        land(now, 1)
        done += 1
        if done == requests:
            return now - phase


class Bucket:
    """Buckets of tokens instead of windows: (how many it holds, how many come back a second) each."""

    def __init__(self, *buckets: tuple[float, float], told: bool = True) -> None:
        self._buckets, self._told = buckets, told
        self._tokens = [most for most, _ in buckets]
        self._at: float | None = None

    def hit(self, now: float, headers: str) -> tuple[int, dict[str, str]]:
        """(status, headers) of a request that lands now."""
        if self._at is not None:
            for i, (most, rate) in enumerate(self._buckets):
                self._tokens[i] = min(most, self._tokens[i] + (now - self._at) * rate)
        self._at = now
        date = {"date": str(math.floor(now))}
        lacking = [(1 - have) / rate for have, (_, rate) in zip(self._tokens, self._buckets, strict=True) if have < 1]
        if lacking:
            return 429, {**date, "retry-after": str(max(1, math.ceil(max(lacking))))}
        self._tokens = [have - 1 for have in self._tokens]
        most, rate = self._buckets[-1]
        told = {
            "x-ratelimit-limit": str(int(most)),
            "x-ratelimit-remaining": str(int(self._tokens[-1])),
            "x-ratelimit-reset": str(max(1, math.ceil((most - self._tokens[-1]) / rate))),
        }
        return 200, {**date, **(told if self._told else {})}


class RoundedDown:
    """Windows whose Reset is rounded down."""

    def __init__(self, kind: str) -> None:
        self._server = lab.Server(kind)

    def hit(self, now: float, headers: str) -> tuple[int, dict[str, str]]:
        """As the windows answer."""
        status, fields = self._server.hit(now, headers)
        if "x-ratelimit-reset" in fields:
            fields["x-ratelimit-reset"] = str(math.floor(self._server.start[1] + lab.MINUTE - now))
        return status, fields


def simulate(make: Any, requests: int, phase: float, kind: str, server: Any, seed: str) -> tuple[float, int]:
    """(seconds, 429s) of a run against such a server, alone, with headers of the minute."""
    kept, lab.Server = lab.Server, lambda _: server
    try:
        took, refused, _ = lab.simulate(make, requests, phase, kind, "minute", random.Random(seed))
    finally:
        lab.Server = kept
    return float(took), int(refused)
