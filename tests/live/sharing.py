"""Several processes of one account in virtual time: a pace and an open file each, one ledger, one server."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.live.gate import GLANCE
from reconciler.live.lease import find_lock
from reconciler.live.ledger import Ledger, open_ledger
from reconciler.live.pace import Windows
from reconciler.live.shared import Shared


@dataclass
class Member:
    """One process: its pace, what it has to send, and what became of it. block: requests that it sends together."""

    pace: Shared
    waiting: int
    looks: float = 0.0
    out: int = 0
    most_out: int = 4
    block: int = 1
    left: int = 0
    done: int = 0
    refused: int = 0
    sent: list[float] = field(default_factory=list)
    ended: float = 0.0


class Fleet:
    """Processes, and the time between them. trip: seconds of a way."""

    def __init__(self, server: Any, headers: str, phase: float, trip: Callable[[], float]) -> None:
        self.now = 0.0
        self.members: list[Member] = []
        self._server, self._headers, self._phase, self._trip = server, headers, phase, trip
        self._events: list[tuple[float, int, Member, float, Any]] = []
        self._order = 0

    def join(
        self, windows: Windows, requests: int, file: Path | None, at: float = 0.0, pid: int | None = None
    ) -> Member:
        """A process with so many requests, from `at` on; without a file it is alone."""
        ledger: Ledger | None = None if file is None else open_ledger(file, find_lock())
        member = Member(Shared(windows, ledger, lambda: self.now, pid=pid or 1 + len(self.members)), requests, looks=at)
        self.members.append(member)
        return member

    def close(self) -> None:
        """All of them end."""
        for member in self.members:
            member.pace.close()

    def run(self, until: float = float("inf")) -> None:
        """Until all are done, or a time."""
        while self.now < until:
            eager = [one for one in self.members if one.waiting and one.out < one.most_out]
            look = min((one.looks for one in eager), default=float("inf"))
            land = self._events[0][0] if self._events else float("inf")
            if min(look, land) == float("inf"):
                return
            self.now = max(self.now, min(look, land))
            if land <= look:
                self._land()
                continue
            self._look(next(one for one in eager if one.looks == look))

    def _look(self, member: Member) -> None:
        with member.pace as pace:
            if member.block > 1 and not member.left:
                if not pace.room(self.now, member.block):
                    member.looks = self.now + GLANCE
                    return
                member.left = member.block
            at = pace.when(self.now)
            if at is not None and at <= self.now:
                pace.sent(self.now)
                member.sent.append(self.now)
                member.waiting, member.out, member.left = member.waiting - 1, member.out + 1, member.left - 1
                self._push(self._trip(), member, self.now, None)
                return
        member.looks = self.now + min(GLANCE, GLANCE if at is None else at - self.now)

    def _land(self) -> None:
        _, _, member, sent, answer = heapq.heappop(self._events)
        if answer is None:
            self._push(self._trip(), member, sent, self._server.hit(self.now + self._phase, self._headers))
            return
        member.out -= 1
        member.looks = min(member.looks, self.now)
        member.ended = self.now
        refused = answer[0] == 429
        member.refused, member.done, member.waiting = (
            member.refused + refused,
            member.done + (not refused),
            member.waiting + refused,
        )
        with member.pace as pace:
            pace.answered(sent, self.now, *answer)

    def _push(self, delay: float, member: Member, sent: float, answer: Any) -> None:
        self._order += 1
        heapq.heappush(self._events, (self.now + delay, self._order, member, sent, answer))


def share(
    file: Path | None,
    server: Any,
    sizes: Sequence[int],
    *,
    headers: str = "minute",
    phase: float = 20.0,
    seed: int = 1,
    limits: tuple[int, int, int] = (10, 150, 4),
    starts: Sequence[float] = (),
) -> Fleet:
    """Processes of these sizes run to their end. starts: when they begin, at 0 where it is not told."""
    rng = random.Random(seed)
    fleet = Fleet(server, headers, phase, lambda: rng.uniform(0.015, 0.1))
    for number, size in enumerate(sizes):
        fleet.join(Windows(*limits), size, file, starts[number] if starts else 0.0)
    fleet.run()
    fleet.close()
    return fleet
