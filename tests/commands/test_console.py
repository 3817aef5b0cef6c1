"""Where a run speaks, and what it does where a stream breaks."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands.console import Console, make_console
from reconciler.commands.gathered import Gathered, SeveralError
from reconciler.commands.streams import ESCAPE, LostError, fit_document, make_lost, prepare_streams, silence
from reconciler.errors import InvalidError, ReconcilerError, RefusedError, UnauthorisedError
from reconciler.model import Problem, Source


class Broken(io.StringIO):
    """A stream that takes nothing."""

    def __init__(self, number: int = errno.ENOSPC) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str, /) -> int:
        """Fails."""
        raise OSError(self.number, os.strerror(self.number))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def make(**given: Any) -> tuple[Console, io.StringIO, io.StringIO]:
    """A console with its streams."""
    out, err = given.pop("stdout", io.StringIO()), given.pop("stderr", io.StringIO())
    return Console({}, stdout=out, stderr=err, **given), out, err


def test_the_answer_and_the_remarks_go_their_own_ways() -> None:
    """Both end with a line break; an empty remark is none."""
    console, out, err = make()
    console.answer("answer")
    console.tell("remark\n")
    console.tell("")
    assert (out.getvalue(), err.getvalue()) == ("answer\n", "remark\n")


def test_all_lines_of_the_sandbox_are_marked_but_a_document() -> None:
    """Lines for machines stay what they are."""
    console, out, err = make(sandbox=True, verbose=True)
    console.answer("a\n\nb")
    console.log("request", method="GET", status=None)
    console.prompt("sure? ")
    assert out.getvalue() == "SANDBOX a\nSANDBOX\nSANDBOX b\n"
    assert err.getvalue() == "SANDBOX request method=GET\nSANDBOX sure? "
    console, out, err = make(sandbox=True, form="json", log_format="json")
    console.answer("{}")
    console.tell("a\nb")
    assert out.getvalue() == "{}\n"
    assert [json.loads(line)["text"] for line in err.getvalue().splitlines()] == ["a", "b"]


def test_the_log_is_silent_unless_it_is_asked_for() -> None:
    """Without -v and in text."""
    console, _, err = make()
    console.log("request", method="GET")
    assert err.getvalue() == ""


def test_warnings_are_told_unless_it_is_quiet() -> None:
    """None is no line."""
    warning = Problem("a", "b", Source("c", 1, 2))
    for quiet, told in ((False, "c:1:2: warning: b\n"), (True, "")):
        console, _, err = make(quiet=quiet)
        console.warn([warning])
        console.warn([])
        assert err.getvalue() == told


def test_an_answer_that_is_lost_ends_the_run() -> None:
    """With the system's words; without any where the reader has gone."""
    for number, message in ((errno.ENOSPC, "cannot write the answer: No space left on device"), (errno.EPIPE, "")):
        console, _, err = make(stdout=Broken(number))
        with pytest.raises(LostError) as caught:
            console.answer("x")
        assert caught.value.message == message
        assert console.end(caught.value) == 1
        assert err.getvalue() == (f"error: {message}\n  -> make room, or send stdout elsewhere\n" if message else "")


def test_a_remark_that_is_lost_ends_nothing() -> None:
    """Also a question, and on a stream that was closed."""
    closed = io.StringIO()
    closed.close()
    for stream in (Broken(), Broken(errno.EPIPE)):
        console, out, _ = make(stderr=stream)
        console.tell("x")
        console.prompt("x")
        console.answer("y")
        assert out.getvalue() == "y\n"
    console, out, _ = make()
    console.stderr = closed
    console.tell("x")


def test_somebody_to_ask_sits_at_stdin_and_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are terminals, and stdin is open."""
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert make(stderr=Terminal())[0].asks
    assert not make()[0].asks
    monkeypatch.setattr(sys, "stdin", None)
    assert not make(stderr=Terminal())[0].asks


def test_errors_as_lines_of_json() -> None:
    """A line for each problem, or one for the error."""
    console, _, err = make(log_format="json")
    console.fail(InvalidError([Problem("e", "f"), Problem("a", "b", Source("c", 1, 2), "d")]))
    console.fail(RefusedError("refused", "do this"))
    rows = [json.loads(line) for line in err.getvalue().splitlines()]
    assert sorted((row["exit"], row["event"], row["source"], row["fix"]) for row in rows) == [
        (3, "a", "c:1:2", "d"),
        (3, "e", None, None),
        (4, "error", None, "do this"),
    ]


def test_the_document_of_what_ends_3() -> None:
    """Whole, with the warnings; none for another code; a lost one is told instead."""
    invalid = InvalidError([Problem("a", "b")], [Problem("w", "v")])
    console, out, _ = make(form="json")
    assert console.end(invalid) == 3
    document = json.loads(out.getvalue())
    assert (len(document["errors"]), len(document["warnings"])) == (1, 1)
    console, out, _ = make(form="json")
    assert console.end(SeveralError([invalid, UnauthorisedError("no token")])) == 7
    assert out.getvalue() == ""
    console, _, err = make(form="json", stdout=Broken())
    assert console.end(invalid) == 1
    assert "cannot write the answer" in err.getvalue()


def test_progress_is_silent_where_it_would_disturb() -> None:
    """With -q and where stderr is for machines."""
    for given in ({"quiet": True}, {"log_format": "json"}):
        console, _, err = make(stderr=Terminal(), **given)
        console.progress().start("reading", 3)
        assert err.getvalue() == ""
    console, _, err = make(stderr=Terminal(), sandbox=True)
    console.progress().start("reading", 3)
    assert "SANDBOX reading" in err.getvalue()


def test_a_console_of_the_command_line() -> None:
    """Everything has its default."""
    assert make_console({}, {}).log_format == "text"
    made = make_console({"sandbox": True, "format_": "json", "log_format": "json", "color": "always"}, {})
    assert (made.sandbox, made.form, made.log_format, made.style.color) == (True, "json", "json", True)


def test_all_that_fails_is_gathered() -> None:
    """One error stays itself, several come together with the worst code."""

    def fail(error: ReconcilerError) -> None:
        raise error

    gathered = Gathered()
    assert gathered.attempt(lambda: 5) == 5
    gathered.check()
    assert gathered.attempt(lambda: fail(InvalidError([]))) is None
    with pytest.raises(InvalidError):
        gathered.check()
    gathered.attempt(lambda: fail(RefusedError("no")))
    with pytest.raises(SeveralError) as caught:
        gathered.check()
    assert caught.value.exit_code == 4


def test_what_a_stream_cannot_encode_is_escaped_as_json_does() -> None:
    """Pairs beyond the first plane; lone surrogates of file names; nothing is decoded so."""
    assert "Z\u00fc\u2026\U0001f600\udcff".encode("latin-1", ESCAPE) == b"Z\xfc\\u2026\\ud83d\\ude00\\udcff"
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", ESCAPE)


def test_a_document_fits_its_stream() -> None:
    """As it is in UTF-8, in ASCII for any other encoding or none."""
    for encoding, text in (("utf-8", '"\u00fc"'), ("UTF8", '"\u00fc"'), ("latin-1", '"\\u00fc"')):
        assert fit_document('"\u00fc"', io.TextIOWrapper(io.BytesIO(), encoding=encoding)) == text
    assert fit_document('"\u00fc"', io.StringIO()) == '"\\u00fc"'


def test_streams_are_made_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both take any text; a closed stderr is replaced, a closed stdout is an error."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", None)
    prepare_streams()
    with sys.stderr:
        out.write("\u2026")
        sys.stderr.write("\u2026")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(ReconcilerError):
        prepare_streams()
    sys.stdout.close()


def test_a_closed_descriptor_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the next file or connection would become that stream."""
    opened: list[str] = []

    def no_such(number: int) -> os.stat_result:
        raise OSError(errno.EBADF, "Bad file descriptor")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", no_such)
        patch.setattr(os, "open", lambda path, flags: opened.append(path))
        prepare_streams()
    assert opened == [os.devnull] * 3


def test_a_broken_stream_is_silenced(tmp_path: Path) -> None:
    """What is left in it goes nowhere, and fails no more."""
    with (tmp_path / "out").open("w") as stream:
        stream.write("rest")
        assert make_lost(OSError(errno.EIO, "Input/output error"), stream).fix is not None
    assert (tmp_path / "out").read_text() == ""
    silence(io.StringIO())
