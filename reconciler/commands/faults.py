"""A fault of the tool itself, told without any value."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

from reconciler.errors import ReconcilerError


def make_fault(kind: type[BaseException], trace: TracebackType | None) -> ReconcilerError:
    """A fault of the tool itself: where it is, without any value."""
    frames = traceback.extract_tb(trace)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return ReconcilerError(f"a fault of reconciler itself: {kind.__name__}{place}; please report it with this line")
