"""`report merge`: the answers of several jobs as one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from reconciler import __version__
from reconciler.commands.console import Console
from reconciler.commands.pieces import read_piece
from reconciler.commands.request import Request
from reconciler.errors import InvalidError, UsageError
from reconciler.model import FleetReport, Problem
from reconciler.planning.codec import parse_time
from reconciler.reporting.documents import fleet_document
from reconciler.reporting.fleet_merge import Piece, merge_fleets
from reconciler.reporting.fleet_text import render_fleet
from reconciler.reporting.formats import fleet_writers


def run_merge(files: Sequence[Path], request: Request, console: Console) -> int:
    """Merges fleets, plans and reports into one fleet, and prints it. Returns its exit code."""
    report = merge_fleets(read_pieces(files, request.cwd), tool=__version__)
    console.measured.fleet = report
    # The accounts were looked at when the last piece was made, not now.
    console.measured.finished = max(0.0, parse_time(report.created).timestamp())
    writers = fleet_writers(
        report,
        text=lambda: render_fleet(report, console.style, next_step=_next_step(report, files)),
        json=lambda: fleet_document(report),
        sandbox=request.sandbox,
    )
    console.publish(writers)
    return report.exit


def read_pieces(files: Sequence[Path], cwd: Path) -> list[Piece]:
    """All pieces. Raises UsageError for one that is named twice, InvalidError with what is wrong with all of them."""
    pieces: list[Piece] = []
    problems: list[Problem] = []
    seen: set[Path] = set()
    for file in files:
        path = (cwd / file).resolve()
        if path in seen:
            raise UsageError(f"{file}: is named twice", "name each piece once")
        seen.add(path)
        try:
            pieces.append(read_piece(path, str(file)))
        except InvalidError as error:
            problems += error.problems
    if problems:
        raise InvalidError(problems)
    return pieces


def _next_step(report: FleetReport, files: Sequence[Path]) -> str | None:
    """What is missing is told above; else the renderer finds what to look at."""
    if not report.missing:
        return None
    return f"when it is there: reconciler report merge {shlex.join(map(str, files))} FILE"
