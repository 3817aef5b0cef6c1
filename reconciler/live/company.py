"""The other processes on the same account: whom to let go first, and whose limits bind all. Pure: time is handed in."""

from __future__ import annotations

import math
from collections import deque

from reconciler.live.ledger import JOINED, LEFT, SENT, WANTED, Record

Limits = tuple[int, int, int]
"""Requests a second, a minute, and at once."""

TURN = 0.04
"""Seconds for which one who is ahead leaves to the others what has become free: longer than they take to look again."""
MEMORY = 10.0
"""Seconds of requests by which it is judged who is ahead."""
HOLD, AGAIN = 2.0, 1.0
"""Seconds for which places are held for one who asked for several, and after which he asks again."""
BINDING = 65.0
"""Seconds after its last request in which a process is expected to go on, and its limits bind: it is in the minute."""


class Company:
    """The processes of which the ledger has told of late. pid, limits: this one's own."""

    def __init__(self, pid: int, limits: Limits) -> None:
        self._pid, self._own = pid, limits
        self._others: dict[int, tuple[float, Limits]] = {}
        self._sends: dict[int, deque[float]] = {pid: deque()}
        self._wanted: dict[int, tuple[float, int]] = {}
        self._free = math.inf

    def hear(self, record: Record) -> None:
        """A record of another process."""
        if record.kind == LEFT:
            self._others.pop(record.pid, None)
            self._wanted.pop(record.pid, None)
        elif record.kind == WANTED:
            self._wanted[record.pid] = record.now, record.limit
        elif record.kind in (JOINED, SENT) and record.pid != self._pid:
            self._others[record.pid] = record.now, (record.limit, record.left, record.reset)
            sends = self._sends.setdefault(record.pid, deque())
            if record.kind == SENT:
                sends.append(record.now)
                self._take(record.pid)

    def sent(self, now: float) -> None:
        """A request of this process leaves."""
        self._free = math.inf
        self._sends[self._pid].append(now)
        self._take(self._pid)

    def wants(self, now: float, requests: int) -> bool:
        """Whether the others are to be told that this process waits for room for several requests, or has it."""
        since, left = self._wanted.get(self._pid, (-math.inf, 0))
        if requests < 2 or not self._others or (left and now - since < AGAIN):
            return False
        self._wanted[self._pid] = now, requests
        return True

    def limits(self, now: float) -> Limits:
        """What binds all of them together: of each limit the tightest."""
        if not self._others:
            return self._own
        for pid in [pid for pid, (last, _) in self._others.items() if now - last > BINDING]:
            del self._others[pid]
        second, minute, parallel = map(min, zip(self._own, *(own for _, own in self._others.values()), strict=True))
        return second, minute, parallel

    def when(self, at: float | None, now: float) -> float | None:
        """When a request of this process leaves that could leave at `at`: at once, unless others are behind it."""
        if at is None or at > now:
            self._free = math.inf
            return at
        if not self._others:
            return at
        self._forget(now)
        own = len(self._sends[self._pid])
        held = [
            since + HOLD for pid, (since, _) in self._wanted.items() if pid in self._others and self._count(pid) <= own
        ]
        if max(held, default=now) > now:
            return max(held)
        ahead = own - min(map(self._count, self._others))
        if ahead < max(1, -(-self._own[0] // (len(self._others) + 1))):
            return at
        self._free = min(self._free, now)
        return max(at, self._free + TURN)

    def _count(self, pid: int) -> int:
        return len(self._sends[pid])

    def _take(self, pid: int) -> None:
        """One of the requests that were asked for has left."""
        if pid in self._wanted:
            since, left = self._wanted[pid]
            if left > 1:
                self._wanted[pid] = since, left - 1
            else:
                del self._wanted[pid]

    def _forget(self, now: float) -> None:
        for pid, sends in list(self._sends.items()):
            while sends and sends[0] < now - MEMORY:
                sends.popleft()
            if not sends and pid != self._pid and pid not in self._others:
                del self._sends[pid]
