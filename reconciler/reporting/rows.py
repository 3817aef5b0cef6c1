"""Columns: rows with a mark, a label, a text and a place, lined up within the width of the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from reconciler.reporting.fields import Pair, fit, wide
from reconciler.reporting.style import NARROWEST, Style, cells, cut, escape, fix_lines, pad, paint, place_text, wrap

if TYPE_CHECKING:
    from reconciler.model import Source

INDENT = 6
GAP = 3
HEAD_COLUMN = 58
ROW_COLUMN = 95
"""Where places of heads and of rows stand if nothing is longer and there is room, so that all plans look alike."""
LONGEST_LABEL = 60
SHORTEST = 8
"""Columns below which a title or a place would say nothing."""

TONES = {"+": "green", "~": "yellow", "-": "red", "!": "magenta", "?": "cyan", "x": "red", "=": "dim", ".": "dim"}


class Row(Struct, frozen=True):
    """One thing to say below a head. kind: a value is cut, a sentence is wrapped, a line has no label column.

    note: a remark on a line of its own below it.
    """

    mark: str
    label: str
    text: str | Pair
    source: Source | None = None
    fix: str | None = None
    kind: Literal["value", "sentence", "line"] = "value"
    note: str | None = None


class Head(Struct, frozen=True):
    """The line of one object, and its rows. note: stands between title and place."""

    mark: str
    title: str
    source: Source | None
    rows: tuple[Row, ...] = ()
    note: str = ""


class _Columns(Struct, frozen=True):
    """Widths in columns. title, note: of heads; head_place: of their places; label, text, place: of rows."""

    title: int
    note: int
    head_place: int
    label: int
    text: int
    place: int
    available: int


def render_heads(heads: Sequence[Head], style: Style) -> list[str]:
    """The lines of all objects, lined up with each other."""
    columns = _measure(heads, style)
    lines: list[str] = []
    for head in heads:
        lines.append(_head_line(head, columns, style))
        for row in head.rows:
            lines += _line_rows(row, head, style) if row.kind == "line" else _column_rows(row, head, columns, style)
    return lines


def _measure(heads: Sequence[Head], style: Style) -> _Columns:
    width = max(style.width, NARROWEST)
    rows = [(row, head) for head in heads for row in head.rows if row.kind != "line"]
    label = _largest(cells(row.label) for row, _ in rows)
    label = min(label, max(10, width - 50) if style.tty else LONGEST_LABEL)
    start = INDENT + 2 + label + GAP
    place = _largest(cells(_row_place(row, head, style)) for row, head in rows) if style.tty else 0
    place = min(place, width // 5)
    available = max(width - start - (place and place + 2), SHORTEST if style.tty else NARROWEST)
    natural = _largest(wide(row.text) for row, _ in rows if row.kind == "value")
    text = min(available, max(natural, ROW_COLUMN - 2 - start))
    note = _largest(cells(head.note) for head in heads)
    note += GAP if note else 0
    title = max(_largest(cells(head.title) for head in heads), HEAD_COLUMN - 6 - note)
    head_place = _largest(cells(_head_place(head, style)) for head in heads)
    if style.tty:
        head_place = min(head_place, width // 2, width - 6 - SHORTEST - note)
        title = min(title, width - 6 - note - max(head_place, 0))
    return _Columns(title, note, head_place, label, text, place, available)


def _largest(numbers: Iterable[int]) -> int:
    return max(numbers, default=0)


def _head_place(head: Head, style: Style) -> str:
    if head.source is None:
        return ""
    return f"{escape(head.source.file)}:{head.source.line}" if style.tty else place_text(head.source)


def _row_place(row: Row, head: Head, style: Style) -> str:
    if row.source is None:
        return ""
    if not style.tty:
        return place_text(row.source)
    same = head.source is not None and head.source.file == row.source.file
    return f":{row.source.line}" if same else f"{escape(row.source.file)}:{row.source.line}"


def _head_line(head: Head, columns: _Columns, style: Style) -> str:
    title = cut(head.title, columns.title) if style.tty else head.title
    place = _head_place(head, style)
    if style.tty:
        place = cut(place, columns.head_place) if columns.head_place >= SHORTEST else ""
    note = pad(" " * GAP + head.note, columns.note) if columns.note else ""
    between = " " * (columns.title - cells(title))
    tone = TONES.get(head.mark, "")
    line = f"  {paint(head.mark, tone, style)} {paint(title, 'bold', style)}{between}"
    end = f"{note}  {paint(place, 'dim', style)}" if place else note
    return (line + end).rstrip()


def _column_rows(row: Row, head: Head, columns: _Columns, style: Style) -> list[str]:
    label = cut(row.label, columns.label) if style.tty else row.label
    start = INDENT + 2 + columns.label + GAP
    place = _row_place(row, head, style)
    place = cut(place, columns.place) if style.tty else place
    if row.kind == "value":
        texts = [fit(row.text, columns.text)]
    else:
        texts = wrap(str(row.text), style, start, room=columns.available)
    before = f"{' ' * INDENT}{paint(row.mark, TONES.get(row.mark, ''), style)} {pad(label, columns.label)}{' ' * GAP}"
    end = "  " + paint(place, "dim", style) if place else ""
    first = before + (pad(texts[0], columns.text) + end if end else texts[0])
    return [first, *texts[1:], *_note_lines(row.note, start, style), *fix_lines(row.fix, start, style)]


def _note_lines(note: str | None, indent: int, style: Style) -> list[str]:
    if note is None:
        return []
    first, *rest = wrap(note, style, indent)
    return [" " * indent + paint(first, "dim", style), *rest]


def _line_rows(row: Row, head: Head, style: Style) -> list[str]:
    place = _row_place(row, head, style)
    texts = wrap(f"{row.text}  {place}" if place else str(row.text), style, INDENT + 2)
    mark = paint(row.mark, TONES.get(row.mark, ""), style)
    return [f"{' ' * INDENT}{mark} {texts[0]}", *texts[1:], *fix_lines(row.fix, INDENT + 2, style)]
