"""The lease on an account: one holder at a time, freed by death, waited for until a signal, nothing planted is used."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.errors import RefusedError, StoppedError
from reconciler.live import lease
from reconciler.live.lease import (
    CannotLockError,
    Holder,
    Lease,
    find_folder,
    find_lock,
    hold_lease,
    make_key,
)

ME = Holder(7, "2026-11-22T10:00:00Z", "main")


def never(_: Any) -> None:
    """What may not be called."""
    raise AssertionError("nobody is waited for")


def hold(file: Path, holder: Holder = ME, **more: Any) -> Any:
    """The lease of a file, at the second 100."""
    given: dict[str, Any] = {"lock": find_lock(), "wait": never, "now": lambda: 100.0, "told": never}
    return hold_lease(file, holder, **{**given, **more})


@contextmanager
def other_process(file: Path, text: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lease until it is killed."""
    code = (
        "import fcntl, sys, time\n"
        f"file = open({str(file)!r}, 'w')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        f"file.write({text!r}); file.flush()\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_first_holder_waits_for_nobody(tmp_path: Path) -> None:
    """The file tells who holds it, is the user's alone, and afterwards when that ended."""
    file = tmp_path / "a.lock"
    with hold(file) as held:
        assert held == Lease(waited=False, before=None)
        assert msgspec.json.decode(file.read_bytes(), type=Holder) == ME
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b'"ended":100.0' in file.read_bytes()
    with hold(file) as held:
        assert held.before is not None
        assert held.before.ended == 100.0


def test_a_second_holder_waits_and_is_told_once_of_whom(tmp_path: Path) -> None:
    """Two in one process count as two; the second has it as soon as the first lets go."""
    file = tmp_path / "a.lock"
    told: list[Holder] = []
    waits: list[float] = []
    with ExitStack() as first:
        first.enter_context(hold(file))

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                first.close()

        with hold(file, Holder(8), wait=wait, told=told.append) as held:
            assert held.waited
    assert told == [ME]
    assert waits == [lease.POLL] * 3


@pytest.mark.slow
def test_a_killed_process_frees_it(tmp_path: Path) -> None:
    """Kill -9 of the holder; what it left in the file says that it never ended, so nothing read before is trusted."""
    file = tmp_path / "a.lock"
    with other_process(file, '{"pid": 4242, "since": "x", "account": "main", "more": [1]}') as process:
        told: list[Holder] = []

        def wait(_: float) -> None:
            process.send_signal(signal.SIGKILL)
            process.wait(10)

        with hold(file, wait=wait, told=told.append) as held:
            assert told == [Holder(4242, "x", "main")]
            assert not held.is_quiet_since(1000.0, 1000.0)


@pytest.mark.slow
def test_waiting_ends_when_the_run_is_stopped(tmp_path: Path) -> None:
    """What wait() raises passes; the lease stays with its holder, and the file as it was."""
    file = tmp_path / "a.lock"
    with other_process(file, "{}"):

        def stop(_: float) -> None:
            raise StoppedError(143)

        with pytest.raises(StoppedError), hold(file, wait=stop, told=lambda _: None):
            raise AssertionError("it has no lease")
        assert file.read_text() == "{}"


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"pid": "x"}', "\xff", "x" * 10000])
def test_whatever_stands_in_the_file_is_borne(tmp_path: Path, text: str) -> None:
    """An unknown holder; nothing at all is a first one."""
    file = tmp_path / "a.lock"
    file.write_text(text)
    with hold(file) as held:
        assert held.before == (Holder() if text else None)


@pytest.mark.parametrize(
    ("held", "quiet"),
    [
        (Lease(), True),
        (Lease(waited=True, before=Holder(ended=1.0)), False),
        (Lease(before=Holder(ended=5.0)), True),
        (Lease(before=Holder(ended=15.0)), False),
        (Lease(before=Holder()), False),
        (Lease(before=Holder(ended=1e9)), False),
    ],
)
def test_what_was_read_before_another_wrote_is_told_apart(held: Lease, quiet: bool) -> None:
    """Read at 10, now it is 20: quiet where nobody held it since, not after a kill or across a start of the machine."""
    assert held.is_quiet_since(10.0, 20.0) is quiet


@pytest.mark.parametrize("unsettled", [True, False])
def test_what_may_not_show_yet_is_told_to_the_next_holder(tmp_path: Path, unsettled: bool) -> None:
    """As a kill would: no end stands in the file."""
    file = tmp_path / "a.lock"
    with hold(file) as held:
        assert not held.follows_unsettled
        held.unsettled = unsettled
    with hold(file) as held:
        assert held.follows_unsettled is unsettled


def test_a_full_disk_holds_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is what counts, its text is for people."""

    def fail(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "write", fail)
    with hold(tmp_path / "a.lock") as held:
        assert held == Lease()


def test_a_planted_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link, wherever it leads, what is no file, and a file of somebody else; nothing is written through them."""
    aim = tmp_path / "aim"
    aim.write_text("theirs")
    link, pipe = tmp_path / "link.lock", tmp_path / "pipe.lock"
    link.symlink_to(aim)
    os.mkfifo(pipe)
    for file in (link, pipe):
        with pytest.raises(RefusedError) as caught, hold(file):
            raise AssertionError("it has no lease")
        assert caught.value.fix == f"rm {file}"
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(RefusedError), hold(aim):
        raise AssertionError("it has no lease")
    assert aim.read_text() == "theirs"


def test_what_cannot_be_opened_or_locked_is_said(tmp_path: Path) -> None:
    """No lease can be had, in the system's words."""

    def fail(_: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    with pytest.raises(CannotLockError, match="Is a directory"), hold(tmp_path):
        raise AssertionError("it has no lease")
    with pytest.raises(CannotLockError, match="No locks available"), hold(tmp_path / "a.lock", lock=fail):
        raise AssertionError("it has no lease")
    with pytest.raises(CannotLockError, match="no way to lock"), hold(tmp_path / "a.lock", lock=None):
        raise AssertionError("it has no lease")


def test_a_file_that_cannot_be_read_is_an_unknown_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a system locks what is read."""

    def fail(*_: Any) -> bytes:
        raise PermissionError

    monkeypatch.setattr(os, "read", fail)
    with hold(tmp_path / "a.lock") as held:
        assert held.before == Holder()


def test_the_name_tells_nothing_and_differs_by_account() -> None:
    """A hash, the same for the same place."""
    one = make_key("https://api.ocamba.com/v1/hood", "6197120")
    assert one == make_key("https://api.ocamba.com/v1/hood", "6197120")
    assert len({one, make_key("https://api.ocamba.com/v1/hood", "7"), make_key("sandbox", "6197120")}) == 3
    assert "6197120" not in one
    assert len(one) == 64 + len(".lock")


def private(path: Path, mode: int = 0o700) -> Path:
    """A folder with a mode."""
    path.mkdir()
    path.chmod(mode)
    return path


def test_the_folder_lies_in_the_users_runtime_folder(tmp_path: Path) -> None:
    """XDG_RUNTIME_DIR, else the system's own for the user, else below the folder for temporary files."""
    uid = os.getuid()
    runtime = private(tmp_path / "run")
    temp = tmp_path / "temp"
    temp.mkdir()
    named = private(tmp_path / "xdg")
    assert find_folder({"XDG_RUNTIME_DIR": str(named)}, temp, uid, runtime) == named / "reconciler"
    assert find_folder({}, temp, uid, runtime) == temp / f"reconciler-{uid}"
    private(runtime / str(uid))
    assert find_folder({}, temp, uid, runtime) == runtime / str(uid) / "reconciler"
    for wrong in ("relative", str(tmp_path / "gone"), str(private(tmp_path / "open", 0o777))):
        assert find_folder({"XDG_RUNTIME_DIR": wrong}, temp, uid, tmp_path / "none") == temp / f"reconciler-{uid}"
    assert find_folder({}, temp, None) == temp / "reconciler"
    assert stat.S_IMODE((temp / "reconciler").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (lambda path: path.symlink_to("/nowhere"), "is a link"),
        (lambda path: private(path, 0o777), "not a folder of this user alone"),
        (lambda path: path.write_text(""), "not a folder of this user alone"),
    ],
)
def test_a_planted_folder_is_refused(tmp_path: Path, plant: Callable[[Path], Any], words: str) -> None:
    """Somebody else was there first: a link, a folder that all may write to, a file; and one of another user."""
    folder = tmp_path / f"reconciler-{os.getuid()}"
    plant(folder)
    with pytest.raises(RefusedError, match=words) as caught:
        find_folder({}, tmp_path, os.getuid(), tmp_path / "none")
    assert str(folder) in (caught.value.fix or "")


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """By its number."""
    private(tmp_path / "reconciler-12345")
    with pytest.raises(RefusedError):
        find_folder({}, tmp_path, 12345, tmp_path / "none")


def test_where_no_folder_can_be_made_that_is_said(tmp_path: Path) -> None:
    """A host without room for temporary files."""
    with pytest.raises(CannotLockError):
        find_folder({}, tmp_path / "gone", 1, tmp_path / "none")


def test_windows_locks_a_byte_beyond_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no fcntl; and where there is neither, there is no lock."""
    places: list[int] = []

    def locking(number: int, how: int, size: int) -> None:
        places.append(os.lseek(number, 0, os.SEEK_CUR))
        if how != 3 or size != 1 or len(places) > 1:
            raise PermissionError

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(locking=locking, LK_NBLCK=3))
    lock = find_lock()
    assert lock is not None
    with (tmp_path / "a.lock").open("w") as file:
        assert lock(file.fileno())
        assert not lock(file.fileno())
    assert places == [lease.FAR, lease.FAR]
    monkeypatch.setitem(sys.modules, "msvcrt", None)
    assert find_lock() is None
