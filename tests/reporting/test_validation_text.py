"""Errors and warnings as people read them."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.errors import ApiError, InvalidError, ReconcilerError, RefusedError, StoppedError
from reconciler.model import Problem, Source, Validation
from reconciler.reporting.style import Style, cells
from reconciler.reporting.validation_text import render_error, render_problems, render_validation

PLACE = Source("manifests/sms/twilio.yaml", 9, 25)
ERROR = Problem("not-text", "settings.port: 587 is not text", PLACE, 'write "587"')
WARNING = Problem("deprecated", "settings.old: is deprecated", PLACE)
SHOWN = 'manifests/sms/twilio.yaml:9:25: settings.port: 587 is not text\n  -> write "587"\n'


def test_an_error_has_its_place_and_what_to_type() -> None:
    """It reads as the contract says, the fix on a line of its own."""
    assert render_problems([ERROR], [], Style()) == SHOWN


def test_warnings_say_that_they_are_and_come_after_errors() -> None:
    """An error needs no word, a warning has one; without a place both have."""
    text = render_problems([ERROR, Problem("x", "no place")], [WARNING, Problem("y", "nor here")], Style())
    assert text == (
        SHOWN
        + "error: no place\n"
        + "manifests/sms/twilio.yaml:9:25: warning: settings.old: is deprecated\n"
        + "warning: nor here\n"
    )


def test_nothing_wrong_is_nothing_said() -> None:
    """No problems, no lines."""
    assert render_problems([], [], Style()) == ""


def test_a_place_is_never_cut_on_a_terminal() -> None:
    """It stands whole on its own line where the message would have no room."""
    text = render_problems([ERROR], [], Style(width=44, tty=True))
    assert text == 'manifests/sms/twilio.yaml:9:25:\n    settings.port: 587 is not text\n  -> write "587"\n'


def test_a_message_is_wrapped_on_a_terminal_only() -> None:
    """A long message keeps within the terminal, and is one line where lines are searched."""
    long = Problem("x", "word " * 40 + "end", PLACE)
    wrapped = render_problems([long], [], Style(width=60, tty=True)).splitlines()
    assert len(wrapped) > 3
    assert max(map(cells, wrapped)) <= 60
    assert wrapped[1].startswith("    word")
    assert len(render_problems([long], [], Style(width=60)).splitlines()) == 1


def test_only_the_place_is_bold() -> None:
    """Colour marks where to look and what to type."""
    text = render_problems([ERROR], [], Style(color=True))
    assert text.startswith("\x1b[1mmanifests/sms/twilio.yaml:9:25:\x1b[0m settings.port")
    assert '  \x1b[36m-> \x1b[0mwrite "587"\n' in text


@pytest.mark.parametrize(
    ("validation", "last"),
    [
        (Validation(()), "Checked 1 manifest in 1 file: valid."),
        (Validation((), (WARNING,)), "Checked 1 manifest in 1 file: valid, 1 warning."),
        (Validation((ERROR, ERROR), (WARNING, WARNING)), "Checked 1 manifest in 1 file: 2 errors, 2 warnings."),
    ],
)
def test_validation_ends_with_a_count(validation: Validation, last: str) -> None:
    """The last line tells what was checked and what was found."""
    assert render_validation(validation, Style(), 1, 1).splitlines()[-1] == last


def test_validation_lists_before_it_counts() -> None:
    """Problems, an empty line, the count; the count alone where there is none."""
    assert (
        render_validation(Validation((ERROR,)), Style(), 3, 2) == SHOWN + "\nChecked 3 manifests in 2 files: 1 error.\n"
    )
    assert render_validation(Validation(()), Style(), 3, 2) == "Checked 3 manifests in 2 files: valid.\n"


def test_validation_is_green_or_red() -> None:
    """Warnings do not make it red."""
    assert "\x1b[32mChecked" in render_validation(Validation((), (WARNING,)), Style(color=True), 1, 1)
    assert "\x1b[31mChecked" in render_validation(Validation((ERROR,)), Style(color=True), 1, 1)


def test_one_invalid_value_is_just_that() -> None:
    """A single error ends with what to type next."""
    assert render_error(InvalidError([ERROR]), Style()) == SHOWN


def test_all_errors_of_a_run_are_counted() -> None:
    """Several errors end with their number, warnings counted apart."""
    other = msgspec.structs.replace(ERROR, message="settings.port: again")
    assert render_error(InvalidError([ERROR, other, ERROR]), Style()).startswith(SHOWN)
    assert render_error(InvalidError([ERROR, other, ERROR]), Style()).endswith("\n\n2 errors.\n")
    assert render_error(InvalidError([ERROR], [WARNING]), Style()).endswith("is deprecated\n\n1 error, 1 warning.\n")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ReconcilerError("it broke"), "error: it broke\n"),
        (ReconcilerError("a\x1b[31mb", "run it\x07"), "error: a\\u001b[31mb\n  -> run it\\u0007\n"),
        (InvalidError([]), "error: 0 errors\n"),
        (ApiError("no", trace_id="t-1"), "error: no (trace id t-1)\n"),
        (ApiError("no", "wait"), "error: no\n  -> wait\n"),
        (
            RefusedError("another company", "use its token", [ERROR]),
            "refused: another company\n" + SHOWN,
        ),
        (
            RefusedError("no secret is saved", "refer to it", [WARNING]),
            "refused: no secret is saved\nmanifests/sms/twilio.yaml:9:25: settings.old: is deprecated\n"
            "  -> refer to it\n",
        ),
        (RefusedError(ERROR.message, ERROR.fix, [ERROR]), SHOWN),
        (
            RefusedError(ERROR.message, ERROR.fix, [ERROR, Problem("x", "not this API", None, "--api")]),
            "error: not this API\n  -> --api\n" + SHOWN + "\n2 refusals.\n",
        ),
        (StoppedError(130), "error: interrupted\n"),
    ],
)
def test_what_ended_a_run_is_said_with_its_fix(error: ReconcilerError, text: str) -> None:
    """One line, its problems, and what to type next."""
    assert render_error(error, Style()) == text
