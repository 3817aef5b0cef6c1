"""Reading back: pages and lags."""

from __future__ import annotations

import pytest

from reconciler.errors import StoppedError
from reconciler.sandbox.faults import Fault
from tests.applying.bench import (
    TOKEN,
    make_world,
    row,
    verdicts,
)
from tests.applying.reading import NEW, Bench


def test_one_item_is_read_by_itself_and_several_by_their_page() -> None:
    """The page serves all of them."""
    bench = Bench(make_world(row()), NEW)
    assert [item.status for item in bench.read()] == ["applied"]
    assert bench.api.reads() == ["1"]
    bench = Bench(make_world(row(), row()), NEW, NEW)
    assert [item.status for item in bench.read()] == ["applied", "applied"]
    assert bench.api.reads() == ["1,100"]


def test_what_is_not_on_the_page_is_read_by_itself() -> None:
    """Rows move; and a page that cannot be read holds nothing."""
    bench = Bench(make_world(row(), row(), listing="absent"), NEW, NEW)
    assert [item.status for item in bench.read()] == ["applied", "applied"]
    assert bench.api.reads() == ["1,100", "1", "2"]


def test_what_was_read_after_an_unknown_outcome_is_not_read_again() -> None:
    """The answer is in hand."""
    bench = Bench(make_world(row(), faults=[Fault("timeout", "after", "PATCH")]), NEW)
    assert [item.status for item in bench.read()] == ["applied"]
    assert bench.api.trail() == ["PATCH 1", "GET 1"]


@pytest.mark.parametrize(("lag", "waits"), [(0.0, []), (0.9, [1.0]), (3.9, [1.0, 3.0]), (13.5, [1.0, 3.0, 10.0])])
def test_what_lags_is_read_again_after_1_3_and_10_seconds(lag: float, waits: list[float]) -> None:
    """It becomes applied as soon as it is there."""
    bench = Bench(make_world(row(), read_lag=lag), NEW)
    (item,) = bench.read()
    assert (item.status, bench.api.waits) == ("applied", waits)
    assert bench.api.count("GET") == 1 + len(waits)


def test_what_is_not_there_after_that_was_dropped() -> None:
    """The item has failed, and its verdict says why."""
    bench = Bench(make_world(row(), faults=[Fault("silent-drop")]), NEW)
    (item,) = bench.read()
    assert (item.status, item.error) == ("failed", "settings.username: the API ignored it: it reads as before")
    assert verdicts(item.outcome("")) == {"username": "dropped"}
    assert bench.api.waits == [1.0, 3.0, 10.0]


def test_all_that_lags_is_read_again_together() -> None:
    """One page for several, and the waits once for all."""
    world = make_world(row(), row(), row(), read_lag=2.0)
    bench = Bench(world, NEW, NEW, NEW)
    assert {item.status for item in bench.read()} == {"applied"}
    assert bench.api.waits == [1.0, 3.0]
    assert bench.api.reads() == ["1,100"] * 3


def test_a_verdict_is_not_told_before_it_stands() -> None:
    """A signal while it may still lag leaves it unverified, not dropped."""
    bench = Bench(make_world(row(), read_lag=60.0), NEW)
    bench.readback.read(None, bench.items)
    bench.api.stop()
    with pytest.raises(StoppedError):
        bench.readback.settle(bench.items)
    outcome = bench.items[0].outcome("interrupted")
    assert (outcome.status, outcome.fields) == ("unverified", ())


def test_what_cannot_be_read_back_is_unverified() -> None:
    """It was sent; the other items are read all the same."""
    faults = [Fault("500", method="GET", path="/1$", count=0)]
    bench = Bench(make_world(row(), row(), listing="absent", faults=faults), NEW, NEW)
    first, second = bench.read()
    assert (first.status, second.status) == ("unverified", "applied")
    assert (first.error or "").startswith("sent, and could not be read back: ")


def test_an_object_that_vanished_is_unverified() -> None:
    """It was sent, and is not there any more."""
    bench = Bench(make_world(row()), NEW)
    bench.world.remove("1")
    (item,) = bench.read()
    assert (item.status, item.error) == ("unverified", "sent, and the API no longer knows the object")


def test_a_page_that_fails_while_things_lag_costs_no_item() -> None:
    """Each has its own GET."""
    faults = [Fault("500", path="integrations$", nth=2, count=0)]
    bench = Bench(make_world(row(), row(), read_lag=2.0, faults=faults), NEW, NEW)
    assert {item.status for item in bench.read()} == {"applied"}


def test_a_value_that_is_stored_differently_is_incomplete() -> None:
    """A later plan would want to change it again."""
    bench = Bench(make_world(row(), coerce="trimmed"), {"username": " new "})
    (item,) = bench.read()
    assert item.status == "unverified"
    assert item.error == 'settings.username: stored as "new": write that instead'


def test_where_no_patch_was_answered_a_mask_verifies_nothing() -> None:
    """All that can be read is hidden."""
    world = make_world(row(), masks="full", faults=[Fault("timeout", method="PATCH", count=0)])
    bench = Bench(world, {"password": TOKEN})
    (item,) = bench.read()
    assert (item.status, item.error) == ("unverified", "timeout, and the API hides what was sent")
    assert item.attempts == 4


def test_where_no_patch_was_answered_a_field_that_reads_new_verifies_the_mask() -> None:
    """A PATCH is carried out whole."""
    world = make_world(row(), masks="full", read_lag=8.0, faults=[Fault("timeout", "after", "PATCH", count=0)])
    bench = Bench(world, {"password": TOKEN, **NEW})
    (item,) = bench.read()
    assert (item.status, verdicts(item.outcome(""))) == ("applied", {"password": "masked", "username": "applied"})


def test_where_no_patch_was_answered_and_nothing_came_it_has_failed() -> None:
    """With what the last one met, and what is there."""
    bench = Bench(make_world(row(), faults=[Fault("timeout", method="PATCH", count=0)]), NEW)
    (item,) = bench.read()
    assert item.status == "failed"
    assert item.error == "timeout; settings.username: it reads as before"


def test_an_effective_status_that_fell_is_told() -> None:
    """The item is applied, and degraded."""
    bench = Bench(make_world(row(), effective_status="falls"), NEW)
    (item,) = bench.read()
    assert (item.status, verdicts(item.outcome(""))) == (
        "applied",
        {"username": "applied", "effective_status": "degraded"},
    )
