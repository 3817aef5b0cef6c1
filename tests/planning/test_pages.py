"""Which list page holds an object."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.planning.pages import count_pages, make_pages
from tests.planning.build import make_live, make_snapshot


def ids(*names: str) -> list[Any]:
    """Live objects with these ids."""
    return [make_live(id=name) for name in names]


def test_pages_follow_the_rank_by_number() -> None:
    """With two on a page, the third number stands on the second page."""
    page = make_pages(make_snapshot(*ids("10", "9", "100"), page_size=2))
    assert [page(one) for one in ("9", "10", "100")] == ["1,2", "1,2", "2,2"]


def test_pages_follow_the_rank_by_text_where_the_server_sorts_so() -> None:
    """10 and 100 come before 9."""
    page = make_pages(make_snapshot(*ids("10", "9", "100"), page_size=2, ids_in_order="text"))
    assert [page(one) for one in ("9", "10", "100")] == ["2,2", "1,2", "1,2"]


def test_the_order_of_the_rows_changes_no_hint() -> None:
    """A server that sorts by nothing at all gets the ranks by number, so that the bytes of a plan stay the same."""
    one, other = (
        make_snapshot(*ids(*order), page_size=2, ids_in_order=None) for order in (("9", "10", "1"), ("1", "9", "10"))
    )
    assert [make_pages(one)(name) for name in ("1", "9", "10")] == [
        make_pages(other)(name) for name in ("1", "9", "10")
    ]


def test_an_object_outside_the_list_has_no_page() -> None:
    """Nothing is said of ids that were not read."""
    assert make_pages(make_snapshot(*ids("1")))("2") is None


@pytest.mark.parametrize("told", [{"complete": False}, {"listed": False}, {"page_size": None}, {"page_size": 0}])
def test_without_a_whole_list_there_are_no_pages(told: dict[str, Any]) -> None:
    """A list that is absent or was not read whole gives no hint."""
    assert make_pages(make_snapshot(*ids("1"), **told))("1") is None


@pytest.mark.parametrize(("count", "size", "pages"), [(0, 9, 1), (1, 9, 1), (9, 9, 1), (10, 9, 2), (5, None, 1)])
def test_pages_are_counted(count: int, size: int | None, pages: int) -> None:
    """Of what was read; where no list is, one look has to do."""
    objects = [make_live(id=str(number)) for number in range(count)]
    assert count_pages(make_snapshot(*objects, page_size=size)) == pages
