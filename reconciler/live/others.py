"""Who else draws on the same limits: what the answers' counts are short of, as a rate, and what to leave to it.

Pure: every method is handed the time, seconds of one monotonic clock.
"""

from __future__ import annotations

import math

SPREAD = 2.5
"""How many standard deviations of the others' requests are left to them in a second."""
RESERVE = 2.0
"""The same for the rest of a minute, where what is left free too long is lost to us."""
MEMORY = 120.0
"""Seconds after which what was seen of others counts a third."""
FEW, BRIEF = 1.0, 3.0
"""What is taken for granted of others, once seen: so many requests in so many seconds."""


class Others:
    """The rate at which somebody else draws on the limits, by the seconds that answers have told of."""

    def __init__(self) -> None:
        self._count = 0.0
        self._watched = 0.0
        self._last: float | None = None

    def watch(self, now: float, requests: int, span: float) -> None:
        """An answer tells of the others' requests in the last seconds before it, `span` of them at most."""
        self._count, self._watched = self._faded(now)
        if self._last is not None:
            self._watched += min(span, now - self._last)
        self._count += requests
        self._last = now

    def rate(self, now: float) -> float:
        """Requests a second; 0 while nobody was seen for long. Careful while little is known."""
        count, watched = self._faded(now)
        return (count + FEW) / (watched + BRIEF) if count > 0.2 else 0.0

    def most(self, now: float, seconds: float) -> float:
        """The most requests that others make in so few seconds, rare cases aside."""
        mean = self.rate(now) * seconds
        return mean + SPREAD * math.sqrt(mean)

    def reserve(self, now: float, seconds: float) -> float:
        """What to leave to others of the rest of a minute, with what is not known of their rate."""
        mean = self.rate(now) * max(0.0, seconds)
        if not mean:
            return 0.0
        count, watched = self._faded(now)
        doubt = seconds * math.sqrt(count + FEW) / (watched + BRIEF)
        return mean + RESERVE * math.sqrt(mean + doubt * doubt)

    def _faded(self, now: float) -> tuple[float, float]:
        if self._last is None:
            return 0.0, 0.0
        fade = math.exp((self._last - now) / MEMORY)
        return self._count * fade, self._watched * fade
