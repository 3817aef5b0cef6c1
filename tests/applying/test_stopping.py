"""What ends a run early: a token that is refused, a signal, another company."""

from __future__ import annotations

import threading
import time

import msgspec
import pytest

from reconciler.applying.apply import apply_plan
from reconciler.sandbox.messages import Request
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
from tests.applying.hurried import open_account
from tests.applying.world_api import WorldApi

NEW = {"username": "new"}


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_token_that_is_refused_stops_all(at: int, size: int) -> None:
    """Exit 7; nothing is sent after it; what was sent is unverified, the rest skipped, with that reason."""
    world, plan = make_many(3, size=size)
    api = WorldApi(world)
    api.meanwhile = lambda number: setattr(api, "token", "revoked") if number == at else None
    applied = apply_plan(plan, api, ASK, parallel=1)
    assert applied.code == 7
    assert len(api.sent) == at
    assert applied.fatal is not None
    written = {write.id for write in world.writes}
    for outcome in applied.outcomes:
        if outcome.status == "failed":
            assert (outcome.attempts, outcome.error) == (1, "answered 401")
        elif outcome.status != "applied":
            assert outcome.status == ("unverified" if outcome.id in written else "skipped")
            assert "answered 401" in (outcome.error or "")


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_signal_ends_the_run_after_the_request_in_flight(at: int, size: int) -> None:
    """Sent and not read back is unverified, not begun is skipped."""
    world, plan = make_many(3, size=size)
    applied, api = run(world, plan, stop_at=at)
    assert (applied.code, len(api.sent)) == (130, at)
    written = {write.id for write in world.writes}
    read = len(api.sent) == 5 and size == 100
    for outcome in applied.outcomes:
        if outcome.status == "applied":
            assert outcome.id in written
        else:
            assert outcome.status == ("unverified" if outcome.id in written else "skipped")
            assert (outcome.error or "").endswith(": interrupted")
    assert not read or statuses(applied) == {"1": "applied", "2": "applied", "3": "applied"}


def test_sigterm_has_its_own_code_and_a_signal_wins_over_all() -> None:
    """143; and a failure beside it changes nothing."""
    world = make_world(row(), row())
    plan = make_plan_of(world, manifest("1", NEW), manifest("2", NEW), settings_patch="changed")
    api = WorldApi(world)
    world.remove("1")
    api.meanwhile = lambda number: api.stop(143) if number == 3 else None
    applied = apply_plan(plan, api, ASK, parallel=1)
    assert applied.code == 143
    assert statuses(applied) == {"1": "failed", "2": "unverified"}


def test_a_signal_in_one_thread_lets_the_others_end_their_request() -> None:
    """No request leaves after it on any thread."""
    world, plan = make_many(12)
    applied, api = run(world, plan, parallel=3, stop_at=5)
    assert (applied.code, len(api.sent)) == (130, 5)
    assert sorted(statuses(applied).values()) == ["skipped"] * 8 + ["unverified"] * 4


def test_a_token_that_is_refused_wins_over_the_signal_in_words() -> None:
    """The code is the signal's, what ended the run is told as the refusal."""
    world = make_world(row(), row())
    plan = make_plan_of(world, manifest("1", NEW), manifest("2", NEW), settings_patch="changed")
    api = WorldApi(world)

    def both(number: int) -> None:
        if number == 2:
            api.stop()
            api.token = "revoked"

    api.meanwhile = both
    applied = apply_plan(plan, api, ASK, parallel=1)
    assert (applied.code, applied.fatal is not None) == (130, True)
    assert statuses(applied) == {"1": "failed", "2": "skipped"}


@pytest.mark.parametrize("size", [1, 100])
def test_nothing_leaves_after_a_401_from_threads_that_wait(size: int) -> None:
    """Four threads stand before a full window when the first PATCH is refused: none of them is sent."""
    world, plan = make_many(8, size=size)
    refused_at: list[int] = []

    def revoke(request: Request) -> None:
        if request.method == "PATCH" and not refused_at:
            refused_at.append(len(world.log))
            world.token = "another"

    account = open_account(world, per_second=1, parallel=4, meanwhile=revoke)
    applied = apply_plan(plan, account, ASK, parallel=4)
    assert (applied.code, len(world.log)) == (7, refused_at[0] + 1)
    assert sorted(statuses(applied).values()) == ["failed", *["skipped"] * 7]
    for outcome in applied.outcomes:
        assert "the API does not accept the token (401)" in (outcome.error or "")
    assert account.requests.patch == 1
    account.close()


def test_what_was_in_flight_with_a_401_is_judged_as_it_went() -> None:
    """One PATCH was answered 204 just before the other's 401: sent, and not verified."""
    world, plan = make_many(3)
    api = WorldApi(world, together=threading.Barrier(2))
    api.meanwhile = lambda number: setattr(api, "token", "another") if number == 3 else None
    applied = apply_plan(msgspec.structs.replace(plan, changes=plan.changes[:2]), api, ASK, parallel=2)
    assert (applied.code, len(api.sent)) == (7, 3)
    assert sorted(statuses(applied).values()) == ["failed", "unverified"]
    for outcome in applied.outcomes:
        assert (outcome.attempts, "answered 401" in (outcome.error or "")) == (1, True)


def test_no_write_leaves_after_another_company_showed() -> None:
    """One thread's own read shows it while three stand before a full window with their PATCHes."""
    world = make_world(*[row()] * 4)
    named = [manifest("1", {"password": TOKEN}), *(manifest(str(number), NEW) for number in (2, 3, 4))]
    plan = make_plan_of(world, *named, settings_patch="changed")

    def move(request: Request) -> None:
        if request.path.endswith("/1"):
            until = time.monotonic() + 5
            while not world.log and time.monotonic() < until:
                time.sleep(0.001)
            world.edit("1", company_id="78", now=0.0)

    account = open_account(world, per_second=2, parallel=4, meanwhile=move, speed=4.0)
    applied = apply_plan(plan, account, ASK, parallel=4)
    assert (applied.code, set(statuses(applied).values())) == (4, {"skipped"})
    assert [entry.method for entry in world.log] == ["GET", "GET"]
    account.close()


def test_what_a_write_erased_is_put_back_even_then() -> None:
    """A repair is no further change: the keys that this run took away come back before it ends."""
    world = make_world(*[row()] * 3, settings_patch="replace")
    plan = make_plan_of(world, *(manifest(str(one), NEW) for one in (1, 2, 3)), size=2, settings_patch="changed")
    api = WorldApi(world)
    api.meanwhile = lambda number: world.edit("3", company_id="78", now=0.0) if number == 3 else None
    for one in ("1", "2"):
        world.set_setting(one, "port", "25", now=0.0)
    applied = apply_plan(plan, api, ASK, parallel=1)
    assert applied.code == 4
    assert all(settings(world, one).keys() >= SOLD.keys() | {"port"} for one in ("1", "2"))


def test_an_object_of_another_company_stops_the_run_before_any_write() -> None:
    """Exit 4, wherever on the page it stands."""
    world, plan = make_many(3)
    world.edit("3", company_id="78", now=0.0)
    applied, api = run(world, plan)
    assert (applied.code, api.trail()) == (4, ["GET 1,100"])
    assert set(statuses(applied).values()) == {"skipped"}
    assert "company 78" in (applied.outcomes[0].error or "")


def test_what_was_written_before_another_company_showed_is_read_back() -> None:
    """The first page was written whole; of the second nothing."""
    world, plan = make_many(4, size=2)
    world.edit("4", company_id="78", now=0.0)
    applied, api = run(world, plan)
    assert (applied.code, api.count("PATCH")) == (4, 2)
    assert statuses(applied) == {"1": "applied", "2": "applied", "3": "skipped", "4": "skipped"}
    world = make_world(row(), row())
    plan = make_plan_of(world, manifest("1", NEW), manifest("2", {"password": TOKEN}), settings_patch="changed")
    api = WorldApi(world)
    api.meanwhile = lambda number: world.edit("2", company_id="78", now=0.0) if number == 2 else None
    applied = apply_plan(plan, api, ASK, parallel=1)
    assert (applied.code, statuses(applied)) == (4, {"1": "applied", "2": "skipped"})
