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
        self._listener: Callable[[int], object] | None = None

    @contextmanager
    def told(self, listener: Callable[[int], object]) -> Iterator[None]:
        """While inside, a signal is told to the listener instead of ending the run."""
        before, self._listener = self._listener, listener
        try:
            yield
        finally:
            self._listener = before

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """While inside, a signal ends the run where it stands: nothing is under way."""
        before, self._listener = self._listener, None
        try:
            self.check()
            yield
        finally:
            self._listener = before

    def tell(self, code: int) -> None:
        """A signal of somebody else, who caught it: for a run in a thread, to which no signal comes."""
        self.code = code
        if self._listener is not None:
            self._listener(code)

    def pass_on(self) -> None:
        """Tells the listener of a signal that came before it could listen."""
        if self.code is not None and self._listener is not None:
            self._listener(self.code)

    def check(self) -> None:
        """Raises StoppedError where a signal has come."""
        if self.code is not None:
            raise StoppedError(self.code)

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
