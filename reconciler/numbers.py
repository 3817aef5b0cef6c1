"""Numbers that the command line and RECONCILER_* variables give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from reconciler.errors import UsageError

_N = TypeVar("_N", int, float)


def read_number(environ: Mapping[str, str], name: str, kind: Callable[[str], _N], most: int, otherwise: _N) -> _N:
    """The number of RECONCILER_`name`, above 0 and up to `most`; `otherwise` where it is not set. Raises UsageError."""
    label = f"RECONCILER_{name}"
    text = environ.get(label)
    return check_number(text, kind, label, most) if text else otherwise


def check_number(text: str, kind: Callable[[str], _N], label: str, most: int) -> _N:
    """The number that a text is, above 0 and up to `most`. Raises UsageError."""
    try:
        value = kind(text) if text.isascii() and "_" not in text else kind("")
    except ValueError:
        value = kind("0")
    if not 0 < value <= most:
        what = "a whole number" if kind is int else "a number"
        raise UsageError(f"{label} is not {what} above 0 and up to {most}", f"write {label}={most} or less")
    return value
