"""What a worker and whoever began the run tell each other while accounts run, by events that the scheduler keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STOPPED, LOST = 130, 143
"""What a task is told, as the exit code of a signal: its run was interrupted, or nobody hears of it any more."""
PULSE = 2.0
"""Seconds of one look whether a run was stopped."""

_CONNECTING = threading.Lock()


def stop_name(run: str) -> str:
    """The event of a run that was interrupted."""
    return f"reconciler-{run}-stop"


def begin_name(run: str, account: str) -> str:
    """The event of an account that a worker has begun."""
    return f"reconciler-{run}-begun-{account}"


class Line:
    """The line from a worker to a run. name: of the worker. make: makes an event of a name."""

    def __init__(self, run: str, name: str, make: Callable[[str], Any]) -> None:
        self.name = name
        self._run, self._make = run, make

    def is_stopped(self) -> bool:
        """Whether the run was interrupted."""
        return bool(self._make(stop_name(self._run)).is_set())

    def begin(self, account: str) -> bool:
        """Tells that an account is begun here. Whether a worker had begun it before, which was lost then."""
        event = self._make(begin_name(self._run, account))
        before = bool(event.is_set())
        event.set()
        return before

    @contextmanager
    def heard(self, stop: Callable[[int], object]) -> Iterator[None]:
        """While inside, stop() is called where the run is interrupted, or the scheduler is gone."""
        over = threading.Event()
        event = self._make(stop_name(self._run))

        def listen() -> None:
            while not over.is_set():
                try:
                    stopped = event.wait(timeout=PULSE)
                except Exception:
                    # Another worker may have been given the account by now.
                    stopped = None
                if stopped is not False and not over.is_set():
                    stop(STOPPED if stopped else LOST)
                    return

        threading.Thread(target=listen, name="reconciler-line", daemon=True).start()
        try:
            yield
        finally:
            over.set()


def find_line(run: str) -> Line:
    """The line of the worker that this task runs on."""
    from reconciler.commands.cluster import load_dask

    distributed = load_dask()
    with _CONNECTING:
        client = distributed.get_client()
    return Line(run, str(distributed.get_worker().address), lambda name: distributed.Event(name, client=client))
