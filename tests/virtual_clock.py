"""Time for tests: it passes only while everybody waits.

One thread: a wait takes no real time at all. Several, through run(): once each of them sleeps and none was woken, the
clock moves to the nearest deadline. What the threads do in the meantime takes no time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

POLL = 0.0005
"""Real seconds between two looks at whether everybody sleeps."""
PATIENCE = 60.0
"""Real seconds after which a run hangs."""


class VirtualClock:
    """Monotonic seconds from `start`; fits reconciler.live.gate.Clock."""

    def __init__(self, start: float = 0.0) -> None:
        self._time = start
        self._lock = threading.Lock()
        self._threads = 0
        self._asleep: dict[int, tuple[float, threading.Condition]] = {}

    def now(self) -> float:
        """Seconds that only grow."""
        return self._time

    def wait(self, condition: threading.Condition, timeout: float) -> None:
        """Wait until the condition, which is held, is notified, or for `timeout` seconds of this clock, or less."""
        if not self._threads:
            self._time += max(timeout, 0.0)
            return
        me = threading.get_ident()
        with self._lock:
            self._asleep[me] = self._time + timeout, condition
        condition.wait()
        with self._lock:
            del self._asleep[me]

    def sleep(self, seconds: float) -> None:
        """Wait so long for nothing; what a request's trip is in a test."""
        until = self._time + seconds
        alone = threading.Condition()
        with alone:
            while self._time < until:
                self.wait(alone, until - self._time)

    def run(self, works: Sequence[Callable[[], object]]) -> None:
        """Do all of these, each in a thread of its own, until the last one ends."""
        self._threads = len(works)

        def body(work: Callable[[], object]) -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._threads -= 1

        for work in works:
            threading.Thread(target=body, args=(work,), daemon=True).start()
        hangs, look = time.monotonic() + PATIENCE, threading.Event()
        while self._threads:
            assert time.monotonic() < hangs, "the threads wait for each other"
            if not self._pass():
                look.wait(POLL)

    def _pass(self) -> bool:
        """Move to the nearest deadline, where everybody sleeps: whoever was notified is no longer among the waiters."""
        with self._lock:
            asleep = list(self._asleep.values())
            conditions = {id(condition): condition for _, condition in asleep}
            waiters = sum(len(vars(condition)["_waiters"]) for condition in conditions.values())
            if not asleep or not len(asleep) == waiters == self._threads:
                return False
            self._time = max(self._time, min(deadline for deadline, _ in asleep))
            due = {id(condition): condition for deadline, condition in asleep if deadline <= self._time}
        for condition in due.values():
            with condition:
                condition.notify_all()
        return True
