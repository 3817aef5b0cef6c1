"""The lines below the row of an account."""

from __future__ import annotations

import msgspec

from reconciler.model import Problem, Refusal
from reconciler.reporting.fleet_errors import MOST_ERRORS, cut_errors, plan_errors, report_errors
from tests.reporting.samples import make_change, make_full_plan, make_full_report, make_plan, place


def test_a_plan_tells_what_is_blocked_and_what_is_refused() -> None:
    """A refusal of the whole plan stands with each of its changes, and is told once; what to type is a line."""
    assert plan_errors(make_full_plan()) == (
        "manifests/sms/twilio.yaml:31:5: id 9999 is not known to the API",
        "-> correct the id or remove it",
        "refused by max_changes: 3 changes, guard.max_changes allows 2",
        "-> guard: {max_changes: 3}",
        "manifests/email/mail.yaml:3:7: refused by lifecycle.guard: name is guarded",
        "-> take name out of lifecycle.guard",
    )
    assert plan_errors(make_plan(make_change())) == ()


def test_nothing_is_obeyed_by_a_terminal() -> None:
    """Every text is escaped."""
    refusal = Refusal("rule\x1b", "why\u202e", "what\x07", place(1))
    plan = make_plan(make_change(refused=(refusal,)), errors=(Problem("odd", "bad\x1b"),))
    assert plan_errors(plan) == (
        "bad\\u001b",
        "manifests/sms/twilio.yaml:1:3: refused by rule\\u001b: why\\u202e",
        "-> what\\u0007",
    )


def test_a_report_tells_what_is_not_as_it_was_asked() -> None:
    """Objects by their status, and fields that are not what was sent; nothing of what was applied."""
    lines = report_errors(make_full_report())
    statuses = [line.split(": ")[1].partition(" ")[0] for line in lines]
    assert {"failed", "stale", "unverified", "skipped"} <= set(statuses)
    assert "unchanged" not in statuses
    assert any(": settings.a: dropped: the API took it and did not keep it" in line for line in lines)
    assert not any("masked" in line or "auth_token" in line for line in lines)


def test_what_is_not_settled_is_told_whatever_its_verdict() -> None:
    """A later plan would find it again."""
    report = make_full_report()
    outcome = report.outcomes[0]
    field = msgspec.structs.replace(outcome.fields[0], settled=False)
    one = msgspec.structs.replace(report, outcomes=(msgspec.structs.replace(outcome, fields=(field,), error=None),))
    (line,) = report_errors(one)
    assert line.endswith("is not settled")


def test_a_stale_object_tells_what_moved() -> None:
    """Where the API has said nothing of it."""
    stale = [one for one in make_full_report().outcomes if one.moved]
    bare = tuple(msgspec.structs.replace(one, error=None) for one in stale)
    lines = report_errors(msgspec.structs.replace(make_full_report(), outcomes=bare))
    assert lines
    assert all(line.endswith(" moved") for line in lines)


def test_many_lines_are_counted() -> None:
    """The first ones stay."""
    assert cut_errors(["x"] * MOST_ERRORS) == ("x",) * MOST_ERRORS
    assert cut_errors(["x"] * (MOST_ERRORS + 1))[-1] == "… and 1 more line, in its own answer or on stderr"
