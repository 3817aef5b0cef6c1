"""Annotations of GitHub's runner and GitLab's reports."""

from __future__ import annotations

import json
import re

import pytest

from reconciler.model import Problem, Source, Validation
from reconciler.reporting.annotations import (
    render_github_plan,
    render_github_report,
    render_github_validation,
    render_gitlab_plan,
    render_gitlab_validation,
)
from tests.reporting.corpus import INJECTIONS, make_nasty_plan
from tests.reporting.samples import SAMPLE, make_full_plan, make_full_report

COMMAND = re.compile(r"::(error|warning|notice) (?:file=[^:,\n]+,line=\d+,col=\d+,)?title=[^:,\n]+::[^\n]*")
FOUND = Validation(
    (Problem("not-text", "port: 100%", Source("a,b:c.yaml", 3, 7), 'write "587"'),), (Problem("odd", "no place"),)
)


def test_a_plan_is_a_notice_a_field_at_its_place() -> None:
    """Secrets as words."""
    assert render_github_plan(SAMPLE).splitlines() == [
        "::notice file=manifests/sms/twilio.yaml,line=9,col=25,title=plan-change::"
        'twilio/main-sms: settings.default_phone_number: "+13345550100" -> "+14445550100"',
        "::notice file=manifests/sms/twilio.yaml,line=8,col=15,title=plan-change::"
        "twilio/main-sms: settings.auth_token: secret(env:HOOD_TWILIO_AUTH_TOKEN) changes",
    ]


def test_refusals_and_blocks_are_errors() -> None:
    """With what would let them through."""
    text = render_github_plan(make_full_plan())
    assert "title=refused-max_changes::" in text
    assert "; take name out of lifecycle.guard" in text
    assert "title=unknown-id::id 9999 is not known to the API; correct the id or remove it" in text
    assert "::warning title=odd::the list of the API was cut short" in text


def test_a_validation_escapes_what_ends_a_property_or_a_line() -> None:
    """Percent, colon, comma."""
    assert render_github_validation(FOUND).splitlines() == [
        '::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=not-text::port: 100%25; write "587"',
        "::warning title=odd::no place",
    ]


def test_a_report_annotates_what_is_not_as_it_should_be() -> None:
    """Failed, stale, unverified, skipped; and odd verdicts of what was applied."""
    text = render_github_report(make_full_report())
    assert text.count("::error ") == 5
    assert text.count("title=field-coerced::twilio/main-sms: settings.port: coerced: stored as 587") == 1
    assert "applied::" not in text


def test_gitlab_counts_a_plan() -> None:
    """What `reports: terraform` reads."""
    assert json.loads(render_gitlab_plan(make_full_plan())) == {"create": 1, "update": 2, "delete": 0}


def test_gitlab_finds_the_same_fault_again() -> None:
    """The fingerprint depends on rule, message and place alone; every field that Code Quality needs is there."""
    one, two = json.loads(render_gitlab_validation(FOUND))
    assert one["location"] == {"path": "a,b:c.yaml", "lines": {"begin": 3}}
    assert (one["severity"], two["severity"]) == ("major", "minor")
    assert one["fingerprint"] == json.loads(render_gitlab_validation(FOUND))[0]["fingerprint"] != two["fingerprint"]
    assert two["location"]["path"] == "reconciler.yaml"


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_every_line_is_one_command_of_ours(text: str) -> None:
    """Nothing in a name or value ends the line or begins another command."""
    made = render_github_plan(make_nasty_plan(text))
    made.encode()
    assert all(COMMAND.fullmatch(line) for line in made.split("\n")[:-1])
    json.loads(render_gitlab_validation(Validation((Problem(text, text, Source(text[:50], 1, 1)),))))
