"""New keys in a mapping, as splices: on lines of their own where its keys stand so, else within its brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from reconciler.adopting.rewrite_nodes import GAP, Node
from reconciler.adopting.rewrite_scalars import IsText, UnwritableError, make_text, make_value
from reconciler.model import Json

_BREAK = re.compile(r"\r\n|\r|\n")
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(\r\n|\r|\n)")
_STRIPS = re.compile(r"[|>][0-9]?-")
STEP = 2


class Splice(NamedTuple):
    """The characters from `start` to `end` become `text`; of those at one place the lower `turn` comes first."""

    start: int
    end: int
    turn: int
    text: str


class Sheet(Struct, frozen=True):
    """A text that is rewritten. line_break: as the file's first line ends. step: columns of one level more."""

    text: str
    is_text: IsText
    line_break: str
    step: int = STEP

    def line_start(self, index: int) -> int:
        """Where the line of an index begins."""
        start = self.text.rfind("\n", 0, index) + 1
        return max(start, self.text.rfind("\r", start, index) + 1)

    def blank_before(self, index: int) -> str | None:
        """What stands before an index on its line, None unless that is blank."""
        before = self.text[self.line_start(index) : index]
        return before if not before.strip(" \t") else None


class Added(NamedTuple):
    """A new key. behind: the sibling that it follows, at the top where that is not there; None: at the end.

    nested: the value is a new mapping of its own lines, where there are lines.
    """

    key: str
    value: Json
    behind: str | None = None
    nested: bool = False


def make_sheet(text: str, root: Node, is_text: IsText) -> Sheet:
    """The text with its manners: its line breaks, and the columns by which the first mapping within is indented."""
    found = _BREAK.search(text)
    sheet = Sheet(text, is_text, found.group() if found else "\n")
    for _, value in root.entries.values():
        if value.kind == "mapping" and value.style == "block" and root.style == "block":
            step = _column(sheet, value.content) - _column(sheet, root.content)
            return Sheet(text, is_text, sheet.line_break, step)
    return sheet


def add_keys(sheet: Sheet, mapping: Node, added: Sequence[Added], turn: int) -> list[Splice]:
    """The splices that put new keys into a mapping: all of them behind the same sibling, or all at the end.

    Raises UnwritableError where the mapping stands so that nothing can be added.
    """
    entry = _find_entry(mapping, added[0].behind)
    if mapping.style == "block":
        return [_add_lines(sheet, mapping, entry, added, turn)]
    pairs = [_make_pair(sheet, mapping, one, flow=True) for one in added]
    if entry is not None:
        return _add_behind(sheet, mapping, entry, pairs, turn)
    return [_add_at_top(sheet, mapping, pairs, turn)]


def _find_entry(mapping: Node, key: str | None) -> tuple[Node, Node] | None:
    """The entry that new keys follow, None where they stand at the top."""
    if key is not None:
        return mapping.entries.get(key)
    return next(reversed(mapping.entries.values()), None)


def _column(sheet: Sheet, index: int) -> int:
    return index - sheet.line_start(index)


def _make_pair(sheet: Sheet, mapping: Node, added: Added, *, flow: bool) -> str:
    return f"{_make_key(sheet, mapping, added.key)}: {_make_value(sheet, mapping, added.value, flow=flow)}"


def _make_key(sheet: Sheet, mapping: Node, key: str) -> str:
    return make_text(key, _key_style(mapping), flow=True, is_text=sheet.is_text)


def _key_style(mapping: Node) -> str:
    """The quote of its keys, where all have one, as in JSON."""
    styles = [key.style for key, _ in mapping.entries.values()]
    return styles[-1] if styles and all(styles) else ""


def _make_value(sheet: Sheet, mapping: Node, value: Json, *, flow: bool) -> str:
    """New text stands in quotes: those of the last sibling that has any, or double ones."""
    styles = [one.style for one in mapping.children if one.style in ("'", '"')]
    style = styles[-1] if styles else '"'
    return make_value(value, style, flow=flow, is_text=sheet.is_text, key_style=_key_style(mapping))


def _add_lines(
    sheet: Sheet, mapping: Node, entry: tuple[Node, Node] | None, added: Sequence[Added], turn: int
) -> Splice:
    indent = sheet.blank_before(mapping.content)
    blank = " " * _column(sheet, mapping.content) if indent is None else indent
    lines = [blank + line for one in added for line in _make_lines(sheet, mapping, one)]
    if entry is None:
        if indent is None:
            raise UnwritableError("its mapping begins in the middle of a line")
        at = sheet.line_start(mapping.content)
    else:
        end = entry[1].tail
        rest = _REST.match(sheet.text, end)
        at = end if sheet.text[end - 1] in "\r\n" else rest.end() if rest else len(sheet.text)
        if at == len(sheet.text) and sheet.text[-1] not in "\r\n":
            _check_closed(sheet, entry[1])
            return Splice(at, at, turn, "".join(sheet.line_break + line for line in lines))
    return Splice(at, at, turn, "".join(line + sheet.line_break for line in lines))


def _check_closed(sheet: Sheet, value: Node) -> None:
    """Raises UnwritableError where a line break at the end of the file would become part of the last value."""
    while value.children:
        value = value.children[-1]
    if value.style in ("|", ">") and not _STRIPS.match(sheet.text, value.content):
        raise UnwritableError("the file ends within the text before it, without a line break")


def _make_lines(sheet: Sheet, mapping: Node, added: Added) -> list[str]:
    if not added.nested:
        return [_make_pair(sheet, mapping, added, flow=False)]
    inner = [
        f"{' ' * sheet.step}{_make_key(sheet, mapping, key)}: {_make_value(sheet, mapping, value, flow=False)}"
        for key, value in added.value.items()
    ]
    return [f"{_make_key(sheet, mapping, added.key)}:", *inner]


def _add_at_top(sheet: Sheet, mapping: Node, pairs: Sequence[str], turn: int) -> Splice:
    if not mapping.entries:
        return Splice(mapping.content + 1, mapping.content + 1, turn, ", ".join(pairs))
    first = next(iter(mapping.entries.values()))[0].start
    blank = sheet.blank_before(first)
    if blank is None or sheet.line_start(first) <= mapping.content:
        return Splice(first, first, turn, "".join(f"{pair}, " for pair in pairs))
    at = sheet.line_start(first)
    return Splice(at, at, turn, "".join(f"{blank}{pair},{sheet.line_break}" for pair in pairs))


def _add_behind(sheet: Sheet, mapping: Node, entry: tuple[Node, Node], pairs: Sequence[str], turn: int) -> list[Splice]:
    """Behind an entry between brackets; on lines of their own where that entry has one."""
    key, value = entry
    text, end = sheet.text, value.end
    comma = GAP.match(text, end).end()  # type: ignore[union-attr]
    has_comma = text[comma] == "," and not _BREAK.search(text, end, comma)
    rest = _REST.match(text, comma + 1 if has_comma else end)
    blank = sheet.blank_before(key.start)
    if blank is None or rest is None or sheet.line_start(key.start) <= mapping.content:
        return [Splice(end, end, turn, "".join(f", {pair}" for pair in pairs))]
    lines = f",{sheet.line_break}".join(blank + pair for pair in pairs) + ("," if has_comma else "")
    splice = Splice(rest.end(), rest.end(), turn, lines + sheet.line_break)
    return [splice] if has_comma else [Splice(end, end, turn, ","), splice]
