"""How many requests an apply takes, and how long that is within the limits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from reconciler.model import Change

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
    changes: Iterable[Change], settings_patch: Literal["auto", "changed", "whole"], limits: Limits
) -> Forecast:
    """A PATCH a change; each page that holds one is read before and after; some changes need a GET of their own."""
    updates = [change for change in changes if change.action == "update"]
    if not updates:
        return Forecast()
    proof = settings_patch == "auto" and any(can_prove(change) for change in updates)
    whole = settings_patch == "whole" or (settings_patch == "auto" and not proof)
    own = [needs_own_read(change, whole=whole) for change in updates]
    requests = len(updates) + sum(own) + (2 if proof else 0)
    pages = Counter(change.seen.page if change.seen and change.seen.page else change.address for change in updates)
    unread = {
        change.seen.page if change.seen and change.seen.page else change.address
        for change, alone in zip(updates, own, strict=True)
        if not alone
    }
    requests += len(pages) + len(unread)
    return Forecast(requests=requests, seconds=seconds_for(requests, limits))


def can_prove(change: Change) -> bool:
    """Whether a change can show if PATCH merges settings: it sends some of the keys, and the manifest names more."""
    if change.seen is None or change.seen.hidden or "settings" not in change.body:
        return False
    return len(change.body["settings"]) < len(change.seen.keys)


def needs_own_read(change: Change, *, whole: bool) -> bool:
    """Whether the object is read by itself right before its PATCH: secrets, status, and whole settings."""
    if any(item.secret or item.path == ("status",) for item in change.fields):
        return True
    return whole and "settings" in change.body


def seconds_for(requests: int, limits: Limits) -> float:
    """Seconds for so many requests: full minutes first, then full seconds, then the last ones' trips."""
    if requests <= 0:
        return 0.0
    minutes, rest = divmod(requests - 1, limits.per_minute)
    seconds = minutes * 60 + rest // limits.per_second
    last = math.ceil((rest % limits.per_second + 1) / max(1, min(limits.parallel, requests)))
    return round(seconds + TRIP * max(last, min(requests, 4)), 1)
