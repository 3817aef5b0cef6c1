"""Views, masks, envelopes and JSON types, as the switches choose."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.sandbox.seed import IntegrationSeed, Seed
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.sandbox.asking import ALL, NOW, ONE, TWILIO, ask, get, make_world, patch

PROVIDERS = "/v1/hood/providers"


def test_get_by_id_comes_bare_or_in_a_list_of_one() -> None:
    """The documentation shows both envelopes."""
    bare = get(make_world(1), ONE)
    assert get(make_world(1, envelope="items"), ONE) == {"total": 1, "items": [bare]}
    assert get(make_world(1, envelope="items", total="string"), ONE)["total"] == "1"


@pytest.mark.parametrize(
    ("listing", "default", "full"),
    [("full", True, True), ("slim", False, True), ("slim-always", False, False)],
)
def test_a_slim_list_leaves_out_the_settings(listing: str, default: bool, full: bool) -> None:
    """Settings and provider.settings come and go together; GET by id always has them."""
    world = make_world(1, listing=listing)
    cases: tuple[tuple[dict[str, Any], bool], ...] = (
        ({}, default),
        ({"view": "default"}, default),
        ({"view": "full"}, full),
    )
    for query, shown in cases:
        item = get(world, **query)["items"][0]
        assert ("settings" in item, "settings" in item["provider"]) == (shown, shown)
    assert "settings" in get(world, ONE)


def test_an_absent_list_is_404_while_get_by_id_works() -> None:
    """listing=absent."""
    world = make_world(1, listing="absent")
    assert ask(world).status == 404
    assert get(world, ONE)["id"] == "1161"


def test_total_can_be_a_string() -> None:
    """Lists of integrations and of providers alike."""
    world = make_world(3, total="string")
    assert get(world)["total"] == "3"
    assert get(world, PROVIDERS)["total"] == "7"


def test_fields_beat_view() -> None:
    """?fields shows what it names and nothing else, settings of a slim list included; unknown names are nothing."""
    world = make_world(1, listing="slim")
    assert get(world, fields="id, settings,nonsense")["items"] == [{"id": "1161", "settings": TWILIO}]
    assert get(world, ONE, fields="name", view="full") == {"name": "n0"}
    assert get(world, PROVIDERS, fields="id", page="1,1")["items"] == [{"id": "1000"}]


def test_an_unknown_view_is_400() -> None:
    """Of the list and of the object."""
    world = make_world(1)
    assert ask(world, query={"view": "tiny"}).status == 400
    assert ask(world, path=ONE, query={"view": "tiny"}).status == 400


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_id_is_400_or_404(status: int) -> None:
    """For GET and PATCH."""
    world = make_world(1, unknown_id=status)
    assert ask(world, path=ALL + "/9").status == status
    assert patch(world, {"name": "x"}, ALL + "/9") == status


MASKED: dict[str, Any] = {"full": "********", "last4": "****oken", "null": None, "empty": ""}


@pytest.mark.parametrize("kind", [*MASKED, "absent", "none"])
def test_masks_hide_secrets_and_nothing_else(kind: str) -> None:
    """The token is hidden as the switch says, in list and object; it stays what it is behind the mask."""
    world = make_world(1, masks=kind)
    expected = {**TWILIO, "auth_token": MASKED.get(kind, TWILIO["auth_token"])}
    if kind == "absent":
        del expected["auth_token"]
    assert get(world, ONE)["settings"] == expected
    assert get(world)["items"][0]["settings"] == expected
    assert world.objects()["1161"]["settings"] == TWILIO


def test_mask_keys_choose_what_is_hidden_and_short_values_show_nothing() -> None:
    """A value of four characters and less has no tail to show."""
    world = make_world(1, masks="last4", mask_keys=("account_*",))
    assert get(world, ONE)["settings"] == {**TWILIO, "account_sid": "****"}


def test_a_seed_can_mask_keys_of_one_integration() -> None:
    """Its own keys are hidden while the switches hide none, the others are not."""
    own = IntegrationSeed("1161", "a", "1000", TWILIO, masked=("auth_token",))
    other = IntegrationSeed("1162", "b", "1000", TWILIO)
    world = World(seed=Seed(integrations=(own, other)))
    shown = [item["settings"]["auth_token"] for item in get(world)["items"]]
    assert shown == ["****oken", "fake-token"]
    masked = World(seed=Seed(integrations=(own,)), switches=Switches(masks="absent"))
    assert "auth_token" not in get(masked, ONE)["settings"]


def test_ids_can_be_numbers() -> None:
    """Every id of integration, company and provider; POST then takes a number too."""
    world = make_world(1, id_type="number")
    item = get(world, ONE)
    assert (item["id"], item["company_id"], item["provider_id"], item["provider"]["id"]) == (
        1161,
        999999999,
        1000,
        1000,
    )
    assert ask(world, "POST", ALL, body={"name": "n", "provider_id": 1006, "settings": {}}).status == 201
    strict = make_world(1)
    assert ask(strict, "POST", ALL, body={"name": "n", "provider_id": 1006, "settings": {}}).status == 400


def test_is_default_can_be_a_number_and_objects_can_have_more_fields() -> None:
    """default_flag and extra_fields."""
    item = get(make_world(1, default_flag="number", extra_fields=True), ONE)
    assert item["is_default"] == 0
    assert not isinstance(item["is_default"], bool)
    assert item["labels"] == []


def test_definitions_are_told_where_the_switches_say() -> None:
    """In each integration and by GET /providers; by the latter only; or nowhere."""
    shown = {}
    for kind in ("embedded", "providers-only", "empty"):
        world = make_world(1, provider_settings=kind)
        inside = get(world, ONE)["provider"].get("settings")
        shown[kind] = (None if inside is None else len(inside), len(get(world, PROVIDERS)["items"][0]["settings"]))
    assert shown == {"embedded": (3, 3), "providers-only": (None, 3), "empty": (0, 0)}


def test_providers_can_be_absent() -> None:
    """providers=absent is 404; otherwise they come in pages."""
    assert ask(make_world(providers="absent"), path=PROVIDERS).status == 404
    page = get(make_world(), PROVIDERS, page="2,5")
    assert (page["total"], [item["name"] for item in page["items"]]) == (7, ["mailgun", "telegram"])


def test_effective_status_equals_falls_or_hides() -> None:
    """It follows the status; after a PATCH of settings it falls to error; or only view=full shows it."""
    world = make_world(1)
    patch(world, {"status": "inactive"})
    assert get(world, ONE)["effective_status"] == "inactive"
    falling = make_world(1, effective_status="falls")
    patch(falling, {"name": "other"})
    assert get(falling, ONE)["effective_status"] == "active"
    patch(falling, {"settings": {"auth_token": "fake-new"}})
    assert (get(falling, ONE)["effective_status"], get(falling, ONE)["status"]) == ("error", "active")
    hidden = make_world(1, effective_status="hidden")
    assert "effective_status" not in get(hidden, ONE)
    assert "effective_status" in get(hidden, ONE, view="full")
    assert "effective_status" in get(hidden, view="full")["items"][0]
    assert "effective_status" in get(hidden, ONE, fields="effective_status")


def test_a_post_answers_the_object_as_a_get_does() -> None:
    """The same fields and masks."""
    world = make_world(masks="full")
    answer = ask(world, "POST", ALL, body={"name": "n", "provider_id": "1000", "settings": TWILIO}, now=NOW)
    assert json.loads(answer.body) == get(world, ONE)
