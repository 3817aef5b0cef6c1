"""Definitions of providers: found where they are told."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.live.catalogue import merge_providers
from reconciler.model import Provider, SettingDefinition
from tests.live.worlds import (
    TOLD,
    item,
    make_world,
    paths,
    read_fake,
    snapshot,
)

Rows = tuple[SettingDefinition, ...] | None


@pytest.mark.parametrize(
    ("switches", "asked", "told"),
    [
        ({"provider_settings": "embedded"}, [], True),
        ({"provider_settings": "providers-only"}, ["/providers?1,100"], True),
        ({"provider_settings": "providers-only", "page_maximum": 3}, ["/providers?1,100", "/providers?2,3"], True),
        ({"provider_settings": "empty"}, ["/providers?1,100"], ()),
        (
            {"provider_settings": "providers-only", "providers": "absent"},
            ["/providers?1,100", "/integrations/1001"],
            None,
        ),
        ({"provider_settings": "empty", "providers": "absent"}, ["/providers?1,100", "/integrations/1001"], ()),
    ],
)
def test_definitions_are_found_where_they_are(switches: dict[str, Any], asked: list[str], told: Any) -> None:
    """In the objects, else by GET /providers, else in one object by itself; empty stays empty, untold stays untold."""
    world = make_world(2, **switches)
    found = snapshot(world)
    definitions = found.providers["1000"].settings
    assert paths(world)[1:][: len(asked)] == asked
    assert bool(definitions) if told is True else definitions == told
    assert found.objects["1001"].provider is found.providers["1000"]


@pytest.mark.parametrize(
    ("need", "providers", "told"),
    [("zzz", "list", True), ("mitto", "list", True), ("mitto", "absent", False), ("twilio", "list", False)],
)
def test_a_catalogue_tells_which_providers_there_are(need: str, providers: str, told: bool) -> None:
    """It is asked for a provider that no object has; what it does not tell then is not there."""
    found = snapshot(make_world(2, providers=providers), need=frozenset({need}))
    assert found.catalogued is told
    assert ("1004" in found.providers) is told


def test_one_object_by_itself_may_tell_definitions() -> None:
    """A list that leaves definitions out, and no GET /providers: one object of that provider is read."""
    slim = {"id": "1000", "name": "twilio"}

    def answer(path: str, query: dict[str, str]) -> Any:
        if path == "/providers":
            return 404
        if path == "/integrations":
            return {
                "total": 3,
                "items": [item("10", provider=slim), item("9", provider=slim), item("8", provider=None)],
            }
        return item("9")

    found, seen = read_fake(answer, need=frozenset({"twilio", "1000", "nobody"}))
    assert seen == ["/integrations?1,100", "/providers?1,100", "/integrations/9"]
    assert [row.name for row in found.providers["1000"].settings or ()] == ["auth_token"]
    assert found.objects["10"].provider is found.providers["1000"]
    assert "" not in found.providers


def test_a_provider_that_no_object_can_tell_stays_untold() -> None:
    """An object that vanished, or tells nothing either, leaves None: definitions that were never told."""
    slim = {"id": "1000", "name": "twilio"}

    def answer(path: str, query: dict[str, str]) -> Any:
        return {"total": 1, "items": [item("10", provider=slim)]} if path == "/integrations" else 404

    found, _ = read_fake(answer, need=frozenset({"twilio"}))
    assert found.providers["1000"].settings is None


def test_providers_told_in_parts_are_merged() -> None:
    """An id here, a name and definitions there: one provider, whole, in all objects."""

    def answer(path: str, query: dict[str, str]) -> Any:
        if path == "/providers":
            return {"items": [{"id": 1000, "name": "twilio", "type": "sms", "settings": TOLD}]}
        return {"total": 1, "items": [item("1", provider=None, provider_id="1000")]}

    found, seen = read_fake(answer, need=frozenset({"twilio"}))
    assert seen == ["/integrations?1,100", "/providers?1,100", "/providers?2,1"]
    live = found.objects["1"]
    assert (live.provider.name, live.provider.type) == ("twilio", "sms")
    assert live.provider.settings


def test_definitions_that_nobody_needs_are_not_asked_for() -> None:
    """Without need there is no request."""
    world = make_world(2, provider_settings="providers-only")
    assert snapshot(world, need=frozenset()).providers["1000"].settings is None
    assert len(world.log) == 1


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        (None, None, None),
        ((), None, ()),
        (None, (), ()),
        ((), (SettingDefinition("a"),), (SettingDefinition("a"),)),
        ((SettingDefinition("a"),), (SettingDefinition("b"),), (SettingDefinition("a"),)),
    ],
)
def test_definitions_are_merged(one: Rows, other: Rows, merged: Rows) -> None:
    """The first that are not empty win; empty is more than untold."""
    told = [Provider("1000", "1000", None, one), Provider("1000", "twilio", "sms", other)]
    assert merge_providers(told) == {"1000": Provider("1000", "twilio", "sms", merged)}
