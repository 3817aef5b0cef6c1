"""Programs that some tests drive: without them these tests are skipped with a reason, in CI they fail."""

from __future__ import annotations

import os
import shutil

import pytest


def need(*programs: str) -> None:
    """Skips the test where a program is missing; with RECONCILER_CI set it fails, since CI installs them all."""
    missing = [name for name in programs if shutil.which(name) is None]
    if not missing:
        return
    reason = f"not installed here: {', '.join(missing)}"
    if os.environ.get("RECONCILER_CI"):
        pytest.fail(reason)
    pytest.skip(reason)
