"""Whole runs: outcomes and exit codes."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import pytest

from reconciler.applying.apply import Applied, apply_plan
from reconciler.model import Moved, Problem
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.world import World
from tests.applying.bench import (
    ASK,
    OTHER,
    SECRETS,
    SOLD,
    TOKEN,
    make_many,
    make_plan_of,
    make_world,
    manifest,
    only,
    row,
    run,
    settings,
    statuses,
    verdicts,
)
from tests.applying.world_api import WorldApi

NEW = {"username": "new"}


def test_a_plan_without_changes_sends_nothing() -> None:
    """And ends 0."""
    applied, api = run(make_world(), make_plan_of(make_world()))
    assert (applied.code, applied.outcomes, api.trail()) == (0, (), [])


def test_a_change_is_applied_and_verified() -> None:
    """The outcome tells its fields; the next plan is empty."""
    world = make_world(row())
    named = manifest("1", NEW, name="Mail", status="paused")
    plan = make_plan_of(world, named)
    assert plan.summary.update == 1
    applied, _ = run(world, plan)
    outcome = only(applied)
    assert (applied.code, outcome.status, outcome.attempts, outcome.error) == (0, "applied", 1, None)
    assert verdicts(outcome) == {"name": "applied", "status": "applied", "username": "applied"}
    assert (outcome.address, outcome.action, outcome.source) == ("custom_email/n1", "update", named.source)
    assert make_plan_of(world, named).summary.update == 0


def test_one_that_fails_never_stops_the_others() -> None:
    """400, an id that vanished, one that moved: each is an outcome."""
    world = make_world(*[row()] * 4, null_in_settings="refused")
    named = [manifest("1", {"username": None}), *(manifest(str(number), NEW) for number in (2, 3, 4))]
    plan = make_plan_of(world, *named, settings_patch="changed")
    world.remove("2")
    world.set_setting("3", "username", "third", now=0.0)
    applied, _ = run(world, plan)
    assert statuses(applied) == {"1": "failed", "2": "failed", "3": "stale", "4": "applied"}
    assert applied.code == 6
    first, second, third, _ = applied.outcomes
    assert "answered 400" in (first.error or "")
    assert first.trace_id
    assert "no longer knows id 2" in (second.error or "")
    assert third.moved == (Moved(("settings", "username"), "post@one.example", "third", "new"),)
    assert third.error == "it is no longer what the plan saw, and was left alone: plan again"


def test_stale_alone_ends_5_and_unchanged_0() -> None:
    """Somebody was quicker, with the same value or with another."""
    world, plan = make_many(2)
    world.set_setting("1", "username", "new", now=0.0)
    applied, api = run(world, msgspec.structs.replace(plan, changes=plan.changes[:1]))
    assert (applied.code, statuses(applied), api.count("PATCH")) == (0, {"1": "unchanged"}, 0)
    world.set_setting("2", "username", "third", now=0.0)
    applied, _ = run(world, plan)
    assert (applied.code, statuses(applied)) == (5, {"1": "unchanged", "2": "stale"})


def test_what_the_plan_could_not_plan_is_skipped() -> None:
    """With the plan's reason; the rest is applied; what is none is no outcome."""
    world, plan = make_many(3)
    problem = Problem("unknown-id", "the API does not know id 1")
    first, second, third = plan.changes
    changes = (
        msgspec.structs.replace(first, action="none", error=problem),
        msgspec.structs.replace(second, action="none"),
        third,
    )
    applied, _ = run(world, msgspec.structs.replace(plan, changes=changes))
    assert (applied.code, statuses(applied)) == (6, {"1": "skipped", "3": "applied"})
    assert applied.outcomes[0].error == "the API does not know id 1"


def test_where_nothing_answers_the_run_ends_8() -> None:
    """And 6 where it is one object of several."""
    world, plan = make_many(2)
    applied, _ = run(world, plan, dead=lambda _method, _what: True)
    assert (applied.code, statuses(applied)) == (8, {"1": "failed", "2": "failed"})
    applied, _ = run(world, plan, dead=lambda method, what: (method, what) == ("PATCH", "1"))
    assert (applied.code, statuses(applied)) == (6, {"1": "failed", "2": "applied"})


def test_every_change_is_ticked_once() -> None:
    """Whatever became of it."""
    for size, how in ((1, "changed"), (100, "changed"), (100, "auto")):
        world = make_world(*[row()] * 4)
        named = [manifest("1", {**SOLD, "username": "new", "password": TOKEN})]
        named += [manifest(str(number), NEW) for number in (2, 3, 4)]
        plan = make_plan_of(world, *named, size=size, settings_patch=how)
        world.remove("3")
        ticks: list[int] = []
        applied = apply_plan(plan, WorldApi(world), ASK, parallel=2, tick=partial(ticks.append, 1))
        assert (applied.code, len(ticks)) == (6, 4)


def test_degraded_dropped_and_coerced_fields_end_6() -> None:
    """The status is applied for a degraded one: what was asked for is there."""
    for switches, status, verdict in (
        ({"effective_status": "falls"}, "applied", "degraded"),
        ({"faults": [Fault("silent-drop")]}, "failed", "dropped"),
        ({"coerce": "trimmed"}, "unverified", "coerced"),
    ):
        world = make_world(row(), **switches)
        plan = make_plan_of(world, manifest("1", {"username": " new "}), settings_patch="changed")
        applied, _ = run(world, plan)
        assert (applied.code, only(applied).status) == (6, status)
        assert verdict in verdicts(only(applied)).values()


def test_a_number_that_has_the_same_text_ends_0() -> None:
    """Nothing would be sent again."""
    world = make_world(row(), coerce="numbers")
    plan = make_plan_of(world, manifest("1", {"port": "587"}), settings_patch="changed")
    applied, _ = run(world, plan)
    assert (applied.code, verdicts(only(applied))) == (0, {"port": "coerced"})
    assert settings(world)["port"] == 587


def apply_secrets(**switches: Any) -> tuple[World, Applied, WorldApi]:
    """Sends two secrets to objects that hide them."""
    world = make_world(row(), row(), **switches)
    named = [manifest("1", {"password": TOKEN, "username": "new"}), manifest("2", {"password": OTHER})]
    plan = make_plan_of(world, *named, settings_patch="changed", when_hidden="resend")
    applied, api = run(world, plan)
    return world, applied, api


@pytest.mark.parametrize("masks", ["none", "full", "last4", "absent", "null", "empty"])
def test_secrets_arrive_however_they_are_hidden(masks: str) -> None:
    """What cannot be read back is masked, and counts as verified; no word holds their values."""
    world, applied, _ = apply_secrets(masks=masks)
    assert applied.code == 0
    assert settings(world, "1")["password"] == SECRETS[TOKEN]
    assert settings(world, "2")["password"] == SECRETS[OTHER]
    expected = "applied" if masks == "none" else "masked"
    assert [verdicts(outcome)["password"] for outcome in applied.outcomes] == [expected] * 2
    assert "canary" not in repr(applied)


@pytest.mark.parametrize("kind", ["500", "502-html", "503", "504", "reset", "timeout", "truncated", "429", "not-json"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_one_fault_is_survived(kind: Any, when: Any, method: str) -> None:
    """Wherever it strikes: all is applied, and said; no answer is believed that is none."""
    for nth in (1, 2, 3):
        world, plan = make_many(2)
        world.faults.script = (Fault(kind, when, method, nth=nth),)
        applied, api = run(world, plan)
        assert applied.code == 0
        assert api.count("PATCH") <= 3


def test_a_live_value_that_looks_like_a_reference_reveals_nothing() -> None:
    """Whole settings send it back as it was."""
    world = make_world(row({**SOLD, "port": {"secret": "env:HOOD_TOKEN"}}))
    applied, api = run(world, make_plan_of(world, manifest("1", NEW), settings_patch="whole"))
    assert api.patches()[0]["settings"]["port"] == {"secret": "env:HOOD_TOKEN"}
    assert SECRETS[TOKEN] not in repr(api.sent)
    assert applied.code == 0
