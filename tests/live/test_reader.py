"""The reader: the whole account in few requests, whatever the list is like."""

from __future__ import annotations

from math import ceil
from typing import Any

import httpx
import pytest

from reconciler.errors import AnswerError, RejectedError
from tests.live.worlds import (
    TWILIO,
    expected,
    fake,
    ids_of,
    item,
    make_reader,
    make_world,
    paths,
    read,
    read_fake,
    snapshot,
)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1000])
def test_the_request_budget_holds(count: int) -> None:
    """N objects take ceil(N/100) + 2 requests at most where the list is full."""
    world = make_world(count)
    found = snapshot(world)
    assert len(world.log) <= ceil(count / 100) + 2
    assert read(found, frozenset(world.objects())) == expected(world, frozenset(world.objects()))
    assert found.complete
    assert (found.listed, found.page_size, found.ids_in_order, found.unknown) == (True, 100, "number", frozenset())


def test_threads_change_no_byte() -> None:
    """Ten pages on eight threads give what one thread gives."""
    one, many = make_world(730), make_world(730)
    assert make_reader(one).read_snapshot(ids=frozenset(), by_name=True, need=TWILIO) == make_reader(
        many, parallel=8
    ).read_snapshot(ids=frozenset(), by_name=True, need=TWILIO)
    assert len(many.log) == 8


@pytest.mark.parametrize("status", [404, 405, 400])
def test_an_absent_list_leaves_the_ids(status: int) -> None:
    """Without a list, or where every page of it is refused, each id in scope is read by itself."""
    progress: list[tuple[int, int]] = []

    def answer(path: str, query: dict[str, str]) -> Any:
        if path == "/integrations":
            return status
        return item("7") if path == "/integrations/7" else 404

    found, _ = read_fake(answer, "7", "8", progress=lambda *told: progress.append(told))
    assert (set(found.objects), set(found.unknown)) == ({"7"}, {"8"})
    assert (found.listed, found.complete, found.page_size, found.ids_in_order) == (False, False, None, None)
    assert progress == [(1, 2), (2, 2)]


def test_a_slim_list_is_read_in_the_full_view() -> None:
    """One look at the default view, then all pages with view=full."""
    world = make_world(130, listing="slim")
    found = snapshot(world)
    assert [entry.query.get("view") for entry in world.log] == [None, "full", "full"]
    assert read(found, frozenset(world.objects())) == expected(world, frozenset(world.objects()))


def test_a_list_slim_in_both_views_leaves_the_ids() -> None:
    """What is in scope is read by id; of the rest the list still tells id and name."""
    world = make_world(5, listing="slim-always")
    found = snapshot(world, ids_of([1001, 1002, 9]))
    assert read(found, ids_of([1001, 1002])) == expected(world, ids_of([1001, 1002]))
    assert found.objects["1003"].name == "Number 1003"
    assert found.objects["1003"].settings == {}
    assert found.unknown == {"9"}
    assert found.complete
    assert len(world.log) == 2 + 3


def test_details_of_all_objects_are_read_where_they_are_wanted() -> None:
    """Only what the list shows without settings costs a request of its own."""
    world = make_world(5, listing="slim-always", provider_settings="providers-only")
    found = snapshot(world, frozenset(), by_name=True, details=True, need=None)
    assert read(found, frozenset(world.objects())) == expected(world, frozenset(world.objects()))
    assert found.providers["1000"].settings
    assert len(world.log) == 2 + 5 + 1
    full = make_world(5)
    assert snapshot(full, frozenset(), by_name=True, details=True, need=None).complete
    assert len(full.log) == 1
    absent = make_world(5, listing="absent")
    assert snapshot(absent, ids_of([1001]), details=True, need=None).objects.keys() == {"1001"}


def test_the_catalogue_is_read_whole() -> None:
    """Every provider, whether it has objects or not; None where there is no such list."""
    told = make_reader(make_world()).read_providers(2)
    assert told is not None
    assert [provider.name for provider in told.values()][:2] == ["twilio", "custom_email"]
    assert len(told) == 7
    assert make_reader(make_world(providers="absent")).read_providers() is None


@pytest.mark.parametrize("word", ["twilio", "1000"])
def test_twins_by_name_are_read_whole_in_a_slim_list(word: str) -> None:
    """A manifest without id finds its object in the slim list; that one is then read by id."""
    world = make_world(5, listing="slim-always")
    found = snapshot(world, frozenset(), names={(word, "Number 1004"), ("mitto", "Number 1002")})
    assert read(found, ids_of([1004])) == expected(world, ids_of([1004]))
    assert [one for one, live in found.objects.items() if live.settings] == ["1004"]


def test_a_twin_whose_provider_the_list_hides_is_read_by_its_name() -> None:
    """Where the list tells no provider, the name decides what is worth a look."""

    def answer(path: str, query: dict[str, str]) -> Any:
        return {"total": 1, "items": [{"id": "5", "name": "x"}]} if path == "/integrations" else item("5", name="x")

    found, seen = read_fake(answer, names={("twilio", "x")})
    assert seen[-1] == "/integrations/5"
    assert found.objects["5"].settings == {"a": "b"}


def test_a_slim_object_that_is_gone_makes_the_list_incomplete() -> None:
    """The list shows it, its own GET does not know it: nobody may conclude that its name is free."""

    def answer(path: str, query: dict[str, str]) -> Any:
        return {"total": 1, "items": [{"id": "5", "name": "x"}]} if path == "/integrations" else 404

    found, _ = read_fake(answer, "5")
    assert (list(found.objects), set(found.unknown), found.complete) == ([], {"5"}, False)


def test_one_object_without_settings_is_read_by_itself() -> None:
    """A single slim item among full ones costs one request, not another view of the whole list."""
    rows = [item("1"), item("2", settings=None), item("3", settings=None)]

    def answer(path: str, query: dict[str, str]) -> Any:
        return {"total": 3, "items": rows} if path == "/integrations" else {"total": 1, "items": [item("2")]}

    found, seen = read_fake(answer, "1", "2")
    assert seen == ["/integrations?1,100", "/integrations/2"]
    assert found.objects["2"].settings == {"a": "b"}


def test_few_ids_are_read_without_the_rest_of_the_list() -> None:
    """Where the list has more further pages than ids are in scope, the ids are read by themselves."""
    world = make_world(1000)
    found = snapshot(world, ids_of([1001, 1500, 9999]))
    assert paths(world) == ["/integrations?1,100", "/integrations/1500", "/integrations/9999"]
    assert read(found, ids_of([1001, 1500])) == expected(world, ids_of([1001, 1500]))
    assert found.unknown == {"9999"}
    assert not found.complete
    assert found.listed
    by_name = make_world(1000)
    assert snapshot(by_name, ids_of([1500]), by_name=True).complete
    assert len(by_name.log) == 10


@pytest.mark.parametrize("status", [400, 404])
def test_nothing_is_called_gone_before_its_own_get(status: int) -> None:
    """An id that the whole list lacks is asked for by itself."""
    world = make_world(3, unknown_id=status)
    found = snapshot(world, ids_of([1001, 77]))
    assert paths(world) == ["/integrations?1,100", "/integrations/77"]
    assert found.unknown == {"77"}


@pytest.mark.parametrize("one", ["", ".", "..", "1/2", "a b", "ключ", "1?x=1", "%2e"])
def test_an_id_that_cannot_be_one_is_unknown_unasked(one: str) -> None:
    """No odd text of a manifest becomes part of an address."""
    world = make_world(1)
    assert snapshot(world, frozenset({one})).unknown == {one}
    assert len(world.log) == 1


@pytest.mark.parametrize("envelope", ["bare", "items"])
def test_one_object_is_read_from_both_envelopes(envelope: str) -> None:
    """The documentation contradicts itself; both are right."""
    reader = make_reader(make_world(2, envelope=envelope))
    live = reader.read_one("1002")
    assert live is not None
    assert (live.id, live.name) == ("1002", "Number 1002")
    assert reader.read_one("7") is None


def test_an_answer_about_another_object_is_none() -> None:
    """An API that casts "7x" to 7 does not know "7x"."""
    reader, _ = fake(lambda path, query: item("7"))
    assert reader.read_one("7x") is None


def test_a_get_by_id_that_is_rejected_otherwise_is_an_error() -> None:
    """Only 400 and 404 mean an unknown id."""
    reader, _ = fake(lambda path, query: 409)
    with pytest.raises(RejectedError):
        reader.read_one("7")


@pytest.mark.parametrize(
    ("ids", "order"),
    [
        (["9", "10", "11"], "number"),
        (["10", "11", "9"], "text"),
        (["a", "b"], "text"),
        (["11", "9", "10"], None),
        (["b", "a"], None),
    ],
)
def test_the_lists_order_is_recognised(ids: list[str], order: str | None) -> None:
    """By number, by text, or neither."""
    found, _ = read_fake(lambda path, query: {"total": len(ids), "items": [item(one) for one in ids]})
    assert found.ids_in_order == order


def test_an_address_where_nothing_is_known_is_no_answer_about_ids() -> None:
    """A wrong path answers 404 to everything: nobody may read "unknown id" into that."""
    with pytest.raises(AnswerError, match="neither the list nor any integration") as caught:
        read_fake(lambda _path, _query: 404, "1", by_name=False)
    assert "--api" in str(caught.value.fix)


def test_an_api_without_a_list_still_says_which_ids_it_does_not_know() -> None:
    """Its error body, or its providers, show that it is the API that answers."""
    told = {"code": 404, "title": "Not found.", "trace_id": "99a84211-f73d-4ff8-acdf-eb3e06bb9d62"}
    shaped, _ = read_fake(lambda _path, _query: httpx.Response(404, json=told), "1", by_name=False)
    assert shaped.unknown == {"1"}
    bare, _ = read_fake(lambda path, _query: [] if path == "/providers" else 404, "1", by_name=False)
    assert bare.unknown == {"1"}


def test_effective_status_is_looked_for_where_it_is_asked_for() -> None:
    """In the full view of the list, or of one object; a plan that does not ask spends no request on it."""
    world = make_world(3, effective_status="hidden")
    assert {live.effective_status for live in snapshot(world).objects.values()} == {None}
    assert len(world.log) == 1
    found = make_reader(world).read_snapshot(ids=frozenset(), by_name=True, need=TWILIO, effective=True)
    assert {live.effective_status for live in found.objects.values()} == {"active"}
    assert [entry.query.get("view") for entry in world.log[1:]] == [None, "full"]
    told = make_reader(world).read_one("1001", effective=True)
    assert told is not None
    assert told.effective_status == "active"
    assert [entry.query.get("view") for entry in world.log[3:]] == [None, "full"]
    assert make_reader(world).read_one("../x", effective=True) is None


def test_a_server_without_effective_status_costs_one_more_request() -> None:
    """The full view is refused, or tells no more: what the default one told counts."""

    def answer(path: str, query: dict[str, str]) -> Any:
        if query.get("view") == "full":
            return 400
        return item("7") if path == "/integrations/7" else {"total": 1, "items": [item("7")]}

    found, seen = read_fake(answer, effective=True)
    assert found.objects["7"].effective_status is None
    assert found.complete
    assert len(seen) == 2
    reader, seen = fake(answer)
    told = reader.read_one("7", effective=True)
    assert told is not None
    assert told.name == "n7"
    assert len(seen) == 2
