"""Numbers and times in an answer's headers; whatever makes no sense is nothing. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz


def read_whole(headers: Mapping[str, str], name: str) -> int | None:
    """The header as a whole number, rounded up; None where it is absent or no number."""
    try:
        return math.ceil(float(headers[name]))
    except (KeyError, ValueError, OverflowError):
        return None


def read_date(headers: Mapping[str, str]) -> int | None:
    """The Date header in seconds since the epoch, None where it is absent or no date."""
    text = headers.get("date", "")
    try:
        if text.isascii() and text.isdigit():
            return int(text)
        parts = parsedate_tz(text)
        return int(mktime_tz(parts)) if parts is not None else None
    except (ValueError, OverflowError, TypeError):
        return None
