"""A Page as one self-contained HTML file: readable without script, no outside resource, a strict content policy.

Everything that people or APIs wrote stands in text nodes or quoted attributes with its markup escaped. The style and
the script are constants whose hashes stand in the policy, so that nothing else can run or be fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape as quote

from reconciler.reporting.html_assets import SCRIPT, STYLE
from reconciler.reporting.pages import Entry, Line, Page, Remark, Table, TableRow, Tone
from reconciler.reporting.style import place_text

_WORDS = {
    "create": "to create",
    "update": "to update",
    "none": "nothing to do",
    "blocked": "blocked",
    "good": "done",
    "bad": "not as it should be",
}
_CLASSES = {"+": "add", "~": "change", "-": "clear", "!": "look", "?": "unseen", "x": "stop"}


def render_html(page: Page) -> str:
    """The whole file."""
    policy = (
        f"default-src 'none'; style-src '{_hash(STYLE)}'; script-src '{_hash(SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{quote(page.headline)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            *_header(page),
            *_remarks([one for one in page.remarks if one.word == "error"], "Errors"),
            *_entries(page.entries),
            *(_table(page.table) if page.table is not None else []),
            *_remarks([one for one in page.remarks if one.word == "warning"], "Warnings"),
            *_remarks([one for one in page.remarks if one.word == "note"], "Notes"),
            *_unmanaged(page.unmanaged),
            *_facts(page.facts),
            f"<script>{SCRIPT}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _header(page: Page) -> list[str]:
    return [
        f'<header class="{page.tone}">',
        f"<h1>{quote(page.headline)}</h1>",
        '<div id="totals">',
        *(f"<p>{quote(line)}</p>" for line in page.totals),
        "</div>",
        "</header>",
    ]


def _entries(entries: tuple[Entry, ...]) -> list[str]:
    if not entries:
        return []
    buttons = [
        '<button id="open" type="button">Unfold all</button>',
        '<button id="close" type="button">Fold all</button>',
    ]
    return [
        "<main>",
        f"<h2>Objects ({len(entries)})</h2>",
        *_tools("Search address, field, value, file", {entry.tone: _WORDS[entry.tone] for entry in entries}, buttons),
        *(text for entry in entries for text in _entry(entry)),
        "</main>",
    ]


def _tools(hint: str, words: Mapping[Tone, str], buttons: list[str]) -> list[str]:
    """What the script shows: a search, a filter by tone, and the buttons."""
    options = "".join(f'<option value="{tone}">{quote(word)}</option>' for tone, word in words.items())
    return [
        '<div id="tools" hidden>',
        f'<input id="search" type="search" placeholder="{hint}" aria-label="Search">',
        f'<select id="filter" aria-label="Show"><option value="">all</option>{options}</select>',
        *buttons,
        '<output id="shown"></output>',
        "</div>",
    ]


def _table(table: Table) -> list[str]:
    words = {row.tone: table.words[row.tone] for row in table.rows}
    heads = "".join(f'<th scope="col">{quote(title)}</th>' for title in table.titles)
    return [
        "<main>",
        f"<h2>Accounts ({len(table.rows)})</h2>",
        *(_tools("Search account, object, field, value, error", words, []) if table.rows else []),
        f'<div class="scroll"><table class="fleet"><thead><tr>{heads}</tr></thead>',
        *(text for row in table.rows for text in _table_row(row, len(table.titles))),
        "</table></div>",
        "</main>",
    ]


def _table_row(row: TableRow, width: int) -> list[str]:
    """A body of its own, so that a row and what is said of it are found together."""
    name, *numbers = row.cells
    cells = "".join(f"<td>{quote(cell)}</td>" for cell in numbers)
    said = [
        f'<tr class="{_CLASSES[line.mark]}"><td colspan="{width}">{quote(line.text or "")}{_notes(line)}</td></tr>'
        for line in row.lines
    ]
    return [
        f'<tbody class="entry {row.tone}" data-tone="{row.tone}"><tr><th scope="row">{quote(name)}</th>{cells}</tr>',
        *said,
        *_row_entries(row, width),
        "</tbody>",
    ]


def _row_entries(row: TableRow, width: int) -> list[str]:
    if not row.entries and not row.more:
        return []
    rest = f'<p class="note">and {row.more} more, in its own plan</p>' if row.more else ""
    objects = [text for entry in row.entries for text in _entry(entry, "object")]
    return [f'<tr class="objects"><td colspan="{width}">', *objects, f"{rest}</td></tr>"]


def _entry(entry: Entry, kind: str = "entry") -> list[str]:
    """kind: entries are what the script searches, shows and hides."""
    place = f' <span class="place">{quote(place_text(entry.place))}</span>' if entry.place is not None else ""
    note = f' <span class="note">{quote(entry.note)}</span>' if entry.note else ""
    head = f'<b class="mark">{quote(entry.mark)}</b> <span class="title">{quote(entry.title)}</span>{note}{place}'
    opened = ' open=""' if entry.tone in ("blocked", "bad") else ""
    rows = [row for line in entry.lines for row in _row(line)]
    table = [
        '<div class="scroll"><table>',
        "<thead><tr><th></th><th>Field</th><th>Before</th><th>After</th><th>Declared at</th></tr></thead>",
        "<tbody>",
        *rows,
        "</tbody></table></div>",
    ]
    return [
        f'<details class="{kind} {entry.tone}" data-tone="{entry.tone}"{opened}>',
        f"<summary>{head}</summary>",
        *(table if rows else []),
        "</details>",
    ]


def _row(line: Line) -> list[str]:
    place = quote(place_text(line.place)) if line.place is not None else ""
    fix = _notes(line)
    if line.text is not None:
        cells = f'<td colspan="2">{quote(line.text)}{fix}</td>'
    else:
        before = f"<del>{quote(line.before)}</del>" if line.before is not None else ""
        after = f"<ins>{quote(line.after)}</ins>" if line.after is not None else ""
        cells = f"<td><code>{before}</code></td><td><code>{after}</code>{fix}</td>"
    return [
        f'<tr class="{_CLASSES[line.mark]}"><td class="mark">{quote(line.mark)}</td>'
        f'<th scope="row">{quote(line.label)}</th>{cells}<td class="place">{place}</td></tr>'
    ]


def _notes(line: Line) -> str:
    fix = f'<div class="fix">{quote(line.fix)}</div>' if line.fix is not None else ""
    return fix + (f'<div class="cause">{quote(line.note)}</div>' if line.note is not None else "")


def _remarks(remarks: Iterable[Remark], title: str) -> list[str]:
    rows = []
    for one in remarks:
        place = f'<span class="place">{quote(place_text(one.place))}</span> ' if one.place is not None else ""
        fix = f'<div class="fix">{quote(one.fix)}</div>' if one.fix is not None else ""
        rows.append(f'<li class="{one.word}">{place}{quote(one.text)}{fix}</li>')
    return ["<section>", f"<h2>{title} ({len(rows)})</h2>", "<ul>", *rows, "</ul>", "</section>"] if rows else []


def _unmanaged(texts: tuple[str, ...]) -> list[str]:
    if not texts:
        return []
    return [
        f'<details class="unmanaged"><summary>Not managed ({len(texts)})</summary>',
        "<ul>",
        *(f"<li>{quote(text)}</li>" for text in texts),
        "</ul>",
        "</details>",
    ]


def _facts(facts: tuple[tuple[str, str], ...]) -> list[str]:
    rows = [f"<dt>{quote(label)}</dt><dd>{quote(value)}</dd>" for label, value in facts]
    return ["<footer><dl>", *rows, "</dl></footer>"] if rows else []
