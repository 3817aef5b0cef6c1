"""--all-or-nothing and --first: what is looked at before anything is written, and what holds the rest back."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import msgspec
import pytest

from reconciler.applying.apply import Applied, Care, apply_plan
from reconciler.model import Plan, Problem
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.messages import Request
from reconciler.sandbox.world import World
from tests.applying.bench import (
    ASK,
    SOLD,
    TOKEN,
    make_many,
    make_plan_of,
    make_world,
    manifest,
    row,
    settings,
    statuses,
)
from tests.applying.hurried import open_account
from tests.applying.world_api import WorldApi

NEW = {"username": "new"}
ALL = Care(all_or_nothing=True)


def run(world: World, plan: Plan, care: Care, parallel: int = 1, **options: Any) -> tuple[Applied, WorldApi]:
    """Applies a plan with care."""
    api = WorldApi(world, **options)
    return apply_plan(plan, api, ASK, parallel=parallel, care=care), api


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("parallel", [1, 3])
def test_one_stale_object_leaves_all_alone(size: int, parallel: int) -> None:
    """Exit 5: all stale ones are told, the others are skipped with the reason, what is done already is unchanged."""
    world, plan = make_many(6, size=size)
    for one, value in (("2", "third"), ("5", "fourth"), ("6", "new")):
        world.set_setting(one, "username", value, now=0.0)
    applied, api = run(world, plan, ALL, parallel)
    assert (applied.code, api.count("PATCH"), world.writes) == (5, 0, [])
    expected = {"1": "skipped", "2": "stale", "3": "skipped", "4": "skipped", "5": "stale", "6": "unchanged"}
    assert statuses(applied) == expected
    assert applied.outcomes[0].error == "not begun (--all-or-nothing): custom_email/n2 is stale"
    assert [moved.now for outcome in applied.outcomes for moved in outcome.moved] == ["third", "fourth"]


def test_an_object_that_is_gone_or_blocked_leaves_all_alone_too() -> None:
    """Not everything could be applied: exit 6."""
    world, plan = make_many(3)
    world.remove("2")
    applied, api = run(world, plan, ALL)
    assert (applied.code, api.count("PATCH")) == (6, 0)
    assert statuses(applied) == {"1": "skipped", "2": "failed", "3": "skipped"}
    world, plan = make_many(3)
    first = msgspec.structs.replace(
        plan.changes[0], action="none", error=Problem("unknown-id", "the API knows no id 1")
    )
    applied, api = run(world, msgspec.structs.replace(plan, changes=(first, *plan.changes[1:])), ALL)
    assert (applied.code, api.count("PATCH"), set(statuses(applied).values())) == (6, 0, {"skipped"})
    assert applied.outcomes[0].error == "the API knows no id 1"


def test_an_object_that_would_be_refused_leaves_all_alone_too() -> None:
    """Whole settings would erase what cannot be seen: exit 4, before any write."""
    world = make_world(row(), row({"username": "u"}), masks="full")
    plan = make_plan_of(world, manifest("1", NEW), manifest("2", NEW), settings_patch="whole")
    plan = msgspec.structs.replace(
        plan, changes=tuple(msgspec.structs.replace(change, refused=()) for change in plan.changes)
    )
    applied, api = run(world, plan, ALL)
    assert (applied.code, api.count("PATCH"), set(statuses(applied).values())) == (4, 0, {"skipped"})


def test_another_company_and_a_refused_token_end_the_look() -> None:
    """As they end every run."""
    world, plan = make_many(3)
    world.edit("3", company_id="78", now=0.0)
    applied, api = run(world, plan, ALL)
    assert (applied.code, api.trail()) == (4, ["GET 1,100"])
    applied, api = run(world, plan, ALL, token="another")
    assert (applied.code, len(api.sent)) == (7, 1)


@pytest.mark.parametrize("size", [1, 100])
def test_where_all_is_well_the_look_costs_no_request(size: int) -> None:
    """What was read for it serves the writes, as long as it is fresh; each change is ticked once."""
    world, plan = make_many(3, size=size)
    applied, api = run(world, plan, ALL)
    assert (applied.code, api.count("PATCH")) == (0, 3)
    assert api.count("GET") == (2 if size == 100 else 6)
    world, plan = make_many(3, size=size)
    world.set_setting("1", "username", "new", now=0.0)
    ticks: list[int] = []
    apply_plan(plan, WorldApi(world), ASK, parallel=2, care=ALL, tick=partial(ticks.append, 1))
    assert len(ticks) == 3


def test_what_needs_a_get_just_before_has_it_all_the_same() -> None:
    """A page read for the look is none."""
    world = make_world(row(), row())
    plan = make_plan_of(world, manifest("1", {"password": TOKEN}), manifest("2", NEW), settings_patch="changed")
    applied, api = run(world, plan, ALL)
    assert (applied.code, api.trail()) == (0, ["GET 1,100", "GET 1", "PATCH 1", "PATCH 2", "GET 1,100"])


def make_delicate() -> tuple[World, Plan]:
    """Four changes of a status, each read by itself just before its PATCH."""
    world = make_world(*[row()] * 4)
    return world, make_plan_of(world, *(manifest(str(one), status="paused") for one in (1, 2, 3, 4)))


@pytest.mark.parametrize(("one", "done", "code"), [("1", [], 5), ("2", ["1"], 6), ("3", ["1", "2"], 6)])
def test_one_that_moves_after_the_look_holds_the_rest_back(one: str, done: list[str], code: int) -> None:
    """5 where nothing was written yet, else 6, since something was skipped."""
    world, plan = make_delicate()
    applied, _ = run(
        world, plan, ALL, meanwhile=lambda number: world.edit(one, status="other", now=0.0) if number == 2 else None
    )
    rest = [str(number) for number in range(int(one) + 1, 5)]
    expected = {**dict.fromkeys(done, "applied"), one: "stale", **dict.fromkeys(rest, "skipped")}
    assert (applied.code, statuses(applied)) == (code, expected)
    assert [write.id for write in world.writes] == done
    assert all(outcome.error for outcome in applied.outcomes if outcome.status == "skipped")


def test_one_that_fails_holds_the_rest_back() -> None:
    """What is refused is not everything: what is not begun is left alone."""
    world, plan = make_many(4)
    world.faults.script = (Fault("429", method="PATCH", path="/2$", count=0),)
    applied, _ = run(world, plan, ALL)
    expected = {"1": "applied", "2": "failed", "3": "skipped", "4": "skipped"}
    assert (applied.code, statuses(applied)) == (6, expected)


def test_threads_that_wait_to_write_are_held_back_too() -> None:
    """One is refused while three stand before a full window with their PATCHes: none of these leaves."""
    world, plan = make_many(6)

    def interfere(request: Request) -> None:
        if request.method == "PATCH":
            time.sleep(0.05)
            world.remove(request.path.rpartition("/")[2])

    account = open_account(world, per_second=1, parallel=4, meanwhile=interfere, speed=4.0)
    applied = apply_plan(plan, account, ASK, parallel=4, care=ALL)
    assert (applied.code, applied.fatal) == (6, None)
    assert [entry.method for entry in world.log] == ["GET", "PATCH"]
    assert sorted(statuses(applied).values()) == ["failed", *["skipped"] * 5]
    account.close()


def test_a_proof_that_is_not_as_it_should_be_holds_the_rest_back() -> None:
    """It was dropped, and put right: nothing more is begun."""
    ready = row({**SOLD, "password": "canary-token-7f3a"})
    world = make_world(ready, row(), faults=[Fault("silent-drop", count=0, path="/1$")])
    named = [manifest("1", {**SOLD, "username": "new", "password": TOKEN}), manifest("2", NEW)]
    applied, _ = run(world, make_plan_of(world, *named), ALL)
    assert (applied.code, statuses(applied)) == (6, {"1": "failed", "2": "skipped"})


@pytest.mark.parametrize("first", [1, 2, 3, 99])
def test_the_first_are_applied_and_verified_before_the_rest(first: int) -> None:
    """All is well: the rest follows."""
    world, plan = make_many(3)
    applied, api = run(world, plan, Care(first=first))
    assert (applied.code, set(statuses(applied).values())) == (0, {"applied"})
    last = [f"PATCH {one}" for one in range(1, 4)][:first][-1]
    trail = api.trail()
    assert trail[trail.index(last) + 1].startswith("GET")
    if first < 3:
        assert trail[trail.index(f"PATCH {first + 1}") - 1].startswith("GET")


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda world: world.set_setting("2", "username", "third", now=0.0), "stale"),
        (lambda world: world.remove("2"), "failed"),
        (lambda world: setattr(world.faults, "script", (Fault("silent-drop", count=0, path="/2$"),)), "failed"),
    ],
)
def test_where_one_of_the_first_is_not_as_it_should_be_the_rest_is_skipped(spoil: Any, status: str) -> None:
    """The others of the first ones are applied all the same; something was skipped: exit 6."""
    world, plan = make_many(5)
    spoil(world)
    applied, _ = run(world, plan, Care(first=3))
    expected = {"1": "applied", "2": status, "3": "applied", "4": "skipped", "5": "skipped"}
    assert (applied.code, statuses(applied)) == (6, expected)
    assert applied.outcomes[3].error == f"not begun (--first 3): custom_email/n2 is {status}"


def test_an_effective_status_that_fell_holds_the_rest_back() -> None:
    """The first one is applied, and does not work any more."""
    world, plan = make_many(2, effective_status="falls")
    applied, _ = run(world, plan, Care(first=1))
    assert (applied.code, statuses(applied)) == (6, {"1": "applied", "2": "skipped"})


def test_what_lags_is_settled_before_the_rest_is_begun() -> None:
    """Verified means read back."""
    world, plan = make_many(2, read_lag=5.0)
    applied, api = run(world, plan, Care(first=1))
    assert applied.code == 0
    times = {sent.what: sent.time for sent in api.sent if sent.method == "PATCH"}
    assert times["2"] - times["1"] > 5.0


def test_a_second_run_of_the_same_plan_counts_the_same_first_ones() -> None:
    """They are unchanged by then, and the rest follows."""
    world, plan = make_many(3)
    applied, _ = run(world, msgspec.structs.replace(plan, changes=plan.changes[:1]), Care())
    applied, api = run(world, plan, Care(first=1))
    assert (applied.code, statuses(applied)) == (0, {"1": "unchanged", "2": "applied", "3": "applied"})
    assert api.count("PATCH") == 2


def test_a_blocked_object_is_none_of_the_first() -> None:
    """The plan has told it already; the first N are those that would be written."""
    world, plan = make_many(3)
    first = msgspec.structs.replace(plan.changes[0], action="none", error=Problem("unknown-id", "unknown"))
    applied, _ = run(world, msgspec.structs.replace(plan, changes=(first, *plan.changes[1:])), Care(first=1))
    assert (applied.code, statuses(applied)) == (6, {"1": "skipped", "2": "applied", "3": "applied"})


def test_both_together_look_at_all_and_then_go_on_in_two_steps() -> None:
    """Nothing is written where one of the rest is stale; and the first ones hold the rest back."""
    world, plan = make_many(3)
    world.set_setting("3", "username", "third", now=0.0)
    applied, api = run(world, plan, Care(all_or_nothing=True, first=1))
    assert (applied.code, api.count("PATCH")) == (5, 0)
    world.set_setting("3", "username", SOLD["username"], now=0.0)
    applied, api = run(world, plan, Care(all_or_nothing=True, first=1))
    assert (applied.code, api.count("PATCH")) == (0, 3)
    assert all(settings(world, one)["username"] == "new" for one in ("1", "2", "3"))


def test_a_signal_wins_over_both() -> None:
    """The exit code is the signal's, and the rest is skipped for it."""
    world, plan = make_many(3)
    applied, _ = run(world, plan, Care(all_or_nothing=True, first=1), stop_at=2)
    assert applied.code == 130
    assert statuses(applied) == {"1": "unverified", "2": "skipped", "3": "skipped"}
    assert applied.outcomes[1].error == "not begun: interrupted"
