"""The other processes on the same account: whom to let go first, and whose limits bind all. Pure: time is handed in."""

from __future__ import annotations

import math
from collections import deque

from reconciler.live.ledger import JOINED, LEFT, SENT, Record

Limits = tuple[int, int, int]
"""Requests a second, a minute, and at once."""

TURN = 0.04
"""Seconds for which one who is ahead leaves to the others what has become free: longer than they take to look again."""
MEMORY = 10.0
"""Seconds of requests by which it is judged who is ahead."""
BINDING = 65.0
"""Seconds after its last request in which a process is expected to go on, and its limits bind: it is in the minute."""


class Company:
    """The processes of which the ledger has told of late. pid, limits: this one's own."""

    def __init__(self, pid: int, limits: Limits) -> None:
        self._pid, self._own = pid, limits
        self._others: dict[int, tuple[float, Limits]] = {}
        self._sends: dict[int, deque[float]] = {pid: deque()}
        self._free = math.inf

    def hear(self, record: Record) -> None:
        """A record of another process."""
        if record.kind == LEFT:
            self._others.pop(record.pid, None)
        elif record.kind in (JOINED, SENT) and record.pid != self._pid:
            self._others[record.pid] = record.now, (record.limit, record.left, record.reset)
            sends = self._sends.setdefault(record.pid, deque())
            if record.kind == SENT:
                sends.append(record.now)

    def sent(self, now: float) -> None:
        """A request of this process leaves."""
        self._free = math.inf
        self._sends[self._pid].append(now)

    def limits(self, now: float) -> Limits:
        """What binds all of them together: of each limit the tightest."""
        for pid in [pid for pid, (last, _) in self._others.items() if now - last > BINDING]:
            del self._others[pid]
        second, minute, parallel = map(min, zip(self._own, *(own for _, own in self._others.values()), strict=True))
        return second, minute, parallel

    def when(self, at: float | None, now: float) -> float | None:
        """When a request of this process leaves that could leave at `at`: at once, unless others are behind it."""
        if at is None or at > now:
            self._free = math.inf
            return at
        if not self._others or self._lead(now) < max(1, -(-self._own[0] // (len(self._others) + 1))):
            return at
        self._free = min(self._free, now)
        return max(at, self._free + TURN)

    def _lead(self, now: float) -> int:
        for pid, sends in list(self._sends.items()):
            while sends and sends[0] < now - MEMORY:
                sends.popleft()
            if not sends and pid != self._pid and pid not in self._others:
                del self._sends[pid]
        return len(self._sends[self._pid]) - min(len(self._sends[pid]) for pid in self._others)
