"""The gate that every request passes: the windows' pace for threads, first come first served; a signal ends it.

One lock, one condition. Time is asked of a Clock that is handed in, and all waiting goes through it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from reconciler.errors import EndedError, LateError, ReconcilerError, StoppedError
from reconciler.live.ledger import Ledger
from reconciler.live.pace import Windows
from reconciler.live.shared import Shared

LOOK = 60.0
"""Seconds after which a waiting thread looks again even if nobody woke it."""
GLANCE = 0.03
"""The same on the machine's clock, since stop() wakes nobody."""


class Clock(Protocol):
    """Monotonic seconds, and waiting on a condition that is held."""

    def now(self) -> float:
        """Seconds that only grow."""
        ...

    def wait(self, condition: threading.Condition, timeout: float) -> None:
        """Waits until the condition is notified, or for `timeout` seconds at most; may return sooner."""
        ...


class RealClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, timeout: float) -> None:
        """Waits until the condition is notified, for `timeout` seconds, or for a glance at whether the run goes on."""
        condition.wait(min(timeout, GLANCE))


class Ticket(NamedTuple):
    """A request that may leave now. sent: when it left, in the clock's seconds."""

    sent: float


class Gate:
    """Lets requests pass at the pace of `windows`, which a ledger shares with other processes. Safe for threads.

    After stop() every call that would wait or let a request pass raises StoppedError, but within shield(). After end()
    it raises EndedError, for those too that wait already. lost: as in Shared.
    """

    def __init__(
        self,
        windows: Windows,
        clock: Clock | None = None,
        ledger: Ledger | None = None,
        lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._clock = clock or RealClock()
        self._windows = Shared(windows, ledger, self._clock.now, lost)
        self._condition = threading.Condition()
        self._queue: deque[object] = deque()
        self._code: int | None = None
        self._ended: tuple[ReconcilerError, bool] | None = None
        self._shields = threading.local()

    @property
    def stopped(self) -> bool:
        """Whether stop() was called."""
        return self._code is not None

    def now(self) -> float:
        """The clock's seconds."""
        return self._clock.now()

    def stop(self, code: int = 130) -> None:
        """Ends the run: whoever waits, or comes later, gets StoppedError(code). Safe to call from a signal handler.

        It takes no lock, since the thread that it interrupts may hold it; waiters look every 0.03 s.
        """
        self._code = code

    def end(self, error: ReconcilerError, *, reads: bool = False) -> None:
        """From now on nothing passes, whoever waits gets EndedError.

        reads: writes alone are held back, and those within shield() pass, since they put back what a write erased.
        """
        with self._condition:
            if self._ended is None or (self._ended[1] and not reads):
                self._ended = error, reads
            self._condition.notify_all()

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Within it, this thread's requests pass in spite of stop()."""
        depth = getattr(self._shields, "depth", 0)
        self._shields.depth = depth + 1
        try:
            yield
        finally:
            self._shields.depth = depth

    def acquire(self, by: float | None = None, *, write: bool = False) -> Ticket:
        """Waits for this request's turn. The caller sends it at once, and then calls answered() or failed().

        by: the clock's seconds; LateError as soon as it is known that the turn comes later. write: it is no GET.
        """
        me = object()
        with self._condition:
            self._queue.append(me)
            try:
                while True:
                    self._check(write=write)
                    now, at = self._try(by) if self._queue[0] is me else (self._clock.now(), None)
                    if by is not None and max(now, at or now) > by:
                        raise LateError("the limits hold this request until what it rests on is too old")
                    if at is not None and at <= now:
                        return Ticket(now)
                    self._clock.wait(self._condition, LOOK if at is None else at - now)
            finally:
                self._queue.remove(me)
                self._condition.notify_all()

    def _try(self, by: float | None) -> tuple[float, float | None]:
        """Now, and when a request may leave; one that may leave now, and not after `by`, is noted as sent."""
        with self._windows as windows:
            now = self._clock.now()
            at = windows.when(now)
            if at is not None and at <= now and (by is None or now <= by):
                windows.sent(now)
            return now, at

    def ready(self, requests: int = 1, *, write: bool = False) -> None:
        """Waits until both windows have room for so many requests, or for as many as a whole window admits.

        write: one of them is no GET.
        """
        with self._condition:
            while True:
                self._check(write=write)
                with self._windows as windows:
                    now = self._clock.now()
                    if windows.room(now, requests):
                        return
                    at = windows.when(now)
                self._clock.wait(self._condition, LOOK if at is None else max(GLANCE, at - now))

    def answered(self, ticket: Ticket, status: int, headers: Mapping[str, str]) -> None:
        """The answer has come; headers have lower-case names."""
        with self._condition, self._windows as windows:
            windows.answered(ticket.sent, self._clock.now(), status, headers)
            self._condition.notify_all()

    def failed(self, ticket: Ticket) -> None:
        """No answer will come."""
        with self._condition, self._windows as windows:
            windows.failed(ticket.sent, self._clock.now())
            self._condition.notify_all()

    def close(self) -> None:
        """Other processes are told no more."""
        with self._condition:
            self._windows.close()

    def pause(self, seconds: float) -> None:
        """Waits; ended by stop() and end()."""
        with self._condition:
            until = self._clock.now() + seconds
            while (left := until - self._clock.now()) > 0:
                self._check()
                self._clock.wait(self._condition, left)
            self._check()

    def _check(self, *, write: bool = False) -> None:
        shielded = bool(getattr(self._shields, "depth", 0))
        if self._code is not None and not shielded:
            raise StoppedError(self._code)
        if self._ended is not None:
            error, reads = self._ended
            if not reads or (write and not shielded):
                raise EndedError(error)
