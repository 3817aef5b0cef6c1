"""What 429s do to the pace: fewer requests at once, longer waits, and at last even steps. Pure."""

from __future__ import annotations

import math

LONGEST = 60.0
"""Seconds: the longest wait that nobody asked for."""
PATIENCE = 120.0
"""Seconds without a 429 after which the ones before are forgotten."""
TOO_OFTEN = 3
"""So many 429s that come one after the other, and not for one burst, are no matter of a window."""


class Lanes:
    """How many requests may be under way: half after each "too many at once", one more after a while in peace."""

    def __init__(self, most: int) -> None:
        self.open = most
        self._most = most
        self._patience = 15.0
        self._changed = 0.0

    def hold_to(self, most: int) -> None:
        """Another most from now on; what "too many at once" took away stays away."""
        self.open = most if self.open == self._most else min(self.open, most)
        self._most = most

    def narrow(self, now: float, at_once: int) -> None:
        """Too many were at once."""
        self._patience = min(600.0, 2 * self._patience)
        self.open = max(1, min(self.open, at_once) // 2)
        self._changed = now

    def widen(self, now: float) -> None:
        """An answer that is no 429."""
        if self.open < self._most and now - self._changed >= self._patience:
            self.open += 1
            self._changed = now


class Steps:
    """Even steps instead of bursts, for a server whose limits are no windows: a bucket of tokens refuses who bursts.

    They begin with the third 429 that comes soon after the others: a minute's requests evenly apart. Each further one
    doubles them, to four times that; a minute of peace makes them a third shorter, and long peace ends them.
    """

    def __init__(self, per_minute: int) -> None:
        self._least = 60.0 / per_minute
        self._apart = 0.0
        self._count = 0
        self._refused = self._eased = -math.inf
        self._last = -math.inf

    def refused(self, now: float) -> None:
        """A 429 that is news."""
        self._count = 1 if now - self._refused > PATIENCE else self._count + 1
        self._refused = self._eased = now
        if self._apart:
            self._apart = min(4 * self._least, 2 * self._apart)
        elif self._count >= TOO_OFTEN:
            self._apart = self._least

    def sent(self, now: float) -> None:
        """A request leaves."""
        self._last = now
        if self._apart and now - self._eased >= LONGEST:
            self._eased = now
            self._apart = max(self._least, 0.67 * self._apart)
            if now - self._refused > 5 * PATIENCE:
                self._apart, self._count = 0.0, 0

    def when(self, now: float) -> float:
        """The earliest time for the next request."""
        return max(now, self._last + self._apart) if self._apart else now


def growing(times: int) -> float:
    """1, 2, 4 … seconds; none for the zeroth time."""
    return min(LONGEST, 2.0 ** min(times - 1, 10)) if times > 0 else 0.0
