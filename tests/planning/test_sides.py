"""Desired, live and verdict of every field, without a reference being resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.model import Json, Lifecycle, Live, Manifest, Plain, SecretRef, Setting, ShownField
from reconciler.planning.account import make_account
from reconciler.planning.overview import Unresolved
from reconciler.planning.sides import make_sides
from tests.planning.build import PLACE, is_secret, make_live, make_manifest, make_provider, make_snapshot

TOKEN = SecretRef("env", "HOOD_TOKEN")
OTHER = make_live({"token": "shown-elsewhere"}, id="2", name="Two")
"""An object whose secret is shown, so that an absent one is surely not set."""


def sides_of(manifest: Manifest | None, live: Live | None, *others: Live) -> dict[str, ShownField]:
    """The fields by their last part."""
    objects = [one for one in (live, *others) if one is not None]
    asked = Unresolved(is_secret, PLACE)
    account = make_account(make_snapshot(*objects), asked, strict=False, when_hidden="warn")
    return {field.path[-1]: field for field in make_sides(manifest, live, account)}


def setting(
    key: str, value: Setting, live: Mapping[str, Json], *others: Live, ignore: tuple[Any, ...] = ()
) -> ShownField:
    """The one setting of a manifest and a live object."""
    manifest = make_manifest({key: value}, lifecycle=Lifecycle(ignore=ignore))
    return sides_of(manifest, make_live(live), *others)[key]


def told(field: ShownField) -> tuple[Any, ...]:
    """What is said of a field."""
    return field.desired, field.live, field.live_state, field.verdict


@pytest.mark.parametrize(
    ("value", "live", "expected"),
    [
        ("+1", "+1", ("+1", "+1", "value", "same")),
        ("+1", "+2", ("+1", "+2", "value", "differs")),
        ("+1", None, ("+1", None, "not-set", "differs")),
        ("587", 587, ("587", 587, "value", "retyped")),
        ("+1", "****1234", ("+1", None, "hidden", "hidden")),
        (None, "+2", (None, "+2", "value", "differs")),
        (None, None, (None, None, "not-set", "same")),
        (Plain(True, "yes"), True, (True, True, "value", "same")),
    ],
)
def test_a_setting_is_judged_as_a_plan_would(value: Setting, live: Json, expected: tuple[Any, ...]) -> None:
    """Of a masked value not even its tail is shown; the place is that of the desired value."""
    field = setting("phone", value, {"phone": live})
    assert told(field) == expected
    assert (field.declared, field.secret, field.source) == (True, False, PLACE.value(make_manifest(), field.path))


@pytest.mark.parametrize(
    ("live", "others", "state", "verdict"),
    [
        ("canary", (), "secret", "not-compared"),
        ("****1234", (), "hidden", "hidden"),
        (None, (), "hidden", "hidden"),
        (None, (OTHER,), "not-set", "differs"),
        ("", (OTHER,), "not-set", "differs"),
        (587, (), "secret", "not-compared"),
    ],
)
def test_a_reference_is_compared_with_nothing_but_an_absence(
    live: Json, others: tuple[Live, ...], state: str, verdict: str
) -> None:
    """It stands as it is written; where the API shows secrets, an absent one surely differs."""
    field = setting("token", TOKEN, {"token": live}, *others)
    assert told(field) == ({"secret": "env:HOOD_TOKEN"}, None, state, verdict)
    assert field.secret


def test_clearing_a_secret_is_compared() -> None:
    """Null is no reference."""
    assert told(setting("token", None, {"token": "canary"}))[1:] == (None, "secret", "differs")


def test_what_the_manifest_does_not_name_is_not_managed() -> None:
    """Its value is shown, unless it is secret, hidden, or of a key that its provider does not define."""
    fields = sides_of(make_manifest(), make_live({"phone": "+1", "token": "canary", "zzz": "misspelt-secret"}))
    assert told(fields["phone"]) == (None, "+1", "value", "not-managed")
    assert told(fields["token"]) == (None, None, "secret", "not-managed")
    assert told(fields["zzz"]) == (None, None, "not-shown", "not-managed")
    assert not any(field.declared for field in (fields["phone"], fields["token"], fields["zzz"]))
    assert fields["phone"].source is None


def test_an_undefined_key_is_dropped_and_its_value_is_shown_nowhere() -> None:
    """Neither the desired nor the live one."""
    assert told(setting("zzz", "misspelt-secret", {"zzz": "misspelt-secret"})) == (None, None, "not-shown", "dropped")
    bare = make_live({"zzz": "v"}, provider=make_provider(()))
    assert told(sides_of(None, bare)["zzz"])[1:3] == ("v", "value")


def test_of_an_object_that_is_not_there_only_defined_values_are_shown() -> None:
    """The definitions are those of others of its provider; where nobody tells any, nothing is shown."""
    manifest = make_manifest({"phone": "+1", "zzz": "misspelt-secret"}, id=None)
    fields = sides_of(manifest, None, OTHER)
    assert [(fields[key].desired, fields[key].verdict) for key in ("phone", "zzz")] == [
        ("+1", "missing"),
        (None, "dropped"),
    ]
    fields = sides_of(manifest, None)
    assert [(fields[key].desired, fields[key].verdict) for key in ("phone", "zzz")] == [(None, "missing")] * 2


def test_what_is_ignored_is_called_so() -> None:
    """Settings and names."""
    assert setting("phone", "+1", {"phone": "+2"}, ignore=(("settings", "phone"),)).verdict == "ignored"
    manifest = make_manifest(name="Other", lifecycle=Lifecycle(ignore=(("name",),)))
    assert sides_of(manifest, make_live())["name"].verdict == "ignored"


def test_what_stands_above_the_settings_is_told_too() -> None:
    """Provider, name, type, status, is_default, in this order; what the API cannot change is called so."""
    manifest = make_manifest(name="Other", status="active", type="email", is_default=True)
    fields = sides_of(manifest, make_live())
    assert [(name, field.verdict) for name, field in fields.items()] == [
        ("provider", "same"),
        ("name", "differs"),
        ("type", "fixed"),
        ("status", "same"),
        ("is_default", "fixed"),
    ]
    assert (fields["provider"].desired, fields["provider"].live) == ("twilio", "twilio")
    assert sides_of(make_manifest(provider="1000"), make_live())["provider"].verdict == "same"
    assert sides_of(make_manifest(provider="mitto"), make_live())["provider"].verdict == "fixed"


def test_without_a_live_object_all_is_missing() -> None:
    """References too."""
    fields = sides_of(make_manifest({"phone": "+1", "token": TOKEN}, name="One"), None)
    assert {name: field.verdict for name, field in fields.items()} == dict.fromkeys(
        ("provider", "name", "phone", "token"), "missing"
    )
    assert {field.live_state for field in fields.values()} == {"not-set"}
