"""What is known of one fixed window of requests: our own log of it, what the answers tell of it, who else draws on it.

Pure: every method is handed the time, seconds of one monotonic clock.

The log rests on one fact alone: a request lands on the server after it was sent and before its answer arrived. So one
that was answered at r shares no window of L seconds with another that is sent at r + L or later, whatever the phase of
the window and however long the trips take. While an answer is out, its place is taken.
"""

from __future__ import annotations

import math
from collections import deque

DRIFT = 0.0002
"""The most by which the server's clock may run slower than ours: more than a quartz does."""
TICK = 0.0002
"""Seconds by which the server may round its own clock."""
SPREAD = 3.0
"""How many standard deviations of the others' requests are left to them."""
MEMORY = 60.0
"""Seconds after which what was seen of others counts a third."""
PROBE = 5.0
"""Seconds after which one request asks anew where the rest of a window is left to others."""
PAUSE = 0.25
"""Seconds without a request that part one burst from the next."""


class Log:
    """At most `limit` requests in any `length` seconds. Every request counts, refused ones too.

    told: the server's own limit, where an answer named it. gone: requests that share no window with any later one.
    """

    def __init__(self, limit: int, length: float) -> None:
        self.limit = limit
        self.length = length
        self.told: int | None = None
        self.gone = 0
        self._cap = limit
        self._changed = 0.0
        self._free: deque[float] = deque()

    def landed(self, at_latest: float) -> None:
        """A request is known to have landed by then. Places come free in the order of these calls."""
        free = at_latest + self.length * (1 + DRIFT) + TICK
        self._free.append(max(free, self._free[-1]) if self._free else free)

    def forget(self, now: float) -> int:
        """How many requests, of all so far, are surely in no window with one that is sent now."""
        while self._free and self._free[0] <= now:
            self._free.popleft()
            self.gone += 1
        return self.gone

    def most(self, kept: int) -> int:
        """Requests of ours in a window: the limit, less after 429s, and less `kept`, but half of it in any case."""
        cap = self._cap if self.told is None else min(self._cap, self.told)
        return max(1, cap - kept, cap // 2)

    def spare(self, now: float, under_way: int, kept: int) -> int:
        """Requests that may leave now; negative where more are out than may be."""
        self.forget(now)
        return self.most(kept) - len(self._free) - under_way

    def when(self, now: float, under_way: int, kept: int) -> float | None:
        """The earliest time for one more; None: an answer has to come first."""
        spare = self.spare(now, under_way, kept)
        if spare > 0:
            return now
        return self._free[-spare] if -spare < len(self._free) else None

    def tighten(self, now: float) -> None:
        """A 429 came although the log had room: the limit is not what was believed, or is shared. A tenth less."""
        self._cap = max(1, min(self._cap - 1, self._cap * 9 // 10))
        self._changed = now

    def ease(self, now: float) -> None:
        """A tenth of the limit more, where no 429 came for two windows and half a minute."""
        if self._cap < self.limit and now - self._changed >= max(30.0, 2 * self.length):
            self._cap = min(self.limit, self._cap + max(1, self.limit // 10))
            self._changed = now


class Others:
    """The rate at which somebody else draws on the same limits, from what the answers' counts are short of."""

    def __init__(self) -> None:
        self._count = 0.0
        self._age = 0.0
        self._at: float | None = None

    def saw(self, now: float, requests: int) -> None:
        """So many requests of others were noticed by now, since the last call."""
        self._count, self._age = self._faded(now)
        self._count += requests
        self._at = now

    def rate(self, now: float) -> float:
        """Requests a second; 0 while nobody was seen for long. Careful while little is known."""
        count, age = self._faded(now)
        return (count + 0.5) / (age + 1.0) if count > 0.1 else 0.0

    def _faded(self, now: float) -> tuple[float, float]:
        if self._at is None:
            return 0.0, 0.0
        fade = math.exp((self._at - now) / MEMORY)
        return self._count * fade, self._age * fade + MEMORY * (1 - fade)


class Told:
    """What the answers tell of a window: `left` more requests of anybody until `until`, at the latest.

    left: of the answer that landed last, which is the lowest of a window. Requests under way, and answers that did not
    speak of this window, may have landed after it and are taken off. until: Reset is rounded up, so that each answer
    bounds the end from above; the lowest bound holds.
    """

    def __init__(self, limit: int) -> None:
        self.until = -math.inf
        self._left = 0
        self._at = 0.0
        self._blur = 1.0
        self._untold: deque[float] = deque(maxlen=limit)
        self._alone = 0

    def silent(self, now: float) -> None:
        """An answer that does not speak of this window, or none."""
        self._untold.append(now)

    def heard(self, sent: float, now: float, left: int, reset: float) -> bool:
        """An answer that speaks of this window. True where the window is another than the one known so far."""
        end, blur = now + reset, 1.0 + now - sent
        fresh = sent >= self.until or now >= self.until or end > self.until + blur
        if not fresh and (left > self._left or end < self.until - self._blur):
            # It landed before the one known, in this window or in an earlier one.
            return False
        if fresh or end < self.until:
            self.until, self._blur = end, blur
        self._left, self._at = left, now
        while self._untold and self._untold[0] <= sent:
            self._untold.popleft()
        return fresh

    def unseen(self, answers: int, under_way: int, *, fresh: bool) -> int:
        """Requests of others since the last call, at least. answers: how many of ours there were in all.

        Alone, what is left and what we sent add up to the same all through a window; others make the sum less.
        """
        lowest, highest = self._left + answers - len(self._untold), self._left + answers + under_way
        alone = lowest if fresh else max(self._alone, lowest)
        self._alone = min(alone, highest)
        return alone - self._alone

    def doubt(self, answers: int) -> int:
        """Requests that the last answer counted and that are either others', or ours whose answers are not here yet."""
        return max(0, self._alone - self._left - answers)

    def spare(self, now: float, under_way: int) -> int | None:
        """Requests that are left for anybody; None where nothing is known."""
        return self._left - under_way - len(self._untold) if now < self.until else None

    def when(self, now: float, under_way: int, rate: float) -> float:
        """The earliest time for one more beside others with `rate`: their part of the window's rest stays theirs."""
        spare = self.spare(now, under_way)
        if spare is None:
            return now
        stale = rate > 0 and now - self._at > PROBE
        if spare < 1 or (stale and under_way):
            return self.until
        if spare - 1 >= among(rate, self.until - self._at):
            return now
        probe = max(now, self._at + PROBE)
        return probe if spare - 1 >= among(rate, probe - self._at) else self.until


class Burst:
    """Our requests since the last pause, against what the answers to them count in their second.

    What they count beyond the answers that are here is ours under way, or others'. A window that began before the pause
    counts ours from before it too: that looks like others until all answers are here, and is then dropped.
    """

    def __init__(self) -> None:
        self._began = self._last = -math.inf
        self._before = 0
        self._counted = 0

    def sent(self, now: float, before: int) -> None:
        """One request leaves, after `before` others of ours in all."""
        if now - self._last > PAUSE:
            self._began, self._before = now, before
        self._last = now

    def heard(self, sent: float, used: int) -> None:
        """The answer to a request counts `used` in its window of a second, itself included."""
        if sent >= self._began:
            self._counted = max(self._counted, self._before + used)

    def doubt(self, answers: int, under_way: int) -> int:
        """Requests that were counted, and that are either others' or ours whose answers are not here yet."""
        if not under_way:
            self._counted = min(self._counted, answers)
        return max(0, self._counted - answers)


def among(rate: float, seconds: float) -> float:
    """The most requests that others with this rate make in so many seconds, rare cases aside."""
    mean = rate * max(0.0, seconds)
    return mean + SPREAD * math.sqrt(mean)
