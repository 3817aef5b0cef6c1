"""The pace in the laboratory's virtual time, against what it is held to.

All figures as a table: python -m tests.benchmarks.pace_table
"""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.live.pace import Windows
from tests.benchmarks.pace_table import BUCKETS, KINDS, PHASES, Cell, measure, measure_bucket
from tests.benchmarks.pace_worlds import RoundedDown, fair_optimum, lab, simulate

SEEDS = ("lab",)


def show(cell: Cell) -> Cell:
    """The cell, printed for whoever looks at a failure."""
    print(cell)
    return cell


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("requests", [100, 150, 300, 600])
def test_alone_it_comes_near_the_optimum(kind: str, requests: int) -> None:
    """With headers of the minute: within the bounds of its size, and never refused."""
    cell = show(measure("alone", kind, "minute", requests, SEEDS))
    assert cell.good
    assert cell.refused == 0.0


@pytest.mark.parametrize("headers", ["tightest", "off"])
@pytest.mark.parametrize("kind", KINDS)
def test_with_less_told_it_is_near_the_log_of_sends(kind: str, headers: str) -> None:
    """Medians and 95th percentiles within 5% of a log that knows the bound of the trips, or better; no 429."""
    for requests in (10, 100, 150, 300, 600):
        ours = show(measure("alone", kind, headers, requests, SEEDS))
        options: dict[str, Any] = {"sizes": (requests,), "phases": PHASES}
        rows = lab.table({"log": lab.SlidingLog}, **options)
        _, _, _, _, median, worst, _, _ = next(row for row in rows if row[1:3] == (kind, headers))
        assert ours.median <= 1.05 * median
        assert ours.worst <= 1.05 * worst
        assert ours.refused == 0.0


@pytest.mark.parametrize("headers", ["minute", "tightest"])
@pytest.mark.parametrize("kind", KINDS)
def test_beside_another_client_it_is_near_the_fair_optimum(kind: str, headers: str) -> None:
    """From 300 requests on within 6%; under one 429 a run comes back to us, and under 5% of the other's to it."""
    for requests in (100, 150, 300, 600):
        cell = show(measure("crowd", kind, headers, requests, SEEDS))
        assert cell.good


def test_the_fair_optimum_alone_is_the_optimum() -> None:
    """Where nobody else is there."""
    for kind in KINDS:
        for phase in (0.013, 17.3, 59.95):
            for requests in (1, 10, 150, 151, 400):
                assert fair_optimum(requests, phase, kind, ()) == pytest.approx(lab.optimum(requests, phase, kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("headers", ["minute", "tightest", "off"])
def test_slow_trips_are_never_refused(kind: str, headers: str) -> None:
    """Where one request in a hundred takes up to 1.2 s to arrive, alone, there is still no 429."""
    for requests in (150, 300):
        assert show(measure("tail", kind, headers, requests, SEEDS)).refused == 0.0


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("name", sorted(BUCKETS))
def test_where_the_limits_are_no_windows_it_becomes_steady(name: str, told: bool) -> None:
    """Buckets of tokens: a few 429s until that is known, and at worst three times slower than the tokens come back."""
    seconds, refused = measure_bucket(name, 300, told=told)
    assert refused <= 25
    assert seconds <= 3 * 300 / 2.5


@pytest.mark.parametrize("kind", KINDS)
def test_a_reset_that_is_rounded_down_costs_one_refusal(kind: str) -> None:
    """The one that finds it out."""
    for i in range(PHASES):
        _, refused = simulate(Windows, 600, 60 * i / PHASES, kind, RoundedDown(kind), str(i))
        assert refused <= 1


@pytest.mark.nightly
@pytest.mark.parametrize("mode", ["alone", "crowd", "tail"])
def test_ten_seeds_tell_the_same(mode: str) -> None:
    """Each cell over ten times as many runs."""
    seeds = [f"nightly {number}" for number in range(10)]
    for kind in KINDS:
        for requests in (100, 150, 300, 600):
            assert show(measure(mode, kind, "minute", requests, seeds)).good
