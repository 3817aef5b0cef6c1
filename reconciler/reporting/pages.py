"""What a plan, a report or a validation says, apart from how it is written in Markdown or HTML.

Every text is already escaped for the eye (control and invisible characters are shown); markup is the renderers' task.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.model import Source

Tone = Literal["create", "update", "none", "blocked", "good", "bad"]


class Line(Struct, frozen=True):
    """One thing said of an object. before, after: values as JSON text, None where there is none. text: a sentence.

    note: a remark on it. mark: + added, ~ changed, - cleared, ! look here, ? cannot be seen, x stands in the way.
    """

    mark: str
    label: str
    before: str | None = None
    after: str | None = None
    text: str | None = None
    place: Source | None = None
    fix: str | None = None
    note: str | None = None


class Entry(Struct, frozen=True):
    """One object. tone: what is to be, or was, done with it. note: said behind its title."""

    mark: str
    tone: Tone
    title: str
    place: Source | None = None
    note: str = ""
    lines: tuple[Line, ...] = ()


class Remark(Struct, frozen=True):
    """An error, a warning or a note that belongs to no object."""

    word: Literal["error", "warning", "note"]
    text: str
    place: Source | None = None
    fix: str | None = None
    code: str = ""


class TableRow(Struct, frozen=True):
    """One row of a table: its cells, what is said below it, and the objects that belong to it. more: of these so many
    are left out.
    """

    tone: Tone
    cells: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    entries: tuple[Entry, ...] = ()
    more: int = 0


class Table(Struct, frozen=True):
    """Rows in columns, of which the first is a name and the others are numbers.

    quiet: the tone of rows that may be folded. words: what each tone is called.
    """

    titles: tuple[str, ...]
    rows: tuple[TableRow, ...]
    quiet: Tone
    words: dict[Tone, str]


class Page(Struct, frozen=True):
    """A whole answer. headline: one line. totals: exact, whatever is cut elsewhere. facts: label and value."""

    headline: str
    tone: Tone
    totals: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    remarks: tuple[Remark, ...] = ()
    unmanaged: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
