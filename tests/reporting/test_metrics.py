"""The Prometheus text file."""

from __future__ import annotations

import re

import pytest

from reconciler.model import PlanSummary, ReportSummary, Requests
from reconciler.reporting.metrics import Measured, label_text, labels_of, read_last_successes, render_metrics
from tests.reporting.corpus import INJECTIONS

SAMPLE = re.compile(
    r'reconciler_[a-z_]+\{account="(?:[^"\\\n]|\\.)*",verb="[a-z]+"(,[a-z]+="[A-Za-z]+")?\} -?[0-9.e+]+'
)


def lines_of(run: Measured) -> dict[str, str]:
    """Each sample's value by what stands before it."""
    rows = [row for row in render_metrics(run).splitlines() if not row.startswith("#")]
    assert all(SAMPLE.fullmatch(row) for row in rows)
    return dict(row.rsplit(" ", 1) for row in rows)


def test_a_plan_is_drift_and_changes() -> None:
    """With what it could not see, and no outcome that it did not have."""
    found = lines_of(Measured("plan", "main", plan=PlanSummary(create=1, update=2, unseen=3), finished=1.8e9))
    labels = '{account="main",verb="plan"'
    assert found[f"reconciler_drift{labels}}}"] == "3"
    assert found[f'reconciler_changes{labels},action="update"}}'] == "2"
    assert found[f"reconciler_unseen{labels}}}"] == "3"
    assert found[f"reconciler_last_run_timestamp_seconds{labels}}}"] == "1800000000.000"
    assert not [name for name in found if "outcomes" in name or "requests" in name or "last_success" in name]


def test_an_apply_is_outcomes_and_requests() -> None:
    """What failed in any way is one number too."""
    report = ReportSummary(applied=4, failed=1, unverified=1, skipped=2, stale=1)
    sent = Requests(get=5, patch=6, throttled=1, retried=2)
    found = lines_of(Measured("apply", "a", report=report, requests=sent, exit_code=6, seconds=1.25))
    labels = '{account="a",verb="apply"'
    assert found[f"reconciler_failures{labels}}}"] == "4"
    assert found[f'reconciler_outcomes{labels},status="stale"}}'] == "1"
    assert found[f'reconciler_requests{labels},method="PATCH"}}'] == "6"
    assert found[f"reconciler_throttled{labels}}}"] == "1"
    assert (found[f"reconciler_seconds{labels}}}"], found[f"reconciler_exit_code{labels}}}"]) == ("1.25", "6")


def test_every_family_has_one_head() -> None:
    """As the format demands."""
    run = Measured("apply", "a", PlanSummary(), ReportSummary(), Requests(), last_success=1.0)
    text = render_metrics(run)
    heads = re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE)
    assert len(heads) == len(set(heads)) == text.count("# HELP")
    assert text == render_metrics(run)


def test_the_last_success_is_read_back() -> None:
    """Of the same verb and account alone."""
    run = Measured("plan", "a", last_success=1_790_000_000.5)
    text = render_metrics(run)
    assert read_last_successes(text) == {label_text(labels_of(Measured("plan", "a"))): 1_790_000_000.5}
    assert read_last_successes("nonsense") == {}


@pytest.mark.parametrize("text", INJECTIONS[:-1], ids=range(len(INJECTIONS) - 1))
def test_no_account_name_breaks_a_line(text: str) -> None:
    """A label's value is escaped."""
    assert lines_of(Measured("plan", text))
