"""How text is put on a screen: colour, width, escapes, cutting. Knows nothing of plans.

Texts that people read come from manifests and from the API, so none of them is trusted: each goes through `escape`
before it is measured, cut or coloured, and colour is the only thing that ever writes an ESC.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from reconciler.model import Source

ColorChoice = Literal["auto", "always", "never"]

CI_WITH_ANSI = (
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "BUILDKITE",
    "CIRCLECI",
    "TRAVIS",
    "TEAMCITY_VERSION",
    "BITBUCKET_BUILD_NUMBER",
)
"""Variables of the CI services whose logs show ANSI colours though stdout is no terminal."""

ELLIPSIS = "…"
SANDBOX = "SANDBOX "
NEXT = "-> "
"""What stands before what to type next."""
NARROWEST = 40
"""Columns below which no layout is tried: lines may then be wider than the terminal."""

_CODES = {"red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36", "bold": "1", "dim": "2"}

# Printable by Unicode's word, and yet nothing is seen: joiners, fillers, variation selectors, the Braille blank.
_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x34F, 0x34F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)


class Style(Struct, frozen=True):
    """Where the text goes. width: columns. tty False: every place is written whole, and only values are cut."""

    color: bool = False
    width: int = 120
    tty: bool = False


def use_color(choice: ColorChoice | None, *, stream_isatty: bool, environ: Mapping[str, str]) -> bool:
    """The flag, else NO_COLOR, FORCE_COLOR (0 and false say no), a CI that shows ANSI, a terminal that is not dumb.

    An empty variable counts as one that is not set (no-color.org).
    """
    if choice in ("always", "never"):
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR")
    if forced:
        return forced.lower() not in ("0", "false")
    if any(environ.get(name) for name in CI_WITH_ANSI):
        return True
    return stream_isatty and environ.get("TERM") != "dumb"


def for_sandbox(style: Style, *, sandbox: bool) -> Style:
    """The style for lines that get SANDBOX before them: narrower by as much."""
    return msgspec.structs.replace(style, width=style.width - len(SANDBOX)) if sandbox else style


def prefix_lines(text: str, prefix: str) -> str:
    """Each line of the text begins with the prefix, empty ones too; a line that has it already is left as it is."""
    *lines, last = text.split("\n")
    done = [line if line.startswith(prefix) else (prefix + line if line else prefix.rstrip()) for line in lines]
    return "\n".join([*done, prefix + last if last and not last.startswith(prefix) else last])


def escape(text: str) -> str:
    """What cannot be seen is written as JSON would in ASCII.

    That is control, bidi, zero-width and unassigned characters, lone surrogates, and spaces but the ordinary one.
    """
    if text.isprintable() and (text.isascii() or _INVISIBLE.isdisjoint(text)):
        return text
    return "".join(char if char.isprintable() and char not in _INVISIBLE else escape_character(char) for char in text)


def escape_character(char: str) -> str:
    """One character as JSON writes it where it may write ASCII only; beyond the first plane a pair."""
    code = ord(char)
    if code <= 0xFFFF:
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char, f"\\u{code:04x}")
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def cells(text: str) -> int:
    """Columns that an escaped text takes: 2 for East Asian wide characters, 0 for combining marks."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def take(text: str, width: int) -> str:
    """As much of the beginning as fits."""
    used = 0
    for index, char in enumerate(text):
        used += _cell(char)
        if used > width:
            return text[:index]
    return text


def take_last(text: str, width: int) -> str:
    """As much of the end as fits."""
    return take(text[::-1], width)[::-1]


def cut(text: str, width: int) -> str:
    """The text, or its beginning and end with `…` between them."""
    if cells(text) <= width:
        return text
    room = max(width - 1, 0)
    return take(text, (room + 1) // 2) + ELLIPSIS + take_last(text, room // 2)


def pad(text: str, width: int) -> str:
    """The text with spaces up to a column."""
    return text + " " * (width - cells(text))


def wrap(text: str, style: Style, indent: int, *, room: int | None = None, cut_words: bool = True) -> list[str]:
    """The lines of a sentence, broken at spaces on a terminal; a word that is wider than a line is cut, if it may be.

    The first line comes without the indent; `room` is its width where other text stands before or after it.
    """
    if not style.tty:
        return [text]
    width = max(style.width, NARROWEST) - indent
    room = width if room is None else room
    lines: list[str] = []
    for word in text.split(" "):
        if lines and cells(lines[-1]) + 1 + cells(word) <= room:
            lines[-1] += " " + word
            continue
        room = width if lines else room
        lines.append(cut(word, room) if cut_words else word)
    first, *rest = (line.rstrip(" ") for line in lines)
    return [first, *(" " * indent + line for line in rest)]


def paint(text: str, tone: str, style: Style) -> str:
    """The text in a colour, or as it is. tone: a name of a colour, bold or dim, or nothing."""
    return f"\x1b[{_CODES[tone]}m{text}\x1b[0m" if style.color and text and tone else text


def duration(seconds: float) -> str:
    """Whole seconds, rounded up: `1 s`, `2 min 5 s`, `1 h 2 min`; never less than a second."""
    total = max(1, math.ceil(seconds))
    if total < 60:
        return f"{total} s"
    if total < 3600:
        return f"{total // 60} min {total % 60} s" if total % 60 else f"{total // 60} min"
    hours, minutes = divmod(math.ceil(total / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 request`, `4 requests`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def place_text(source: Source) -> str:
    """The whole place, escaped: `file:line:column`."""
    return f"{escape(source.file)}:{source.line}:{source.column}"


def fix_lines(fix: str | None, indent: int, style: Style) -> list[str]:
    """`-> what to type next`. It is typed or copied, so no word of it is cut."""
    if fix is None:
        return []
    arrow = " " * indent + paint(NEXT, "cyan", style)
    lines = wrap(escape(fix), style, indent + len(NEXT), cut_words=False)
    return [arrow + lines[0], *lines[1:]]
