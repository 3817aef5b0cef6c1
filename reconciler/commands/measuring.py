"""`--metrics FILE`: written at the end of a run, however it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reconciler.commands.files import save_file
from reconciler.reporting.fleet_metrics import SUCCESSES, render_fleet_metrics
from reconciler.reporting.metrics import Measured, label_text, labels_of, read_last_successes, render_metrics


def save_metrics(path: Path, run: Measured, code: int, began: float, clock: Callable[[], float] = time.time) -> None:
    """Writes the file. began: when the run began, by the clock. Raises ReconcilerError where it cannot be written."""
    run.exit_code, run.finished = code, run.finished or clock()
    run.seconds = max(0.0, run.finished - began)
    last: dict[str, float] = {}
    with suppress(OSError, UnicodeDecodeError):
        last = read_last_successes(path.read_text(encoding="utf-8"))
    if run.fleet is not None:
        text = render_fleet_metrics(run.fleet, finished=run.finished, last=last)
    else:
        run.last_success = run.finished if code in SUCCESSES else last.get(label_text(labels_of(run)))
        text = render_metrics(run)
    # A collector runs as another user.
    save_file(path, text.encode(), private=False)
