"""What is known of one fixed window of requests: our own log of it, what the answers tell of it, who else draws on it.

Pure: every method is handed the time, seconds of one monotonic clock.

The log rests on one fact alone: a request lands on the server after it was sent and before its answer arrived. So one
that was answered at r shares no window of L seconds with another that is sent at r + L or later, whatever the phase of
the window and however long the trips take. While an answer is out, its place is taken.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import islice

from reconciler.live.others import Others
from reconciler.live.phase import DRIFT, TICK, Phase, Place

PROBE = 5.0
"""Seconds after which one request asks anew where the rest of a window is left to others."""


class Log:
    """At most `limit` requests in any window of `length` seconds. Every request counts, refused ones too.

    told: the server's own limit, where an answer named it. gone: requests that share no window with any later one.
    """

    def __init__(self, limit: int, length: int, phase: Phase) -> None:
        self.limit = limit
        self.length = length
        self.told: int | None = None
        self.gone = 0
        self._phase = phase
        self._cap = limit
        self._changed = 0.0
        self._places: deque[Place] = deque()
        self._lent: deque[float] = deque()

    def landed(self, at_latest: float, second: int | None = None, over: float | None = None) -> None:
        """A request is known to have landed by then. Places come free in the order of these calls. second, over: as in
        Place.
        """
        free = at_latest + self.length * (1 + DRIFT) + TICK
        last = self._places[-1] if self._places else None
        if last is not None:
            free, at_latest = max(free, last.free), max(at_latest, last.landed)
            second = second if second is None or last.second is None else max(second, last.second)
        self._places.append(Place(free, at_latest, second, over))

    def forget(self, now: float) -> int:
        """How many requests, of all so far, are surely in no window with one that is sent now."""
        if self._lent and self._phase.disproved:
            # They were given back too soon.
            self._places.extendleft(Place(free, free) for free in reversed(self._lent))
            self.gone -= len(self._lent)
            self._lent.clear()
        while self._places and self._phase.free(self._places[0], self.length) <= now:
            place = self._places.popleft()
            self.gone += 1
            if place.free > now:
                self._lent.append(place.free)
        while self._lent and self._lent[0] <= now:
            self._lent.popleft()
        return self.gone

    def relies(self, now: float, under_way: int, kept: int) -> bool:
        """Whether a request that leaves now has a place only by what is believed of the windows' ends."""
        return 0 < self.spare(now, under_way, kept) <= len(self._lent)

    def most(self, kept: int) -> int:
        """Requests of ours in a window: the limit, less after 429s, and less `kept`, but half of it in any case."""
        cap = self._cap if self.told is None else min(self._cap, self.told)
        return max(1, cap - kept, cap // 2)

    def spare(self, now: float, under_way: int, kept: int) -> int:
        """Requests that may leave now; negative where more are out than may be."""
        self.forget(now)
        return self.most(kept) - len(self._places) - under_way

    def when(self, now: float, under_way: int, kept: int) -> float | None:
        """The earliest time for one more; None: an answer has to come first."""
        spare = self.spare(now, under_way, kept)
        if spare > 0:
            return now
        if -spare >= len(self._places):
            return None
        return max(self._phase.free(place, self.length) for place in islice(self._places, 1 - spare))

    def hold_to(self, limit: int) -> None:
        """Another limit from now on; what 429s took away stays away."""
        self._cap = limit if self._cap == self.limit else min(self._cap, limit)
        self.limit = limit

    def tighten(self, now: float) -> None:
        """A 429 came although the log had room: the limit is not what was believed, or is shared. A tenth less."""
        self._cap = max(1, min(self._cap - 1, self._cap * 9 // 10))
        self._changed = now

    def ease(self, now: float) -> None:
        """A tenth of the limit more, where no 429 came for two windows and half a minute."""
        if self._cap < self.limit and now - self._changed >= max(30.0, 2 * self.length):
            self._cap = min(self.limit, self._cap + max(1, self.limit // 10))
            self._changed = now


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

    def spare(self, now: float, under_way: int) -> int | None:
        """Requests that are left for anybody; None where nothing is known."""
        return self._left - under_way - len(self._untold) if now < self.until else None

    def when(self, now: float, under_way: int, others: Others) -> float:
        """The earliest time for one more beside others: their part of the window's rest stays theirs."""
        spare = self.spare(now, under_way)
        if spare is None:
            return now
        if spare < 1:
            return self.until
        left = self.until - self._at
        if spare - 1 >= others.reserve(now, left):
            return now
        if under_way or spare - 1 < others.rate(now) * left:
            # What is under way tells more when it is answered; and what is theirs on average is not asked for.
            return self.until
        return min(self.until, max(now, self._at + PROBE))
