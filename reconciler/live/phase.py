"""Where the server's windows begin and end on our clock, as far as answers tell. Pure: every method is handed the time.

An answer that was sent for at s and came at r landed in between. X-RateLimit-Reset is the seconds left of its window,
rounded up, so that the window ends after s + Reset - 1 and not after r + Reset; each answer narrows that further. What
landed before the earliest such end is in no window with what is sent after the latest.

Windows that lie on the server's clock end at its full minutes: then Date + Reset is one in every answer, and a window
of a second is known by its Date. Windows that begin with the first request after the last one ran out end a minute, and
no sooner, after the first request that we ever sent, which tells them apart.

All of it is belief: a 429 that nothing else explains ends it for good.
"""

from __future__ import annotations

import math
from typing import NamedTuple

MINUTE = 60
DRIFT = 0.0002
"""The most by which the server's clock may run slower than ours: more than a quartz does."""
TICK = 0.0002
"""Seconds by which the server may round its own clock."""
SURE = 3
"""Answers that must agree before windows are believed to lie on the server's clock."""


class Place(NamedTuple):
    """A request that landed. free: when it surely shares no window with a later one, whatever the phase. landed: at the
    latest. second: the server's clock in its answer, None where that was not told. over: when its burst's window is.
    """

    free: float
    landed: float
    second: int | None = None
    over: float | None = None


class Phase:
    """What is believed of the windows' ends.

    proven: a request that relied on a minute's end was not refused. crowded: somebody else was seen.
    """

    def __init__(self) -> None:
        self.proven = False
        self.disproved = False
        self.crowded = False
        self._first_sent: float | None = None
        self._first_heard: float | None = None
        self._agreed = self._slack = 0
        self._disagreed = self._ours = False
        self._apart = False
        self._zero = (math.inf, 0.0)
        self._end = (-math.inf, math.inf)
        self._past = (-math.inf, math.inf)

    @property
    def aligned(self) -> bool:
        """Whether windows are believed to lie on the server's clock."""
        return not self.disproved and not self._disagreed and self._apart and self._agreed >= SURE

    @property
    def opened(self) -> bool:
        """Whether windows are believed to begin with a request after the last one ran out, and always with ours."""
        return self._ours and self._disagreed and not self.disproved and not self.crowded

    def sent(self, now: float) -> None:
        """A request leaves; only the first one matters."""
        if self._first_sent is None:
            self._first_sent = now

    def disprove(self) -> None:
        """A 429 came to a request that relied on a window's end: nothing is believed any more."""
        self.disproved = True

    def doubt(self) -> None:
        """A 429 came to the first request that relied on a minute's end: Reset may be rounded down, which is believed
        once.
        """
        if self._slack:
            self.disprove()
        self._slack = 1
        self._disagreed, self._ours = True, False
        self._end = self._end[0], self._end[1] + self._slack

    def heard(self, sent: float, now: float, reset: int, date: int | None) -> None:
        """An answer tells how long its minute's window still lasts."""
        if self._first_heard is None:
            self._first_heard = now
        low = sent + (reset - 1) * (1 - DRIFT) - TICK
        high = now + (reset + self._slack) * (1 + DRIFT) + TICK
        if low > self._end[1]:
            # The window that was known has ended before this answer came.
            self._past = self._end[0], min(self._end[1], now)
            self._end = low, high
        elif high > self._end[0]:
            self._end = max(self._end[0], low), min(self._end[1], high)
        if self._past[0] == -math.inf and self._first_sent is not None and not self._slack:
            began = self._first_sent + MINUTE, self._first_heard + MINUTE * (1 + DRIFT)
            self._ours = began[0] <= self._end[1] and self._end[0] <= began[1]
        if date is not None:
            self._compare(now, reset, date)

    def _compare(self, now: float, reset: int, date: int) -> None:
        if (date + reset) % MINUTE:
            self._disagreed = True
            return
        self._agreed += 1
        self.tick(now, date)
        if self._first_sent is not None and self._end[1] < self._first_sent + MINUTE:
            self._apart = True

    def tick(self, now: float, date: int) -> None:
        """An answer shows the server's clock: its second `date` has begun by now."""
        zero, at = self._zero
        if now - date < zero + (now - at) * DRIFT:
            self._zero = now - date, now

    def free(self, place: Place, length: int) -> float:
        """When the place of a request surely shares no window of `length` seconds with a later one."""
        if self.disproved:
            return place.free
        if place.second is not None and self.aligned:
            end = (place.second // length + 1) * length + self._zero[0]
            return min(place.free, end + max(0.0, end - self._zero[1]) * DRIFT + TICK)
        if place.over is not None and length == 1 and self.opened:
            return min(place.free, place.over)
        if length == MINUTE:
            for low, high in (self._past, self._end):
                if place.landed <= low:
                    return min(place.free, high)
        return place.free
