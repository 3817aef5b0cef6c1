"""The two fixed rate windows of an account, 1 s and 60 s.

Source: the documentation's guide, core platform settings, rate limits.
"""

from __future__ import annotations

import math
from typing import Any

from msgspec import Struct

from reconciler.sandbox.switches import Switches


class Window(Struct):
    """A fixed window: `count` of `limit` requests (0: no limit) since `start`, for `length` seconds."""

    length: float
    limit: int
    start: float = -1.0
    count: int = 0

    def roll(self, now: float, *, aligned: bool) -> None:
        """Open a new window where the old one has run out (or the clock was set back)."""
        if aligned:
            begin = math.floor(now / self.length) * self.length
            if begin != self.start:
                self.start, self.count = begin, 0
        elif not self.start <= now < self.start + self.length or self.start < 0:
            self.start, self.count = now, 0

    def reset(self, now: float) -> int:
        """Whole seconds until the window ends, at least 1."""
        return max(1, math.ceil(self.start + self.length - now))

    @property
    def full(self) -> bool:
        """No room for one more request."""
        return 0 < self.limit <= self.count


class RateWindows:
    """Both windows of one account; all its requests count."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.second = Window(1.0, switches.per_second)
        self.minute = Window(60.0, switches.per_minute)

    def admit(self, now: float) -> int | None:
        """None where the request is admitted, else the seconds until one will be."""
        both = (self.second, self.minute)
        for window in both:
            window.roll(now, aligned=self.switches.windows == "aligned")
        late = [window.reset(now) for window in both if window.full]
        if not late or self.switches.count_429:
            for window in both:
                window.count += 1
        return max(late) if late else None

    def make_headers(self, now: float) -> dict[str, str]:
        """The X-RateLimit headers: limit of the window, estimated rest, seconds left until it refreshes."""
        window = self._spoken_of()
        if window is None:
            return {}
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(max(0, window.limit - window.count)),
            "X-RateLimit-Reset": str(window.reset(now)),
        }

    def _spoken_of(self) -> Window | None:
        limited = [window for window in (self.minute, self.second) if window.limit]
        wanted = self.switches.window_headers
        if wanted == "off" or not limited:
            return None
        if wanted == "tightest":
            return min(limited, key=lambda window: (window.limit - window.count) / window.limit)
        window = self.minute if wanted == "minute" else self.second
        return window if window.limit else None

    def dump(self) -> list[dict[str, Any]]:
        """The windows' marks as JSON data."""
        return [{"start": window.start, "count": window.count} for window in (self.second, self.minute)]

    def restore(self, marks: list[dict[str, Any]]) -> None:
        """Take over what dump() told; the limits stay the switches'."""
        for window, mark in zip((self.second, self.minute), marks, strict=True):
            window.start, window.count = float(mark["start"]), int(mark["count"])
