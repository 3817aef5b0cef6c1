"""What `show` tells, for people: a table of all integrations, or desired, live and verdict of one side by side."""

from __future__ import annotations

from reconciler.model import Show, ShownField, ShownIntegration, Source
from reconciler.reporting.fields import path_text, value_text
from reconciler.reporting.style import Style, count, cut, escape, paint, place_text, wrap
from reconciler.reporting.table import Column, render_table
from reconciler.reporting.validation_text import problem_lines

LONGEST = 60
"""Columns of a value outside a terminal."""

_TONES = {
    "yes": "green",
    "no": "yellow",
    "unseen": "cyan",
    "dropped": "magenta",
    "missing": "red",
    "blocked": "red",
    "invalid": "red",
}
_LINE = (
    Column("address", 12),
    Column("id", 4),
    Column("provider"),
    Column("name", 8),
    Column("status"),
    Column("effective"),
    Column("default", 7),
    Column("managed", 7),
    Column("in sync", 7, _TONES),
)
_WORDS = {
    "yes": "in sync",
    "no": "not in sync",
    "unseen": "in sync as far as it could be compared",
    "dropped": "in sync but for keys that its provider does not define",
    "missing": "not live",
    "blocked": "blocked",
    "invalid": "not valid",
}
_VERDICTS = {
    "same": "in sync",
    "differs": "differs",
    "retyped": "same text, another type",
    "not-compared": "not compared",
    "hidden": "hidden, not compared",
    "dropped": "dropped, not defined",
    "ignored": "ignored",
    "fixed": "differs, cannot be changed",
    "missing": "not live",
    "not-managed": "not managed",
}
_VERDICT_TONES = {
    _VERDICTS["same"]: "green",
    _VERDICTS["differs"]: "yellow",
    _VERDICTS["hidden"]: "cyan",
    _VERDICTS["not-compared"]: "cyan",
    _VERDICTS["dropped"]: "magenta",
    _VERDICTS["fixed"]: "red",
    _VERDICTS["missing"]: "red",
}
_SIDES = (
    Column("field", 12),
    Column("desired", 12),
    Column("live", 12),
    Column("verdict", 11, _VERDICT_TONES),
    Column("declared at"),
)
_STATES = {"secret": "(secret)", "hidden": "(hidden)", "not-set": "(not set)", "not-shown": "(not shown)"}
_NOTE = (
    "References are not resolved here, so that secrets are not compared; "
    "reconciler plan compares those that the API shows."
)


def render_overview(show: Show, style: Style) -> str:
    """The table of all that was asked for, what is wrong, and what was counted."""
    errors = [problem for row in show.integrations for problem in row.errors]
    blocks = [
        render_table(_LINE, [_line(row) for row in show.integrations], style),
        problem_lines(errors, show.warnings, style),
        _total_lines(show, style),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def render_sides(show: Show, style: Style) -> str:
    """One integration, field by field."""
    (row,) = show.integrations
    blocks = [
        _head_lines(row, style),
        render_table(_SIDES, [_side(field, row, style) for field in row.fields], style),
        problem_lines(row.errors, [*row.warnings, *show.warnings], style),
        wrap(_NOTE, style, 0) if any(field.verdict == "not-compared" for field in row.fields) else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _line(row: ShownIntegration) -> list[str]:
    return [
        row.address or "-",
        row.id or "-",
        row.provider,
        row.name if row.name is not None else "-",
        row.status or "-",
        row.effective_status or "-",
        _yes_no(row.is_default),
        _yes_no(row.managed),
        row.in_sync or "-",
    ]


def _yes_no(flag: bool | None) -> str:  # noqa: FBT001  # a cell's value
    return "-" if flag is None else "yes" if flag else "no"


def _total_lines(show: Show, style: Style) -> list[str]:
    summary = show.summary
    text = f"{count(summary.managed + summary.unmanaged, 'integration')}: {summary.managed} managed"
    counted = [f"{number} {word}" for word in _TONES if (number := summary.in_sync.get(word))]
    text += f" (in sync: {', '.join(counted)})" if counted else ""
    text += f", {summary.unmanaged} not managed."
    lines = [paint(line, "bold", style) for line in wrap(text, style, 0)]
    if not show.complete:
        lines += wrap("The list of live objects was not read whole: there may be more.", style, 0)
    if summary.in_sync.get("unseen"):
        lines += wrap(_NOTE, style, 0)
    return lines


def _head_lines(row: ShownIntegration, style: Style) -> list[str]:
    title = row.address or f"{row.provider} {value_text(row.name)}"
    head = escape(title) + (f" ({escape(row.id)})" if row.id else "")
    place = f"  {paint(place_text(row.source), 'dim', style)}" if row.source is not None else ""
    state = _WORDS[row.in_sync] if row.in_sync is not None else "not managed"
    parts = [paint(state, _TONES.get(row.in_sync or "", ""), style)]
    if row.effective_status is not None:
        parts.append(f"effective status {escape(row.effective_status)}")
    if row.update_time is not None:
        parts.append(f"last changed {escape(row.update_time)}")
    return [paint(head, "bold", style) + place, "  " + "; ".join(parts)]


def _side(field: ShownField, row: ShownIntegration, style: Style) -> list[str]:
    most = style.width if style.tty else LONGEST
    values = [cut(text, most) for text in (_desired_text(field), _live_text(field))]
    origin = [*(["(overlay)"] if field.overlay else []), *(f"${{var:{name}}}" for name in field.variables)]
    place = " ".join([_place(field.source, row.source, style), *origin])
    return [path_text(field.path), *values, _VERDICTS[field.verdict], place]


def _desired_text(field: ShownField) -> str:
    if not field.declared:
        return "-"
    if isinstance(field.desired, dict):
        reference = str(field.desired.get("secret", ""))
        return "secret(literal)" if reference.startswith("literal:") else f"secret({reference})"
    if field.verdict == "dropped":
        return _STATES["not-shown"]
    return "null, to clear it" if field.desired is None else value_text(field.desired)


def _live_text(field: ShownField) -> str:
    return _STATES[field.live_state] if field.live_state in _STATES else value_text(field.live)


def _place(source: Source | None, head: Source | None, style: Style) -> str:
    """The whole place; on a terminal the line alone where the file is that of the head."""
    if source is None:
        return ""
    if style.tty and head is not None and head.file == source.file:
        return f":{source.line}:{source.column}"
    return place_text(source)
