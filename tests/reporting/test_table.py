"""Tables: lined up, escaped, and cut only on a terminal."""

from __future__ import annotations

import pytest

from reconciler.reporting.style import Style, cells
from reconciler.reporting.table import Column, render_table

COLUMNS = (Column("address", 10), Column("id"), Column("status", tones={"active": "green"}))
ROWS = [["twilio/" + "x" * 40, "1161", "active"], ["mitto/日本", "7", "\x1b[31m"]]


def test_columns_line_up_and_nothing_is_cut_outside_a_terminal() -> None:
    """Wide letters count double; what a terminal would obey is escaped."""
    lines = render_table(COLUMNS, ROWS, Style())
    assert lines[0].split() == ["address", "id", "status"]
    assert lines[1].split() == ROWS[0]
    assert lines[2].endswith("\\u001b[31m")
    assert {cells(line[: line.index(word)]) for line, word in zip(lines, ["id", "1161", "7"], strict=True)} == {51}


@pytest.mark.parametrize(("width", "fits"), [(120, True), (40, True), (10, True)])
def test_a_terminal_is_never_left(width: int, fits: bool) -> None:
    """The widest column gives way; below the narrowest layout nothing more is tried."""
    lines = render_table(COLUMNS, ROWS, Style(width=width, tty=True))
    assert all(cells(line) <= max(width, 40) for line in lines) is fits
    assert ("…" in lines[1]) == (width < 60)


def test_a_column_keeps_its_least_width() -> None:
    """Lines may then be wider than the terminal."""
    lines = render_table((Column("a", 40), Column("b", 40)), [["x" * 50, "y" * 50]], Style(width=40, tty=True))
    assert [len(word) for word in lines[1].split()] == [40, 40]


def test_cells_have_colours_by_their_text() -> None:
    """The titles are dim; the colour takes no column."""
    lines = render_table(COLUMNS, ROWS, Style(color=True))
    assert "\x1b[32mactive\x1b[0m" in lines[1]
    assert "\x1b[2maddress" in lines[0]


def test_no_rows_are_no_table() -> None:
    """Not even the titles."""
    assert render_table(COLUMNS, [], Style()) == []


def test_numbers_end_below_each_other() -> None:
    """A column may be on the right."""
    columns = (Column("name"), Column("count", right=True))
    assert render_table(columns, [("a", "5"), ("b", "1000")], Style()) == [
        "  name  count",
        "  a         5",
        "  b      1000",
    ]
