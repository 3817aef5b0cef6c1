"""Lists: page sizes, moving rows, ends, and garbage."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reconciler.errors import AnswerError, RejectedError
from reconciler.live import listing
from reconciler.live.bounds import Allowance
from reconciler.live.reader import Reader
from tests.live.worlds import (
    item,
    make_client,
    make_world,
    read_fake,
    snapshot,
)


@pytest.mark.parametrize(
    ("switches", "size", "requests"),
    [
        ({"page_maximum": 30}, 30, 5),
        ({"page_maximum": 60, "page_over_maximum": "refuse"}, 50, 1 + 3),
        ({"page_maximum": 20, "page_over_maximum": "refuse"}, 20, 2 + 7),
        ({"page_maximum": 10, "page_over_maximum": "refuse"}, 10, 3 + 13),
    ],
)
def test_the_servers_page_size_is_taken(switches: dict[str, Any], size: int, requests: int) -> None:
    """Pages that are cut to a maximum, or refused above it, are read in the size that the server gives."""
    world = make_world(130, **switches)
    found = snapshot(world)
    assert (found.page_size, len(world.log)) == (size, requests)
    assert len(found.objects) == 130
    assert found.complete


def test_a_page_larger_than_asked_is_taken_too() -> None:
    """A server that ignores the size gives its own."""
    rows = [item(str(number)) for number in range(1000, 1500)]

    def answer(path: str, query: dict[str, str]) -> Any:
        number = int(query["page"].split(",")[0])
        return {"total": 500, "items": rows[(number - 1) * 250 : number * 250]}

    found, seen = read_fake(answer)
    assert seen == ["/integrations?1,100", "/integrations?2,250"]
    assert (len(found.objects), found.complete, found.page_size) == (500, True, 250)


def test_sorting_is_given_up_last() -> None:
    """An API that refuses sizes and orders is asked for its own."""

    def answer(path: str, query: dict[str, str]) -> Any:
        return 400 if "sort" in query or "," in query["page"] else {"total": 1, "items": [item("1")]}

    found, seen = read_fake(answer, "1")
    assert seen == [f"/integrations?1{size}" for size in (",100", ",50", ",20", "", "")]
    assert found.complete


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rows_that_move_are_read_again(seed: int) -> None:
    """A row that jumps, appears or vanishes between two pages costs one re-read, and no object is missed."""
    world = make_world(250, moving_rows=True, moving_seed=seed)
    ids = frozenset(world.objects())
    found = snapshot(world)
    assert set(found.objects) == set(world.objects())
    assert found.unknown == ids - set(world.objects())
    assert found.complete
    assert len(world.log) == 3 + 3 + (seed == 2)


def test_rows_that_never_settle_are_merged_and_incomplete() -> None:
    """After one re-read nothing more is tried: what was seen is kept, later reads win, and the list is not whole."""
    asked: list[int] = []

    def answer(path: str, query: dict[str, str]) -> Any:
        number = int(query["page"].split(",")[0])
        asked.append(number)
        rows = [item(str(number), name=f"read {len(asked)}"), item("1", name=f"read {len(asked)}")]
        return {"total": 6, "items": rows}

    found, _ = read_fake(answer)
    assert asked == [1, 2, 3, 1, 2, 3]
    assert {one: live.name for one, live in found.objects.items()} == {"1": "read 6", "2": "read 5", "3": "read 6"}
    assert not found.complete


def test_a_list_that_ends_before_its_total_is_incomplete() -> None:
    """A total that counts what nobody may see ends the reading at the first empty page."""

    def answer(path: str, query: dict[str, str]) -> Any:
        return {"total": 5000, "items": [item("1")] if query["page"].startswith("1,") else []}

    found, seen = read_fake(answer)
    assert len(seen) <= 2 * 33
    assert (list(found.objects), found.complete) == (["1"], False)


def test_a_page_that_is_not_found_is_empty() -> None:
    """404 for a page past the end is the end."""

    def answer(path: str, query: dict[str, str]) -> Any:
        return {"total": 3, "items": [item("1"), item("2")]} if query["page"].startswith("1,") else 404

    found, seen = read_fake(answer)
    assert seen == ["/integrations?1,100", "/integrations?2,2"] * 1 + ["/integrations?1,2", "/integrations?2,2"]
    assert not found.complete


def test_a_later_page_that_is_refused_means_smaller_pages() -> None:
    """A 400 in the middle begins the list again with smaller pages, and after the last size there is no list."""
    rows = [item(str(number)) for number in range(1000, 1120)]

    def answer(path: str, query: dict[str, str]) -> Any:
        number, _, size = query["page"].partition(",")
        if size != wanted and number != "1":
            return 400
        return {"total": 120, "items": rows[(int(number) - 1) * int(size or 20) :][: int(size or 20)]}

    wanted = "50"
    found, seen = read_fake(answer)
    assert [entry.partition("?")[2] for entry in seen] == ["1,100", "2,100", "1,50", "2,50", "3,50"]
    assert found.complete
    wanted = "none"
    found, _ = read_fake(answer)
    assert (found.listed, found.objects) == (False, {})


@pytest.mark.parametrize(("call", "status"), [(1, 409), (2, 409)])
def test_a_list_that_is_rejected_otherwise_is_an_error(call: int, status: int) -> None:
    """Only 400 and 422 mean another size; any other 4xx is told."""

    def answer(path: str, query: dict[str, str]) -> Any:
        number = int(query["page"].split(",")[0])
        return status if number == call else {"total": 2, "items": [item(str(number))]}

    with pytest.raises(RejectedError, match=f"page={call},.*answered 409"):
        read_fake(answer)


@pytest.mark.parametrize(
    ("pages", "complete", "requests"),
    [
        ([["1", "2"], ["3", "4"], ["5"]], True, 3),
        ([["1", "2"], ["3", "4"], []], True, 3),
        ([["1", "2"], 400], True, 2),
        ([["1", "2"], 404], True, 2),
        ([["1", "2"], ["1", "2"]], False, 2),
        ([[]], True, 1),
    ],
)
def test_a_list_without_a_total_is_read_to_its_end(pages: list[Any], complete: bool, requests: int) -> None:
    """A short, empty or refused page is the end; one that only repeats leaves doubt."""

    def answer(path: str, query: dict[str, str]) -> Any:
        told = pages[int(query["page"].split(",")[0]) - 1]
        return told if isinstance(told, int) else [item(one) for one in told]

    found, seen = read_fake(answer)
    assert len(seen) == requests
    assert set(found.objects) == {one for page in pages if isinstance(page, list) for one in page}
    assert found.complete is complete


def test_a_list_without_sizes_or_total_is_read_to_its_end() -> None:
    """The page size may be the API's own secret."""
    rows = [item(str(number)) for number in range(10, 15)]

    def answer(path: str, query: dict[str, str]) -> Any:
        return 400 if "," in query["page"] else rows[(int(query["page"]) - 1) * 2 :][:2]

    found, seen = read_fake(answer)
    assert [entry.partition("?")[2] for entry in seen] == ["1,100", "1,50", "1,20", "1", "2", "3"]
    assert (len(found.objects), found.complete, found.page_size) == (5, True, 2)


def test_a_list_without_a_total_that_is_rejected_otherwise_is_an_error() -> None:
    """Any 4xx but those that mean the end is told."""
    with pytest.raises(RejectedError):
        read_fake(lambda path, query: [item("1")] if query["page"].startswith("1,") else 409)


GARBAGE: list[Any] = [
    httpx.Response(200, text="<html>"),
    httpx.Response(200),
    httpx.Response(200, content=b"[" * 100_000),
    "text",
    7,
    {"total": 1},
    {"total": 1, "items": [1]},
    {"total": 1, "items": {"1": {}}},
    {"total": 1, "items": [{"name": "no id"}]},
    {"total": 1, "items": [item("../1")]},
    {"total": 1, "items": [item("1", settings="x")]},
    {"total": 1, "items": [item("1", name=["x"])]},
    {"total": 10**9, "items": [item("1")]},
    {"total": 5000, "items": [item("1")]},
    {"total": 10**6 + 1, "items": [item(str(one)) for one in range(200)]},
]


@pytest.mark.parametrize("told", GARBAGE, ids=lambda told: repr(told)[:60])
def test_garbage_is_an_error_that_names_the_request(told: Any) -> None:
    """Whatever the list answers, the run ends 8 and says which request it was."""
    with pytest.raises(AnswerError, match="GET /integrations") as caught:
        read_fake(lambda path, query: told if not isinstance(told, httpx.Response) else _again(told))
    assert caught.value.exit_code == 8
    assert caught.value.__context__ is None


def _again(response: httpx.Response) -> httpx.Response:
    return httpx.Response(response.status_code, content=response.content)


def test_a_list_without_an_end_is_an_error() -> None:
    """New ids for ever, and no total, are stopped."""
    numbers = iter(range(10**6))
    with pytest.raises(AnswerError, match="does not end"):
        read_fake(lambda path, query: [item(str(next(numbers)))])


@pytest.mark.parametrize(
    ("most", "message"),
    [((700, 10**9), "larger than 700"), ((10**9, 6), "holds more than 6")],
    ids=["bytes", "objects"],
)
def test_a_list_beyond_all_bounds_is_an_error(
    monkeypatch: pytest.MonkeyPatch, most: tuple[int, int], message: str
) -> None:
    """Whatever total it tells, and whatever its pages hold, it is not kept in memory without an end."""
    made = Allowance(most[0], f"larger than {most[0]}"), Allowance(most[1], f"holds more than {most[1]}")
    monkeypatch.setattr(listing, "make_list_allowances", lambda: made)
    with pytest.raises(AnswerError, match=rf"GET /integrations\?page=\d,2&sort=id: {message}") as caught:
        read_fake(lambda path, query: {"total": 99, "items": [item(query["page"][0] + str(n)) for n in range(2)]})
    assert "--api" in str(caught.value.fix)


def test_progress_counts_pages() -> None:
    """Whoever waits is told how far it is."""
    told: list[tuple[int, int]] = []
    world = make_world(250)
    snapshot(world, progress=lambda *pair: told.append(pair))
    assert told == [(1, 3), (2, 3), (3, 3), (3, 3)]
    bare: list[tuple[int, int]] = []
    read_fake(
        lambda path, query: [item("1")] if query["page"].startswith("1,") else [],
        progress=lambda *pair: bare.append(pair),
    )
    assert bare == [(1, 2)]


def test_threads_raise_the_first_error() -> None:
    """Of several pages that fail at once, the first in order is told, whichever came first."""

    def handle(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"].split(",")[0])
        told = {"total": 5, "items": [item(str(number))]}
        return httpx.Response(200, json=told) if number < 3 else httpx.Response(407 + number)

    client, _ = make_client(handle)
    with pytest.raises(RejectedError, match="page=3,1"):
        Reader(client, parallel=4).read_snapshot(ids=frozenset(), by_name=True, need=frozenset())
