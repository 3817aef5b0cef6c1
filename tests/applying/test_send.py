"""One change's PATCH: bodies, and outcomes that nobody can tell."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.applying.send import make_request, send_change
from reconciler.applying.work import Item
from reconciler.errors import LateError, StoppedError, UnauthorisedError, UnreachableError
from reconciler.model import Moved, SecretRef
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.world import World
from tests.applying.bench import (
    ASK,
    SECRETS,
    SOLD,
    TOKEN,
    live_of,
    make_plan_of,
    make_world,
    manifest,
    row,
    settings,
)
from tests.applying.world_api import WorldApi

WANTED = {"username": "new"}


def make_item(world: World, wanted: dict[str, Any] | None = None, **more: Any) -> Item:
    """An item as the writer hands it over."""
    plan = make_plan_of(world, manifest("1", WANTED if wanted is None else wanted, **more))
    return Item(plan.changes[0], before=live_of(world), by=60.0)


def send(world: World, item: Item | None = None, **options: Any) -> tuple[Item, WorldApi]:
    """Sends a change of object 1."""
    api = WorldApi(world, **options)
    item = item or make_item(world)
    assert item.before is not None
    send_change(item, item.before, api, ASK)
    return item, api


def patch_fault(kind: Any, **more: Any) -> Fault:
    """A fault that strikes PATCH."""
    return Fault(kind, method="PATCH", **more)


def test_a_request_holds_the_changes_and_reveals_references() -> None:
    """Nothing but what the plan shows; settings in order."""
    item = make_item(make_world(row()), {"username": "new", "password": TOKEN, "port": None}, name="Mail")
    assert item.before is not None
    body = make_request(item.change, item.before, ASK, whole=False)
    assert body == {"name": "Mail", "settings": {"password": SECRETS[TOKEN], "username": "new"}}
    assert list(body["settings"]) == ["password", "username"]


def test_a_whole_request_holds_the_live_settings_too() -> None:
    """And nothing for a change that has no settings."""
    world = make_world(row())
    item, named = make_item(world), make_item(world, {}, name="Mail")
    assert item.before is not None
    body = make_request(item.change, item.before, ASK, whole=True)
    assert body == {"settings": {**SOLD, "username": "new"}}
    assert make_request(named.change, item.before, ASK, whole=True) == {"name": "Mail"}


def test_what_is_answered_with_204_is_open_to_be_read_back() -> None:
    """One PATCH, nothing else."""
    item, api = send(make_world(row()))
    assert (item.unread, item.attempts, api.trail()) == (True, 1, ["PATCH 1"])


def test_a_refused_request_has_failed() -> None:
    """400 is the end of it, with the API's words and trace id."""
    world = make_world(row())
    item = make_item(world, {}, name="Mail")
    item.change = msgspec.structs.replace(item.change, body={"name": ""})
    send(world, item)
    assert (item.status, item.attempts, item.sent) == ("failed", 1, False)
    assert "The request is not valid." in (item.error or "")
    assert item.trace_id


def test_nothing_of_a_refusal_is_repeated_where_the_body_holds_secrets() -> None:
    """The API may echo what it does not like."""
    world = make_world(row(), null_in_settings="refused")
    item = make_item(world, {"port": None, "password": TOKEN})
    item.change = msgspec.structs.replace(
        item.change, body={"settings": {**item.change.body["settings"], "port": None}}
    )
    send(world, item)
    assert (item.status, item.error) == ("failed", "answered 400")


@pytest.mark.parametrize("kind", ["500", "502-html", "503", "504", "reset", "timeout", "truncated"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unknown_outcome_is_settled_by_a_read(kind: Any, when: Any) -> None:
    """As desired it is done, as planned it is sent again; never a second PATCH without a read."""
    world = make_world(row(), faults=[patch_fault(kind, when=when)])
    item, api = send(world)
    done = when == "after" or kind == "truncated"
    assert api.trail() == ["PATCH 1", "GET 1", *([] if done else ["PATCH 1"])]
    assert (item.unread, item.attempts) == (True, 1 if done else 2)
    assert (item.after is not None) is done
    assert settings(world)["username"] == "new"


def test_what_somebody_changed_after_an_unknown_outcome_is_stale() -> None:
    """It is left alone."""
    world = make_world(row(), faults=[patch_fault("timeout")])
    item, api = send(world, meanwhile=lambda number: world.set_setting("1", "username", "x") if number == 2 else None)
    assert (item.status, api.trail()) == ("stale", ["PATCH 1", "GET 1"])
    assert item.moved == (Moved(("settings", "username"), "post@one.example", "x", "new"),)


def test_an_object_that_vanished_after_an_unknown_outcome_has_failed() -> None:
    """There is nothing to send to."""
    world = make_world(row(), faults=[patch_fault("timeout")])
    item, _ = send(world, meanwhile=lambda number: world.remove("1") if number == 2 else None)
    assert (item.status, item.error) == ("failed", "the API no longer knows id 1")


def test_after_four_unknown_outcomes_it_is_left_to_the_read_back() -> None:
    """A read that lags may still show one of them."""
    world = make_world(row(), faults=[patch_fault("timeout", count=0)])
    item, api = send(world)
    assert (item.unread, item.attempts, item.trouble) == (True, 4, "timeout")
    assert api.trail() == ["PATCH 1", "GET 1"] * 4


def test_a_second_request_that_is_refused_is_left_to_the_read_back() -> None:
    """The first may have happened, and the read may lag."""
    world = make_world(row(), faults=[patch_fault("timeout")])
    item = make_item(world)

    def spoil(number: int) -> None:
        if number == 3:
            world.remove("1")

    send(world, item, meanwhile=spoil)
    assert (item.unread, item.attempts) == (True, 2)
    assert "answered 400" in (item.trouble or "")


def test_an_object_that_cannot_be_read_after_an_unknown_outcome_is_unverified() -> None:
    """Nobody can tell; nothing more is sent."""
    world = make_world(row(), faults=[patch_fault("timeout"), Fault("500", method="GET", count=0)])
    item, api = send(world)
    assert item.status == "unverified"
    assert (item.error or "").startswith("sent, and could not be read back: answered 500")
    assert api.count("PATCH") == 1


def test_a_signal_after_an_unknown_outcome_leaves_it_unverified() -> None:
    """After the request in flight nothing is sent any more."""
    item, api = send(make_world(row(), faults=[patch_fault("timeout")]), stop_at=1)
    assert (item.status, api.trail()) == ("unverified", ["PATCH 1"])
    assert item.error == "sent, not verified: interrupted"


def test_a_signal_before_anything_was_sent_passes() -> None:
    """The run ends; the item was not begun."""
    world = make_world(row())
    item, api = make_item(world), WorldApi(world)
    api.stop()
    with pytest.raises(StoppedError):
        send_change(item, live_of(world), api, ASK)
    assert (item.status, item.sent, item.attempts) == (None, False, 0)


@pytest.mark.parametrize(("first", "status"), [(True, "failed"), (False, "unverified")])
def test_a_token_that_is_refused_ends_the_run(first: bool, status: str) -> None:
    """The item tells what became of it, and the error passes."""
    world = make_world(row(), faults=[] if first else [patch_fault("timeout")])
    item, api = make_item(world), WorldApi(world)

    def revoke(number: int) -> None:
        if number == (1 if first else 3):
            api.token = "revoked"

    api.meanwhile = revoke
    with pytest.raises(UnauthorisedError):
        send_change(item, live_of(world), api, ASK)
    assert (item.status, item.attempts) == (status, 1 if first else 2)


def test_only_a_429_is_sent_again_at_once() -> None:
    """It was refused before it was carried out; a request that never left counts nothing."""
    item, api = send(make_world(row(), faults=[patch_fault("429", count=2)]))
    assert (item.unread, api.trail()) == (True, ["PATCH 1"] * 3)
    item, _ = send(make_world(row(), faults=[patch_fault("429", count=0)]))
    assert (item.status, item.error, item.attempts) == ("failed", "throttled", 4)


def test_one_change_leaves_four_times_at_most() -> None:
    """Whatever came of each: one whose outcome is unknown leaves three for the 429s after it."""
    faults = [patch_fault("timeout", count=1), patch_fault("429", count=0)]
    item, _ = send(make_world(row(), faults=faults))
    assert (item.unread, item.attempts, item.trouble) == (True, 4, "throttled")


def test_a_request_that_never_left_is_no_attempt() -> None:
    """There was no connection."""
    world = make_world(row())
    item = make_item(world)
    with pytest.raises(UnreachableError):
        send(world, item, dead=lambda method, _: method == "PATCH")
    assert (item.attempts, item.sent) == (0, False)


def test_a_write_that_could_leave_only_too_late_is_not_sent() -> None:
    """What it rests on would be too old; nothing was done."""
    world = make_world(row(), limited=True, per_minute=1)
    item, api = make_item(world), WorldApi(world)
    item.by = 10.0
    api.read_one("1")
    with pytest.raises(LateError):
        send_change(item, live_of(world), api, ASK)
    assert (item.attempts, item.sent, api.count("PATCH")) == (0, False, 0)


def test_a_second_write_that_could_leave_only_too_late_rests_on_a_new_read() -> None:
    """The windows were used up by somebody else after the read that followed an unknown outcome."""
    world = make_world(row(), faults=[patch_fault("timeout")])
    item, api = make_item(world), WorldApi(world)
    api.meanwhile = lambda number: api.hold_until(50.0) if number == 2 else None
    send_change(item, live_of(world), api, ASK)
    assert api.trail() == ["PATCH 1", "GET 1", "GET 1", "PATCH 1"]
    assert api.sent[3].time - api.sent[2].time <= 10
    assert (item.unread, item.attempts) == (True, 2)


def test_keys_that_an_unknown_outcome_erased_show_that_it_happened() -> None:
    """They are no one else's doing: the read-back puts them back, instead of calling it stale."""
    world = make_world(row(), settings_patch="replace", faults=[patch_fault("timeout", when="after")])
    item, api = send(world, make_item(world, {**SOLD, "username": "new", "password": TOKEN}))
    assert (item.unread, api.trail()) == (True, ["PATCH 1", "GET 1"])
    assert item.after is not None
    assert "sending_domain" not in item.after.settings


def test_a_key_that_somebody_removed_meanwhile_is_no_proof_that_it_happened() -> None:
    """The changed key reads as before: managed, it is stale."""
    world = make_world(row(), faults=[patch_fault("timeout")])
    item = make_item(world, {**SOLD, "username": "new", "password": TOKEN})
    send(world, item, meanwhile=lambda number: world.remove_setting("1", "sending_domain") if number == 2 else None)
    assert item.status == "stale"


def test_a_hidden_secret_is_sent_again_after_an_unknown_outcome() -> None:
    """Nobody can see whether it arrived."""
    world = make_world(row(), masks="full", faults=[patch_fault("timeout", when="after")])
    plan = make_plan_of(world, manifest("1", {"password": TOKEN}), when_hidden="resend")
    item, api = send(world, Item(plan.changes[0], before=live_of(world), by=60.0))
    assert (item.unread, api.trail()) == (True, ["PATCH 1", "GET 1", "PATCH 1"])
    assert isinstance(TOKEN, SecretRef)
    assert settings(world)["password"] == SECRETS[TOKEN]


def test_keys_that_a_hidden_secret_erased_show_that_it_happened() -> None:
    """Nothing reads as before: the secret cannot be seen, and the rest is gone."""
    fault = patch_fault("timeout", when="after")
    world = make_world(row(), masks="full", settings_patch="replace", faults=[fault])
    named = manifest("1", {**SOLD, "password": TOKEN})
    plan = make_plan_of(world, named, when_hidden="resend", settings_patch="changed")
    item, api = send(world, Item(plan.changes[0], before=live_of(world), by=60.0))
    assert (item.unread, api.trail()) == (True, ["PATCH 1", "GET 1"])


def test_a_second_request_is_told_to_be_one() -> None:
    """What was sent before for the same change is sent again; a first request after a late one is not."""
    _, api = send(make_world(row(), faults=[patch_fault("timeout", count=2)]))
    assert (api.count("PATCH"), api.repeats) == (3, 2)
    _, api = send(make_world(row(), faults=[patch_fault("timeout", when="after")]))
    assert (api.count("PATCH"), api.repeats) == (1, 0)


def test_another_request_that_ended_the_run_leaves_it_unverified() -> None:
    """It was sent, and nothing may leave any more."""
    world = make_world(row(), faults=[patch_fault("timeout")])
    item, api = make_item(world), WorldApi(world)
    api.meanwhile = lambda _: api.end(UnauthorisedError("the token is refused"))
    send_change(item, live_of(world), api, ASK)
    assert (item.status, item.error) == ("unverified", "sent, not verified: the token is refused")
    assert api.trail() == ["PATCH 1"]
