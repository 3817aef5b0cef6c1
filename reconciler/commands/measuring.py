"""`--metrics FILE`: written at the end of a run, however it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reconciler.commands.files import save_file
from reconciler.reporting.metrics import Measured, read_last_success, render_metrics

SUCCESSES = frozenset({0, 2})


def save_metrics(path: Path, run: Measured, code: int, began: float, clock: Callable[[], float] = time.time) -> None:
    """Writes the file. began: when the run began, by the clock. Raises ReconcilerError where it cannot be written."""
    run.exit_code, run.finished = code, clock()
    run.seconds = max(0.0, run.finished - began)
    run.last_success = run.finished if code in SUCCESSES else None
    if run.last_success is None:
        with suppress(OSError, UnicodeDecodeError):
            run.last_success = read_last_success(path.read_text(encoding="utf-8"), run)
    # A collector runs as another user.
    save_file(path, render_metrics(run).encode(), private=False)
