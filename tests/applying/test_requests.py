"""Requests counted exactly, reads that grow too old, threads."""

from __future__ import annotations

import threading

import pytest

from reconciler.applying.apply import apply_plan
from tests.applying.bench import (
    ASK,
    SOLD,
    TOKEN,
    make_many,
    make_plan_of,
    make_world,
    manifest,
    row,
    run,
    settings,
    statuses,
)
from tests.applying.world_api import WorldApi

NEW = {"username": "new"}


@pytest.mark.parametrize(("count", "size", "pages"), [(1, 100, 1), (5, 100, 1), (5, 2, 3), (6, 3, 2)])
@pytest.mark.parametrize("hand", [False, True])
def test_k_changes_take_k_patches_and_two_reads_of_each_page(count: int, size: int, pages: int, hand: bool) -> None:
    """One read where a plan was just made."""
    world, plan = make_many(count, size=size)
    applied, api = run(world, plan, hand=hand)
    assert (applied.code, api.count("PATCH"), api.count("GET")) == (0, count, pages * (1 if hand else 2))
    assert plan.summary.requests == count + pages * 2


def test_changes_that_need_their_own_read_take_one_get_more_each() -> None:
    """They are read back with their page."""
    world = make_world(*[row()] * 4)
    named = [manifest("1", {"password": TOKEN}), manifest("2", status="paused"), manifest("3", NEW), manifest("4", NEW)]
    plan = make_plan_of(world, *named, settings_patch="changed")
    applied, api = run(world, plan)
    assert applied.code == 0
    assert api.reads() == ["1", "2", "1,100", "1,100"]
    assert plan.summary.requests == len(api.sent)


def test_whole_settings_take_a_get_each() -> None:
    """And one read of their page after them."""
    world, plan = make_many(3, how="whole")
    applied, api = run(world, plan)
    assert applied.code == 0
    assert api.reads() == ["1", "2", "3", "1,100"]
    assert all(body == {"settings": {**SOLD, **NEW}} for body in api.patches())
    assert plan.summary.requests == len(api.sent)


def test_the_proof_costs_no_more_than_a_read_of_its_own() -> None:
    """Its read-back is the read before the rest of its page."""
    world = make_world(*[row()] * 3)
    named = [manifest("1", {**SOLD, "username": "new", "password": TOKEN}), manifest("2", NEW), manifest("3", NEW)]
    applied, api = run(world, make_plan_of(world, *named))
    assert applied.code == 0
    assert api.trail() == ["GET 1", "PATCH 1", "GET 1,100", "PATCH 2", "PATCH 3", "GET 1,100"]


def test_a_page_is_read_once_more_where_a_minute_passes_within_it() -> None:
    """What was used up is waited for, and nothing is written by a read older than 60 seconds."""
    world, plan = make_many(150, size=200, page_maximum=200, limited=True, per_second=10, per_minute=120)
    applied, api = run(world, plan)
    assert applied.code == 0
    assert api.reads() == ["1,200"] * 3
    reads = [sent.time for sent in api.sent if sent.method == "GET"]
    for sent in api.sent:
        if sent.method == "PATCH":
            assert min(sent.time - read for read in reads if read <= sent.time) <= 60
    assert not [entry for entry in world.log if entry.status == 429]


@pytest.mark.parametrize("how", ["changed", "whole"])
def test_no_thread_writes_by_a_read_that_is_too_old(how: str) -> None:
    """Several threads stand before full windows at once; what moves in the pause is left alone."""
    world, plan = make_many(130, how=how, limited=True, per_second=0, per_minute=60, page_maximum=200, size=200)
    moved: list[str] = []
    api = WorldApi(world)

    def interfere(number: int) -> None:
        pause = api.sent[-1].time - api.sent[-2].time if number > 1 else 0.0
        if pause > 30 and not moved:
            moved.extend(one for one in world.objects() if settings(world, one)["username"] != "new")
            for one in moved:
                world.set_setting(one, "username", "third", now=0.0)

    api.meanwhile = interfere
    applied = apply_plan(plan, api, ASK, parallel=4)
    assert moved
    assert {statuses(applied)[one] for one in moved} == {"stale"}
    assert all(settings(world, one)["username"] == "third" for one in moved)
    assert applied.code == 5


def test_several_writes_are_under_way_at_once() -> None:
    """The PATCHes of a page meet on as many threads as were asked for."""
    world, plan = make_many(6)
    applied, _ = run(world, plan, parallel=3, together=threading.Barrier(3))
    assert applied.code == 0
    assert all(settings(world, one)["username"] == "new" for one in world.objects())


def test_objects_alone_on_their_pages_are_under_way_at_once() -> None:
    """They do not wait for each other's pages."""
    world, plan = make_many(4, size=1)
    applied, api = run(world, plan, parallel=2, together=threading.Barrier(2))
    assert (applied.code, api.count("GET")) == (0, 8)


def test_a_list_that_is_gone_costs_gets_by_id_only() -> None:
    """A page that cannot be read holds nothing; each object has its own GET."""
    world, plan = make_many(2, listing="absent")
    applied, api = run(world, plan)
    assert applied.code == 0
    assert api.reads() == ["1,100", "1", "2", "1,100", "1", "2"]


def test_pages_come_in_the_order_of_the_list() -> None:
    """By number, not by text."""
    world, plan = make_many(22, size=2)
    _, api = run(world, plan)
    pages = [int(page.partition(",")[0]) for page in api.reads()]
    assert pages == sorted(pages)
    assert pages[-1] == 11
