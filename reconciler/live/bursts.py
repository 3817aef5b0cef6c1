"""Bursts of requests in windows that begin with the first request after the last one ran out. Pure.

Nobody else draws on such a window: then its first request is ours. A burst that leaves when the window before is over
begins the next one when its first request lands, so after it left and before the first answer came. What is answered
within a second of the earliest beginning lies in that window, and it is over a second after the first answer.
"""

from __future__ import annotations

import math

SECOND = 1.0
ROUNDING = 1e-6
"""Seconds by which a clock may show a time that was waited for too soon."""


class Bursts:
    """The burst that is under way. A stray is a request that may have landed outside the window of its burst."""

    def __init__(self) -> None:
        self._began = self._earliest = -math.inf
        self._over = -math.inf
        self._strays = -math.inf

    def sent(self, now: float, under_way: int) -> None:
        """A request leaves; under_way: how many were out before it."""
        if now < self._over - ROUNDING:
            return
        clear = not under_way and now >= self._strays
        self._earliest = now if clear else self._earliest + SECOND
        self._began, self._over = now, math.inf

    def landed(self, sent: float, at_latest: float, second: float) -> float | None:
        """When the window of an answered request is surely over; None where that cannot be told. second: by our clock,
        at the longest.
        """
        if sent >= self._began:
            self._over = min(self._over, at_latest + second)
            if at_latest <= self._earliest + SECOND:
                return self._over
        self._strays = max(self._strays, at_latest + second)
        return None
