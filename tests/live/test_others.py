"""Somebody else's rate, and what is left to him."""

from __future__ import annotations

import pytest

from reconciler.live.others import Others


def watched(requests: int, seconds: float) -> Others:
    """So many requests of others in so many seconds of watching."""
    others = Others()
    others.watch(0.0, 0, 60.0)
    others.watch(seconds, requests, 60.0)
    return others


def test_nobody_seen_is_no_rate() -> None:
    """Nothing is left to nobody; who was seen fades."""
    assert Others().rate(5.0) == 0.0
    assert watched(0, 30.0).rate(30.0) == 0.0
    assert watched(0, 30.0).reserve(30.0, 20.0) == 0.0
    assert watched(15, 20.0).rate(20.0) == pytest.approx(0.75, abs=0.1)
    assert watched(15, 20.0).rate(1000.0) == 0.0


def test_what_no_answer_told_of_is_not_watched() -> None:
    """A pause between two windows says nothing of its seconds."""
    others = watched(10, 10.0)
    others.watch(50.0, 0, 0.0)
    assert others.rate(50.0) == pytest.approx(watched(10, 10.0).rate(10.0), rel=0.15)


def test_a_second_holds_rare_cases_too() -> None:
    """At 0.75 a second three come in a second now and then."""
    assert 2.0 < watched(45, 60.0).most(60.0, 1.0) < 3.1


def test_less_is_left_the_more_is_known() -> None:
    """For the same rate; and nothing where no time is left."""
    few, many = watched(2, 2.0), watched(40, 55.0)
    assert few.reserve(2.0, 30.0) > many.reserve(55.0, 30.0) > many.rate(55.0) * 30
    assert few.reserve(2.0, 0.0) == 0.0
    assert few.reserve(2.0, -1.0) == 0.0
