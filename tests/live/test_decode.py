"""JSON of the API -> Live and Provider: every shape that the documentation shows."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.live.decode import Decoder, ShapeError
from reconciler.model import Live, Provider, SettingDefinition
from tests.live.samples import ITEM, PROVIDER, body, without

TWILIO = Provider("1000", "twilio", "sms", (SettingDefinition("auth_token", "Auth Token", "string", required=True),))


LIVE = Live(
    id="1161",
    company_id="6197120",
    provider=TWILIO,
    name="Example Integration",
    status="active",
    settings={"auth_token": "f9c"},
    type="sms",
    is_default=False,
    update_time="2024-05-23 06:33:01",
)


def one(**fields: Any) -> Live:
    """The documented item with other fields, decoded from a list."""
    [live] = Decoder().make_page(body([{**ITEM, **fields}])).items
    return live


@pytest.mark.parametrize("envelope", [{"total": 1, "items": [ITEM]}, [ITEM], {"items": [ITEM]}, ITEM])
def test_an_object_is_read_from_each_envelope(envelope: Any) -> None:
    """The documentation shows the bare object and the list of one for the same endpoint."""
    assert Decoder().make_objects(body(envelope)).items == (LIVE,)


@pytest.mark.parametrize("envelope", [{"total": 0, "items": []}, {"items": None}])
def test_an_empty_envelope_holds_nothing(envelope: Any) -> None:
    """No items is an answer, too."""
    assert Decoder().make_objects(body(envelope)).items == ()
    assert Decoder().make_page(body(envelope)).items == ()
    assert Decoder().make_providers(body(envelope)).items == ()


def test_an_empty_list_is_no_answer_about_one_object() -> None:
    """A page may be empty, but of one object only an envelope, 400 or 404 says that there is none."""
    assert Decoder().make_page(b"[]").items == ()
    with pytest.raises(ShapeError):
        Decoder().make_objects(b"[]")


@pytest.mark.parametrize(
    ("total", "read"),
    [(50, 50), ("10", 10), (0, 0), (None, None), (-1, None), (True, None), ("many", None), ("²", None), (1.5, None)],
)
def test_total_is_read_leniently(total: Any, read: int | None) -> None:
    """A number or text of digits; what is neither was not told."""
    page = Decoder().make_page(body({"total": total, "items": [ITEM]}))
    assert (page.items, page.total) == ((LIVE,), read)
    assert Decoder().make_providers(body({"total": total, "items": [PROVIDER]})).total == read


def test_a_list_tells_no_total() -> None:
    """A bare list has nowhere to say how many there are."""
    assert Decoder().make_page(body([ITEM])).total is None


def test_ids_may_be_numbers() -> None:
    """Some samples show numbers; inside, an id is always text."""
    live = one(id=1161, company_id=6197120, provider_id=1000, provider={**PROVIDER, "id": 1000})
    assert live == LIVE


@pytest.mark.parametrize(
    ("told", "read"), [(0, False), (1, True), ("1", True), ("0", False), (True, True), (None, None), (2, False)]
)
def test_is_default_may_be_a_number(told: Any, read: bool | None) -> None:
    """A sibling resource shows the integer 1."""
    assert one(is_default=told).is_default is read


def test_settings_keep_their_json_types() -> None:
    """587 is not "587", and true is not 1."""
    told = {"a": 587, "b": "587", "c": True, "d": 1, "e": 1.0, "f": None, "g": [1, {"h": False}], "i": 2**70}
    settings = one(settings=told).settings
    assert body(settings) == body(told)
    assert [type(value) for value in settings.values()] == [int, str, bool, int, float, type(None), list, int]


def test_an_empty_list_of_settings_is_an_empty_object() -> None:
    """PHP writes an empty object as []; that tells settings, and is not slim."""
    page = Decoder().make_page(body([{**ITEM, "settings": []}]))
    assert page.items[0].settings == {}
    assert page.slim == frozenset()


@pytest.mark.parametrize("item", [without("settings"), {**ITEM, "settings": None}, without("company_id")])
def test_items_without_their_details_are_slim(item: dict[str, Any]) -> None:
    """No settings, or no company: such an item tells only that it exists."""
    assert Decoder().make_page(body([item])).slim == {"1161"}


def test_fields_may_be_missing_or_unknown() -> None:
    """Only the id is needed; what nobody knows is left out."""
    [live] = Decoder().make_page(body([{"id": "7", "labels": [], "nested": {"a": [1]}}])).items
    assert live == Live(id="7", company_id=None, provider=Provider("", ""), name=None, status=None)
    assert one(update_time=1716445981, effective_status="error").update_time == "1716445981"


@pytest.mark.parametrize(
    ("provider", "provider_id", "read"),
    [
        (None, "1000", Provider("1000", "1000")),
        ("twilio", "1000", Provider("1000", "twilio")),
        (1000, None, Provider("1000", "1000")),
        ({"name": "twilio"}, "1000", Provider("1000", "twilio")),
        ({"id": "1000"}, None, Provider("1000", "1000")),
        ({"name": "twilio"}, None, Provider("twilio", "twilio")),
        ({"id": "1", "name": "a", "settings": []}, None, Provider("1", "a", None, ())),
        ({"id": "1", "name": "a", "settings": {}}, None, Provider("1", "a", None, ())),
        ({"id": "1", "name": "a", "settings": None}, None, Provider("1", "a")),
        ({}, None, Provider("", "")),
    ],
)
def test_providers_are_read_in_each_form(provider: Any, provider_id: Any, read: Provider) -> None:
    """Embedded whole, in part, as a word or not at all; empty definitions are not absent ones."""
    assert one(provider=provider, provider_id=provider_id).provider == read


def test_a_provider_is_decoded_once() -> None:
    """All objects of a provider share it, across pages."""
    decoder = Decoder()
    first, second = decoder.make_page(body([ITEM, {**ITEM, "id": "2"}])).items
    [third] = decoder.make_page(body([{**ITEM, "id": "3"}])).items
    assert first.provider is second.provider is third.provider
    assert first.provider == TWILIO


def test_definitions_are_read_leniently() -> None:
    """Flags may be numbers or missing, types missing; the name is needed."""
    rows = [{"name": "a", "required": 1, "deprecated": "true"}, {"name": "b", "type": "number", "required": None}]
    [provider] = Decoder().make_providers(body([{"id": 5, "name": "x", "settings": rows}])).items
    assert provider.settings == (
        SettingDefinition("a", required=True, deprecated=True),
        SettingDefinition("b", type="number"),
    )
