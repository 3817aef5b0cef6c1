"""One object: the read that its write rests on, and what is made of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.applying.apply import apply_plan
from reconciler.applying.work import Item, Merging
from reconciler.applying.write import Hand, Writer
from reconciler.errors import LateError, RefusedError
from reconciler.model import Manifest
from reconciler.sandbox.world import World
from tests.applying.bench import (
    ASK,
    SECRETS,
    SOLD,
    TOKEN,
    look,
    make_plan_of,
    make_world,
    manifest,
    only,
    row,
    run,
    settings,
    statuses,
)
from tests.applying.world_api import WorldApi

NEW = {"username": "new"}


class Bench:
    """A writer, and the items of a plan."""

    def __init__(self, world: World, *named: Manifest, how: str = "changed", hand: bool = False) -> None:
        plan = make_plan_of(world, *named, settings_patch=how)
        self.api = WorldApi(world)
        own = Hand(look(world).objects, 0.0) if hand else None
        self.writer = Writer(plan, self.api, ASK, Merging(how), own)
        self.items = [Item(change) for change in plan.changes]

    def write(self, alone: bool = False) -> list[str]:
        """Writes them all; the requests."""
        for item in self.items:
            self.writer.write(item, self.writer.view_alone(item.page) if alone else self.writer.view(item.page))
        return self.api.trail()


def test_one_page_read_serves_for_all_of_its_writes() -> None:
    """And what is in hand saves it."""
    world = make_world(row(), row())
    named = [manifest("1", NEW), manifest("2", NEW)]
    assert Bench(world, *named, hand=True).write() == ["PATCH 1", "PATCH 2"]
    world = make_world(row(), row())
    assert Bench(world, *named).write() == ["GET 1,100", "PATCH 1", "PATCH 2"]


def test_an_object_alone_on_its_page_is_read_by_itself() -> None:
    """Unless it is in hand."""
    assert Bench(make_world(row()), manifest("1", NEW)).write(alone=True) == ["GET 1", "PATCH 1"]
    assert Bench(make_world(row()), manifest("1", NEW), hand=True).write(alone=True) == ["PATCH 1"]


@pytest.mark.parametrize(
    ("wanted", "more", "how"),
    [({"password": TOKEN}, {}, "changed"), ({}, {"status": "paused"}, "changed"), (NEW, {}, "whole")],
)
def test_secrets_status_and_whole_settings_have_a_get_of_their_own(
    wanted: dict[str, Any], more: dict[str, Any], how: str
) -> None:
    """Just before the write, whatever is in hand."""
    bench = Bench(make_world(row()), manifest("1", wanted, **more), how=how, hand=True)
    assert bench.write() == ["GET 1", "PATCH 1"]


def test_a_read_in_hand_that_is_older_than_a_minute_does_not_serve() -> None:
    """The page is read, or the object where it is alone."""
    bench = Bench(make_world(row()), manifest("1", NEW), hand=True)
    bench.api.time = 61.0
    assert bench.write() == ["GET 1,100", "PATCH 1"]
    bench = Bench(make_world(row()), manifest("1", NEW), hand=True)
    bench.api.time = 61.0
    assert bench.write(alone=True) == ["GET 1", "PATCH 1"]


def test_what_is_not_on_its_page_is_read_by_itself() -> None:
    """And fails where its own GET does not know it either."""
    world = make_world(row(), row())
    bench = Bench(world, manifest("1", NEW), manifest("2", NEW))
    bench.items[1].change = msgspec.structs.replace(bench.items[1].change, id="9")
    assert bench.write() == ["GET 1,100", "PATCH 1", "GET 9"]
    assert (bench.items[1].status, bench.items[1].error) == ("failed", "the API no longer knows id 9: plan again")


@pytest.mark.parametrize(
    ("name", "status", "attempts"), [("third", "stale", 0), ("new", "unchanged", 0), ("post@one.example", None, 1)]
)
def test_an_object_is_written_only_while_it_is_what_the_plan_saw(name: str, status: str | None, attempts: int) -> None:
    """Stale is left alone, as desired needs nothing."""
    world = make_world(row())
    bench = Bench(world, manifest("1", NEW))
    world.set_setting("1", "username", name)
    bench.write()
    assert (bench.items[0].status, bench.items[0].attempts) == (status, attempts)


@pytest.mark.parametrize("masks", ["full", "last4", "absent", "null", "empty"])
def test_whole_settings_that_would_erase_a_hidden_key_are_not_sent(masks: str) -> None:
    """Exit 4, the object untouched, both ways out named."""
    world = make_world(row(), masks=masks)
    plan = make_plan_of(world, manifest("1", NEW), settings_patch="whole")
    free = tuple(msgspec.structs.replace(change, refused=()) for change in plan.changes)
    applied, api = run(world, msgspec.structs.replace(plan, changes=free))
    outcome = only(applied)
    assert (applied.code, outcome.status, api.trail()) == (4, "skipped", ["GET 1"])
    assert "password" in (outcome.error or "")
    assert ("may be set" in (outcome.error or "")) is (masks in {"absent", "null", "empty"})
    assert "name it in the manifest (secrets as references" in (outcome.error or "")
    assert "or set settings_patch: changed" in (outcome.error or "")
    assert settings(world) == SOLD


def test_once_replacement_is_proven_changed_keys_alone_are_no_way_out() -> None:
    """The words of a refusal offer only what helps; and it is told in full what was refused and what to type."""
    ready = {**SOLD, "password": SECRETS[TOKEN]}
    world = make_world(row(ready), row(masked=("password",)), settings_patch="replace")
    named = [manifest("1", {**ready, "username": "new", "password": TOKEN}), manifest("2", NEW)]
    plan = make_plan_of(world, *named)
    free = tuple(msgspec.structs.replace(change, refused=()) for change in plan.changes)
    applied, _ = run(world, msgspec.structs.replace(plan, changes=free))
    assert (applied.code, statuses(applied)) == (4, {"1": "applied", "2": "skipped"})
    assert applied.notes[0].startswith("this API replaces settings")
    assert "this API replaces settings: name it in the manifest" in (applied.outcomes[1].error or "")
    assert "settings_patch" not in (applied.outcomes[1].error or "")
    assert applied.refusal is not None
    (problem,) = applied.refusal.problems
    assert problem.message.startswith("custom_email/n2: the API hides password")
    assert (problem.code, problem.source) == ("hidden-unmanaged", named[1].source)
    assert (problem.fix or "").startswith("name it in the manifest")


@pytest.mark.parametrize(("overrides", "status"), [((), "skipped"), (("default-status",), "applied")])
def test_the_status_of_what_has_become_a_default_integration_is_left_alone(
    overrides: tuple[str, ...], status: str
) -> None:
    """Nobody who approved the plan knew; other fields of such an object change freely."""
    world = make_world(row(), row())
    named = [manifest("1", status="paused"), manifest("2", name="Mail")]
    plan = msgspec.structs.replace(make_plan_of(world, *named), overrides=overrides)
    for item in world.account.items.values():
        item["is_default"] = True
    applied, _ = run(world, plan)
    assert statuses(applied) == {"1": status, "2": "applied"}
    assert applied.code == (4 if status == "skipped" else 0)
    assert ("become a default integration" in repr(applied.outcomes)) is (status == "skipped")


def test_a_blind_object_does_not_stop_the_others() -> None:
    """A change without settings of the same object would go, too."""
    world = make_world(row(), row({"username": "u"}), row(), masks="full")
    plan = make_plan_of(
        world, manifest("1", NEW), manifest("2", NEW), manifest("3", name="Mail"), settings_patch="whole"
    )
    free = tuple(msgspec.structs.replace(change, refused=()) for change in plan.changes)
    applied, _ = run(world, msgspec.structs.replace(plan, changes=free))
    assert (applied.code, statuses(applied)) == (4, {"1": "skipped", "2": "applied", "3": "applied"})


def test_a_refused_plan_is_not_begun() -> None:
    """The guard's words."""
    world = make_world(row(), masks="full")
    plan = make_plan_of(world, manifest("1", NEW))
    api = WorldApi(world)
    with pytest.raises(RefusedError, match="refused by hidden-unmanaged"):
        apply_plan(plan, api, ASK)
    assert api.trail() == []


def test_a_write_held_until_its_read_is_old_rests_on_a_new_one() -> None:
    """Somebody used the windows up between the read and the write: the page is read once more."""
    world = make_world(row(), row())
    bench = Bench(world, manifest("1", NEW), manifest("2", NEW))
    bench.api.meanwhile = lambda number: bench.api.hold_until(90.0) if number == 1 else None
    assert bench.write() == ["GET 1,100", "GET 1,100", "PATCH 1", "PATCH 2"]
    assert bench.api.sent[2].time - bench.api.sent[1].time < 1.0


def test_an_object_that_moved_while_its_write_was_held_is_stale() -> None:
    """The new read shows it."""
    world = make_world(row())
    bench = Bench(world, manifest("1", NEW, status="paused"))

    def interfere(number: int) -> None:
        if number == 1:
            bench.api.hold_until(90.0)
        if number == 2:
            world.set_setting("1", "username", "third")

    bench.api.meanwhile = interfere
    assert bench.write() == ["GET 1", "GET 1"]
    assert bench.items[0].status == "stale"


def test_a_write_that_is_held_again_and_again_is_given_up() -> None:
    """Nothing was sent, and the object says so."""
    bench = Bench(make_world(row()), manifest("1", {"password": TOKEN}))
    bench.api.meanwhile = lambda number: bench.api.hold_until(number * 90.0)
    assert bench.write() == ["GET 1"] * 4
    assert (bench.items[0].status, bench.items[0].attempts) == ("failed", 0)
    assert "run again" in (bench.items[0].error or "")


def test_an_object_of_another_company_ends_the_run() -> None:
    """Before it is written."""
    world = make_world(row())
    bench = Bench(world, manifest("1", {"password": TOKEN}))
    world.edit("1", company_id="78", now=0.0)
    with pytest.raises(RefusedError, match="company 78"):
        bench.write()
    assert bench.api.count("PATCH") == 0


def test_a_write_that_is_held_again_and_again_leaves_four_times_at_most() -> None:
    """A 429 that asks for longer than a read is fresh has the object read again, but earns no further attempts."""
    bench = Bench(make_world(row()), manifest("1", NEW))
    tries: list[int] = []

    def refuse(one: str, body: object, *, left: Any, tries_left: int) -> None:
        tries.append(tries_left)
        left()
        raise LateError("held")

    bench.api.send_patch = lambda one, body, **more: refuse(one, body, left=more["left"], tries_left=more["tries"])  # type: ignore[method-assign]
    bench.write()
    assert tries == [4, 3, 2, 1]
    assert bench.items[0].status == "failed"
