"""Programs that some tests drive: without them these tests are skipped with a reason, in CI they fail."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec

import pytest


def need(*programs: str) -> None:
    """Skips the test where a program is missing; with RECONCILER_CI set it fails, since CI installs them all."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        skip(f"not installed here: {', '.join(missing)}")


def skip(reason: str) -> None:
    """Skips the test; in CI it fails."""
    if os.environ.get("RECONCILER_CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def need_dask() -> str:
    """The Python of an environment that holds the project with its extra: RECONCILER_DASK, or the tests' own."""
    python = os.environ.get("RECONCILER_DASK") or (sys.executable if find_spec("distributed") else None)
    if python is None:
        skip("not installed here: reconciler[dask] (RECONCILER_DASK names the Python of an environment that has it)")
    return str(python)
