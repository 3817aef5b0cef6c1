"""How many requests an apply takes, and how long that is within the limits."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from reconciler.model import Change

SHORT = 3
"""Pages of a list that is read whole to look a name up; where it is longer the API's search serves, once tried."""

TRIP = 0.1
"""Seconds a request takes, there and back, as measured from Europe; only for the forecast."""


class Limits(Struct, frozen=True):
    """What a run takes of the account's limits (its share): requests a second and a minute; requests at once."""

    per_second: int = 8
    per_minute: int = 120
    parallel: int = 4


class Forecast(Struct, frozen=True):
    """requests: of the apply of a saved plan. seconds: with every window used to the full."""

    requests: int = 0
    seconds: float = 0.0


def make_forecast(
    changes: Iterable[Change],
    settings_patch: Literal["auto", "changed", "whole"],
    limits: Limits,
    pages: int = 1,
) -> Forecast:
    """A PATCH an update; one read of each page that holds some before them, unless each is read by itself; one after.
    A create takes a look-up by provider and name, a POST and a read-back. pages: of the list of live objects.

    A page that holds one change is read by a GET of the object, which counts the same. The proof of merging takes a
    GET, the PATCH and a GET, which serves as the first read of its page where that holds more.
    """
    changes = list(changes)
    requests = _count_updates([change for change in changes if change.action == "update"], settings_patch)
    requests += _count_creates(sum(change.action == "create" for change in changes), pages)
    return Forecast(requests=requests, seconds=seconds_for(requests, limits))


def _count_creates(creates: int, pages: int) -> int:
    """Whether the search works shows with the first: a page of the list, and a search for what is known."""
    looks = creates * pages if pages <= SHORT else creates + 2
    return 2 * creates + looks if creates else 0


def _count_updates(updates: Sequence[Change], settings_patch: Literal["auto", "changed", "whole"]) -> int:
    prover = find_prover(updates, settings_patch)
    whole = settings_patch == "whole" or (settings_patch == "auto" and prover is None)
    rest = [change for change in updates if change is not prover]
    own = sum(needs_own_read(change, whole=whole) for change in rest)
    before = {_page_of(change) for change in rest if not needs_own_read(change, whole=whole)}
    after = {_page_of(change) for change in rest}
    requests = len(updates) + own + len(before) + len(after)
    if prover is not None:
        # Its read-back is a read of its page, if that page comes next anyway.
        requests += 1 if _page_of(prover) in before else 2
    return requests


def find_prover(changes: Iterable[Change], settings_patch: Literal["auto", "changed", "whole"]) -> Change | None:
    """The change that will show whether PATCH merges settings: not of a default integration where there is a choice."""
    if settings_patch != "auto":
        return None
    fit = [change for change in changes if change.action == "update" and can_prove(change)]
    return min(fit, key=lambda change: (change.is_default is True, change.address), default=None)


def _page_of(change: Change) -> str:
    """What is read for a change: its list page, or itself."""
    return (change.seen.page if change.seen else None) or change.address


def can_prove(change: Change) -> bool:
    """Whether a change can show if PATCH merges settings: the manifest names all live keys, and it sends some."""
    return change.can_prove


def needs_own_read(change: Change, *, whole: bool) -> bool:
    """Whether the object is read by itself right before its PATCH: secrets, status, and whole settings."""
    return change.is_delicate or (whole and "settings" in change.body)


def seconds_for(requests: int, limits: Limits) -> float:
    """Seconds for so many requests: full minutes, then full seconds, then the last ones' trips, or all trips if longer.

    At the start both windows are taken to be untouched.
    """
    if requests <= 0:
        return 0.0
    minutes, rest = divmod(requests - 1, limits.per_minute)
    waits = max((requests - 1) // limits.per_second, minutes * 60 + rest // limits.per_second)
    trips = math.ceil(requests / limits.parallel)
    return round(max(waits + TRIP * min(requests, 4), TRIP * trips), 1)


def forecast_fleet(seconds: Sequence[float], jobs: int) -> float:
    """Seconds of many accounts, begun in this order, so many at once: limits are an account's own."""
    lanes = [0.0] * min(jobs, len(seconds))
    for one in seconds:
        heapq.heapreplace(lanes, lanes[0] + one)
    return max(lanes, default=0.0)


@lru_cache(maxsize=4096)
def expect_seconds(requests: int, limits: Limits) -> float:
    """Seconds for so many requests on the average of all moments at which a run may begin, windows on the server's
    clock: one that begins late in a minute soon has the next. Of many accounts the mean is what comes true.
    """
    if requests <= 0:
        return 0.0
    total = 0.0
    for second in range(60):
        left = 59.5 - second
        first = min(limits.per_minute, max(1, math.floor(left * limits.per_second)))
        total += _expect_from(requests, first, left, limits)
    trips = TRIP * min(math.ceil(requests / limits.parallel), 4)
    return round(max(total / 60 + trips, TRIP * math.ceil(requests / limits.parallel)), 2)


def _expect_from(requests: int, first: int, left: float, limits: Limits) -> float:
    """Seconds from a moment with `left` seconds of its minute, in which `first` requests have room."""
    if requests <= first:
        return max(0.0, (requests - 1) // limits.per_second - 0.5)
    minutes, rest = divmod(requests - first - 1, limits.per_minute)
    return left + minutes * 60 + rest // limits.per_second
