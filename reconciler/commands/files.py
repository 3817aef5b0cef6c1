"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from reconciler.errors import ReconcilerError, UsageError


def check_target(path: Path) -> None:
    """Raises UsageError for what can be no file to write, before any work is done for it."""
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is no ordinary file", "name a file")
    if path.suffix in {".yaml", ".yml"} and path.exists():
        raise UsageError(f"{path}: is there and no saved plan by its name; it stays", "name a .json file")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}", f"mkdir -p {path.parent}")


def save_file(path: Path, data: bytes) -> None:
    """Writes a file in one step, readable by its owner alone. Raises ReconcilerError where it cannot."""
    name = ""
    try:
        real = path.resolve()
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=".reconciler-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(real)
    except OSError as error:
        if name:
            with suppress(OSError):
                Path(name).unlink()
        raise ReconcilerError(f"{path}: cannot be written: {error.strerror}", "name another file") from None


def read_file(path: Path, largest: int) -> bytes:
    """The bytes of a file. Raises ReconcilerError where it cannot be read or is larger."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise ReconcilerError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > largest:
        raise ReconcilerError(f"{path}: is larger than {largest} bytes")
    return data
