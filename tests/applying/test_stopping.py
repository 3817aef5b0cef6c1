"""What ends a run early: a token that is refused, a signal, another company."""

from __future__ import annotations

import pytest

from reconciler.applying.apply import apply_plan
from tests.applying.bench import (
    ASK,
    TOKEN,
    make_many,
    make_plan_of,
    make_world,
    manifest,
    row,
    run,
    statuses,
)
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
