"""The requests of all processes of one user on one host to one account: a small file that each of them adds to.

A header and a ring of records of one size, numbers alone: nothing of a request is in it but when it left and what the
answer told of the limits. Whoever reads or adds holds its lock, for microseconds. What makes no sense (another version,
a torn record, times of another start of the machine) is ignored, and the file begun anew.
"""

from __future__ import annotations

import errno
import importlib
import math
import os
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import reason_of
from reconciler.live.lease import FAR, CannotLockError, Lock, open_own

MAGIC = b"ledger1\0"
HEADER = struct.Struct("<8s8sQ")
"""The version, who began the file (random), and how many records were ever added."""
RECORD = struct.Struct("<BxHiddiiiiq")
SIZE = 4096
"""Records that are kept: both windows of the last two minutes at the highest limits that are shared."""
MOST_A_MINUTE = 900
"""Limits beyond this are not shared: two minutes of them have no room."""
RETAIN = 125.0
"""Seconds of which a newcomer learns: the minute's window, and enough to see where it ends."""
LATE = 0.001
"""Seconds by which a record may seem to come from the future."""
PATIENCE = 5.0
"""Seconds after which a lock is not waited for any more: who has it must have been stopped in the middle."""
SHORTEST, LONGEST = 0.0002, 0.01
"""Seconds between two looks at a lock that another process holds."""

SENT, ANSWERED, FAILED, JOINED, LEFT, WANTED = 1, 2, 3, 4, 5, 6
UNTOLD = -(2**31)
"""A number that an answer did not tell."""


class Record(NamedTuple):
    """What became of a request. sent: when it left; now: when this was written; monotonic seconds of this host.

    pid: who sent it. SENT, and JOINED before the first one: limit, left and reset are what the run takes a second, a
    minute and at once. WANTED: limit is how many are to leave together.
    ANSWERED: what the headers told, UNTOLD where they did not. wait: Retry-After; date: seconds since the epoch.
    """

    kind: int
    status: int
    pid: int
    sent: float
    now: float
    limit: int = UNTOLD
    left: int = UNTOLD
    reset: int = UNTOLD
    wait: int = UNTOLD
    date: int = UNTOLD

    def is_sound(self, before: float, now: float) -> bool:
        """Whether it may stand behind a record of `before`, at `now`."""
        if not (math.isfinite(self.sent) and math.isfinite(self.now) and before <= self.now <= now + LATE):
            return False
        if not SENT <= self.kind <= WANTED or self.sent > self.now or self.pid < 1:
            return False
        return self.kind not in (SENT, JOINED) or min(self.limit, self.left, self.reset) >= 1


class LedgerError(Exception):
    """The file can no longer be shared; str() says why."""


class News(NamedTuple):
    """What others have added. cut: older records came before them, which are not told."""

    records: Sequence[Record]
    cut: bool = False


class Ledger:
    """A ledger that is open. sleep: waits for real seconds. All raise LedgerError where the file fails."""

    def __init__(
        self, number: int, lock: Lock, release: Callable[[int], object], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._number, self._lock, self._release, self._sleep = number, lock, release, sleep
        self._begun = b""
        self._count = 0

    def close(self) -> None:
        """Lets go of the file, once."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1

    def lock(self) -> None:
        """Takes the lock."""
        waited, pause = 0.0, SHORTEST
        try:
            while not self._lock(self._number):
                if waited > PATIENCE:
                    raise LedgerError(f"another process has held its lock for more than {PATIENCE:.0f} s")
                self._sleep(pause)
                waited, pause = waited + pause, min(LONGEST, 2 * pause)
        except OSError as error:
            raise LedgerError(reason_of(error)) from None

    def release(self) -> None:
        """Gives the lock back."""
        try:
            self._release(self._number)
        except OSError as error:
            raise LedgerError(reason_of(error)) from None

    def read(self, now: float) -> News:
        """What others have added since the last look; the first one tells of the last RETAIN seconds."""
        try:
            os.lseek(self._number, 0, os.SEEK_SET)
            header = os.read(self._number, HEADER.size)
            if len(header) == HEADER.size:
                magic, begun, count = HEADER.unpack(header)
                if magic == MAGIC and begun == self._begun and count == self._count:
                    return News(())
                if magic == MAGIC:
                    return self._catch_up(begun, count, now)
            self._begin()
        except OSError as error:
            raise LedgerError(reason_of(error)) from None
        return News(())

    def add(self, record: Record) -> None:
        """Adds a record; read() must have been called since the lock was taken."""
        try:
            self._write(HEADER.size + self._count % SIZE * RECORD.size, RECORD.pack(*record))
            self._count += 1
            self._write(0, HEADER.pack(MAGIC, self._begun, self._count))
        except OSError as error:
            raise LedgerError(reason_of(error)) from None

    def _catch_up(self, begun: bytes, count: int, now: float) -> News:
        first = self._count if begun == self._begun else 0
        oldest = max(first, count - SIZE)
        records = self._load(oldest, count) if first <= count else None
        if records is None or not _are_sound(records, now):
            self._begin()
            return News(())
        recent = [record for record in records if record.now >= now - RETAIN]
        if not recent and first == 0:
            # Nothing of it matters to anybody any more: the file stays small.
            self._begin()
            return News(())
        self._begun, self._count = begun, count
        return News(recent, cut=oldest > first or len(recent) < len(records))

    def _load(self, first: int, last: int) -> list[Record] | None:
        """Records by their numbers; None where the file has them not."""
        begin, end = first % SIZE, first % SIZE + last - first
        pieces = [(begin, min(end, SIZE)), (0, max(0, end - SIZE))]
        content = b""
        for low, high in pieces:
            os.lseek(self._number, HEADER.size + low * RECORD.size, os.SEEK_SET)
            content += os.read(self._number, (high - low) * RECORD.size)
        if len(content) != (last - first) * RECORD.size:
            return None
        return [Record._make(one) for one in RECORD.iter_unpack(content)]

    def _begin(self) -> None:
        self._begun, self._count = os.urandom(8), 0
        os.ftruncate(self._number, 0)
        self._write(0, HEADER.pack(MAGIC, self._begun, 0))

    def _write(self, place: int, content: bytes) -> None:
        os.lseek(self._number, place, os.SEEK_SET)
        if os.write(self._number, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _are_sound(records: Sequence[Record], now: float) -> bool:
    before = 0.0
    for record in records:
        if not record.is_sound(before, now):
            return False
        before = record.now
    return True


def find_release() -> Callable[[int], object] | None:
    """How this system frees what lease.find_lock() has locked; None where Python knows no way."""
    with suppress(ImportError):
        fcntl = importlib.import_module("fcntl")
        return lambda number: fcntl.flock(number, fcntl.LOCK_UN)
    with suppress(ImportError):
        msvcrt = importlib.import_module("msvcrt")
        return lambda number: _release_far(msvcrt, number)
    return None


def _release_far(msvcrt: object, number: int) -> None:
    locking, how = msvcrt.locking, msvcrt.LK_UNLCK  # type: ignore[attr-defined]
    os.lseek(number, FAR, os.SEEK_SET)
    locking(number, how, 1)


def open_ledger(file: Path, lock: Lock | None) -> Ledger:
    """Opens the ledger in a file, which is made where it is missing. lock: as of lease.find_lock().

    Raises RefusedError for a file that is not the user's own, CannotLockError where it cannot be opened or locked.
    """
    release = find_release()
    if lock is None or release is None:
        raise CannotLockError("this system has no way to lock a file")
    ledger = Ledger(open_own(file), lock, release)
    try:
        ledger.lock()
        ledger.release()
    except LedgerError as error:
        ledger.close()
        raise CannotLockError(f"{file}: cannot be locked: {error}") from None
    return ledger
