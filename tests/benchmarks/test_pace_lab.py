"""The pace against the log of sends that knows the bound of the trips, in the laboratory's virtual time.

A reduced table; the full one: python tests/benchmarks/pace_lab.py reconciler.live.pace:Windows
"""

from __future__ import annotations

import importlib
import random
from collections import defaultdict
from typing import Any

import pytest

from reconciler.live.pace import Windows

lab: Any = importlib.import_module("tests.benchmarks.pace_lab")

KINDS = ("aligned", "first")
PHASES = 19
HEADERS = ("minute", "tightest", "off")


def rows(sizes: tuple[int, ...], phases: int, **options: Any) -> list[tuple[Any, ...]]:
    """Rows of the laboratory's table, ours and the reference's."""
    makers = {"ours": Windows, "reference": lab.SlidingLog}
    return list(lab.table(makers, sizes=sizes, phases=phases, **options))


def test_within_five_percent_of_the_log_of_sends_and_never_refused() -> None:
    """Alone, medians and 95th percentiles are within 5% of the reference in every table, without a single 429."""
    figures: dict[tuple[str, str, int], dict[str, tuple[float, ...]]] = defaultdict(dict)
    for name, kind, headers, n, median, worst, refused, _ in rows((10, 100, 150, 300), PHASES):
        figures[kind, headers, n][name] = median, worst, refused
    assert len(figures) == len(KINDS) * len(HEADERS) * 4
    for place, both in figures.items():
        ours, reference = both["ours"], both["reference"]
        print(*place, *(f"{mine / its:.3f}" for mine, its in zip(ours[:2], reference[:2], strict=True)))
        assert ours[0] <= 1.05 * reference[0], place
        assert ours[1] <= 1.05 * reference[1], place
        assert ours[2] == 0.0, place


def test_ten_minutes_of_requests_without_a_refusal() -> None:
    """A thousand requests, in two phases: still within 5%, still no 429."""
    figures: dict[tuple[str, str], dict[str, tuple[float, float]]] = defaultdict(dict)
    for name, kind, headers, _, median, _, refused, _ in rows((1000,), 2):
        figures[kind, headers][name] = median, refused
    for place, both in figures.items():
        assert both["ours"][0] <= 1.05 * both["reference"][0], place
        assert both["ours"][1] == 0.0, place


@pytest.mark.parametrize("headers", ["minute", "tightest"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_second_client_costs_less_than_one_refusal_a_run(kind: str, headers: str) -> None:
    """With another client at 45 requests a minute and headers that tell of it, under one 429 a run comes back to us."""
    for n in (100, 150, 300):
        refused = 0
        for i in range(PHASES):
            phase, rng = i * lab.MINUTE / PHASES + 0.013, random.Random(f"lab {n} {i}")
            company = lab.others(rng, phase, 900)
            refused += lab.simulate(Windows, n, phase, kind, headers, rng, others=company)[1]
        assert refused < PHASES, n


def test_slow_trips_are_never_refused() -> None:
    """Where one request in a hundred takes up to 1.2 s to arrive, alone, there is still no 429."""
    ours = [row for row in rows((150, 300), 5, tail=True) if row[0] == "ours"]
    assert len(ours) == 12
    assert [row[6] for row in ours] == [0.0] * 12
