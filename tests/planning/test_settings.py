"""A manifest's settings against its provider's definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.model import Json, Lifecycle, Plain, Provider, Setting, SettingDefinition, Source
from reconciler.planning.diff import make_wanted
from reconciler.planning.settings import Definitions, Findings, check_settings, is_quiet, undefined_keys
from tests.planning.build import PLACE, TOKEN, is_secret, make_live, make_manifest, make_provider

ROWS = (
    SettingDefinition("sid", required=True),
    SettingDefinition("token", required=True),
    SettingDefinition("phone"),
    SettingDefinition("old", deprecated=True),
    SettingDefinition("port", type="integer"),
)
DEFINITIONS = Definitions.of(make_provider(settings=ROWS))
LIVE = {"sid": "AC", "token": "t"}


def check(
    settings: Mapping[str, Setting],
    live: Mapping[str, Json] | None = LIVE,
    *,
    shown: bool = True,
    strict: bool = False,
    **rest: Any,
) -> Findings:
    """What is found of a manifest with these settings; live None: there is no live object."""
    manifest = make_manifest(settings, **rest)
    there = make_live(live) if live is not None else None
    wanted = make_wanted(manifest, undefined_keys(manifest, DEFINITIONS))
    return check_settings(manifest, wanted, there, DEFINITIONS, PLACE, secret=is_secret, shown=shown, strict=strict)


def codes(found: Findings) -> tuple[list[str], list[str]]:
    """The codes of errors and of warnings."""
    return [one.code for one in found.errors], [one.code for one in found.warnings]


def test_defined_text_is_fine() -> None:
    """Text and references in defined keys have nothing to be said of."""
    assert check({"sid": "AC", "token": TOKEN, "phone": "+1"}) == Findings()


def test_an_undefined_key_is_dropped_with_a_suggestion() -> None:
    """The place is the key's, and the nearest defined key is suggested."""
    found = check({"phnoe": "canary"})
    assert codes(found) == ([], ["dropped-setting"])
    assert found.dropped[0].path == ("settings", "phnoe")
    assert found.dropped[0].suggestion == "phone"
    assert found.dropped[0].source == Source("one.yaml", 1 + len("settings.phnoe"), 3)
    assert found.warnings[0].message == 'settings.phnoe: dropped: twilio does not define it, did you mean "phone"?'
    assert found.warnings[0].fix == "write phone"


def test_an_undefined_key_like_no_other_lists_what_is_defined() -> None:
    """Without a near name all names are told."""
    found = check({"zzz": "1"})
    assert found.dropped[0].suggestion is None
    assert found.warnings[0].fix == "take it out, or write one of: old, phone, port, sid, token"


def test_strict_makes_a_drop_an_error() -> None:
    """With --strict the same sentence ends the plan."""
    found = check({"phnoe": "1"}, strict=True)
    assert codes(found) == (["dropped-setting"], [])
    assert found.dropped


@pytest.mark.parametrize("value", ["canary", Plain(7, "canary"), TOKEN, ["canary"], None])
def test_no_message_echoes_the_value_of_an_undefined_key(value: Setting) -> None:
    """Whatever stands there may be a secret."""
    found = check({"zzz": value})
    assert codes(found) == ([], ["dropped-setting"])
    assert "canary" not in repr(found)


def test_unquoted_text_is_an_error_with_its_text_quoted() -> None:
    """The fix is the source text in quotes."""
    found = check({"phone": Plain(15551234567, "+15551234567")})
    assert codes(found) == (["not-text"], [])
    assert found.errors[0].fix == 'write "+15551234567"'


def test_unquoted_text_in_a_secret_key_is_not_shown() -> None:
    """A secret's text stays out of the message and the fix."""
    found = check({"token": Plain(4711, "4711")})
    assert codes(found) == (["not-text"], [])
    assert "4711" not in repr(found)


def test_a_list_where_a_string_is_defined_is_an_error() -> None:
    """Only text fits a string."""
    assert codes(check({"phone": ["+1"]})) == (["not-text"], [])


def test_a_key_of_another_type_takes_numbers_and_lists() -> None:
    """Where the provider does not say string, nothing is said of the type."""
    assert check({"port": Plain(587, "587")}) == Findings()
    assert check({"port": ["587"]}) == Findings()


def test_clearing_a_required_key_is_an_error() -> None:
    """Null on a required key cannot be sent; on another it can."""
    assert codes(check({"sid": None})) == (["required-cleared"], [])
    assert check({"phone": None}) == Findings()


def test_a_deprecated_key_is_a_warning() -> None:
    """At the place of the key."""
    found = check({"old": "1"})
    assert codes(found) == ([], ["deprecated-setting"])
    assert found.warnings[0].source == Source("one.yaml", 1 + len("settings.old"), 3)
    assert found.warnings[0].fix == "take it out once the key that replaces it is written"


@pytest.mark.parametrize("live", [{"token": "t"}, {"sid": None, "token": "t"}, {"sid": "", "token": "t"}, None])
def test_a_required_key_that_nobody_has_is_an_error(live: dict[str, Json] | None) -> None:
    """Neither the manifest nor the live object has it."""
    found = check({"token": TOKEN}, live)
    assert codes(found) == (["required-setting"], [])
    assert "settings.sid" in found.errors[0].message


@pytest.mark.parametrize(("shown", "errors"), [(True, ["required-setting"]), (False, [])])
def test_a_required_secret_may_be_hidden(shown: bool, errors: list[str]) -> None:
    """Where the account shows no secret at all, one that cannot be seen may well be there."""
    assert codes(check({"phone": "+1"}, {"sid": "AC"}, shown=shown)) == (errors, [])


def test_a_required_secret_of_a_new_object_cannot_be_hidden() -> None:
    """What does not exist yet hides nothing."""
    assert codes(check({"sid": "AC"}, None, shown=False)) == (["required-setting"], [])


def test_an_ignored_required_key_is_had() -> None:
    """The manifest names it, though it is not sent."""
    ignore = Lifecycle(ignore=(("settings", "sid"),))
    assert check({"sid": "AC"}, {"token": "t"}, lifecycle=ignore) == Findings()


def test_an_ignored_required_key_of_a_new_object_is_missing() -> None:
    """It would never be sent, and nothing is there."""
    ignore = Lifecycle(ignore=(("settings", "sid"),))
    found = check({"sid": "AC", "token": TOKEN}, None, lifecycle=ignore)
    assert codes(found) == (["required-setting"], [])
    assert "lifecycle.ignore keeps it from being sent" in found.errors[0].message
    assert codes(check({"sid": None, "token": TOKEN}, None)) == (["required-cleared"], [])


def test_all_findings_of_a_manifest_come_at_once() -> None:
    """Errors and warnings of several keys, by key."""
    found = check({"phone": Plain(1, "1"), "old": Plain(2, "2"), "zzz": "1"}, {})
    assert codes(found) == (
        ["not-text", "not-text", "required-setting", "required-setting"],
        ["deprecated-setting", "dropped-setting"],
    )


def test_nothing_is_undefined_where_nobody_told() -> None:
    """Absent definitions drop nothing."""
    manifest = make_manifest({"zzz": "1", "sid": "2"})
    assert undefined_keys(manifest, None) == frozenset()
    assert undefined_keys(manifest, DEFINITIONS) == {"zzz"}


@pytest.mark.parametrize(
    ("settings", "live", "quiet"),
    [
        ({"sid": "AC"}, LIVE, True),
        ({}, LIVE, True),
        ({"zzz": "1"}, LIVE, False),
        ({"old": "1"}, LIVE, False),
        ({"phone": "1"}, {"sid": "AC", "token": ""}, False),
        ({"phone": "1"}, {"sid": "AC", "token": None}, False),
        ({"phone": "1"}, {"sid": "AC"}, False),
    ],
)
def test_the_quick_check_passes_only_what_needs_no_word(
    settings: dict[str, Setting], live: dict[str, Json], quiet: bool
) -> None:
    """Undefined, deprecated and missing required keys need one."""
    assert is_quiet(make_manifest(settings), make_live(live), DEFINITIONS) is quiet


def test_a_provider_without_definitions_defines_nothing() -> None:
    """Definitions of nothing are empty."""
    assert Definitions.of(Provider("1", "x")).keys == frozenset()
