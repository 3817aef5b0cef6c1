"""A Page as Markdown for a comment of GitHub or GitLab: totals first, one folded section an object, cut to a size.

Nothing that people or APIs wrote can become markup: it stands in fenced blocks whose fence is longer than any run of
backticks within, or, in a summary, in HTML's <code> with its markup escaped. Neither place links @names or addresses.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from reconciler.reporting.pages import Entry, Line, Page, Remark, Table, TableRow
from reconciler.reporting.style import cut, place_text

LARGEST = 60_000
"""Characters of a comment; GitHub takes 65,536."""
LONGEST = 300
"""Characters of one value."""
MOST_LINES = 60
"""Lines of one object."""
_RESERVE = 400
"""Characters kept for the sentence that tells what was left out."""

_DIFF = {"+": "+", "-": "-", "~": "!", "!": "!", "?": "#", "x": "!"}
"""How marks begin a line of a diff block: GitHub colours these."""


def render_markdown(page: Page, *, limit: int = LARGEST, more: str = "the plan's JSON or HTML has all of it") -> str:
    """The comment, never longer than `limit` characters. more: where the rest is to be found if it is cut."""
    parts = [f"### {_text(page.headline)}\n", "\n".join(_paragraph(line) for line in page.totals)]
    used = sum(len(part) + 2 for part in parts)
    room = max(0, limit - used - _RESERVE)
    sections = _sections(page)
    left_out: dict[str, int] = {}
    for number, kind, text in sections:
        if len(text) + 2 <= room:
            parts.append(text)
            room -= len(text) + 2
        else:
            room = 0 if kind == "objects" else room
            left_out[kind] = left_out.get(kind, 0) + number
    if page.table is not None:
        parts += _fit_table(page.table, room, left_out)
    if left_out:
        told = ", ".join(f"{number} {kind if number != 1 else kind[:-1]}" for kind, number in left_out.items())
        parts.append(f"**Not shown here: {told}.** The totals above are exact; {_text(more)}.")
    return "\n\n".join(parts)[:limit].rstrip("\n") + "\n"


def _sections(page: Page) -> Iterator[tuple[int, str, str]]:
    """(how many things, of what kind, their text), the most important first."""
    errors = [one for one in page.remarks if one.word == "error"]
    others = [one for one in page.remarks if one.word != "error"]
    for remark in errors:
        yield 1, "errors", _block([_remark_text(remark)])
    for entry in page.entries:
        yield 1, "objects", _entry_section(entry)
    for kind, texts in (
        ("warnings", [_remark_text(one) for one in others if one.word == "warning"]),
        ("notes", [_remark_text(one) for one in others if one.word == "note"]),
        ("unmanaged objects", list(page.unmanaged)),
    ):
        if texts:
            yield len(texts), kind, _folded(f"{len(texts)} {kind if len(texts) != 1 else kind[:-1]}", texts)


def _fit_table(table: Table, room: int, left_out: dict[str, int]) -> list[str]:
    """What fits of a table: rows to be looked at, what is said below them, their objects, and the quiet rows folded.

    What is said and the objects get half of the room, or what the rows leave. What does not fit is counted.
    """
    loud = [row for row in table.rows if row.tone != table.quiet]
    quiet = [row for row in table.rows if row.tone == table.quiet]
    sections = _take_sections(_row_sections(loud, table.titles[-1]), room)
    needed = sum(len(text) + 2 for _, _, text in sections)
    text, shown = _fit_rows(table, loud, max(room // 2, room - needed))
    parts = [text] if shown else []
    sections = _take_sections(sections, room - sum(len(part) + 2 for part in parts))
    parts += [text for _, _, text in sections]
    summary = f"{len(quiet)} {table.words[table.quiet]}"
    used = sum(len(part) + 2 for part in parts)
    text, folded = _fit_rows(table, quiet, room - used - len(_details(summary, "")) - 2)
    parts += [_details(summary, text)] if folded else []
    there = {
        "accounts": len(table.rows),
        "errors": sum(len(row.lines) for row in loud),
        "objects": sum(len(row.entries) + row.more for row in loud),
    }
    told = {kind: sum(number for number, one, _ in sections if one == kind) for kind in ("errors", "objects")}
    for kind, number in there.items():
        if number > told.get(kind, shown + folded):
            left_out[kind] = number - told.get(kind, shown + folded)
    return parts


def _row_sections(rows: Sequence[TableRow], title: str) -> Iterator[tuple[int, str, str]]:
    """As _sections: what is said of rows, then their objects. title: of the last cell."""
    for row in rows:
        if row.lines:
            name, *_, last = row.cells
            note = f"{title} {last}" if last.isdecimal() else last
            head = Entry(row.lines[0].mark, row.tone, name, None, note, row.lines)
            yield len(row.lines), "errors", _entry_section(head)
    for row in rows:
        for entry in row.entries:
            named = Entry(
                entry.mark, entry.tone, f"{row.cells[0]}: {entry.title}", entry.place, entry.note, entry.lines
            )
            yield 1, "objects", _entry_section(named)


def _take_sections(sections: Iterable[tuple[int, str, str]], room: int) -> list[tuple[int, str, str]]:
    """The first ones, as far as there is room: none is shown after one that is not, nor even made."""
    taken = []
    for section in sections:
        room -= len(section[2]) + 2
        if room < 0:
            break
        taken.append(section)
    return taken


def _fit_rows(table: Table, rows: Sequence[TableRow], room: int) -> tuple[str, int]:
    """As many rows as there is room for, and their number."""
    lines = [_table_line(table.titles), "| --- |" + " ---: |" * (len(table.titles) - 1)]
    room -= sum(len(line) + 1 for line in lines)
    for row in rows:
        line = _table_line(row.cells)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines), len(lines) - 2


def _table_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """A name or a number; as it is where nothing of it can be markup, so that it can be found in the source too."""
    return text if _PLAIN.fullmatch(text) and "www." not in text else _text(cut(text, LONGEST))


def _entry_section(entry: Entry) -> str:
    place = f" <code>{_html(place_text(entry.place))}</code>" if entry.place is not None else ""
    note = f" {_html(entry.note)}" if entry.note else ""
    summary = f"<code>{_html(entry.mark)} {_html(cut(entry.title, LONGEST))}</code>{note}{place}"
    lines = [text for line in entry.lines for text in _diff_lines(line)]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"# and {len(lines) - MOST_LINES} more lines"]
    if not lines:
        return f"<details><summary>{summary}</summary></details>"
    return _details(summary, _block(lines, "diff"))


def _diff_lines(line: Line) -> Iterator[str]:
    label = f"{cut(line.label, LONGEST)}: " if line.label else ""
    place = f"   {place_text(line.place)}" if line.place is not None else ""
    if line.text is not None:
        yield f"{_DIFF[line.mark]} {label}{cut(line.text, 2 * LONGEST)}{place}"
    if line.before is not None:
        yield f"- {label}{cut(line.before, LONGEST)}{place if line.after is None else ''}"
    if line.after is not None:
        yield f"+ {label}{cut(line.after, LONGEST)}{place}"
    if line.note is not None:
        yield f"#   {cut(line.note, LONGEST)}"
    if line.fix is not None:
        yield f"#   -> {cut(line.fix, 2 * LONGEST)}"


def _remark_text(remark: Remark) -> str:
    place = f"{place_text(remark.place)}: " if remark.place is not None else ""
    word = "" if remark.word == "note" else f"{remark.word}: "
    fix = f"\n  -> {cut(remark.fix, 2 * LONGEST)}" if remark.fix is not None else ""
    return f"{place}{word}{cut(remark.text, 2 * LONGEST)}{fix}"


def _folded(summary: str, texts: Iterable[str]) -> str:
    return _details(_html(summary), _block(texts))


def _details(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _block(lines: Iterable[str], language: str = "text") -> str:
    """A fenced block that nothing within can end: its fence is longer than any run of backticks in it."""
    text = "\n".join(lines)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _html(text: str) -> str:
    return html.escape(text, quote=True).replace("`", "&#96;").replace("@", "&#64;")


_PLAIN = re.compile(r"(?:[A-Za-z0-9. -]|(?<=[A-Za-z0-9])_+(?=[A-Za-z0-9]))+")
"""Emphasis begins with an underscore only where no letter or digit stands before it."""
_MARKUP = re.compile(r"(?i)[\\`*_<>\[\]#|~@&$!{}]|www(?=\.)|:(?=//)")


def _text(text: str) -> str:
    """Words of ours that may hold a name: whatever could be markup or a link becomes entities, which are neither."""
    # A mention is found in the text that is shown, whatever it was written as.
    shown = text.replace("@", "\\u0040")
    return _MARKUP.sub(lambda found: "".join(f"&#{ord(char)};" for char in found[0]), shown)


def _paragraph(text: str) -> str:
    """A sentence of totals, on a line of its own."""
    return _text(text) + "  "
