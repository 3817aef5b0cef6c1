"""What is told of many accounts: shards are read and merged, and the fleet is written in every format."""

from __future__ import annotations

from pathlib import Path

from reconciler.commands.pieces import read_piece
from reconciler.model import FleetReport, Shard
from reconciler.reporting.documents import fleet_document
from reconciler.reporting.fleet_merge import merge_fleets
from reconciler.reporting.fleet_metrics import render_fleet_metrics
from reconciler.reporting.fleet_text import render_fleet
from reconciler.reporting.formats import fleet_writers
from reconciler.reporting.style import Style
from tests.reporting.fleets import make_fleet, make_large_fleet

SHARDS = 20


def save_shards(folder: Path, accounts: int) -> Path:
    """A fleet of so many accounts in the files of its shards."""
    folder.mkdir()
    rows = make_large_fleet(accounts).accounts
    for index in range(SHARDS):
        part = make_fleet(*rows[index::SHARDS], shard=Shard(index + 1, SHARDS))
        (folder / f"{index}.json").write_text(fleet_document(part), encoding="utf-8")
    return folder


def find_changed(folder: str) -> list[str]:
    """The accounts that have changes, after all has been written."""
    pieces = [read_piece(path, path.name) for path in sorted(Path(folder).glob("*.json"))]
    report = merge_fleets(pieces, tool="x")
    render_all(report)
    return [row.account for row in report.accounts if row.update]


def render_all(report: FleetReport) -> dict[str, str]:
    """Each format, and the metrics."""
    writers = fleet_writers(
        report,
        text=lambda: render_fleet(report, Style(width=100, tty=True, color=True)),
        json=lambda: fleet_document(report),
        sandbox=False,
    )
    made = {form: write() for form, write in writers.items()}
    return made | {"metrics": render_fleet_metrics(report, finished=0.0)}
