"""The ledger: what one adds the others read, in order; what makes no sense is ignored, and it never grows."""

from __future__ import annotations

import errno
import os
import stat
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import RefusedError
from reconciler.live import ledger as module
from reconciler.live.lease import FAR, CannotLockError, find_lock
from reconciler.live.ledger import (
    ANSWERED,
    HEADER,
    MAGIC,
    MOST_A_MINUTE,
    PATIENCE,
    RECORD,
    RETAIN,
    SENT,
    SIZE,
    Ledger,
    LedgerError,
    News,
    Record,
    find_release,
    open_ledger,
)

NOW = 1000.0


def at(now: float, kind: int = ANSWERED) -> Record:
    """A record of a time."""
    return Record(kind, 200, 7, now, now, 10, 150, 4)


def reopen(file: Path) -> Ledger:
    """One more process."""
    return open_ledger(file, find_lock())


def look(ledger: Ledger, now: float = NOW) -> News:
    """What it reads now."""
    ledger.lock()
    try:
        return ledger.read(now)
    finally:
        ledger.release()


def add(ledger: Ledger, *records: Record, now: float = NOW) -> None:
    """It adds these."""
    ledger.lock()
    ledger.read(now)
    for record in records:
        ledger.add(record)
    ledger.release()


def test_what_one_adds_the_others_read_once(tmp_path: Path) -> None:
    """In order, and nobody reads his own; the file is the user's alone."""
    one, other = reopen(tmp_path / "a"), reopen(tmp_path / "a")
    add(one, at(990.0), at(991.0, SENT))
    assert look(other) == News([at(990.0), at(991.0, SENT)])
    add(other, at(992.0))
    assert look(other) == News(())
    assert look(one) == News([at(992.0)])
    assert look(one) == News(())
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_newcomer_learns_of_two_minutes(tmp_path: Path) -> None:
    """What is older is not told, and that it is not; where all is older, the file begins anew."""
    one = reopen(tmp_path / "a")
    add(one, at(NOW - RETAIN - 1), at(NOW - RETAIN + 1), at(NOW))
    assert look(reopen(tmp_path / "a")) == News([at(NOW - RETAIN + 1), at(NOW)], cut=True)
    assert look(reopen(tmp_path / "a"), NOW + 500) == News(())
    assert (tmp_path / "a").stat().st_size == HEADER.size
    add(one, at(NOW + 501), now=NOW + 501)
    assert look(reopen(tmp_path / "a"), NOW + 502) == News([at(NOW + 501)])


def test_it_never_grows_and_keeps_two_minutes_at_the_highest_limits(tmp_path: Path) -> None:
    """A ring: who was away for longer than it holds learns of the rest, and that some is missing."""
    assert 2 * MOST_A_MINUTE * RETAIN / 60 < SIZE
    one, other = reopen(tmp_path / "a"), reopen(tmp_path / "a")
    look(other)
    times = [900.0 + 0.01 * number for number in range(SIZE + 100)]
    add(one, *map(at, times))
    assert look(other) == News([at(time) for time in times[100:]], cut=True)
    assert (tmp_path / "a").stat().st_size == HEADER.size + SIZE * RECORD.size
    add(one, at(NOW))
    assert look(other) == News([at(NOW)])


IMPOSSIBLE = [
    at(NOW)._replace(kind=0),
    at(NOW)._replace(kind=9),
    at(NOW)._replace(sent=NOW + 1),
    at(NOW)._replace(sent=float("nan")),
    at(NOW)._replace(now=float("inf")),
    at(NOW + 1),
    at(900.0),
    at(NOW)._replace(pid=0),
    at(NOW, SENT)._replace(left=0),
]


@pytest.mark.parametrize("record", IMPOSSIBLE)
def test_an_impossible_record_ends_all_that_is_told(tmp_path: Path, record: Record) -> None:
    """It comes from the future (the machine was started again), goes back in time, or is no number at all."""
    one, other = reopen(tmp_path / "a"), reopen(tmp_path / "a")
    add(one, at(990.0), record)
    assert look(other) == News(())
    add(other, at(NOW))
    assert look(one) == News([at(NOW)])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"x" * 10000,
        HEADER.pack(b"ledger2\0", b"12345678", 0),
        HEADER.pack(MAGIC, b"12345678", 3) + RECORD.pack(*at(NOW)),
        HEADER.pack(MAGIC, b"12345678", 2**64 - 1),
        HEADER.pack(MAGIC, b"12345678", SIZE + 5) + RECORD.pack(*at(NOW)) * 10,
    ],
)
def test_a_damaged_file_or_one_of_another_version_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    """Whoever looks first; those who had it open go on in the new one."""
    file = tmp_path / "a"
    one = reopen(file)
    add(one, at(980.0), at(981.0))
    file.write_bytes(content)
    other = reopen(file)
    assert look(other) == News(())
    add(other, at(990.0))
    assert look(one) == News([at(990.0)])


def test_a_file_that_tells_less_than_before_is_begun_anew(tmp_path: Path) -> None:
    """A count that goes back."""
    one = reopen(tmp_path / "a")
    add(one, at(980.0), at(981.0))
    content = (tmp_path / "a").read_bytes()
    magic, begun, _ = HEADER.unpack(content[: HEADER.size])
    (tmp_path / "a").write_bytes(HEADER.pack(magic, begun, 1) + content[HEADER.size :])
    assert look(one) == News(())
    assert (tmp_path / "a").stat().st_size == HEADER.size


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), keeps=st.booleans())
def test_whatever_stands_in_the_file_is_borne(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, keeps: bool
) -> None:
    """Any bytes, also behind a sound header."""
    file = tmp_path_factory.mktemp("ledger") / "a"
    file.write_bytes((HEADER.pack(MAGIC, b"12345678", len(content) // RECORD.size) if keeps else b"") + content)
    ledger = reopen(file)
    look(ledger)
    add(ledger, at(NOW))
    assert look(reopen(file)).records[-1] == at(NOW)


def test_a_lock_that_is_held_is_waited_for_and_not_for_ever(tmp_path: Path) -> None:
    """With growing pauses; a process that was stopped in the middle does not stop the others."""
    one, pauses = reopen(tmp_path / "a"), list[float]()
    one.lock()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            one.release()

    number = os.open(tmp_path / "a", os.O_RDWR)
    lock, release = find_lock(), find_release()
    assert lock is not None
    assert release is not None
    other = Ledger(number, lock, release, sleep)
    other.lock()
    assert pauses == [0.0002, 0.0004, 0.0008]
    with pytest.raises(LedgerError, match="for more than 5 s"):
        Ledger(number, lambda _: False, release, pauses.append).lock()
    assert PATIENCE < sum(pauses) < PATIENCE + 0.1
    other.close()
    one.lock()


def broken(*_: Any) -> Any:
    """What the system refuses."""
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("read", lambda ledger: ledger.read(NOW)),
        ("write", lambda ledger: ledger.add(at(NOW))),
        ("ftruncate", lambda ledger: ledger.read(NOW)),
    ],
)
def test_a_file_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, call: Callable[[Ledger], Any]
) -> None:
    """In the system's words."""
    ledger = reopen(tmp_path / "a")
    monkeypatch.setattr(os, name, broken)
    with pytest.raises(LedgerError, match="Input/output error"):
        call(ledger)


def test_a_lock_that_fails_is_told(tmp_path: Path) -> None:
    """Taking it and giving it back; and where it fails at once, there is no ledger."""
    number = os.open(tmp_path / "a", os.O_RDWR | os.O_CREAT)
    ledger = Ledger(number, broken, broken)
    for call in (ledger.lock, ledger.release):
        with pytest.raises(LedgerError, match="Input/output error"):
            call()
    with pytest.raises(CannotLockError, match="a: cannot be locked: Input/output error"):
        open_ledger(tmp_path / "a", broken)


def test_where_no_file_can_be_had_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock, a folder in its place; a link is refused, and nothing is written through it."""
    with pytest.raises(CannotLockError, match="no way to lock"):
        open_ledger(tmp_path / "a", None)
    with pytest.raises(CannotLockError, match="Is a directory"):
        reopen(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "aim")
    with pytest.raises(RefusedError):
        reopen(tmp_path / "link")
    assert not (tmp_path / "aim").exists()
    monkeypatch.setattr(module, "find_release", lambda: None)
    with pytest.raises(CannotLockError, match="no way to lock"):
        reopen(tmp_path / "a")


def test_windows_frees_the_byte_that_it_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no fcntl; and where there is neither, there is no way."""
    places: list[tuple[int, int, int]] = []

    def locking(number: int, how: int, size: int) -> None:
        places.append((os.lseek(number, 0, os.SEEK_CUR), how, size))

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(locking=locking, LK_NBLCK=3, LK_UNLCK=0))
    ledger = reopen(tmp_path / "a")
    assert places == [(FAR, 3, 1), (FAR, 0, 1)]
    for _ in range(2):
        ledger.close()
    monkeypatch.setitem(sys.modules, "msvcrt", None)
    assert find_release() is None
