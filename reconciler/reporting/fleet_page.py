"""A fleet as a Page: the same table, the same errors and totals."""

from __future__ import annotations

import msgspec
from msgspec import UnsetType

from reconciler.model import FleetReport, FleetRow, Plan
from reconciler.reporting.fleet_totals import (
    FIX,
    TITLES,
    State,
    cells_of,
    error_texts,
    missing_fix,
    missing_text,
    state_of,
    state_words,
    total_texts,
)
from reconciler.reporting.pages import Entry, Line, Page, Remark, Table, TableRow, Tone
from reconciler.reporting.plan_page import make_plan_page
from reconciler.reporting.style import SANDBOX, count, escape
from reconciler.values import learn

_TONES: dict[State, Tone] = {"ended": "good", "changes": "update", "wrong": "bad", "unbegun": "none"}
MOST_OBJECTS = 5_000
"""Objects of a page; the accounts' own plans have them all."""

_FIRST: tuple[Tone, ...] = ("bad", "none", "update", "good")


def make_fleet_page(report: FleetReport, *, sandbox: bool = False) -> Page:
    """The page of a fleet. What a person must look at comes first: what is wrong, not begun, then what has changes."""
    prefix = SANDBOX if sandbox else ""
    shard = report.shard
    words = {_TONES[state]: word for state, word in state_words(report.verb).items()}
    missing = (Remark("error", missing_text(report.missing), fix=missing_fix(report)),) if report.missing else ()
    room = MOST_OBJECTS
    rows = []
    for row in report.accounts:
        made = _make_row(row, _TONES[state_of(row, report.verb)], room)
        room -= len(made.entries)
        rows.append(made)
    return Page(
        headline=f"{prefix}reconciler {escape(report.verb)}: {count(len(rows), 'account')}",
        tone="bad" if report.exit not in (0, 2) else "update" if any(row.tone == "update" for row in rows) else "good",
        totals=tuple(filter(None, total_texts(report))),
        remarks=missing,
        facts=(
            ("Verb", escape(report.verb)),
            *([("Shard", f"{shard.index}/{shard.of}")] if shard is not None else []),
            ("Created", escape(report.created or "not known")),
            ("Tool", escape(report.tool or "not known")),
            ("Exit code", str(report.exit)),
        ),
        table=Table(
            TITLES,
            tuple(sorted(rows, key=lambda row: _FIRST.index(row.tone))),
            quiet="good",
            words=words,
        ),
    )


def _make_row(row: FleetRow, tone: Tone, room: int) -> TableRow:
    name, *others = cells_of(row)
    entries = _make_entries(row, room)
    more = max(0, row.create + row.update - len(entries)) if entries or not room else 0
    return TableRow(tone, (escape(name), *others), tuple(_make_lines(row)), entries, more)


def _make_entries(row: FleetRow, room: int) -> tuple[Entry, ...]:
    """What its plan would change, where the plan is at hand; blocked objects stand among the errors."""
    if isinstance(row.answer, UnsetType) or not room or not row.create + row.update:
        return ()
    try:
        plan = msgspec.json.decode(row.answer, type=learn(Plan))
        changes = tuple(change for change in plan.changes if change.action != "none" and change.error is None)[:room]
        return make_plan_page(msgspec.structs.replace(plan, changes=changes)).entries
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # The report of an apply, or what somebody has written into a file.
        return ()


def _make_lines(row: FleetRow) -> list[Line]:
    """An error with what to type next, which stands on a line of its own."""
    lines: list[Line] = []
    for text in error_texts(row):
        if text.startswith(FIX) and lines and lines[-1].fix is None:
            lines[-1] = Line("x", "", text=lines[-1].text, fix=text.removeprefix(FIX))
        else:
            lines.append(Line("x", "", text=text))
    return lines
