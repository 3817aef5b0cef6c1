"""Reports as people read them."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model import Outcome, Report, ReportSummary, Requests
from reconciler.reporting.report_text import render_report
from reconciler.reporting.style import Style, cells
from tests.reporting.golden import is_as_written
from tests.reporting.samples import make_full_report

EMPTY = Report("sha256:00", "main", ReportSummary(), (), Requests(), 0.0)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("tty", [True, False])
@pytest.mark.parametrize("color", [True, False])
def test_every_status_and_verdict_is_as_written(*, width: int, tty: bool, color: bool) -> None:
    """The golden texts hold a report with every status and verdict."""
    text = render_report(make_full_report(), Style(color, width, tty))
    name = f"report-{width}-{'terminal' if tty else 'pipe'}{'-color' if color else ''}.txt"
    assert is_as_written(f"tests/golden/{name}", text)


def test_applied_is_said_of_nothing_else() -> None:
    """Without the outcomes that are applied the word does not occur, though a field of another one is."""
    full = make_full_report()
    others = tuple(outcome for outcome in full.outcomes if outcome.status != "applied")
    report = msgspec.structs.replace(
        full, outcomes=others, summary=msgspec.structs.replace(full.summary, applied=0), notes=()
    )
    assert "applied" not in render_report(report, Style())
    assert render_report(full, Style()).count("applied") == 3


def test_an_error_shows_its_trace_id() -> None:
    """Support asks for it; its own control characters are escaped."""
    text = render_report(make_full_report(), Style())
    assert "      x the API answered 500 four times (trace id a1\\u001b[2J)\n" in text
    assert "      . skipped (trace id b2)\n" in text


def test_a_run_that_did_nothing_says_so() -> None:
    """No outcomes: no counts, no requests, no notes."""
    assert render_report(EMPTY, Style()) == "Apply: nothing to do.\nUsed 0 requests, in about 1 s.\n"


@pytest.mark.parametrize(("code", "said"), [(130, True), (143, True), (6, False), (0, False)])
def test_an_interrupted_run_prints_its_report_whole(*, code: int, said: bool) -> None:
    """What was done, what was skipped and what was used are all there."""
    text = render_report(msgspec.structs.replace(make_full_report(), exit_code=code), Style())
    assert ("Interrupted" in text) is said
    assert "twilio/later (1166)" in text
    assert "Used 12 requests (3 GET, 8 PATCH, 1 POST), 1 answered 429, 4 sent again after a fault, in about" in text


def test_notes_come_last() -> None:
    """The line to commit is what stands on the screen at the end."""
    lines = render_report(make_full_report(), Style()).splitlines()
    assert lines[-1] == "PATCH merges settings: commit `settings_patch: changed` to reconciler.yaml."


def test_success_is_green_and_the_rest_is_red() -> None:
    """The colour of the totals follows the exit code."""
    good = msgspec.structs.replace(EMPTY, outcomes=(Outcome("a/b", "1", "update", "applied"),))
    assert "\x1b[32mApply: nothing to do." in render_report(good, Style(color=True))
    assert "\x1b[31mApply: nothing" in render_report(msgspec.structs.replace(good, exit_code=5), Style(color=True))


@pytest.mark.parametrize("width", [10, 40, 60, 100])
def test_sandbox_prefixes_every_line_within_the_width(width: int) -> None:
    """Every line begins with SANDBOX, and none is wider than the terminal."""
    report = msgspec.structs.replace(make_full_report(), notes=("a b",))
    lines = render_report(report, Style(width=width, tty=True), sandbox=True).splitlines()
    assert all(line.startswith("SANDBOX") for line in lines)
    assert max(cells(line) for line in lines) <= max(width, 48)
