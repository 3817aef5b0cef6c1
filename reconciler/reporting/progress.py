"""Progress of long work on a stream: one line rewritten on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import TextIO

from reconciler.reporting.style import cut, duration, escape

FIRST_LINE = 3.0
"""Seconds of work before the first line where there is no terminal: what is quick says nothing."""
NEXT_LINES = 5.0
REDRAW = 0.1
"""Seconds between two drawings on a terminal, so that the drawing costs nothing."""
ERASE = "\r\x1b[K"


class Progress:
    """Says what is going on and how long it will take. May be told from several threads.

    clock: seconds that only grow. pulse: seconds after which it is told anew by itself, since work may wait for a
    minute; None: never. A stream that breaks is not written to again: progress never ends a run.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        tty: bool,
        clock: Callable[[], float],
        quiet: bool = False,
        width: int = 80,
        prefix: str = "",
        pulse: float | None = None,
    ) -> None:
        self._stream = stream
        self._tty = tty
        self._clock = clock
        self._silent = quiet
        self._width = width
        self._prefix = prefix
        self._pulse = pulse
        self._ended = threading.Event()
        self._lock = threading.RLock()
        self._label = ""
        self._total = self._count = 0
        self._forecast = 0.0
        self._began = self._drawn = clock()
        self._running = self._on_line = self._counted = False

    def start(self, label: str, total: int, seconds: float = 0.0) -> None:
        """Begins a piece of work of `total` steps; `seconds` is its forecast, 0 where there is none."""
        with self._lock:
            self.done()
            self._label, self._total, self._forecast = escape(label), total, seconds
            self._count = 0
            self._began = self._clock()
            self._drawn = -math.inf if self._tty else self._began + FIRST_LINE - NEXT_LINES
            self._running, self._counted = True, False
            self._draw()
            if self._pulse is not None and not self._silent:
                self._ended = threading.Event()
                threading.Thread(target=self._beat, args=(self._pulse, self._ended), daemon=True).start()

    def update(self, count: int, total: int) -> None:
        """So many steps of so many are done. Fewer steps than before are another piece of the same work."""
        with self._lock:
            if count < self._count:
                self._began, self._counted = self._clock(), False
            self._count, self._total = count, total
            self._draw()

    def advance(self, number: int = 1) -> None:
        """So many steps are done; 0 only lets the time left be told anew."""
        with self._lock:
            self._count += number
            self._draw()

    def note(self, text: str) -> None:
        """A line that stays, above the line of progress."""
        with self._lock:
            erase = ERASE if self._on_line else ""
            self._on_line = False
            self._write(f"{erase}{self._prefix}{escape(text)}\n")
            self._drawn = -math.inf if self._tty else self._drawn
            self._draw()

    def lift(self) -> None:
        """Takes the line off the terminal, until it is drawn anew: something else is written there."""
        with self._lock:
            if self._on_line:
                self._write(ERASE)
                self._on_line = False

    def done(self) -> None:
        """Ends the piece of work and takes its line off the terminal."""
        with self._lock:
            if self._on_line:
                self._write(ERASE)
            self._running = self._on_line = False
            self._ended.set()

    def _beat(self, pulse: float, ended: threading.Event) -> None:
        while not ended.wait(pulse):
            self.advance(0)

    def _draw(self) -> None:
        now = self._clock()
        if not self._running or now - self._drawn < (REDRAW if self._tty else NEXT_LINES):
            return
        self._drawn = now
        line = self._prefix + self._line(now - self._began)
        # The last column stays free: a full line would make some terminals scroll.
        self._write(ERASE + cut(line, max(self._width - 1, 1)) if self._tty else line + "\n")
        self._on_line = self._tty

    def _line(self, elapsed: float) -> str:
        left = time_left(self._count, self._total, elapsed, self._forecast)
        time = f", about {duration(left)} left" if left else ""
        if self._count >= self._total > 0:
            # All is begun and counted, and what comes after it may take its time, too.
            time, self._counted = (", finishing …" if self._counted else ""), True
        return f"{self._label}: {self._count} of {self._total}{time}" if self._total else f"{self._label} …"

    def _write(self, text: str) -> None:
        if self._silent:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._silent = True


def time_left(count: int, total: int, elapsed: float, forecast: float) -> float | None:
    """Seconds left, by the forecast at first and by the pace so far towards the end; None while nothing tells."""
    if total <= 0:
        return None
    part = min(count / total, 1.0)
    planned = forecast * (1 - part)
    if not part or elapsed < 1:
        return planned or None
    paced = elapsed * (1 - part) / part
    return paced if not forecast else part * paced + (1 - part) * planned
