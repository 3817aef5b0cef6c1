"""The pace: when the next request may leave, so that none is refused. Pure: time is handed in, nothing is waited for.

The API has two fixed windows at once, 1 s and 60 s, of unknown phase (its rate limits page). Windows keeps a log of the
own requests against both, which alone earns no 429 in any phase and with any trips (windows.py says why). Answers only
ever tighten it: X-RateLimit-Limit, -Remaining and -Reset of whichever window they speak of, and Retry-After.

A second client shows as soon as the answers count more requests than ours. From then on a third of each second is left
to it, and its part of the minute's rest. Until then, for the first seconds, the last third of each burst waits while
the answers to that burst count more than the answers that are here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from reconciler.live.windows import Burst, Log, Others, Told, among

SECOND, MINUTE = 1.0, 60.0
GRACE = 1.0
"""Seconds in which a request that was given up may still land."""
TOO_MANY_AT_ONCE = -1
"""Retry-After of a 429 for requests in parallel, for which no time can be told (the API's rate limits page)."""
LONGEST = 60.0
"""Seconds: the longest wait that nobody asked for."""
QUIET = 11.0
"""Seconds of answers that show nobody else, after which nobody else is expected."""
SURELY_LONG = 2
"""Seconds left that no window of one second has more than; rounding up makes 2 of barely more than 1."""


class Windows:
    """Both windows of one account.

    per_second, per_minute: requests that this run may take, at most the server's limits. parallel: requests under way.
    Times are seconds of one monotonic clock; headers have lower-case names and text values.
    """

    def __init__(self, per_second: int, per_minute: int, parallel: int) -> None:
        if min(per_second, per_minute, parallel) < 1:
            raise ValueError("per_second, per_minute and parallel must be 1 or more")
        self.under_way = 0
        self._answers = 0
        self._lanes = _Lanes(parallel)
        self._second, self._minute = Log(per_second, SECOND), Log(per_minute, MINUTE)
        self._told_short, self._told_long = Told(per_second), Told(per_minute)
        self._others, self._burst = Others(), Burst()
        self._out: dict[float, tuple[int, int]] = {}
        self._first_heard: float | None = None
        self._hold = 0.0
        self._refused = -math.inf
        self._streak = 0

    def when(self, now: float) -> float | None:
        """The earliest time at which one more request may leave; None: not before the next answer."""
        if self.under_way >= self._lanes.open:
            return None
        second = self._second.when(now, self.under_way, self._kept(now))
        minute = self._minute.when(now, self.under_way, 0)
        if second is None or minute is None:
            return None
        short = self._told_short.when(now, self.under_way, 0.0)
        long = self._told_long.when(now, self.under_way, self._others.rate(now))
        return max(now, self._hold, second, minute, short, long)

    def room(self, now: float, requests: int) -> bool:
        """Whether so many requests, or as many as a whole window admits, could leave now without a wait for a window.

        `parallel` is not asked.
        """
        kept = self._kept(now)
        requests = min(requests, self._second.most(kept), self._minute.most(0))
        spare = [self._second.spare(now, self.under_way, kept), self._minute.spare(now, self.under_way, 0)]
        for told in (self._told_short, self._told_long):
            left = told.spare(now, self.under_way)
            spare.append(requests if left is None else left)
        return self._hold <= now and min(spare) >= requests

    def sent(self, now: float) -> None:
        """One request leaves now."""
        _, twins = self._out.get(now, (0, 0))
        self._out[now] = (self._second.forget(now), twins + 1)
        self._burst.sent(now, self._answers + self.under_way)
        self.under_way += 1

    def failed(self, sent: float, now: float) -> None:
        """The request sent at `sent` was given up without an answer; it may still land for a moment."""
        self._landed(sent, now + GRACE)
        self._told_short.silent(now)
        self._told_long.silent(now)

    def answered(self, sent: float, now: float, status: int, headers: Mapping[str, str]) -> None:
        """The answer to the request sent at `sent` arrived, with any status."""
        gone = self._landed(sent, now)
        self._listen(sent, now, headers, gone)
        if status == 429:
            self._back_off(sent, now, read_whole(headers, "retry-after"))
        elif sent >= self._refused:
            self._streak = 0
            self._lanes.widen(now)
            self._second.ease(now)
            self._minute.ease(now)

    def _kept(self, now: float) -> int:
        """Requests of a second to leave to others: to those that were seen, and to those that may have just begun."""
        third = math.ceil(0.3 * self._second.limit)
        rate = self._others.rate(now)
        if rate:
            kept = max(third, math.ceil(among(rate, SECOND)))
        elif self._first_heard is not None and now - self._first_heard <= QUIET:
            doubt = self._told_long.doubt(self._answers), self._burst.doubt(self._answers, self.under_way)
            kept = min(third, max(doubt))
        else:
            kept = 0
        return max(0, kept - self._beyond())

    def _beyond(self) -> int:
        """Requests of a second that the server grants beyond our share, which are left to others as it is."""
        if self._second.told is not None:
            return max(0, self._second.told - self._second.limit)
        if self._minute.told is None:
            return 0
        return max(0, self._minute.told * self._second.limit // self._minute.limit - self._second.limit)

    def _landed(self, sent: float, at_latest: float) -> int:
        """Note the landing. How many of our requests before it cannot be in one second's window with it."""
        gone, twins = self._out.pop(sent)
        if twins > 1:
            self._out[sent] = (gone, twins - 1)
        self.under_way -= 1
        self._answers += 1
        self._second.landed(at_latest)
        self._minute.landed(at_latest)
        return gone

    def _listen(self, sent: float, now: float, headers: Mapping[str, str], gone: int) -> None:
        """Take in X-RateLimit-*."""
        limit, left = read_whole(headers, "x-ratelimit-limit"), read_whole(headers, "x-ratelimit-remaining")
        reset = read_whole(headers, "x-ratelimit-reset")
        if left is None:
            self._told_short.silent(now)
            self._told_long.silent(now)
            return
        self._first_heard = now if self._first_heard is None else self._first_heard
        left, end = max(0, left), SECOND if reset is None else min(MINUTE, max(0.0, float(reset)))
        if self._is_long(limit, end):
            self._told_short.silent(now)
            if limit is not None and limit > 0 and end > SURELY_LONG:
                self._minute.told = limit
            fresh = self._told_long.heard(sent, now, left, end)
            self._others.saw(now, self._told_long.unseen(self._answers, self.under_way, fresh=fresh))
            return
        self._told_long.silent(now)
        if limit is not None and limit > 0:
            self._second.told = limit
            self._burst.heard(sent, limit - left)
            if limit - left + gone <= self._answers + self.under_way:
                # All that it counts may be ours, and the log has counted ours already.
                self._told_short.silent(now)
                return
        if self._told_short.heard(sent, now, left, end):
            self._others.saw(now, 1)

    def _is_long(self, limit: int | None, end: float) -> bool:
        """Whether an answer speaks of the minute: by the time left, and where that is short, by the nearer limit."""
        if end > SURELY_LONG:
            return True
        return limit is not None and limit**2 > self._second.limit * self._minute.limit

    def _back_off(self, sent: float, now: float, asked: int | None) -> None:
        """Stop for as long as a 429 asks, and longer each time that this was not enough."""
        news = sent >= self._refused
        if news:
            self._streak += 1
            self._refused = now
        told = asked is not None and asked >= 0
        wait = max(float(asked or 0), _growing(self._streak - 1)) if told else _growing(self._streak)
        self._hold = max(self._hold, now + wait)
        if not news:
            return
        if asked == TOO_MANY_AT_ONCE:
            self._lanes.narrow(now, self.under_way + 1)
        elif wait > SURELY_LONG:
            self._minute.tighten(now)
        else:
            self._second.tighten(now)
            self._others.saw(now, 1)


class _Lanes:
    """How many requests may be under way: half after each "too many at once", one more after a while in peace."""

    def __init__(self, most: int) -> None:
        self.open = most
        self._most = most
        self._patience = 15.0
        self._changed = 0.0

    def narrow(self, now: float, at_once: int) -> None:
        self._patience = min(600.0, 2 * self._patience)
        self.open = max(1, min(self.open, at_once) // 2)
        self._changed = now

    def widen(self, now: float) -> None:
        if self.open < self._most and now - self._changed >= self._patience:
            self.open += 1
            self._changed = now


def _growing(times: int) -> float:
    """1, 2, 4 … seconds; none for the zeroth time."""
    return min(LONGEST, 2.0 ** min(times - 1, 10)) if times > 0 else 0.0


def read_whole(headers: Mapping[str, str], name: str) -> int | None:
    """The header as a whole number, rounded up; None where it is absent or no number."""
    try:
        return math.ceil(float(headers[name]))
    except (KeyError, ValueError, OverflowError):
        return None
