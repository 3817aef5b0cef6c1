"""Requests: a plan of N objects takes the list's pages and two at most."""

from __future__ import annotations

import pytest

from tests.benchmarks.budget import SIZES, budget_of, count_requests


@pytest.mark.parametrize("objects", SIZES)
def test_a_plan_stays_within_its_budget(objects: int) -> None:
    """ceil(N/100) + 2, counted by the emulator; nothing but GETs leaves."""
    assert count_requests(objects) <= budget_of(objects)


def test_a_thousand_objects_take_ten_requests() -> None:
    """The list tells the definitions of its providers too, so that nothing else is asked."""
    assert count_requests(1000) == 10
