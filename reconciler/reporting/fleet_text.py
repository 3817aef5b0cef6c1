"""A fleet as people read it: a row an account, what went wrong under the account that it belongs to, and totals."""

from __future__ import annotations

import shlex

from reconciler.model import FleetReport, FleetRow
from reconciler.reporting.fleet_totals import (
    FIX,
    TITLES,
    cells_of,
    error_texts,
    missing_fix,
    missing_text,
    state_of,
    total_texts,
)
from reconciler.reporting.rows import TONES
from reconciler.reporting.style import NARROWEST, Style, cells, fix_lines, paint, wrap
from reconciler.reporting.table import GAP, INDENT, Column, render_table

ERROR_INDENT = 6
SHORTEST_NAME = 12
"""Columns below which a name says little: columns of the table give way first."""
GIVE_WAY = ("seconds", "requests", "unchanged", "stale")
"""Columns that a narrow terminal does not show, the first one first; the totals hold them all."""
READING = frozenset({"plan", "drift", "validate", "show", "doctor"})
"""Verbs that change nothing, so that they may be run again to look at one account alone."""

_EXITS = {"0": "green", "2": "yellow", **{str(code): "red" for code in (1, 3, 4, 5, 6, 7, 8, 64, 130, 143)}}


def render_fleet(report: FleetReport, style: Style, *, next_step: str | None = None) -> str:
    """The text of a fleet, ending with a newline. next_step: what to type next; without it what the rows tell."""
    fix = next_step or _next_of(report)
    blocks = [
        _table_lines(report, style),
        _missing_lines(report, style),
        _total_lines(report, style) + fix_lines(fix, 0, style),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _table_lines(report: FleetReport, style: Style) -> list[str]:
    rows = [cells_of(row) for row in report.accounts]
    shown = _fit_columns(rows, style)
    columns = [_column(title) for title in shown]
    places = [TITLES.index(title) for title in shown]
    table = render_table(columns, [[row[place] for place in places] for row in rows], style)
    lines = table[:1]
    for row, line in zip(report.accounts, table[1:], strict=True):
        lines.append(line)
        lines += _error_lines(row, style)
    return lines


def _column(title: str) -> Column:
    if title == "account":
        return Column(title)
    return Column(title, least=len(title), tones=_EXITS if title == "exit" else {}, right=True)


def _fit_columns(rows: list[tuple[str, ...]], style: Style) -> list[str]:
    """The titles of the columns that are shown, so that numbers are whole and names can be told apart."""
    shown = list(TITLES)
    if not style.tty:
        return shown
    widths = {title: max([len(title), *(cells(row[place]) for row in rows)]) for place, title in enumerate(TITLES)}
    widths["account"] = min(widths["account"], SHORTEST_NAME)
    for title in GIVE_WAY:
        if sum(widths[one] + GAP for one in shown) - GAP + INDENT <= max(style.width, NARROWEST):
            break
        shown.remove(title)
    return shown


def _error_lines(row: FleetRow, style: Style) -> list[str]:
    lines: list[str] = []
    for text in error_texts(row):
        if text.startswith(FIX):
            lines += fix_lines(text.removeprefix(FIX), ERROR_INDENT + 2, style)
            continue
        first, *rest = wrap(text, style, ERROR_INDENT + 2)
        lines += [f"{' ' * ERROR_INDENT}{paint('x', TONES['x'], style)} {first}", *rest]
    return lines


def _missing_lines(report: FleetReport, style: Style) -> list[str]:
    if not report.missing:
        return []
    first, *rest = wrap(missing_text(report.missing), style, 4)
    return [f"  {paint('!', TONES['!'], style)} {first}", *rest, *fix_lines(missing_fix(report), 4, style)]


def _total_lines(report: FleetReport, style: Style) -> list[str]:
    counts, *others, code = filter(None, total_texts(report))
    tone = {0: "green", 2: "bold"}.get(report.exit, "red")
    lines = [paint(line, tone, style) for line in wrap(counts, style, 0)]
    lines += [line for text in others for line in wrap(text, style, 0)]
    return [*lines, paint(code, tone, style)]


def _next_of(report: FleetReport) -> str | None:
    """The first account that is not as it should be, to be looked at alone: reading changes nothing."""
    for row in report.accounts:
        if state_of(row, report.verb) == "wrong":
            verb = report.verb if report.verb in READING else "plan"
            return f"one account alone: reconciler {verb} --account {shlex.quote(row.account)}"
    return None
