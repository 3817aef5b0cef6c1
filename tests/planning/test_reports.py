"""Reports from their bytes, and whether they are of this account."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Outcome, Report, ReportSummary, Requests
from reconciler.planning.reports import check_report_binding, load_report

DONE = Outcome(
    "twilio/one", "1", "update", "applied", 1, before=((("name",), "A"),), after=((("name",), "B"),),
    unkept=(("settings", "token"),),
)  # fmt: skip
REPORT = Report("sha256:0", "main", ReportSummary(), (DONE,), Requests(), 0.0, api="https://a", company_id="5")


def data(**changes: Any) -> bytes:
    """A report's file."""
    return msgspec.json.encode(msgspec.structs.replace(REPORT, **changes))


def test_a_report_is_read_as_it_was_written() -> None:
    """What a later version has added is passed over."""
    assert load_report(data(), "r.json") == REPORT
    assert load_report(data().replace(b"{", b'{"more": 1, ', 1), "r.json") == REPORT


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"", "is not a reconciler.report/1"),
        (b"{}", "is not a reconciler.report/1"),
        (b"\xff\xfe", "is not a reconciler.report/1"),
        (b"[" * 100_000, "is not a reconciler.report/1"),
        (data(format="reconciler.report/2"), "is not a reconciler.report/1"),
        (data(api=""), "keeps nothing to undo by"),
        (data(outcomes=(Outcome("a", "1", "update", "applied", before=((("id",), "1"),)),)), "no integration has"),
        (data(outcomes=(Outcome("a", "1", "update", "applied", after=((("settings",), "1"),)),)), "no integration has"),
        (data(outcomes=(Outcome("a", "1", "update", "applied", unkept=((),)),)), "no integration has"),
    ],
)
def test_what_is_no_report_says_how_to_keep_one(bad: bytes, why: str) -> None:
    """Without a traceback, whatever it holds."""
    with pytest.raises(InvalidError) as caught:
        load_report(bad, "r.json")
    (problem,) = caught.value.problems
    assert why in problem.message
    assert str(problem.source) == "r.json:1:1"
    assert problem.fix is not None
    assert "--report" in problem.fix


@pytest.mark.parametrize(
    ("here", "why"),
    [
        ({"api": "https://b"}, "is of API https://a, this is https://b"),
        ({"account": "other"}, "is of account main, this is other"),
        ({"company_id": "6"}, "is of company 5, this account is company 6"),
    ],
)
def test_a_report_of_somewhere_else_is_refused(here: dict[str, str], why: str) -> None:
    """By API, account and company."""
    fit: dict[str, Any] = {"file": "r.json", "api": "https://a", "account": "main", "company_id": "5"}
    check_report_binding(REPORT, **fit)
    check_report_binding(REPORT, **{**fit, "company_id": None})
    check_report_binding(msgspec.structs.replace(REPORT, company_id=None), **fit)
    with pytest.raises(RefusedError, match=why):
        check_report_binding(REPORT, **{**fit, **here})
