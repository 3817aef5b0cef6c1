"""Crashes anywhere in a run: an exception that is full of secrets, thrown at the nth call of a function of the tool."""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from reconciler.commands import faults

Fault = Callable[[str], BaseException]


def _caused(secrets: str) -> BaseException:
    fault = RuntimeError(secrets)
    fault.__cause__ = ValueError(secrets)
    fault.add_note(secrets)
    return fault


FAULTS: tuple[Fault, ...] = (
    RuntimeError,
    _caused,
    lambda secrets: OSError(errno.EIO, secrets, secrets),
    KeyError,
    lambda secrets: UnicodeEncodeError("utf-8", secrets, 0, 1, secrets),
    MemoryError,
    RecursionError,
)
"""What is thrown."""


SPARED = ("reconciler.sandbox", "reconciler.cli.program")
"""The emulator, which is not driven here; and what turns crashes into words, of which test_canary_process.py tells."""


class Crash:
    """Counts the calls of the tool's functions; throws at one of them, where one is given."""

    def __init__(self, at: int | None = None, fault: BaseException | None = None) -> None:
        self.calls = 0
        self.struck: str | None = None
        self._at, self._fault = at, fault
        self._lock = threading.Lock()

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> None:
        """As sys.setprofile calls it."""
        name = frame.f_globals.get("__name__", "")
        if event != "call" or not name.startswith("reconciler.") or name.startswith(SPARED):
            return
        with self._lock:
            self.calls += 1
            strikes = self.calls == self._at and self._fault is not None
        if strikes and self._fault is not None:
            self.struck = f"{name}.{frame.f_code.co_name}"
            raise self._fault


@contextmanager
def crashing(crash: Crash) -> Iterator[None]:
    """While inside, every call is counted, in threads that begin within too."""
    before = sys.unraisablehook
    sys.unraisablehook = lambda _fault: None
    threading.setprofile(crash)
    sys.setprofile(crash)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        sys.unraisablehook = before


@contextmanager
def watching(seen: Callable[[object], None]) -> Iterator[None]:
    """While inside, every value of the tool's own types in the frames of a crash is shown."""
    make_fault = faults.make_fault

    def look(kind: type[BaseException], trace: TracebackType | None) -> Any:
        at = trace
        while at is not None:
            for value in list(at.tb_frame.f_locals.values()):
                if is_own(value):
                    seen(value)
            at = at.tb_next
        return make_fault(kind, trace)

    faults.make_fault = look
    try:
        yield
    finally:
        faults.make_fault = make_fault


def is_own(value: object) -> bool:
    """Whether its text is for the tool to choose: its own types, and containers of nothing else."""
    if isinstance(value, Mapping) and type(value) is dict:
        return bool(value) and all(map(is_own, value.values()))
    if isinstance(value, (list, tuple, set, frozenset)) and type(value).__module__ == "builtins":
        return bool(value) and all(is_own(one) for one in value)
    return type(value).__module__.partition(".")[0] == "reconciler"
