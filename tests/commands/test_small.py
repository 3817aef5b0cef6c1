"""Signals, files and the command line as a value."""

from __future__ import annotations

import errno
import os
import signal
import stat
from pathlib import Path

import pytest

from reconciler.commands.files import check_target, make_refusal, read_file, save_file
from reconciler.commands.request import Request, guess, merge
from reconciler.commands.stopping import Stopping
from reconciler.errors import InvalidError, ReconcilerError, StoppedError, UsageError
from reconciler.options import Flags


def test_a_signal_ends_the_run_or_is_told() -> None:
    """At once where nothing is under way, told to whoever listens, and the old handlers come back."""
    before = signal.getsignal(signal.SIGTERM)
    stopping, heard = Stopping(), list[int]()
    with stopping.caught():
        stopping.pass_on()
        stopping.check()
        with stopping.told(heard.append):
            os.kill(os.getpid(), signal.SIGTERM)
            stopping.pass_on()
            assert heard == [143, 143]
            with pytest.raises(StoppedError), stopping.at_once():
                pytest.fail("a signal that came before ends it as well")
        with pytest.raises(StoppedError) as caught:
            os.kill(os.getpid(), signal.SIGINT)
        assert caught.value.exit_code == 130
    assert signal.getsignal(signal.SIGTERM) is before


def test_at_once_means_at_once() -> None:
    """The listener is left out, and listens again afterwards."""
    stopping, heard = Stopping(), list[int]()
    with stopping.caught(), stopping.told(heard.append):
        with pytest.raises(StoppedError), stopping.at_once():
            os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
    assert heard == [130]


def test_a_file_is_written_whole_through_a_link(tmp_path: Path) -> None:
    """Its target is replaced, the link stays; readable by its owner alone."""
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    check_target(tmp_path / "link")
    save_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full at the last moment."""
    (tmp_path / "plan").write_bytes(b"old")

    def fail(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ReconcilerError, match="No space left"):
        save_file(tmp_path / "plan", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_a_file_is_read_up_to_a_size(tmp_path: Path) -> None:
    """Missing and too large ones are errors that name them."""
    (tmp_path / "a").write_bytes(b"1234")
    assert read_file(tmp_path / "a", 4) == b"1234"
    with pytest.raises(InvalidError) as caught:
        read_file(tmp_path / "a", 3, "a")
    assert [(str(one.source), one.message) for one in caught.value.problems] == [("a:1:1", "is larger than 3 bytes")]
    with pytest.raises(UsageError, match=r"^b: cannot be read: No such file"):
        read_file(tmp_path / "b", 3, "b")


@pytest.mark.parametrize(("number", "code"), [(errno.EACCES, 64), (errno.ENOTDIR, 64), (errno.ENOSPC, 1), (None, 1)])
def test_what_the_system_refuses_is_a_wrong_name_or_a_fault(number: int | None, code: int) -> None:
    """A full disk is no matter of the command line."""
    refusal = make_refusal("f: cannot be made", OSError(number, "hunter2"), "name another folder")
    assert (refusal.exit_code, refusal.fix) == (code, "name another folder")
    assert "hunter2" not in str(refusal)


def test_a_request_shows_no_environment() -> None:
    """It holds the token."""
    shown = repr(Request(Flags(), {"OCAMBA_TOKEN": "value"}, Path()))
    assert "value" not in shown


def test_flags_variables_and_defaults_are_merged() -> None:
    """After beats before beats the environment; what only one side knows stays."""
    merged = merge({"color": "never", "quiet": None}, {"color": None, "out": None}, {"RECONCILER_COLOR": "always"})
    assert (merged["color"], merged["quiet"], merged["out"]) == ("never", False, None)
    assert merge({}, {"strict": True}, {"RECONCILER_STRICT": "no"})["strict"] is True
    with pytest.raises(UsageError):
        merge({}, {}, {"RECONCILER_FORMAT": "xml"})


def test_a_command_line_that_cannot_be_read_is_guessed() -> None:
    """A wrong variable does not hide what the line says."""
    assert guess(["plan", "--sandbox"], {"RECONCILER_LOG_FORMAT": "json"})["log_format"] == "json"
    assert guess(["--sandbox"], {"RECONCILER_COLOR": "red"}) == {"sandbox": True, "log_format": None}
