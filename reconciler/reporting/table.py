"""A table: a line of titles, rows in columns. On a terminal it fits the width, elsewhere no cell is cut."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from reconciler.reporting.style import NARROWEST, Style, cells, cut, escape, paint

INDENT = 2
GAP = 2


class Column(Struct, frozen=True):
    """One column. least: columns of the screen below which it is not cut. tones: colours by the text of a cell.

    right: its cells end below each other, as numbers do.
    """

    title: str
    least: int = 6
    tones: dict[str, str] = {}
    right: bool = False


def render_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], style: Style) -> list[str]:
    """The lines of a table, titles first; nothing where there is no row. Cells are escaped here."""
    if not rows:
        return []
    shown = [[escape(cell) for cell in row] for row in rows]
    natural = [
        max(cells(column.title), *(cells(row[number]) for row in shown)) for number, column in enumerate(columns)
    ]
    widths = _fit_widths(columns, natural, style)
    titles = [column.title for column in columns]
    sides = [column.right for column in columns]
    lines = [_line(titles, ["dim"] * len(columns), widths, sides, style)]
    for row in shown:
        tones = [column.tones.get(cell, "") for column, cell in zip(columns, row, strict=True)]
        lines.append(_line(row, tones, widths, sides, style))
    return lines


def _line(row: Sequence[str], tones: Sequence[str], widths: Sequence[int], sides: Sequence[bool], style: Style) -> str:
    made = []
    for cell, tone, width, right in zip(row, tones, widths, sides, strict=True):
        text = cut(cell, width)
        gap, shown = " " * (width - cells(text)), paint(text, tone, style)
        made.append(gap + shown if right else shown + gap)
    return (" " * INDENT + (" " * GAP).join(made)).rstrip()


def _fit_widths(columns: Sequence[Column], natural: Sequence[int], style: Style) -> list[int]:
    """On a terminal the widest columns give way until the table fits, or all are at their least."""
    widths = list(natural)
    if not style.tty:
        return widths
    room = max(style.width, NARROWEST) - INDENT - GAP * (len(columns) - 1)
    least = [min(width, column.least) for column, width in zip(columns, natural, strict=True)]
    while sum(widths) > room:
        wide = [number for number, width in enumerate(widths) if width > least[number]]
        if not wide:
            break
        widths[max(wide, key=lambda number: widths[number])] -= 1
    return widths
