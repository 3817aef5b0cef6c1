"""The console of one account of a fleet."""

from __future__ import annotations

import io
import json

from reconciler.commands.fleet_console import AccountConsole, Named, Voice
from reconciler.errors import ReconcilerError
from reconciler.reporting.progress import ERASE
from reconciler.reporting.style import Style

STYLE = Style(width=80)


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def make(*, text: bool = True, documents: bool = False) -> tuple[AccountConsole, io.StringIO]:
    """A console of the account a, and what it says on stderr."""
    heard = io.StringIO()
    return AccountConsole({}, Voice(STYLE, STYLE, text=text, documents=documents), heard, "a"), heard


def test_lines_go_out_whole_with_the_name_before_them() -> None:
    """A rest waits for its end, so that lines of two accounts never mix."""
    heard = io.StringIO()
    stream = Named(heard, "a: ")
    assert stream.write("one\ntw") == 6
    assert heard.getvalue() == "a: one\n"
    stream.write("o\n")
    assert heard.getvalue() == "a: one\na: two\n"


def test_a_line_takes_the_place_of_the_progress() -> None:
    """On a terminal the line of progress is taken away before it."""
    screen = Screen()
    Named(screen, "a: ").write("one\n")
    assert screen.getvalue() == f"{ERASE}a: one\n"


def test_the_answer_is_kept_as_text_and_as_json() -> None:
    """As far as these are wanted; nothing of it goes to a stream."""
    writers = {"text": lambda: "text", "json": lambda: "{}"}
    console, heard = make(documents=True)
    console.publish(writers)
    assert (console.kept.getvalue(), console.document, heard.getvalue()) == ("text\n", "{}", "")
    console, _ = make(text=False)
    console.publish(writers)
    assert (console.kept.getvalue(), console.document) == ("", "")


def test_errors_are_kept_for_the_row() -> None:
    """And told at once, with the name."""
    console, heard = make()
    error = ReconcilerError("broken", "mend it")
    assert console.end(error) == 1
    assert console.failures == [error]
    assert heard.getvalue() == "a: error: broken\na:   -> mend it\n"


def test_it_asks_nobody_and_shows_no_progress() -> None:
    """A fleet asks once, and shows its own."""
    console, heard = make()
    assert not console.asks
    progress = console.progress()
    progress.start("reading", 10)
    progress.advance(5)
    progress.done()
    assert heard.getvalue() == ""


def test_a_log_of_json_has_the_account_in_its_lines() -> None:
    """No name stands before what a machine reads."""
    heard = io.StringIO()
    console = AccountConsole({}, Voice(STYLE, STYLE, log_format="json"), heard, "a")
    console.measured.account = "a"
    console.tell("hello")
    assert json.loads(heard.getvalue())["account"] == "a"


def test_the_sandbox_is_named_first() -> None:
    """All that it prints begins so."""
    heard = io.StringIO()
    AccountConsole({}, Voice(STYLE, STYLE, sandbox=True), heard, "a").tell("hello")
    assert heard.getvalue() == "SANDBOX a: hello\n"
