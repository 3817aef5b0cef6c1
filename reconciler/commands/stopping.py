"""SIGINT and SIGTERM: the request in flight ends, the report is printed, the exit code is 130 or 143."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from reconciler.errors import StoppedError

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Stopping:
    """What a signal does: it ends the run at once, or tells whoever has work under way."""

    def __init__(self) -> None:
        self.code: int | None = None
        self._listener: Callable[[int], None] | None = None

    @contextmanager
    def told(self, listener: Callable[[int], None]) -> Iterator[None]:
        """While inside, a signal is told to the listener instead of ending the run."""
        self._listener = listener
        try:
            yield
        finally:
            self._listener = None

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Installs the handlers (main thread only), and puts the old ones back."""
        before = {number: signal.signal(number, self._on_signal) for number in CODES}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.code = CODES[signal.Signals(number)]
        if self._listener is None:
            raise StoppedError(self.code)
        self._listener(self.code)
