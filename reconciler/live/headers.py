"""Numbers and times in an answer's headers; whatever makes no sense is nothing. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz

PATIENCE = 300
"""Seconds that a run waits for the API because a 429 asks for it; who asks for more is asked again another day."""

LONGEST = 10**9
"""Seconds beyond which nobody counts."""


def read_whole(headers: Mapping[str, str], name: str) -> int | None:
    """The header as a whole number, rounded up; None where it is absent or no number."""
    try:
        return math.ceil(float(headers[name]))
    except (KeyError, ValueError, OverflowError):
        return None


def read_date(headers: Mapping[str, str]) -> int | None:
    """The Date header in seconds since the epoch, None where it is absent or no date."""
    return _epoch(headers.get("date", ""))


def read_wait(headers: Mapping[str, str]) -> int | None:
    """Retry-After in seconds: a number as it stands, a date less the Date header; None where it tells neither."""
    asked, now = read_whole(headers, "retry-after"), read_date(headers)
    if asked is None and now is not None:
        until = _epoch(headers.get("retry-after", ""))
        asked = None if until is None else max(0, until - now)
    return None if asked is None else min(LONGEST, asked)


def read_demand(headers: Mapping[str, str]) -> int | None:
    """The seconds of a Retry-After that asks for more than PATIENCE; None where it does not."""
    asked = read_wait(headers)
    return asked if asked is not None and asked > PATIENCE else None


def _epoch(text: str) -> int | None:
    try:
        if text.isascii() and text.isdigit():
            return int(text)
        parts = parsedate_tz(text)
        return int(mktime_tz(parts)) if parts is not None else None
    except (ValueError, OverflowError, TypeError):
        return None
