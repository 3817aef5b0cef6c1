"""The proof that PATCH merges settings."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.applying.apply import apply_plan
from reconciler.applying.proof import is_proof
from reconciler.model import Live, Manifest, Setting
from reconciler.sandbox.faults import Fault
from tests.applying.bench import (
    ASK,
    OTHER,
    SECRETS,
    SOLD,
    TOKEN,
    live_of,
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

ALL: dict[str, Setting] = {**SOLD, "password": TOKEN}
"""Every key of row(), as a manifest names them."""
READY = row({**SOLD, "password": SECRETS[TOKEN]})
"""An integration whose password is as ALL wants it."""


def proving(one: str = "1", username: str = "new", **more: Any) -> Manifest:
    """A manifest that names all keys and changes one."""
    return manifest(one, {**ALL, "username": username, **more})


def partial(one: str, username: str = "new") -> Manifest:
    """A manifest that leaves keys unmanaged: no proof."""
    return manifest(one, {"username": username})


def test_merging_is_proven_with_changed_keys_alone() -> None:
    """Three requests; from then on changed keys only, and the line to commit is told."""
    world = make_world(READY, READY)
    applied, api = run(world, make_plan_of(world, proving(), partial("2")))
    assert applied.code == 0
    assert api.patches() == [{"settings": {"username": "new"}}] * 2
    assert applied.notes == ("this API merges settings; commit this line to reconciler.yaml:  settings_patch: changed",)


def test_a_proof_goes_to_an_integration_that_is_not_the_default() -> None:
    """Where there is a choice."""
    world = make_world({**READY, "is_default": True}, READY, READY)
    _, api = run(world, make_plan_of(world, proving("1"), proving("2"), proving("3")))
    assert api.trail()[:2] == ["GET 2", "PATCH 2"]
    world = make_world({**READY, "is_default": True}, READY)
    _, api = run(world, make_plan_of(world, proving("1"), partial("2")))
    assert api.trail()[:2] == ["GET 1", "PATCH 1"]


@pytest.mark.parametrize("lag", [0.0, 3.0])
def test_where_patch_replaces_all_is_put_back_and_the_rest_goes_whole(lag: float) -> None:
    """The run goes on with whole objects, and says so."""
    world = make_world(READY, READY, settings_patch="replace", read_lag=lag)
    applied, api = run(world, make_plan_of(world, proving(), partial("2")))
    assert (applied.code, statuses(applied)) == (0, {"1": "applied", "2": "applied"})
    assert settings(world, "1") == settings(world, "2") == {**READY["settings"], "username": "new"}
    assert len(api.patches("1")) == 2
    assert api.patches("2") == [{"settings": {**READY["settings"], "username": "new"}}]
    assert applied.notes[0].startswith("this API replaces settings: keys that a PATCH does not name are lost; ")
    assert applied.notes[0].endswith("settings_patch: whole")


@pytest.mark.parametrize("masks", ["full", "last4", "absent", "null", "empty"])
def test_a_hidden_secret_travels_with_the_repair(masks: str) -> None:
    """The manifest names it, so what the PATCH erased is put back."""
    world = make_world(READY, settings_patch="replace", masks=masks)
    applied, _ = run(world, make_plan_of(world, proving()))
    assert applied.code == 0
    assert settings(world) == {**READY["settings"], "username": "new"}


def test_merging_is_concluded_only_when_the_changed_key_reads_new() -> None:
    """A read that lags shows all keys, and proves nothing: it is waited for."""
    world = make_world(READY, READY, read_lag=3.0)
    applied, api = run(world, make_plan_of(world, proving(), partial("2")))
    assert api.trail()[:5] == ["GET 1", "PATCH 1", "GET 1,100", "GET 1", "GET 1"]
    assert applied.code == 0
    assert api.patches("2") == [{"settings": {"username": "new"}}]


def test_a_change_that_was_dropped_proves_nothing() -> None:
    """One proof that shows nothing is enough: it is sent its whole settings, and so is the rest."""
    world = make_world(*[READY] * 4, faults=[Fault("silent-drop", count=0, path="/[1-3]$")])
    named = [proving(str(number)) for number in range(1, 4)]
    applied, api = run(world, make_plan_of(world, *named, partial("4")))
    assert statuses(applied) == {"1": "failed", "2": "failed", "3": "failed", "4": "applied"}
    assert [len(body["settings"]) for body in api.patches()] == [1, 3, 3, 3, 3]
    assert applied.notes == ()


@pytest.mark.parametrize("patch", ["merge", "replace"])
@pytest.mark.parametrize("lag", [14.5, 20.0, 25.0, 100.0])
def test_a_proof_that_lags_too_long_leaves_no_loss_behind(patch: str, lag: float) -> None:
    """Reads that lag more than 14 s show neither a change nor a loss: whole settings go, and nothing is missing."""
    world = make_world(*[READY] * 4, settings_patch=patch, read_lag=lag)
    named = [proving(str(number)) for number in range(1, 4)]
    applied, api = run(world, make_plan_of(world, *named, partial("4")))
    wanted = {**READY["settings"], "username": "new"}
    assert all(settings(world, one) == wanted for one in ("1", "2", "3", "4"))
    assert [len(body["settings"]) for body in api.patches()].count(1) == 1
    assert set(statuses(applied).values()) <= {"applied", "failed"}
    assert (applied.code, "applied" in statuses(applied).values()) == (
        (6, False) if lag == 100 else (applied.code, True)
    )


def test_what_somebody_wrote_meanwhile_is_not_undone_by_the_whole_settings() -> None:
    """What reads other than before the proof wins over what was before."""
    world = make_world(READY, faults=[Fault("silent-drop", nth=1)])
    plan = make_plan_of(world, proving())

    def interfere(number: int) -> None:
        if number == 4:
            world.set_setting("1", "sending_domain", "theirs.example")

    _, api = run(world, plan, meanwhile=interfere)
    assert len(api.patches()) == 2
    assert settings(world) == {**READY["settings"], "username": "new", "sending_domain": "theirs.example"}


def test_a_refused_proof_is_an_outcome_and_the_next_is_tried() -> None:
    """400 is no proof, and costs no wait."""
    world = make_world(READY, READY, null_in_settings="refused")
    plan = make_plan_of(world, proving(port=None), proving("2"))
    changes = list(plan.changes)
    changes[0] = msgspec.structs.replace(changes[0], body={"settings": {"username": "new", "port": None}})
    applied, api = run(world, msgspec.structs.replace(plan, changes=tuple(changes)))
    assert statuses(applied) == {"1": "failed", "2": "applied"}
    assert api.waits == []
    assert applied.notes


@pytest.mark.parametrize("wanted", ["stale", "unchanged"])
def test_a_proof_needs_an_object_that_is_as_planned(wanted: str) -> None:
    """Moved it is stale, and as desired there is nothing to send."""
    world = make_world(READY)
    plan = make_plan_of(world, proving())
    world.set_setting("1", "username", "third" if wanted == "stale" else "new")
    applied, api = run(world, plan)
    assert (only(applied).status, api.trail()) == (wanted, ["GET 1"])
    assert applied.notes == ()


def test_an_object_that_holds_more_than_its_manifest_is_no_proof_any_more() -> None:
    """Somebody added a key since the plan: whole settings go, made of the read that is in hand."""
    world = make_world(READY)
    plan = make_plan_of(world, proving())
    world.set_setting("1", "port", "587")
    applied, api = run(world, plan)
    assert (applied.code, api.trail()) == (0, ["GET 1", "PATCH 1", "GET 1"])
    assert api.patches()[0]["settings"]["port"] == "587"


def judge_proof(live: Live, named: Manifest) -> bool:
    """Whether the object can prove, by the plan for row()."""
    world = make_world(READY)
    (change,) = make_plan_of(world, named).changes
    return is_proof(change, live, ASK)


def test_a_proof_has_keys_that_may_vanish_and_can_be_put_back() -> None:
    """All that is left is named, and what is masked among it travels along."""
    live = live_of(make_world(READY))
    assert judge_proof(live, proving())
    assert not judge_proof(msgspec.structs.replace(live, settings={"username": "post@one.example"}), proving())
    assert not judge_proof(live, partial("1"))
    masked = msgspec.structs.replace(live, settings={**live.settings, "password": "****"})
    assert not judge_proof(masked, proving())
    (change,) = make_plan_of(make_world(READY, masks="full"), manifest("1", {**ALL, "username": "new"})).changes
    assert is_proof(change, masked, ASK)
    assert not is_proof(msgspec.structs.replace(change, seen=None), masked, ASK)


def test_a_proof_of_unknown_outcome_is_read_before_anything_else() -> None:
    """As every write."""
    world = make_world(READY, settings_patch="replace", faults=[Fault("timeout", "after", "PATCH")])
    applied, api = run(world, make_plan_of(world, proving()))
    assert api.trail() == ["GET 1", "PATCH 1", "GET 1", "PATCH 1", "GET 1"]
    assert applied.code == 0
    assert settings(world) == {**READY["settings"], "username": "new"}


@pytest.mark.parametrize("stop_at", [2, 3, 4])
def test_a_signal_during_the_proof_waits_for_the_repair(stop_at: int) -> None:
    """What the proof erased is put back before the run ends."""
    world = make_world(READY, READY, settings_patch="replace")
    applied, api = run(world, make_plan_of(world, proving(), partial("2")), stop_at=stop_at)
    assert applied.code == 130
    assert settings(world) == {**READY["settings"], "username": "new"}
    assert statuses(applied) == {"1": "applied", "2": "skipped"}
    assert api.trail() == ["GET 1", "PATCH 1", "GET 1,100", "PATCH 1", "GET 1"]


@pytest.mark.parametrize("patch", ["merge", "replace"])
@pytest.mark.parametrize("stop_at", [2, 3, 4, 5])
def test_a_signal_while_the_proof_lags_waits_until_nothing_can_be_missing(patch: str, stop_at: int) -> None:
    """The waiting ends at once, the whole settings go, and what cannot be seen yet is unverified."""
    world = make_world(READY, settings_patch=patch, read_lag=9.0)
    applied, api = run(world, make_plan_of(world, proving()), stop_at=stop_at)
    reads = ["GET 1"] * max(1, stop_at - 2)
    assert (applied.code, only(applied).status) == (130, "unverified")
    assert api.trail() == ["GET 1", "PATCH 1", *reads, "PATCH 1", "GET 1"]
    assert settings(world) == {**READY["settings"], "username": "new"}
    assert only(applied).error == "sent, not verified: interrupted"


@pytest.mark.parametrize("patch", ["merge", "replace"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["500", "timeout"])
@pytest.mark.parametrize("lag", [0.0, 5.0])
def test_a_signal_during_a_proof_of_unknown_outcome_waits_too(patch: str, when: Any, kind: Any, lag: float) -> None:
    """It comes with the PATCH that nobody answers: read, put back, and only then the run ends."""
    world = make_world(READY, settings_patch=patch, read_lag=lag, faults=[Fault(kind, when, "PATCH")])
    applied, api = run(world, make_plan_of(world, proving()), stop_at=2)
    assert applied.code == 130
    after = settings(world)
    assert after == {**READY["settings"], "username": "new"}
    assert api.count("PATCH") <= 2
    assert only(applied).status == ("unverified" if lag else "applied")


@pytest.mark.parametrize("patch", ["merge", "replace"])
def test_a_loss_that_cannot_be_seen_is_told(patch: str) -> None:
    """Nothing but errors after the PATCH: the report names the keys that may be gone; the rest goes whole."""
    faults = [Fault("500", "after", "PATCH", path="/1$"), Fault("500", method="GET", path="/1$", nth=2, count=0)]
    world = make_world(READY, READY, settings_patch=patch, faults=faults)
    applied, api = run(world, make_plan_of(world, proving("1"), proving("2"), size=1))
    assert (applied.code, statuses(applied)) == (6, {"1": "unverified", "2": "applied"})
    assert "whether it erased settings.password, settings.sending_domain cannot be told" in str(applied.outcomes[0])
    assert len(api.patches("1")) == 1
    assert [len(body["settings"]) for body in api.patches("2")] == [3]


def test_whole_settings_that_never_arrive_leave_the_loss_told() -> None:
    """The proof was answered and shows nothing, and then every PATCH fails."""
    world = make_world(
        READY, settings_patch="replace", read_lag=90.0, faults=[Fault("503", "before", "PATCH", nth=2, count=0)]
    )
    applied, api = run(world, make_plan_of(world, proving()))
    assert (applied.code, only(applied).status, api.count("PATCH")) == (6, "failed", 5)
    assert "whether it erased" in (only(applied).error or "")


def test_whole_settings_that_nobody_answers_and_nobody_can_read_leave_the_loss_told() -> None:
    """After the proof's waits the API is gone for this object."""
    faults = [Fault("503", "before", "PATCH", nth=2, count=0), Fault("500", method="GET", path="/1$", nth=6, count=0)]
    world = make_world(READY, settings_patch="replace", read_lag=90.0, faults=faults)
    applied, _ = run(world, make_plan_of(world, proving()))
    assert (applied.code, only(applied).status) == (6, "unverified")
    assert "could not be read back" in (only(applied).error or "")
    assert "whether it erased" in (only(applied).error or "")


def test_a_token_that_is_refused_after_the_proof_leaves_the_loss_told() -> None:
    """Nothing leaves any more."""
    world = make_world(READY, settings_patch="replace")
    api = WorldApi(world)
    api.meanwhile = lambda number: setattr(api, "token", "another") if number == 3 else None
    applied = apply_plan(make_plan_of(world, proving()), api, ASK)
    assert (applied.code, only(applied).status, len(api.sent)) == (7, "unverified", 3)
    assert "whether it erased settings.password" in (only(applied).error or "")


def test_another_company_on_the_page_of_the_proof_ends_the_run_after_it_is_settled() -> None:
    """What it erased is put back, and nothing else is written."""
    world = make_world(READY, READY, settings_patch="replace", read_lag=4.0)
    api = WorldApi(world)
    api.meanwhile = lambda number: world.edit("2", company_id="78", now=-99.0) if number == 3 else None
    applied = apply_plan(make_plan_of(world, proving(), partial("2")), api, ASK, parallel=1)
    assert (applied.code, statuses(applied)) == (4, {"1": "applied", "2": "skipped"})
    assert settings(world) == {**READY["settings"], "username": "new"}
    assert api.patches("2") == []


@pytest.mark.parametrize("moved", [True, False])
def test_a_proof_that_somebody_crossed_is_stale_or_gone(moved: bool) -> None:
    """Nobody answers the PATCH, and the read shows another value, or no object: it is left alone."""
    world = make_world(READY, faults=[Fault("timeout", "before", "PATCH")])

    def cross(number: int) -> None:
        if number == 3:
            world.set_setting("1", "username", "third") if moved else world.remove("1")

    applied, api = run(world, make_plan_of(world, proving()), meanwhile=cross)
    assert (only(applied).status, api.trail()) == ("stale" if moved else "failed", ["GET 1", "PATCH 1", "GET 1"])
    assert ("whether it erased" in (only(applied).error or "")) is moved


def test_a_proof_leaves_room_for_the_read_and_the_repair() -> None:
    """Both windows have it before the GET leaves, so that no pause tears the proof apart."""
    world = make_world(READY, settings_patch="replace", limited=True, per_second=10, per_minute=10)
    plan = make_plan_of(world, proving())
    api = WorldApi(world)
    for _ in range(6):
        api.read_one("1")
    assert apply_plan(plan, api, ASK).code == 0
    proof = api.sent[6:]
    assert [sent.method for sent in proof] == ["GET", "PATCH", "GET", "PATCH", "GET"]
    assert 60 <= proof[0].time <= proof[-1].time < 61


def test_a_proof_that_could_leave_only_too_late_is_none() -> None:
    """Somebody used the windows up after its read: the object is read again, and goes out whole."""
    world = make_world(READY)
    plan = make_plan_of(world, proving())
    api = WorldApi(world)
    api.meanwhile = lambda number: api.hold_until(90.0) if number == 1 else None
    assert apply_plan(plan, api, ASK).code == 0
    assert api.trail() == ["GET 1", "GET 1", "PATCH 1", "GET 1"]
    assert api.patches() == [{"settings": {**READY["settings"], "username": "new"}}]


def test_no_proof_is_sought_where_it_is_known() -> None:
    """settings_patch says it, or nothing has settings."""
    world = make_world(READY)
    for how, keys in (("changed", 1), ("whole", 3)):
        applied, api = run(world, make_plan_of(world, proving(username=how), settings_patch=how))
        assert len(api.patches()[0]["settings"]) == keys
        assert applied.notes == ()
    applied, api = run(world, make_plan_of(world, manifest("1", name="Mail")))
    assert (api.patches(), applied.notes) == ([{"name": "Mail"}], ())


def test_a_secret_can_be_the_proof() -> None:
    """Where it is shown in clear it reads new."""
    world = make_world(READY)
    applied, api = run(world, make_plan_of(world, manifest("1", {**ALL, "password": OTHER})))
    assert api.patches() == [{"settings": {"password": SECRETS[OTHER]}}]
    assert verdicts(only(applied)) == {"password": "applied"}
    assert applied.notes
