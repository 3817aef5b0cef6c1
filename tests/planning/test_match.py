"""Which live object a manifest describes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.model import Lifecycle, Provider, Source
from reconciler.planning.match import NEAREST_FOR, match_all
from tests.planning.build import make_live, make_manifest, make_snapshot

MITTO = Provider("1001", "mitto")


def test_an_id_finds_its_object() -> None:
    """By id, whatever the name is."""
    live = make_live(name="Other")
    found = match_all([make_manifest(name="One")], make_snapshot(live))
    assert found.live == {"twilio/one": live}
    assert found.managed == {"1"}
    assert not found.errors
    assert not found.blocked


def test_an_id_that_the_api_denies_blocks_its_object() -> None:
    """Only this object; the id still counts as described."""
    found = match_all([make_manifest(id="9")], make_snapshot(make_live(), unknown=frozenset({"9"})))
    assert found.blocked["twilio/one"].code == "unknown-id"
    assert found.managed == {"9"}


def test_an_id_that_was_not_read_is_neither() -> None:
    """It is for the planner to say what is missing."""
    found = match_all([make_manifest(id="9")], make_snapshot(make_live()))
    assert (found.live, found.blocked, found.errors) == ({}, {}, {})


@pytest.mark.parametrize("provider", ["twilio", "1000"])
def test_provider_and_name_find_the_twin(provider: str) -> None:
    """The provider by name or by id; the same name of another provider is no twin."""
    manifest = make_manifest(id=None, name="One", provider=provider)
    found = match_all([manifest], make_snapshot(make_live(), make_live(id="2", provider=MITTO)))
    assert found.live["twilio/one"].id == "1"
    assert found.managed == {"1"}


def test_two_twins_are_an_error_that_names_both() -> None:
    """Both count as described, and the fix is an id."""
    found = match_all([make_manifest(id=None, name="One")], make_snapshot(make_live(id="10"), make_live(id="9")))
    assert found.errors["twilio/one"].message.endswith("2 live objects have this provider and name: 9, 10")
    assert found.errors["twilio/one"].fix == 'write id: "9" or write id: "10"'
    assert found.managed == {"9", "10"}


def test_no_twin_names_the_nearest() -> None:
    """The nearest of the same provider come first, with their ids; of twins the lower id."""
    objects = [
        make_live(id="3", name="Main SMS"),
        make_live(id="2", name="Main SMS"),
        make_live(id="4", name="Zebra"),
        make_live(id="5", name="Main SMS!", provider=MITTO),
        make_live(id="6", name=None),
    ]
    problem = match_all([make_manifest(id=None, name="Main-SMS")], make_snapshot(*objects)).errors["twilio/one"]
    assert problem.code == "no-twin"
    assert 'nearest: "Main SMS" (2)' in problem.message
    assert "Zebra" not in problem.message
    assert problem.fix == 'write id: "2" if it is that one, or lifecycle: {create: true} to create it'


def test_where_nothing_is_near_some_are_named() -> None:
    """Three names of the provider in their order."""
    objects = [make_live(id=str(number), name=name) for number, name in enumerate(("D", "C", "B", "A"))]
    problem = match_all([make_manifest(id=None, name="xyz")], make_snapshot(*objects)).errors["twilio/one"]
    assert 'nearest: "A" (3), "B" (2), "C" (1)' in problem.message


def test_without_anything_near_a_create_is_named() -> None:
    """There is nothing to be near to."""
    problem = match_all([make_manifest(id=None, name="Zebra")], make_snapshot(make_live(provider=MITTO))).errors[
        "twilio/one"
    ]
    assert "nearest" not in problem.message
    assert problem.fix == "write lifecycle: {create: true} to create it"


def test_names_in_messages_are_escaped() -> None:
    """A live name cannot paint the terminal."""
    problem = match_all([make_manifest(id=None, name="One")], make_snapshot(make_live(name="On\x1b[31me"))).errors[
        "twilio/one"
    ]
    assert "\x1b" not in problem.message
    assert "\\x1b" in problem.message


NEW = make_manifest(id=None, name="New", lifecycle=Lifecycle(create=True))


def test_what_has_no_twin_may_be_created() -> None:
    """Where the manifest says so; a live twin is taken as it is."""
    found = match_all([NEW], make_snapshot(make_live()))
    assert (found.creates, found.errors, found.managed) == ({"twilio/one"}, {}, set())
    found = match_all([NEW], make_snapshot(make_live(name="New")))
    assert (found.creates, found.managed) == (set(), {"1"})


@pytest.mark.parametrize(
    "other",
    [
        {"id": None, "lifecycle": Lifecycle(create=True)},
        {"id": None, "lifecycle": Lifecycle(create=True), "provider": "1000"},
        {"id": None},
        {"id": "1"},
    ],
)
def test_two_manifests_may_not_create_the_same(other: dict[str, Any]) -> None:
    """Nor one what another will be named; a provider is the same by its id and by its name."""
    twin = make_manifest(**{"address": "twilio/two", "name": "New", "source": Source("two.yaml", 5, 1), **other})
    found = match_all([NEW, twin], make_snapshot(make_live()))
    assert found.errors["twilio/one"].code == "duplicate-create"
    assert "twilio/two at two.yaml:5:1 declares too" in found.errors["twilio/one"].message
    if twin.lifecycle.create:
        assert "twilio/one at one.yaml:1:1" in found.errors["twilio/two"].message


def test_the_same_name_at_another_provider_is_another_object() -> None:
    """Known or not."""
    others = [make_manifest(address=f"{word}/one", name="New", id=None, provider=word) for word in ("mitto", "zzz")]
    creating = [replace(one, lifecycle=Lifecycle(create=True)) for one in others]
    found = match_all([NEW, *creating], make_snapshot(make_live(), make_live(id="2", provider=MITTO)))
    assert (len(found.creates), found.errors) == (3, {})


@pytest.mark.parametrize(("told", "word"), [({"listed": False}, "has no list"), ({"complete": False}, "read whole")])
def test_without_a_whole_list_no_name_is_missing(told: dict[str, bool], word: str) -> None:
    """What could not be looked up is not called absent."""
    problem = match_all([make_manifest(id=None, name="New")], make_snapshot(make_live(), **told)).errors["twilio/one"]
    assert problem.code == "no-id"
    assert word in problem.message


def test_two_manifests_of_one_object_are_both_told() -> None:
    """By id and by name: each error names the other, since either may be out of scope."""
    one = make_manifest()
    other = make_manifest(address="twilio/two", id=None, name="One", source=Source("two.yaml", 5, 1))
    third = make_manifest(address="twilio/three", id="1")
    found = match_all([one, other, third], make_snapshot(make_live()))
    assert {problem.code for problem in found.errors.values()} == {"duplicate-object"}
    assert found.errors["twilio/one"].message == "twilio/one: describes 1, and so does twilio/two at two.yaml:5:1"
    assert found.errors["twilio/two"].message == "twilio/two: describes 1, and so does twilio/one at one.yaml:1:1"
    assert "twilio/one at" in found.errors["twilio/three"].message


def test_a_wrong_account_is_told_quickly() -> None:
    """Nearest names cost much; past a number of misses they are left out."""
    manifests = [make_manifest(address=f"twilio/{n:03}", id=None, name=f"New {n}") for n in range(NEAREST_FOR + 1)]
    found = match_all(manifests, make_snapshot(make_live()))
    messages = [found.errors[one.address].message for one in manifests]
    assert [("nearest" in message) for message in messages] == [True] * NEAREST_FOR + [False]
