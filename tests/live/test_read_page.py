"""One list page again, as apply asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import RejectedError
from tests.live.worlds import (
    fake,
    item,
    make_reader,
    make_world,
)


def test_a_page_is_read_again() -> None:
    """What apply asks for: one page, in one request."""
    world = make_world(250)
    reader = make_reader(world)
    assert list(reader.read_page("3,100")) == [str(one) for one in range(1201, 1251)]
    assert reader.read_page("9,100") == {}
    assert len(world.log) == 2


@pytest.mark.parametrize("page", ["", "3", "0,100", "1,0", "x,y", "1,100,2", "-1,5", "1, 5"])
def test_a_page_that_is_none_is_empty(page: str) -> None:
    """A hint of a saved plan that makes no sense costs no request."""
    world = make_world(2)
    assert make_reader(world).read_page(page) == {}
    assert world.log == []


def test_a_page_remembers_the_view() -> None:
    """A slim page is asked for with view=full, once and for all; after a snapshot at once."""
    world = make_world(30, listing="slim")
    reader = make_reader(world)
    assert len(reader.read_page("1,10")) == len(reader.read_page("2,10")) == 10
    assert [entry.query.get("view") for entry in world.log] == [None, "full", "full"]
    other = make_world(130, listing="slim")
    reader = make_reader(other)
    reader.read_snapshot(ids=frozenset(), by_name=True, need=frozenset())
    reader.read_page("2,100")
    assert [entry.query.get("view") for entry in other.log] == [None, "full", "full", "full"]


def test_a_page_without_details_holds_nothing() -> None:
    """Objects that the list shows slim are left out, so that they are read by id."""
    assert make_reader(make_world(3, listing="slim-always")).read_page("1,10") == {}
    reader, _ = fake(lambda path, query: [item("1"), item("2", settings=None)])
    assert list(reader.read_page("1,10")) == ["1"]


def test_a_page_remembers_what_the_api_refuses() -> None:
    """Sizes and orders that were refused once are not tried again."""

    def answer(path: str, query: dict[str, str]) -> Any:
        return 400 if "," in query["page"] or "sort" in query else [item("1")]

    reader, seen = fake(answer)
    assert list(reader.read_page("1,10")) == list(reader.read_page("1,10")) == ["1"]
    assert seen == [f"/integrations?{page}" for page in ("1,10", "1", "1", "1")]


@pytest.mark.parametrize("status", [400, 404])
def test_a_page_that_the_api_does_not_give_is_empty(status: int) -> None:
    """Apply then reads by id."""
    reader, _ = fake(lambda path, query: status)
    assert reader.read_page("1,10") == {}


def test_a_page_that_is_rejected_otherwise_is_an_error() -> None:
    """Any other 4xx is told."""
    reader, _ = fake(lambda path, query: 409)
    with pytest.raises(RejectedError):
        reader.read_page("1,10")
