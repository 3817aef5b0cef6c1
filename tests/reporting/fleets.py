"""Fleets with every kind of row."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from reconciler.model import FleetReport, FleetRow, Plan, Shard
from reconciler.reporting.documents import plan_document
from reconciler.reporting.fleet_totals import sum_rows

ROWS = (
    FleetRow("agency-north", 0, 1, 41, 0, 0, 4, 0.42, 2, file="agency-north.json", apply_requests=4, apply_seconds=1.0),
    FleetRow(
        "agency_south",
        requests=1,
        seconds=0.1,
        exit=7,
        errors=("error: 401: the token of OCAMBA_SOUTH is not valid", "  -> export OCAMBA_SOUTH=…"),
    ),
    FleetRow("bakery", 0, 0, 12, 0, 0, 2, 0.2, 0),
    FleetRow("cinema", errors=("not begun: the run was interrupted",)),
    FleetRow("depot", 1, 0, 3, 0, 1, 3, 12.34, 3, throttled=1, errors=("m.yaml:3:7: id 9 is not known",)),
)


def make_fleet(*rows: FleetRow, verb: str = "plan", exit_code: int = 7, **fields: Any) -> FleetReport:
    """A fleet of these rows with their sums."""
    apply_seconds = sum((row.apply_seconds for row in rows), 0.0)
    summary = sum_rows(rows, seconds=12.5, apply_seconds=apply_seconds)
    report = FleetReport(verb, summary, rows, exit_code, tool="0.1.0", created="2026-11-25T06:00:00Z")
    return msgspec.structs.replace(report, **fields)


def make_full_fleet(verb: str = "plan") -> FleetReport:
    """Every kind of row, and a shard that is missing."""
    return make_fleet(*ROWS, verb=verb, shard=Shard(1, 3), missing=(Shard(3, 3),))


def make_large_fleet(number: int) -> FleetReport:
    """So many accounts, of which every tenth has changes and every hundredth an error."""
    return make_fleet(
        *(
            FleetRow(
                f"account-{index:05}",
                update=int(index % 10 == 0),
                unchanged=25,
                requests=2,
                seconds=0.3,
                exit=8 if index % 100 == 0 else 2 if index % 10 == 0 else 0,
                errors=("error: the API cannot be reached", "  -> reconciler doctor") if index % 100 == 0 else (),
            )
            for index in range(number)
        )
    )


def make_nasty_fleet(text: str) -> FleetReport:
    """A fleet that holds the text wherever one may stand: names are checked when a file is read, errors never."""
    row = FleetRow("a", exit=3, errors=(text, f"-> {text}", text))
    return make_fleet(row, FleetRow(text[:64], exit=0), verb=text[:64], tool=text, created=text)


def make_answered(plan: Plan, **fields: Any) -> FleetRow:
    """The row of an account whose plan is at hand."""
    row = FleetRow("shop", update=len(plan.changes), exit=2, answer=Raw(plan_document(plan).encode()))
    return msgspec.structs.replace(row, **fields)
