"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler.errors import InvalidError, ReconcilerError, UsageError, reason_of
from reconciler.model import Problem, Source

WRITING = threading.Lock()
"""Held by who changes manifests or makes a branch while other accounts of a fleet run: they may share these."""


def check_target(path: Path) -> None:
    """Raises UsageError for what can be no file to write, before any work is done for it."""
    try:
        exists, ordinary = path.exists(), path.is_file()
    except OSError as error:
        raise UsageError(f"{path}: is no name for a file: {reason_of(error)}", "name another file") from None
    if exists and not ordinary:
        raise UsageError(f"{path}: is no ordinary file", "name a file")
    if path.suffix in {".yaml", ".yml"} and exists:
        raise UsageError(f"{path}: is there and no saved plan by its name; it stays", "name a .json file")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}", f"mkdir -p {path.parent}")


def save_file(path: Path, data: bytes, *, private: bool = True) -> None:
    """Writes a file in one step; a private one is readable by its owner alone. Raises ReconcilerError if it cannot."""
    with _written(path, data, private=private) as (temporary, real):
        temporary.replace(real)


def create_file(path: Path, data: bytes, *, private: bool = False) -> bool:
    """Writes a file in one step, with its folders, where nothing is yet; False where something is, which stays.

    Raises ReconcilerError where it cannot.
    """
    with _written(path, data, private=private, new=True) as (temporary, real):
        try:
            real.hardlink_to(temporary)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if real.exists():
                return False
            temporary.replace(real)
    return True


@contextmanager
def _written(path: Path, data: bytes, *, private: bool, new: bool = False) -> Iterator[tuple[Path, Path]]:
    """The data in a file beside the one that is meant; that file is gone in the end, whatever happens.

    new: a link is not followed, and folders are made.
    """
    import tempfile

    temporary: Path | None = None
    try:
        if new:
            path.parent.mkdir(parents=True, exist_ok=True)
        real = path.parent.resolve() / path.name if new else path.resolve()
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=".reconciler-")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not private:
            temporary.chmod(real.stat().st_mode & 0o777 if real.is_file() else 0o666 & ~_read_umask())
        yield temporary, real
    except OSError as error:
        raise ReconcilerError(f"{path}: cannot be written: {reason_of(error)}", "name another file") from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def _read_umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Writes a file anew in one step, where it still holds `before`; its mode, and the link that leads to it, stay.

    Raises ReconcilerError where it cannot be, or should not be: it was changed meanwhile, or may only be read.
    """
    import tempfile

    name = ""
    try:
        real = path.resolve()
        status = real.stat()
        if not os.access(real, os.W_OK):
            raise ReconcilerError(f"{path}: may only be read", "give yourself permission to write it")
        if real.read_bytes() != before:
            raise ReconcilerError(f"{path}: was changed meanwhile", "run it again")
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=".reconciler-")
        with os.fdopen(handle, "wb") as file:
            with suppress(OSError, AttributeError):
                os.chown(name, status.st_uid, status.st_gid)
            Path(name).chmod(stat.S_IMODE(status.st_mode))
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(real)
    except OSError as error:
        if name:
            with suppress(OSError):
                Path(name).unlink()
        raise ReconcilerError(
            f"{path}: cannot be written: {reason_of(error)}", "make room, or check the folder"
        ) from None


def read_file(path: Path, largest: int, name: str | None = None) -> bytes:
    """The bytes of a file. name: as the command line names it.

    Raises UsageError where it cannot be read, and InvalidError where it is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise UsageError(f"{name or path}: cannot be read: {reason_of(error)}", "check the path") from None
    if len(data) > largest:
        message = f"is larger than {largest:,} bytes"
        raise InvalidError([Problem("too-large", message, Source(name or str(path), 1, 1), "name another file")])
    return data


MISNAMED = frozenset(
    {
        *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG),
        *(errno.EACCES, errno.EPERM, errno.EROFS),
    }
)
"""What the system says of a name that is wrong for what is asked; a disk that is full is nobody's mistake."""


def make_refusal(message: str, error: OSError, fix: str) -> ReconcilerError:
    """The error for what the command line names and the system refuses."""
    kind = UsageError if error.errno in MISNAMED else ReconcilerError
    return kind(f"{message}: {reason_of(error)}", fix)
