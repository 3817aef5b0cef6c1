"""The way back from a report: what goes back, what has moved, what is left as it is."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import Json, Live, Outcome, Path, Report, ReportSummary, Requests, Source
from reconciler.planning.undo import Undo, finish_undo, is_undoable, make_bare, make_undo
from tests.planning.build import is_secret, make_live, make_provider, make_snapshot, plan_of

NAME, STATUS, PHONE, TOKEN = ("name",), ("status",), ("settings", "phone"), ("settings", "token")
PLACE = Source("main.yaml", 3, 1)


def outcome(before: dict[Path, Json], after: dict[Path, Json], **rest: Any) -> Outcome:
    """One PATCH to object 1."""
    told: dict[str, Any] = {"address": "twilio/one", "id": "1", "action": "update", "status": "applied", "attempts": 1}
    told |= {"source": PLACE, **rest}
    return Outcome(before=tuple(before.items()), after=tuple(after.items()), **told)


def undo(*outcomes: Outcome, live: Live | None = None, everything: bool = True) -> Undo:
    """The way back, with what is live now."""
    report = Report("", "main", ReportSummary(), outcomes, Requests(), 0.0)
    objects = {} if live is None else {live.id: live}
    return make_undo(report, objects, "report.json", in_scope=lambda _: everything, secret=is_secret)


def test_what_is_as_applied_goes_back() -> None:
    """Name, status and settings, text or of another kind; the manifest's place is kept."""
    before: dict[Path, Json] = {NAME: "Old", PHONE: 587, ("settings", "sid"): None}
    after: dict[Path, Json] = {NAME: "One", PHONE: "+1", ("settings", "sid"): "S"}
    (manifest,) = undo(outcome(before, after), live=make_live({"phone": "+1", "sid": "S"})).manifests
    assert (manifest.name, manifest.status, manifest.settings) == ("Old", None, {"phone": 587, "sid": None})
    assert (manifest.id, manifest.provider, manifest.source) == ("1", "twilio", PLACE)


@pytest.mark.parametrize("now", ["+0", 0, "0"])
def test_what_is_as_before_is_back_already(now: Json) -> None:
    """Also where it is stored as another type with the same text."""
    before = "+0" if now == "+0" else "0"
    assert undo(outcome({PHONE: before}, {PHONE: "+1"}), live=make_live({"phone": now})) == Undo()


def test_one_field_that_moved_leaves_the_object_alone() -> None:
    """Each is told with what was applied, what is there and what was there before; a long one is cut."""
    before: dict[Path, Json] = {NAME: "Old", STATUS: "inactive", PHONE: "x" * 200}
    after: dict[Path, Json] = {NAME: "One", STATUS: "active", PHONE: None}
    out = undo(outcome(before, after), live=make_live({"phone": "+9"}, status="paused"))
    assert out.manifests == []
    (change,) = out.moved
    assert (change.action, change.id, change.source) == ("none", "1", PLACE)
    assert change.error is not None
    assert change.error.code == "moved"
    assert change.error.message.startswith(
        "twilio/one: has moved since it was applied, and is left alone:"
        ' status: applied "active", now "paused", before "inactive";'
        ' settings.phone: applied nothing, now "+9", before "xxx'
    )
    assert "…" in change.error.message


@pytest.mark.parametrize(
    ("path", "before", "now", "why"),
    [
        (TOKEN, "forged", "canary", "it is secret"),
        (NAME, None, "One", "it had none before"),
        (STATUS, {"secret": "env:X"}, "active", "it had none before"),
        (PHONE, "+0", "****1234", "the API hides what it is now"),
        (PHONE, None, "+1", "it was not set before, and twilio requires it"),
        (PHONE, {"secret": "env:X"}, "+1", "it was of a kind that is never sent"),
    ],
)
def test_what_cannot_be_brought_back_is_told(path: Path, before: Json, now: Json, why: str) -> None:
    """And nothing is planned of it."""
    live = make_live({"token": now, "phone": now}, provider=make_provider(required=["phone"]))
    out = undo(outcome({path: before}, {path: now}), live=live)
    assert (out.manifests, out.moved) == ([], [])
    (problem,) = out.left
    assert problem.code == "not-restored"
    assert problem.source == PLACE
    assert f"{'.'.join(path)}: not undone: {why}" in problem.message
    assert "forged" not in problem.message


def test_what_is_not_kept_and_what_was_created_is_told() -> None:
    """A secret; an integration that did not exist before."""
    out = undo(outcome({}, {}, unkept=(TOKEN,)), live=make_live())
    assert "settings.token: not undone: its old value is not kept" in out.left[0].message
    created = outcome({NAME: "Old"}, {NAME: "One"}, action="create", address="twilio/new")
    out = undo(created, live=make_live())
    assert (out.manifests, out.moved) == ([], [])
    assert "twilio/new: not undone: it was created" in out.left[0].message
    lost = outcome({}, {}, action="create", address="twilio/new", id=None, status="unverified")
    assert "it may have been created" in undo(lost).left[0].message
    assert undo(outcome({}, {}, action="create", id=None, status="failed")) == Undo()


def test_only_what_was_sent_and_is_in_scope_is_looked_at() -> None:
    """What was unchanged, stale or skipped has nothing to be undone."""
    idle = Outcome("twilio/one", "1", "update", "unchanged")
    assert not is_undoable(idle)
    assert not is_undoable(Outcome("twilio/new", None, "create", "skipped"))
    assert undo(idle, live=make_live()) == Undo()
    assert undo(outcome({NAME: "Old"}, {NAME: "One"}), live=make_live(), everything=False) == Undo()


def test_an_object_that_is_gone_is_left_to_the_planner() -> None:
    """It tells that the API does not know it; without a manifest the report is the place."""
    bare = outcome({PHONE: "+0"}, {PHONE: "+1"}, source=None)
    (manifest,) = undo(bare).manifests
    assert manifest == make_bare(bare, "report.json")
    assert (manifest.provider, str(manifest.source)) == ("twilio", "report.json:1:1")
    plan = plan_of([manifest], make_snapshot(unknown=frozenset({"1"})))
    assert [problem.code for problem in plan.errors] == ["unknown-id"]


def test_the_plan_holds_both_and_nothing_of_other_objects() -> None:
    """What moved is blocked in it, what stays as it is is a warning, and that the manifests stand is one more."""
    live = make_live({"phone": "+1"})
    back = undo(outcome({PHONE: "+0"}, {PHONE: "+1"}, unkept=(TOKEN,)), live=live)
    back.moved = undo(outcome({NAME: "A"}, {NAME: "B"}, address="twilio/a"), live=live).moved
    plan = finish_undo(plan_of(back.manifests, make_snapshot(live, make_live(id="2"))), back)
    assert [(change.address, change.action) for change in plan.changes] == [
        ("twilio/a", "none"),
        ("twilio/one", "update"),
    ]
    assert (plan.origin, plan.unmanaged, plan.summary.unmanaged, plan.summary.blocked) == ("undo", (), 0, 1)
    assert [problem.code for problem in plan.warnings] == ["not-restored", "manifests-stand"]
    assert [problem.code for problem in plan.errors] == ["moved"]


def test_where_nothing_is_to_be_done_the_manifests_are_no_matter() -> None:
    """No warning."""
    assert finish_undo(plan_of([], make_snapshot(make_live())), Undo()).warnings == ()
