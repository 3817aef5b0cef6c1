"""Every format that a verb offers has its writer, and the other way round."""

from __future__ import annotations

import json

from reconciler.commands.forms import FLEET, PLAN, REPORT, VALIDATION
from reconciler.model import Problem, Validation
from reconciler.reporting.formats import fleet_writers, plan_writers, report_writers, validation_writers
from tests.reporting.fleets import make_full_fleet
from tests.reporting.samples import SAMPLE, make_full_report


def test_writers_are_what_the_verbs_offer() -> None:
    """In the same order as in their help."""
    plan = plan_writers(SAMPLE, text=str, json=str, word="plan", sandbox=False, limits=(8, 120))
    report = report_writers(make_full_report(), text=str, json=str, sandbox=True)
    found = Validation((Problem("odd", "x"),))
    validation = validation_writers(found, text=str, json=str)
    fleet = fleet_writers(make_full_fleet(), text=str, json=str, sandbox=True)
    assert (tuple(plan), tuple(report), tuple(fleet)) == (PLAN, REPORT, FLEET)
    assert sorted(validation) == sorted(VALIDATION)
    for writers in (plan, report, validation, fleet):
        for form, write in writers.items():
            assert write() or form in ("text", "json")
    assert json.loads(plan["gitlab"]())["update"] == 1
    assert "SANDBOX" in report["html"]()


def test_a_validation_that_ended_a_run_counts_no_files() -> None:
    """Only what was found."""
    assert "valid." in validation_writers(Validation(()), text=str, json=str)["markdown"]()
    assert "Checked" not in validation_writers(Validation(()), text=str, json=str)["html"]()
