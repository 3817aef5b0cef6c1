"""PATCH, POST and test-notification: what is stored, dropped, cleared, coerced or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.providers import Definition, ProviderSeed
from reconciler.sandbox.seed import IntegrationSeed, Seed
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.sandbox.asking import ALL, HEADERS, NOW, ONE, TWILIO, ask, get, ids, make_world, patch, settings

VALUES = st.dictionaries(
    st.sampled_from([*TWILIO, "defualt_phone_number", "unknown"]), st.none() | st.text(max_size=5), max_size=5
)


@given(VALUES, st.sampled_from(["merge", "replace"]), st.sampled_from(["dropped", "stored"]))
def test_settings_merge_or_replace(sent: dict[str, Any], kind: str, undefined: str) -> None:
    """The model: known keys sent are laid over all (merge) or nothing (replace); null clears."""
    world = make_world(1, settings_patch=kind, undefined_key=undefined)
    assert patch(world, {"settings": sent}) == 204
    kept = {key: value for key, value in sent.items() if key in TWILIO or undefined == "stored"}
    expected = {**(TWILIO if kind == "merge" else {}), **kept}
    assert settings(world) == {key: value for key, value in expected.items() if value is not None}


@given(VALUES)
def test_the_same_patch_twice_changes_nothing_the_second_time(sent: dict[str, Any]) -> None:
    """A PATCH of absolute values can be sent again."""
    world = make_world(1)
    patch(world, {"settings": sent})
    once = settings(world)
    patch(world, {"settings": sent})
    assert settings(world) == once


def test_a_patch_answers_204_and_moves_update_time() -> None:
    """The body is empty, update_time the server's; what was not sent stays."""
    world = make_world(1)
    answer = ask(world, "PATCH", ONE, body={"name": "new"})
    assert (answer.status, answer.body) == (204, b"")
    assert "Content-Type" not in answer.headers
    item = get(world, ONE)
    assert (item["name"], item["update_time"], item["settings"]) == ("new", "2023-11-14 22:13:20", TWILIO)
    assert item["create_time"] == "2024-05-23 06:33:01"


def test_fields_that_cannot_be_updated_are_ignored_and_nothing_else_is_400() -> None:
    """is_default and provider_id never change; alone they are no update."""
    world = make_world(1)
    assert patch(world, {"is_default": True, "provider_id": "1001", "id": "7", "name": "x"}) == 204
    assert patch(world, {"is_default": True, "type": "email"}) == 400
    assert patch(world, {}) == 400
    item = world.objects()["1161"]
    assert (item["is_default"], item["provider_id"], item["id"], item["type"]) == (False, "1000", "1161", "sms")


def test_an_empty_patch_can_be_accepted() -> None:
    """empty_patch=accepted."""
    assert patch(make_world(1, empty_patch="accepted"), {}) == 204


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""}, {"name": "x" * 101}, {"name": 5}, {"name": None}, {"status": ""}, {"status": 1},
        {"settings": None}, {"settings": []}, {"settings": {"account_sid": 5}}, {"settings": {"account_sid": ["a"]}},
        {"settings": {"account_sid": True}}, [], "text", b"", b"{", b"[" * 100_000, b'{"name": "\xff"}',
    ],
)  # fmt: skip
def test_a_body_that_is_not_valid_is_400_and_changes_nothing(body: Any) -> None:
    """Wrong types, lengths and JSON, with the documented error."""
    world = make_world(1)
    before = world.objects()
    answer = ask(world, "PATCH", ONE, body=body)
    error = json.loads(answer.body)
    assert (answer.status, error["code"], error["title"], error["message"]) == (
        400,
        400,
        "Bad request.",
        "The request is not valid.",
    )
    assert world.objects() == before


def test_a_body_needs_its_content_type() -> None:
    """Another Content-Type, or none, is 400; a charset after it is fine."""
    world = make_world(1)
    bearer = {"authorization": HEADERS["authorization"]}
    assert ask(world, "PATCH", ONE, body={"name": "x"}, headers=bearer).status == 400
    assert ask(world, "PATCH", ONE, body={"name": "x"}, headers={**bearer, "content-type": "text/plain"}).status == 400
    utf8 = {**bearer, "content-type": "application/json; charset=utf-8"}
    assert ask(world, "PATCH", ONE, body={"name": "x"}, headers=utf8).status == 204


@pytest.mark.parametrize(
    ("kind", "status", "stored"),
    [("clears", 204, {}), ("stored", 204, {"auth_token": None}), ("refused", 400, TWILIO), ("ignored", 204, TWILIO)],
)
def test_null_in_settings_does_what_the_switch_says(kind: str, status: int, stored: dict[str, Any]) -> None:
    """Cleared, stored, refused or ignored."""
    world = make_world(1, null_in_settings=kind)
    assert patch(world, {"settings": {"auth_token": None}}) == status
    assert settings(world).get("auth_token", "gone") == stored.get("auth_token", "gone")


@pytest.mark.parametrize(("kind", "statuses"), [("create", (204, 400)), ("always", (400, 400)), ("never", (204, 201))])
def test_required_settings_are_checked_when_the_switch_says(kind: str, statuses: tuple[int, int]) -> None:
    """On POST only, on PATCH too, or never."""
    world = make_world(1, required_settings=kind)
    cleared = patch(world, {"settings": {"auth_token": None}})
    created = ask(world, "POST", ALL, body={"name": "n", "provider_id": "1000", "settings": {}}).status
    assert (cleared, created) == statuses


def test_a_required_setting_that_stays_passes() -> None:
    """required_settings=always looks at the result, not at what was sent."""
    assert patch(make_world(1, required_settings="always"), {"settings": {"auth_token": "fake"}}) == 204


@pytest.mark.parametrize(("kind", "stored"), [("none", " 587"), ("trimmed", "587"), ("numbers", " 587"), ("both", 587)])
def test_settings_can_be_stored_in_another_form(kind: str, stored: Any) -> None:
    """Digits become a number, white space goes, or both."""
    world = make_world(1, coerce=kind, undefined_key="stored")
    patch(world, {"settings": {"default_phone_number": " 587", "other": [1]}})
    assert settings(world)["default_phone_number"] == stored
    assert settings(world)["other"] == [1]


def test_a_leading_zero_or_plus_is_never_made_a_number() -> None:
    """coerce=numbers keeps what would lose characters."""
    world = make_world(1, coerce="numbers")
    patch(world, {"settings": {"default_phone_number": "+1555", "account_sid": "007", "auth_token": "0"}})
    assert settings(world) == {"default_phone_number": "+1555", "account_sid": "007", "auth_token": 0}


def test_a_value_that_is_already_stored_passes_whatever_its_type() -> None:
    """Whole settings can be sent back although the console stored a number; another number is refused."""
    world = make_world(1)
    world.set_setting("1161", "account_sid", 5)
    assert patch(world, {"settings": {"account_sid": 5, "auth_token": "fake-new"}}) == 204
    assert patch(world, {"settings": {"account_sid": 6}}) == 400


def test_types_beyond_string_are_checked_and_unknown_ones_take_anything() -> None:
    """A provider may define numbers and booleans; True is no number."""
    rows = tuple(Definition(kind, type=kind) for kind in ("number", "boolean", "array", "odd"))
    seed = Seed(providers=(ProviderSeed("1", "typed", "sms", rows),), integrations=(IntegrationSeed("1161", "a", "1"),))
    world = World(seed=seed, switches=Switches(per_second=0))
    good = {"number": 1.5, "boolean": True, "array": ["a"], "odd": {"a": 1}}
    assert patch(world, {"settings": good}) == 204
    assert settings(world) == good
    for key, value in (("number", True), ("number", "1"), ("boolean", 1), ("array", "a")):
        assert patch(world, {"settings": {key: value}}) == 400


def test_status_words_can_be_limited() -> None:
    """Statuses names the words that are accepted; without it every word is."""
    assert patch(make_world(1), {"status": "whatever"}) == 204
    world = make_world(1, statuses=("active", "inactive"))
    assert (patch(world, {"status": "inactive"}), patch(world, {"status": "paused"})) == (204, 400)


def test_names_can_be_unique() -> None:
    """unique_names refuses another's name on PATCH and POST, not one's own."""
    world = make_world(2, unique_names=True)
    assert patch(world, {"name": "n1"}) == 400
    assert patch(world, {"name": "n0"}) == 204
    body = {"name": "n1", "provider_id": "1006", "settings": {}}
    assert ask(world, "POST", ALL, body=body).status == 400


def test_a_post_creates_an_integration() -> None:
    """201 with the whole object; company, type and times are the server's; undefined keys are dropped."""
    world = make_world(1)
    body = {"name": "n", "provider_id": "1000", "settings": {**TWILIO, "wrong": "x"}, "is_default": True}
    answer = ask(world, "POST", ALL, body=body)
    item = json.loads(answer.body)
    assert (answer.status, item["id"], item["company_id"], item["type"]) == (201, "1162", "999999999", "sms")
    assert (item["status"], item["is_default"], item["settings"]) == ("active", False, TWILIO)
    assert item["create_time"] == item["update_time"] == "2023-11-14 22:13:20"
    assert world.writes == [(NOW, "POST", "1162", body)]


def test_a_post_may_answer_nothing_and_choose_another_status() -> None:
    """post_201=empty and post_status."""
    world = make_world(post_201="empty", post_status="verification")
    answer = ask(world, "POST", ALL, body={"name": "n", "provider_id": "1006", "settings": {}})
    assert (answer.status, answer.body) == (201, b"")
    assert get(world, ONE)["status"] == "verification"


@pytest.mark.parametrize(
    "change",
    [{"name": None}, {"name": ""}, {"provider_id": "9"}, {"provider_id": None}, {"settings": None}, {"settings": 1}],
)
def test_a_post_that_is_not_valid_is_400(change: dict[str, Any]) -> None:
    """name, provider_id and settings are required; None here means left out."""
    world = make_world()
    body = {"name": "n", "provider_id": "1006", "settings": {}, **change}
    answer = ask(world, "POST", ALL, body={key: value for key, value in body.items() if value is not None})
    assert (answer.status, json.loads(answer.body)["message"]) == (400, "The request body is not valid.")
    assert ids(world) == []


def test_a_test_notification_is_remembered_and_sent_nowhere() -> None:
    """204 for a whole integration and a recipient."""
    world = make_world()
    body = {"integration": {"name": "n", "provider_id": "1000", "settings": TWILIO}, "recipient": "+1555"}
    assert ask(world, "POST", "/v1/hood/test-notification", body=body).status == 204
    assert world.notifications == [(NOW, "twilio", "+1555")]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"integration": {"name": "n", "provider_id": "1000", "settings": TWILIO}},
        {"integration": {"name": "n", "provider_id": "1000", "settings": TWILIO}, "recipient": ""},
        {"integration": {"name": "n", "provider_id": "1000", "settings": {}}, "recipient": "+1"},
        {"integration": "1161", "recipient": "+1"},
    ],
)
def test_a_test_notification_that_is_not_valid_is_400(body: dict[str, Any]) -> None:
    """Both fields are required, and the settings that the provider requires."""
    world = make_world()
    assert ask(world, "POST", "/v1/hood/test-notification", body=body).status == 400
    assert world.notifications == []


def test_the_token_can_be_validated() -> None:
    """204 for the right one, 401 for another."""
    world = make_world()
    path = "/v2/ocamba/personal-api-keys/validate"
    assert ask(world, "POST", path).status == 204
    assert ask(world, "POST", path, headers={"authorization": "Bearer x"}).status == 401
