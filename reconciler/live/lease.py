"""One apply at a time to one account on one host: a locked file, which the system frees when its holder dies.

The file lies in a folder of the user alone; its name is a hash of the account's place and holds no secret. What stands
in it is for people, and for the next holder, which learns from it that somebody wrote since it last read.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.errors import RefusedError, reason_of
from reconciler.values import learn

POLL = 0.25
"""Seconds between two looks at a lease that another process holds."""
LARGEST = 4096
FAR = 1 << 30
"""Where Windows locks a byte: beyond what is written, since nobody could read a byte that is locked."""

Lock = Callable[[int], bool]
"""Locks an open file: whether it is ours now. Raises OSError where this file cannot be locked at all."""


class Holder(Struct, frozen=True):
    """Who holds a lease, as the file says it. since: RFC 3339 UTC. ended: this host's monotonic seconds, None before.

    Every field has a default: what another version has written is read as far as it goes.
    """

    pid: int = 0
    since: str = ""
    account: str = ""
    ended: float | None = None


class Lease(Struct):
    """A lease that is held. waited: another process had it. before: what its last holder left, None for the first.

    unsettled: set by its holder as long as it may have written what no read shows yet; it then leaves no end.
    """

    waited: bool = False
    before: Holder | None = None
    unsettled: bool = False

    @property
    def follows_unsettled(self) -> bool:
        """Whether its last holder was killed, or left something unsettled: a read may not show yet what it wrote."""
        return self.before is not None and self.before.ended is None

    def is_quiet_since(self, then: float, now: float) -> bool:
        """Whether nobody held it since `then` (monotonic seconds), so that what was read then may still be true."""
        if self.waited:
            return False
        if self.before is None:
            return True
        # Without an end it was killed, or is not settled; an end in the future was written before the machine started.
        return self.before.ended is not None and self.before.ended <= min(then, now)


class CannotLockError(Exception):
    """No lease can be had here; str() says why."""


def make_key(*parts: str) -> str:
    """The file's name for an account, from its API and company (or its name): nothing of it can be read back."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest() + ".lock"


def find_folder(environ: Mapping[str, str], temp: Path, uid: int | None, runtime: Path = Path("/run/user")) -> Path:
    """A folder of the user alone, made where it is missing: below XDG_RUNTIME_DIR or the system's own runtime folder
    for the user, else below `temp`. uid None: the system knows no users by number.

    Raises RefusedError for a folder that somebody else has put there, CannotLockError where none can be made.
    """
    named = environ.get("XDG_RUNTIME_DIR")
    for folder in ([Path(named)] if named else []) + ([runtime / str(uid)] if uid is not None else []):
        if folder.is_absolute() and _is_private(folder, uid):
            return _make_private(folder / "reconciler", uid)
    return _make_private(temp / ("reconciler" if uid is None else f"reconciler-{uid}"), uid)


def _is_private(folder: Path, uid: int | None) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (uid is None or (found.st_uid == uid and not found.st_mode & 0o022))


def _make_private(folder: Path, uid: int | None) -> Path:
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
    except OSError as error:
        raise CannotLockError(f"{folder}: {reason_of(error)}") from None
    if not _is_private(folder, uid):
        what = "is a link" if stat.S_ISLNK(found.st_mode) else "is not a folder of this user alone"
        raise RefusedError(
            f"{folder}: {what}, so that no lease on the account can be kept there",
            f"remove it, or set XDG_RUNTIME_DIR to a folder of your own; ls -ld {folder}",
        )
    return folder


def find_lock() -> Lock | None:
    """How this system locks files; None where Python knows no way."""
    with suppress(ImportError):
        fcntl = importlib.import_module("fcntl")
        return lambda number: _flock(fcntl, number)
    with suppress(ImportError):
        msvcrt = importlib.import_module("msvcrt")
        return lambda number: _lock_far(msvcrt, number)
    return None


def _flock(fcntl: object, number: int) -> bool:
    flock, how = fcntl.flock, fcntl.LOCK_EX | fcntl.LOCK_NB  # type: ignore[attr-defined]
    try:
        flock(number, how)
    except BlockingIOError:
        return False
    return True


def _lock_far(msvcrt: object, number: int) -> bool:
    locking, how = msvcrt.locking, msvcrt.LK_NBLCK  # type: ignore[attr-defined]
    os.lseek(number, FAR, os.SEEK_SET)
    try:
        locking(number, how, 1)
    except OSError:
        return False
    return True


@contextmanager
def hold_lease(
    file: Path,
    holder: Holder,
    *,
    lock: Lock | None,
    wait: Callable[[float], None],
    now: Callable[[], float],
    told: Callable[[Holder], None],
) -> Iterator[Lease]:
    """Holds the lease of a file, and waits for it where another process has it; wait() may end that by raising.

    told: called with who holds it, at the first look and whenever that changes. Raises RefusedError for a file that is
    not the user's own, CannotLockError where it cannot be opened or locked.
    """
    if lock is None:
        raise CannotLockError("this system has no way to lock a file")
    number = open_own(file)
    try:
        waited = _wait_for(number, file, lock, wait, told)
        lease = Lease(waited, _read(number))
        _write(number, holder)
        try:
            yield lease
        finally:
            _write(number, msgspec.structs.replace(holder, ended=None if lease.unsettled else now()))
    finally:
        os.close(number)


def open_own(file: Path) -> int:
    """Opens a file to read and write, which is made where it is missing; its number.

    Raises RefusedError for one that is not the user's own, CannotLockError where it cannot be opened.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        number = os.open(file, flags, 0o600)
    except OSError as error:
        if file.is_symlink():
            raise _refused(file) from None
        raise CannotLockError(f"{file}: {reason_of(error)}") from None
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode) or (hasattr(os, "geteuid") and found.st_uid != os.geteuid()):
        os.close(number)
        raise _refused(file)
    return number


def _refused(file: Path) -> RefusedError:
    return RefusedError(f"{file}: is not a file of this user, so that no lease can be kept in it", f"rm {file}")


def _wait_for(
    number: int, file: Path, lock: Lock, wait: Callable[[float], None], told: Callable[[Holder], None]
) -> bool:
    """Whether another process had it first."""
    last: Holder | None = None
    while not _try(number, file, lock):
        holder = _read(number) or Holder()
        if holder != last:
            told(holder)
            last = holder
        wait(POLL)
    return last is not None


def _try(number: int, file: Path, lock: Lock) -> bool:
    try:
        return lock(number)
    except OSError as error:
        raise CannotLockError(f"{file}: cannot be locked: {reason_of(error)}") from None


def _read(number: int) -> Holder | None:
    """What stands in the file; None where there is nothing, an unknown holder where it makes no sense."""
    try:
        os.lseek(number, 0, os.SEEK_SET)
        data = os.read(number, LARGEST)
        return msgspec.json.decode(data, type=learn(Holder)) if data else None
    except (OSError, msgspec.MsgspecError):
        return Holder()


def _write(number: int, holder: Holder) -> None:
    """The lock is what holds; a file that takes no text (a full disk) holds as well."""
    with suppress(OSError):
        os.lseek(number, 0, os.SEEK_SET)
        os.ftruncate(number, 0)
        os.write(number, msgspec.json.encode(holder))
