"""The pace: when the next request may leave, so that none is refused. Pure: time is handed in, nothing is waited for.

The API has two fixed windows at once, 1 s and 60 s, of unknown phase (its rate limits page).

    windows.py     a log of the own requests against both, which alone earns no 429 in any phase and with any trips
    phase.py       where the windows end, as answers tell by and by: what surely lies before an end counts no longer
    bursts.py      the same for seconds that begin with our own first request
    others.py      who else draws on the limits; from then on a third of each second is left to him, and his part of the
    watch.py       minute's rest. Until then it is watched for him
    restraint.py   what 429s do: longer waits, fewer at once, and even steps where the limits turn out to be no windows

X-RateLimit-Limit and -Remaining of whichever window they speak of, and Retry-After, tighten all that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from reconciler.live.bursts import Bursts
from reconciler.live.headers import PATIENCE, read_date, read_wait, read_whole
from reconciler.live.others import Others
from reconciler.live.phase import DRIFT, TICK, Phase
from reconciler.live.restraint import Lanes, Steps, growing
from reconciler.live.watch import Watch
from reconciler.live.windows import Log, Told

SECOND, MINUTE = 1, 60
GRACE = 1.0
"""Seconds in which a request that was given up may still land."""
TOO_MANY_AT_ONCE = -1
"""Retry-After of a 429 for requests in parallel, for which no time can be told (the API's rate limits page)."""
NOBODY = Others()
"""Nobody draws on a second that is told: what it has left is not kept for long."""
SURELY_LONG = 2
"""Seconds left that no window of one second has more than; rounding up makes 2 of barely more than 1."""
SURELY_MINUTE = 10
"""Seconds left that show a minute; less may be the time in which a bucket of tokens fills again."""


class _Sent(NamedTuple):
    """Requests that left at one moment, `twins` of them. gone: how many before them share no second's window with them.

    relied: they had a place only by what is believed of the windows' ends.
    """

    gone: int
    twins: int
    relied: bool


class Windows:
    """Both windows of one account.

    per_second, per_minute: requests that this run may take, at most the server's limits. parallel: requests under way.
    Times are seconds of one monotonic clock; headers have lower-case names and text values.
    """

    def __init__(self, per_second: int, per_minute: int, parallel: int) -> None:
        if min(per_second, per_minute, parallel) < 1:
            raise ValueError("per_second, per_minute and parallel must be 1 or more")
        self.limits = per_second, per_minute, parallel
        self.under_way = self._answers = 0
        self._lanes, self._steps = Lanes(parallel), Steps(per_minute)
        self._phase, self._others, self._bursts, self._watch = Phase(), Others(), Bursts(), Watch()
        self._second, self._minute = Log(per_second, SECOND, self._phase), Log(per_minute, MINUTE, self._phase)
        self._told_short, self._told_long = Told(per_second), Told(per_minute)
        self._out: dict[float, _Sent] = {}
        self._scout: float | None = None
        self._hold = 0.0
        self._refused = -math.inf
        self._streak = 0

    def hold_to(self, per_second: int, per_minute: int, parallel: int) -> None:
        """Other limits from now on."""
        self.limits = per_second, per_minute, parallel
        self._second.hold_to(per_second)
        self._minute.hold_to(per_minute)
        self._lanes.hold_to(parallel)

    def is_out(self, sent: float) -> bool:
        """Whether an answer to a request sent then is still to come."""
        return sent in self._out

    def when(self, now: float) -> float | None:
        """The earliest time at which one more request may leave; None: not before the next answer."""
        if self.under_way >= self._lanes.open or self._scout is not None:
            return None
        second = self._when_in_second(now)
        minute = self._minute.when(now, self.under_way, 0)
        if second is None or minute is None:
            return None
        short = self._told_short.when(now, self.under_way, NOBODY)
        long = self._told_long.when(now, self.under_way, self._others)
        return max(self._steps.when(now), self._hold, second, minute, short, long)

    def _when_in_second(self, now: float) -> float | None:
        kept = self._kept(now)
        at = self._second.when(now, self.under_way, kept)
        if kept and not self._others.rate(now) and math.isfinite(later := self._watch.next(now)):
            again = self._second.when(now, self.under_way, kept - 1)
            if again is not None:
                return max(again, later) if at is None else min(at, max(again, later))
        return at

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
        twin = self._out.get(now, _Sent(0, 0, relied=False))
        by_minute = self._minute.relies(now, self.under_way, 0)
        relied = twin.relied or by_minute or self._second.relies(now, self.under_way, 0)
        self._out[now] = _Sent(self._second.forget(now), twin.twins + 1, relied)
        self._phase.sent(now)
        self._bursts.sent(now, self.under_way)
        self._watch.sent(now)
        self._steps.sent(now)
        if by_minute and not self._phase.proven:
            # The first that relies on the end of a minute goes alone.
            self._scout = now
        self.under_way += 1

    def failed(self, sent: float, now: float) -> None:
        """The request sent at `sent` was given up without an answer; it may still land for a moment."""
        self._landed(sent, now + GRACE)
        self._told_short.silent(now)
        self._told_long.silent(now)

    def answered(self, sent: float, now: float, status: int, headers: Mapping[str, str]) -> None:
        """The answer to the request sent at `sent` arrived, with any status."""
        scout = sent == self._scout
        before = self._landed(sent, now, read_date(headers))
        self._listen(sent, now, headers, before.gone)
        if status == 429:
            asked = read_wait(headers)
            news = self._back_off(sent, now, asked)
            if scout:
                self._phase.doubt()
            elif news:
                self._tighten(now, asked, relied=before.relied)
            return
        self._phase.proven = self._phase.proven or scout
        if sent >= self._refused:
            self._streak = 0
            self._lanes.widen(now)
            self._second.ease(now)
            self._minute.ease(now)

    def _kept(self, now: float) -> int:
        """Requests of a second to leave to others: to those that were seen, and to those that are watched for."""
        third = math.ceil(0.3 * self._second.most(0))
        seen = math.ceil(self._others.most(now, SECOND))
        kept = max(third, seen) if seen else self._watch.held(now, third)
        return max(0, kept - self._beyond())

    def _beyond(self) -> int:
        """Requests of a second that the server grants beyond our share, which are left to others as it is."""
        if self._second.told is not None:
            return max(0, self._second.told - self._second.limit)
        if self._minute.told is None:
            return 0
        return max(0, self._minute.told * self._second.limit // self._minute.limit - self._second.limit)

    def _landed(self, sent: float, at_latest: float, second: int | None = None) -> _Sent:
        """Note the landing."""
        before = self._out.pop(sent)
        if before.twins > 1:
            self._out[sent] = before._replace(twins=before.twins - 1)
        self.under_way -= 1
        self._answers += 1
        over = self._bursts.landed(sent, at_latest, SECOND * (1 + DRIFT) + TICK)
        self._second.landed(at_latest, second, over)
        self._minute.landed(at_latest, second)
        if sent == self._scout:
            self._scout = None
        return before

    def _listen(self, sent: float, now: float, headers: Mapping[str, str], gone: int) -> None:
        """Take in X-RateLimit-*."""
        limit, left = read_whole(headers, "x-ratelimit-limit"), read_whole(headers, "x-ratelimit-remaining")
        reset = read_whole(headers, "x-ratelimit-reset")
        if left is None:
            self._told_short.silent(now)
            self._told_long.silent(now)
            return
        self._watch.answered(sent, now)
        left, end = max(0, left), SECOND if reset is None else min(MINUTE, max(0.0, float(reset)))
        if self._is_long(limit, end):
            self._told_short.silent(now)
            if limit is not None and limit > 0 and end > SURELY_MINUTE:
                self._minute.told = limit
            fresh = self._told_long.heard(sent, now, left, end)
            unseen = self._told_long.unseen(self._answers, self.under_way, fresh=fresh)
            self._others.watch(now, unseen, 0.0 if fresh else MINUTE)
            self._phase.crowded = self._others.rate(now) > 0
            if reset is not None and SURELY_LONG < reset <= MINUTE:
                self._phase.heard(sent, now, reset, read_date(headers))
            return
        self._told_long.silent(now)
        if limit is not None and limit > 0:
            self._second.told = limit
            if limit - left + gone <= self._answers + self.under_way:
                # All that it counts may be ours, and the log has counted ours already.
                self._told_short.silent(now)
                self._others.watch(now, 0, SECOND)
                return
        self._others.watch(now, int(self._told_short.heard(sent, now, left, end)), SECOND)

    def _is_long(self, limit: int | None, end: float) -> bool:
        """Whether an answer speaks of the minute: by the time left, and where that is short, by the nearer limit."""
        if end > SURELY_LONG:
            return True
        return limit is not None and limit**2 > self._second.limit * self._minute.limit

    def _back_off(self, sent: float, now: float, asked: int | None) -> bool:
        """Stop for as long as a 429 asks, and longer each time that this was not enough. Whether the 429 is news."""
        news = sent >= self._refused
        if news:
            self._streak += 1
            self._refused = now
        told = asked is not None and asked >= 0
        wait = max(float(asked or 0), growing(self._streak - 1)) if told else growing(self._streak)
        # Whoever asks for more is not waited for: the client gives up what was refused.
        self._hold = max(self._hold, now + (wait if wait <= PATIENCE else MINUTE))
        return news

    def _tighten(self, now: float, asked: int | None, *, relied: bool) -> None:
        """Believe less. relied: as in _Sent."""
        self._steps.refused(now)
        if relied and not self._others.rate(now):
            self._phase.disprove()
        if asked == TOO_MANY_AT_ONCE:
            self._lanes.narrow(now, self.under_way + 1)
        elif self._hold - now > SURELY_LONG:
            self._minute.tighten(now)
        else:
            self._second.tighten(now)
            self._others.watch(now, 1, SECOND)
