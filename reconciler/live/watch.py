"""Watches for somebody else: whoever always finds a second full is refused, and no answer ever counts him. Pure.

While watching, the last third of a burst leaves in its middle: one request asks, and the rest goes when its answer
shows nobody. That costs no place of any second, and only the last burst of all is later for it.
"""

from __future__ import annotations

import math

PAUSE = 0.25
"""Seconds without a request that part one burst from the next."""
ASK = 0.5
"""Seconds from the beginning of a burst to the request that asks."""
LONG = 8.0
"""Seconds of answers that show nobody, after which nobody is expected."""
AGAIN = 13
"""Of so many seconds one is watched all the same."""


class Watch:
    """What is held back of the burst that is under way. heard: whether answers have begun to count requests."""

    def __init__(self) -> None:
        self.heard: float | None = None
        self._began = self._last = -math.inf
        self._asked: float | None = None
        self._told = False

    def sent(self, now: float) -> None:
        """A request leaves."""
        if now - self._last > PAUSE and now - self._began > ASK + PAUSE:
            self._began, self._asked, self._told = now, None, False
        elif self._asked is None and now >= self._began + ASK:
            self._asked = now
        self._last = now

    def answered(self, sent: float, now: float) -> None:
        """An answer that counts requests has come."""
        if self.heard is None:
            self.heard = now
        self._told = self._told or (self._asked is not None and sent >= self._asked)

    def held(self, now: float, third: int) -> int:
        """Places of the second to hold back now."""
        if now - self._began > 1.0 or self._told or not self._watches(self._began):
            return 0  # also of a burst that is still to begin
        return third if now < self._began + ASK else third - 1

    def next(self, now: float) -> float:
        """When fewer are held back, without any answer."""
        return self._began + ASK if now < self._began + ASK else math.inf

    def _watches(self, began: float) -> bool:
        return self.heard is not None and (began - self.heard <= LONG or int(began) % AGAIN == 0)
