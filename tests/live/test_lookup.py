"""Is there one of this provider and name? The answer "none" must be the truth."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from reconciler.errors import AnswerError
from reconciler.live.lookup import Lookup
from reconciler.live.reader import Reader, make_shapes
from reconciler.model import Live
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.world import TOKEN, World
from tests.live.worlds import answer_from, item, make_client, make_row, make_world

TWILIO = frozenset({"1000", "twilio"})


def open_lookup(world: World) -> Lookup:
    """A look-up in the emulator."""
    client, _ = make_client(answer_from(world), TOKEN)
    return Lookup(client, Reader(client).read_one, make_shapes())


def find(world: World, name: str, providers: frozenset[str] = TWILIO, *, sure: bool = False) -> list[str] | None:
    """The ids of one look-up."""
    found = open_lookup(world).find(providers, name, sure=sure)
    return None if found is None else [live.id for live in found]


def asked(world: World) -> list[str]:
    """What was asked of the list: pages and searches."""
    return [entry.query.get("q", entry.query.get("page", "")) for entry in world.log]


def test_name_and_provider_must_both_fit() -> None:
    """The name as it is written, the provider by its id or name; one request for a short list."""
    world = make_world(3)
    for key, provider, name in (("2", "1001", "Number 1001"), ("3", "1000", "number 1001"), ("4", "1000", "Number 10")):
        world.account.insert({**world.account.items["1001"], "id": key, "provider_id": provider, "name": name})
    assert find(world, "Number 1001") == ["1001"]
    assert asked(world) == ["1,100"]
    assert find(world, "Number 1001", frozenset({"custom_email"})) == ["2"]
    assert find(world, "Number 1001", frozenset({"1001"})) == ["2"]
    assert find(world, "Number") == []
    assert find(make_world(0), "Number") == []


def test_twins_are_all_told_in_the_order_of_their_ids() -> None:
    """Ids are numbers."""
    world = make_world(1)
    for key in ("20", "3"):
        world.account.insert({**world.account.items["1001"], "id": key})
    assert find(world, "Number 1001") == ["3", "20", "1001"]


@pytest.mark.parametrize("switches", [{"listing": "absent"}, {"listing": "slim"}, {"listing": "slim-always"}])
def test_a_list_that_is_absent_tells_nothing_and_a_slim_one_enough(switches: dict[str, Any]) -> None:
    """Where settings are left out, the objects that are meant are read by themselves."""
    world = make_world(3, **switches)
    absent = switches["listing"] == "absent"
    assert find(world, "Number 1002") == (None if absent else ["1002"])
    assert find(world, "Nothing") == (None if absent else [])
    if not absent:
        found = open_lookup(world).find(TWILIO, "Number 1002", sure=True)
        assert found is not None
        assert found[0].settings["account_sid"] == "AC1002"
        assert found[0].company_id is not None


def test_a_long_list_is_searched_once_the_search_has_found_what_is_there() -> None:
    """The first look tries it on an object that is known; from then on a look is one request."""
    world = make_world(450)
    lookup = open_lookup(world)
    assert [live.id for live in lookup.find(TWILIO, "Number 1333", sure=False) or ()] == ["1333"]
    assert asked(world) == ["1,100", "Number 1001", "Number 1333"]
    assert lookup.find(TWILIO, "Launch", sure=False) == ()
    assert asked(world)[3:] == ["Launch"]


@pytest.mark.parametrize("name", ["Größe", "a*b", "50% off", '"x"', " x ", "x", "xy", "-x-"])
def test_names_that_a_search_may_take_otherwise_are_looked_for_in_the_whole_list(name: str) -> None:
    """Whatever a search makes of them."""
    world = make_world(450)
    world.edit("1440", name=name)
    assert find(world, name) == ["1440"]
    assert asked(world) == ["1,100", "2,100", "3,100", "4,100", "5,100"]


def test_after_an_unknown_outcome_the_search_is_not_enough() -> None:
    """Its index may lag more than the list."""
    world = make_world(450)
    assert find(world, "Number 1333", sure=True) == ["1333"]
    assert len(asked(world)) == 5


@pytest.mark.parametrize("search", ["ignored", "refused", "empty"])
def test_a_search_that_does_not_work_costs_requests_and_no_truth(search: str) -> None:
    """It is tried once; then the whole list is read each time."""
    world = make_world(450, search=search)
    lookup = open_lookup(world)
    for name, ids in (("Number 1333", ["1333"]), ("Launch", []), ("Number 1002", ["1002"])):
        assert [live.id for live in lookup.find(TWILIO, name, sure=False) or ()] == ids
    assert sum("q" in entry.query for entry in world.log) == 1
    assert len(world.log) == 5 * 3 + 1


def test_a_search_that_stops_working_is_not_believed() -> None:
    """It has worked before: the whole list is read all the same."""
    world = make_world(450)
    lookup = open_lookup(world)
    assert lookup.find(TWILIO, "Launch", sure=False) == ()
    world.switches = msgspec.structs.replace(world.switches, search="refused")
    found = lookup.find(TWILIO, "Number 1333", sure=False)
    assert [live.id for live in found or ()] == ["1333"]
    world = make_world(450)
    client, _ = make_client(answer_from(world), TOKEN)
    lookup = Lookup(client, Reader(client).read_one, make_shapes())
    answers = world.handle

    def handle(request: Request, now: float) -> Answer:
        if len(world.log) == 2:
            world.switches = msgspec.structs.replace(world.switches, search="refused")
        return answers(request, now)

    world.handle = handle  # type: ignore[method-assign]
    assert len(lookup.find(TWILIO, "Number 1333", sure=False) or ()) == 1


def test_a_list_of_a_few_pages_is_read_whole() -> None:
    """Trying the search would cost as much."""
    world = make_world(299)
    assert find(world, "Number 1250") == ["1250"]
    assert asked(world) == ["1,100", "2,100", "3,100"]


def test_where_no_name_can_be_tried_the_whole_list_is_read() -> None:
    """All names of the first page are ones that a search may take otherwise."""
    world = make_world(401)
    for key in list(world.account.items)[:-1]:
        world.edit(key, name="ü" + key)
    assert find(world, "Number 1401") == ["1401"]
    assert len(asked(world)) == 5


def told(*items: Any, total: Any = None, **more: Any) -> Lookup:
    """A look-up in a list of one answer."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("integrations"):
            shown = {"items": items} if total is None else {"items": items, "total": total}
            return httpx.Response(200, json=shown if request.url.params["page"].startswith("1") else {"items": []})
        return httpx.Response(200, json=more["one"]) if more.get("one") else httpx.Response(404)

    client, _ = make_client(handle)
    return Lookup(client, Reader(client).read_one, make_shapes())


def test_a_list_that_is_not_whole_tells_nothing() -> None:
    """Fewer objects than its total says."""
    assert told(item("1"), total=3).find(TWILIO, "n1", sure=False) is None


def test_an_object_without_a_name_may_be_any() -> None:
    """So that nobody can tell."""
    nameless = {key: value for key, value in item("1").items() if key != "name"}
    assert told(nameless, item("2")).find(TWILIO, "n9", sure=False) is None


def test_an_object_of_a_provider_that_is_not_told_may_be_any() -> None:
    """Where its own GET tells it, it is that."""
    slim = {"id": "1", "name": "n1", "settings": None}
    assert told(slim).find(TWILIO, "n1", sure=False) == ()
    found = told(slim, one=item("1")).find(TWILIO, "n1", sure=False)
    assert [live.id for live in found or ()] == ["1"]
    other = item("1", provider={"id": "1001", "name": "custom_email"})
    assert told(slim, one=other).find(TWILIO, "n1", sure=False) == ()
    untold = {"id": "1", "company_id": "1", "name": "n1", "settings": {}}
    assert told(untold).find(TWILIO, "n1", sure=False) is None
    assert told(untold).find(TWILIO, "n2", sure=False) == ()


def test_a_search_without_totals_is_not_trusted() -> None:
    """Nobody could tell whether it was one."""
    many = [item(str(one)) for one in range(1, 101)]

    def handle(request: httpx.Request) -> httpx.Response:
        if "q" in request.url.params:
            return httpx.Response(200, json={"items": many[:1]})
        number = int(request.url.params["page"].partition(",")[0])
        rows = [item(str(one)) for one in range(100 * number - 99, 100 * number + 1)]
        return httpx.Response(200, json={"items": rows, "total": 500})

    client, _ = make_client(handle)
    found = Lookup(client, Reader(client).read_one, make_shapes()).find(TWILIO, "n444", sure=False)
    assert [live.id for live in found or ()] == ["444"]


def test_what_cannot_be_read_is_an_error() -> None:
    """Not an answer."""
    with pytest.raises(AnswerError):
        find(make_world(1, Faults(script=(Fault("503", count=0),))), "x")


def test_a_page_size_that_is_refused_is_learnt_once() -> None:
    """The next look asks as the API takes it."""
    world = make_world(30, page_maximum=50, page_over_maximum="refuse")
    lookup = open_lookup(world)
    for _ in range(2):
        found = lookup.find(TWILIO, "Number 1030", sure=True)
        assert found is not None
        assert isinstance(found[0], Live)
    assert asked(world) == ["1,100", "1,50", "1,50"]
    assert make_row(1)["id"] == "1"
