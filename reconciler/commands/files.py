"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from reconciler.errors import ReconcilerError


def save_file(path: Path, data: bytes) -> None:
    """Writes a file in one step, readable by its owner alone. Raises ReconcilerError where it cannot."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
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
