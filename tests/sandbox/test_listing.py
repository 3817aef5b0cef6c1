"""Pages, order, search, filters, and rows that move."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.asking import ALL, NOW, ONE, ask, get, ids, make_world, patch


@given(
    st.integers(0, 60),
    st.integers(1, 25),
    st.sampled_from(["id", "-id", "name", "-name,id", "status,-id"]),
    st.sampled_from(["id", "name", "shuffled"]),
    st.sampled_from(["number", "text"]),
)
def test_pages_hold_every_id_exactly_once(count: int, size: int, sort: str, order: str, id_order: str) -> None:
    """Reading page after page finds each integration once, whatever the order, and total counts them all."""
    world = make_world(count, order=order, id_order=id_order)
    found: list[str] = []
    for number in range(1, count // size + 2):
        page = get(world, page=f"{number},{size}", sort=sort)
        assert page["total"] == count
        assert len(page["items"]) <= size
        found += [item["id"] for item in page["items"]]
    assert sorted(found) == sorted(world.objects())


@pytest.mark.parametrize("page", ["0", "-1", "x", "1,0", "1,x", "1,", ",5", "1,2,3", "", "1.5", "²", "9" * 12])
def test_a_page_that_makes_no_sense_is_400(page: str) -> None:
    """Page and size count from 1."""
    assert ask(make_world(3), query={"page": page}).status == 400


def test_the_page_size_has_a_default_and_a_maximum() -> None:
    """Without a size the default holds; a larger one than the maximum is cut, or refused."""
    world = make_world(30, default_page_size=7, page_maximum=10)
    assert len(ids(world)) == 7
    assert len(ids(world, page="2")) == 7
    assert len(ids(world, page="1,100")) == 10
    assert ids(world, page="9,10") == []
    strict = make_world(30, page_maximum=10, page_over_maximum="refuse")
    assert ask(strict, query={"page": "1,11"}).status == 400
    assert len(ids(strict, page="1,10")) == 10


def test_ids_sort_as_numbers_or_as_text() -> None:
    """9 comes before 10 as a number and after it as text; an id that is no number still has its place."""
    for kind, order in (("number", ["x", "9", "10"]), ("text", ["10", "9", "x"])):
        world = make_world(id_order=kind)
        for key in ("10", "9", "x"):
            world.add("twilio", key, {}, id=key)
        assert ids(world, sort="id") == order


def test_a_shuffled_list_ignores_sort_and_an_unknown_sort_is_400() -> None:
    """Shuffled is the same order every time, and no order at all."""
    world = make_world(12, order="shuffled")
    assert ids(world) == ids(world, sort="name")
    assert ids(world) != sorted(ids(world))
    assert ask(make_world(1), query={"sort": "settings"}).status == 400


def test_the_default_order_can_be_by_name() -> None:
    """order=name holds where no ?sort is given."""
    world = make_world(2, order="name")
    patch(world, {"name": "zzz"})
    assert ids(world) == ["1162", "1161"]
    assert ids(world, sort="id") == ["1161", "1162"]


FILTERS = {
    "id=in:1161,1163": [0, 2],
    "id=nin:1161,1163": [1, 3],
    "id=1162": [1],
    "id=eq:1162": [1],
    "id=neq:1162": [0, 2, 3],
    "id=gt:1162": [2, 3],
    "id=gte:1162": [1, 2, 3],
    "id=lt:1162": [0],
    "id=lte:1162": [0, 1],
    "id=r:1161,1164": [1, 2],
    "id=rf:1162,1164": [1, 2, 3],
    "id=rl:1163": [2, 3],
    "id=rr:1162": [0, 1],
    "type=sms": [0, 1, 2],
    "type=email": [3],
    "status=inactive": [2],
    "is_default=true": [3],
    "is_default=false": [0, 1, 2],
    "effective_status=is:": [0, 1, 2, 3],
    "status=isn:": [],
    "status=odd:word": [],
    "create_time=gt:2000-01-01 00:00:00": [0, 1, 2],
    "provider_id=1001": [3],
    "q=N1": [1],
    "q=116&q_fields=id, name": [0, 1, 2, 3],
    "q=nothing": [],
    "nonsense=1": [0, 1, 2, 3],
    "type=sms&status=active": [0, 1],
}


@pytest.mark.parametrize("text", FILTERS)
def test_filters_select_as_documented(text: str) -> None:
    """Every operator; several filters must all hold; parameters that nobody knows are ignored."""
    world = make_world(3)
    world.edit("1163", status="inactive")
    world.add("custom_email", "mail", {}, is_default=True, create_time="1999-01-01 00:00:00")
    query: dict[str, Any] = dict(part.split("=", 1) for part in text.split("&"))
    assert ids(world, **query) == [str(1161 + number) for number in FILTERS[text]]


def test_rows_that_jump_hide_one_row_once() -> None:
    """moving_seed 0: between two pages a row jumps to the front; the next whole reading is complete."""
    world = make_world(6, moving_rows=True)
    first = [*ids(world, page="1,2"), *ids(world, page="2,2"), *ids(world, page="3,2")]
    assert first == ["1161", "1162", "1162", "1164", "1165", "1166"]
    again = [*ids(world, page="1,2"), *ids(world, page="2,2"), *ids(world, page="3,2")]
    assert sorted(again) == sorted(world.objects())


def test_a_row_that_appears_shifts_the_others_and_stays() -> None:
    """moving_seed 1: a new integration before all others, so that a row is seen twice."""
    world = make_world(4, moving_rows=True, moving_seed=1)
    assert [*ids(world, page="1,2"), *ids(world, page="2,2")] == ["1161", "1162", "1162", "1163"]
    assert get(world)["total"] == 5
    assert ids(world)[0] == "1160"


def test_a_row_that_appears_takes_the_next_id_where_none_is_lower() -> None:
    """Ids begin at 1."""
    world = make_world(moving_rows=True, moving_seed=1)
    for key in ("1", "2"):
        world.add("twilio", key, {}, id=key)
    ids(world, page="1,1")
    ids(world, page="2,1")
    assert ids(world) == ["1", "2", "1161"]


def test_a_row_that_vanishes_hides_another() -> None:
    """moving_seed 2: the first row is deleted, so that the next page skips one."""
    world = make_world(4, moving_rows=True, moving_seed=2)
    assert [*ids(world, page="1,2"), *ids(world, page="2,2")] == ["1161", "1162", "1164"]
    assert "1161" not in world.objects()


def test_nothing_moves_without_a_second_page() -> None:
    """A list of one page, or a page read alone, stays as it is."""
    world = make_world(3, moving_rows=True)
    assert ids(world, page="2,2") == ["1163"]
    assert ids(world, page="1,3") == ["1161", "1162", "1163"]
    assert ids(world, page="2,3") == []


def test_reads_lag_behind_writes() -> None:
    """For read_lag seconds a changed object is shown as before, and a new one not at all, in list and GET."""
    world = make_world(1, read_lag=3.0)
    assert patch(world, {"name": "new"}) == 204
    assert ask(world, "POST", ALL, body={"name": "b", "provider_id": "1006", "settings": {}}).status == 201
    assert get(world, ONE, now=NOW + 2)["name"] == "n0"
    assert [item["name"] for item in get(world, now=NOW + 2)["items"]] == ["n0"]
    assert ask(world, path=ALL + "/1162", now=NOW + 2).status == 400
    assert get(world, ONE, now=NOW + 3)["name"] == "new"
    assert [item["name"] for item in get(world, now=NOW + 3)["items"]] == ["new", "b"]


@pytest.mark.parametrize(("search", "found"), [("works", 1), ("ignored", 3), ("empty", 0), ("refused", None)])
def test_a_search_works_or_not_as_the_switch_says(search: str, found: int | None) -> None:
    """Nothing tells whether integrations can be searched at all."""
    world = make_world(3, search=search)
    name = world.objects()[sorted(world.objects())[1]]["name"]
    answer = ask(world, query={"q": name, "q_fields": "name"})
    assert answer.status == (400 if found is None else 200)
    if found is not None:
        assert get(world, q=name, q_fields="name")["total"] == found
