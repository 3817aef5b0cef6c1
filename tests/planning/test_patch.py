"""From a difference to fields, the smallest body and the precondition."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import FieldChange, Json, Lifecycle, Path, Setting, Source
from reconciler.planning.diff import make_wanted
from reconciler.planning.patch import digest_live, make_along, make_body, make_fields, make_seen
from reconciler.planning.settings import Definitions
from tests.planning.build import PLACE, TOKEN, TWILIO, is_secret, make_live, make_manifest

CANARY = "canary"


def fields_of(
    settings: dict[str, Setting], live: dict[str, Json], *paths: Path, **rest: Any
) -> tuple[FieldChange, ...]:
    """The fields of a change at these paths."""
    manifest = make_manifest(settings, **rest)
    return make_fields(manifest, make_wanted(manifest), make_live(live), paths, PLACE, is_secret)


def seen_of(settings: dict[str, Setting], live: dict[str, Json], *, shown: bool = True, **rest: Any) -> Any:
    """The precondition of a change."""
    wanted = make_wanted(make_manifest(settings, **rest))
    told = Definitions.of(TWILIO)
    return make_seen(wanted, make_live(live, update_time="2024"), "1,100", told, secret=is_secret, shown=shown)


@pytest.mark.parametrize(
    ("wanted", "have", "action"),
    [("b", "a", "change"), ("b", None, "add"), (None, "a", "clear"), ("", None, "add"), ("b", "", "change")],
)
def test_a_field_tells_before_and_after(wanted: Setting, have: Json, action: str) -> None:
    """With its place and what it does."""
    field = fields_of({"phone": wanted}, {"phone": have}, ("settings", "phone"))[0]
    assert (field.before, field.after, field.action, field.secret) == (have, wanted, action, False)
    assert field.source == Source("one.yaml", 1 + len("settings.phone"), 20)
    assert field.reference is None


@pytest.mark.parametrize(("have", "action"), [(CANARY, "change"), (None, "add")])
def test_a_secret_field_keeps_no_value(have: Json, action: str) -> None:
    """Neither the old nor the new one, only the reference."""
    field = fields_of({"token": TOKEN}, {"token": have}, ("settings", "token"))[0]
    assert (field.before, field.after, field.secret, field.action) == (None, None, True, action)
    assert field.reference == "env:HOOD_TOKEN"


def test_a_cleared_secret_keeps_no_value() -> None:
    """The old value of a secret that goes is not told either."""
    field = fields_of({"token": None}, {"token": CANARY}, ("settings", "token"))[0]
    assert (field.before, field.secret, field.action, field.reference) == (None, True, "clear", None)


def test_a_reference_in_any_key_is_secret() -> None:
    """What comes from a reference is never shown, whatever its key is called."""
    field = fields_of({"phone": TOKEN}, {"phone": CANARY}, ("settings", "phone"))[0]
    assert (field.before, field.secret) == (None, True)


def test_fields_and_body_are_in_reading_order() -> None:
    """Name, status, settings by key; name and status with their values."""
    paths = [("settings", "sid"), ("settings", "phone"), ("status",), ("name",)]
    manifest = make_manifest({"sid": "b", "phone": None, "token": TOKEN}, name="New", status="paused")
    fields = make_fields(manifest, make_wanted(manifest), make_live({"sid": "a"}), paths, PLACE, is_secret)
    assert [field.path for field in fields] == [("name",), ("status",), ("settings", "phone"), ("settings", "sid")]
    assert (fields[0].before, fields[0].after) == ("One", "New")
    body = make_body(make_wanted(manifest), paths)
    assert body == {"name": "New", "status": "paused", "settings": {"phone": None, "sid": "b"}}
    assert list(body["settings"]) == ["phone", "sid"]


def test_a_reference_stands_in_the_body() -> None:
    """As it is written in a manifest."""
    wanted = make_wanted(make_manifest({"token": TOKEN}))
    assert make_body(wanted, [("settings", "token")]) == {"settings": {"token": {"secret": "env:HOOD_TOKEN"}}}


def test_an_empty_difference_has_an_empty_body() -> None:
    """Nothing is sent where nothing changes."""
    assert make_body(make_wanted(make_manifest({"sid": "1"})), []) == {}


def test_hidden_settings_travel_along_with_others() -> None:
    """What the API hides and the manifest names goes with a PATCH of settings, but not twice, and not alone."""
    wanted = make_wanted(make_manifest({"token": TOKEN, "sid": "AC", "phone": "+1"}))
    unseen = [("settings", "token"), ("settings", "sid")]
    assert make_along(wanted, unseen, {"settings": {"phone": "+1"}}) == {
        "sid": "AC",
        "token": {"secret": "env:HOOD_TOKEN"},
    }
    assert make_along(wanted, unseen, {"settings": {"phone": "+1", "sid": "AC"}}) == {
        "token": {"secret": "env:HOOD_TOKEN"}
    }
    assert make_along(wanted, [], {"settings": {"phone": "+1"}}) == {}
    assert make_along(wanted, unseen, {"name": "New"}) == {}


def test_the_precondition_holds_managed_values_that_are_no_secrets() -> None:
    """Paths, values and keys; what is null or absent has no value."""
    seen = seen_of({"sid": "b", "phone": None, "token": TOKEN}, {"sid": "a", "token": CANARY}, status="paused")
    assert seen.paths == (("status",), ("settings", "phone"), ("settings", "sid"))
    assert seen.values == ((("status",), "active"), (("settings", "sid"), "a"))
    assert seen.keys == ("phone", "sid", "token")
    assert (seen.update_time, seen.page) == ("2024", "1,100")
    assert CANARY not in repr(seen)


def test_the_digest_is_of_managed_values() -> None:
    """Equal values, equal digest; absent and null are the same; a secret or an unmanaged value plays no part."""
    first = seen_of({"sid": "b", "token": TOKEN}, {"sid": "a", "token": CANARY, "x": "1"})
    again = seen_of({"sid": "c", "token": TOKEN}, {"x": "2", "sid": "a"})
    moved = seen_of({"sid": "b", "token": TOKEN}, {"sid": "z", "token": CANARY, "x": "1"})
    assert first.digest == again.digest != moved.digest
    assert first.digest.startswith("sha256:")
    path = [("settings", "none")]
    assert digest_live(make_live({"none": None}), path) == digest_live(make_live(), path)


def test_the_digest_knows_types() -> None:
    """587 and "587" are not the same precondition."""
    path = [("settings", "port")]
    assert digest_live(make_live({"port": 587}), path) != digest_live(make_live({"port": "587"}), path)


def test_unmanaged_masked_keys_are_hidden_and_what_is_there_is_told() -> None:
    """Masks that the manifest does not name are hidden; null and empty text are not there."""
    live = {"sid": "AC", "token": "****", "phone": "+1****", "x": "1", "y": None, "z": ""}
    seen = seen_of({"sid": "AC"}, live)
    assert seen.hidden == ("phone", "token")
    assert seen.there == ("phone", "sid", "token", "x")


def test_a_managed_mask_is_not_hidden_but_an_ignored_one_is() -> None:
    """What is ignored is as unmanaged as what is not named."""
    assert seen_of({"token": TOKEN}, {"token": "****"}).hidden == ()
    ignore = Lifecycle(ignore=(("settings", "token"),))
    assert seen_of({"token": TOKEN}, {"token": "****"}, lifecycle=ignore).hidden == ("token",)


@pytest.mark.parametrize(("shown", "hidden"), [(True, ()), (False, ("token",))])
def test_a_secret_that_is_left_out_may_be_hidden(shown: bool, hidden: tuple[str, ...]) -> None:
    """Where the account shows no secret at all, a defined secret key that is absent may hold one."""
    assert seen_of({"sid": "AC"}, {"sid": "AC"}, shown=shown).hidden == hidden


def test_without_definitions_only_masks_are_hidden() -> None:
    """Nobody knows which keys there could be."""
    wanted = make_wanted(make_manifest({}, status="paused"))
    seen = make_seen(wanted, make_live({"token": "****"}), None, None, secret=is_secret, shown=False)
    assert seen.hidden == ("token",)
