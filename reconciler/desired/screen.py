"""Looks at the bytes of a file before any parser does: what none may see, and what only the pure parser may."""

from __future__ import annotations

import re
from typing import NamedTuple

from reconciler.desired.files import MAX_BYTES, too_large
from reconciler.model import Problem, Source

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ODD = re.compile("[\x80-\x9f\u2028\u2029\ufffe\uffff]|(?<!\\A)\ufeff")
_BREAK = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(rb"^%", re.MULTILINE)
_VERSION = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[ ]*(?:#[^\r\n]*)?\r?\n)*(%)YAML[ ]+1\.2[ ]*(?:[ ]#[^\r\n]*)?\r?\n(?=---)"
)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


class Screened(NamedTuple):
    """The bytes to parse, the problems that forbid it, and whether only the pure parser may read them."""

    text: bytes
    problems: list[Problem]
    pure: bool


def screen(text: bytes, file: str) -> Screened:
    """What has to be known of a file's bytes before they are parsed.

    The two parsers do not read everything alike. What both could read, and differently, is refused here or left to
    the pure parser alone, so that the same bytes give the same data on every machine.
    """
    problem = _find_problem(text, file)
    if problem is not None:
        return Screened(text, [problem], pure=False)
    if b"%" in text:
        version = _VERSION.match(text)
        if version:
            at = version.start(1)
            text = text[:at] + b"#" + text[at + 1 :]
        directive = _DIRECTIVE.search(text)
        if directive:
            source = _place(text[: directive.start()].decode(), file)
            fix = "remove the line (%YAML 1.2 may stand at the top); text that begins with % needs quotes"
            return Screened(text, [Problem("directive", "is a YAML directive", source, fix)], pure=False)
    return Screened(text, [], pure=b"\t" in text)


def _find_problem(text: bytes, file: str) -> Problem | None:
    if len(text) > MAX_BYTES:
        return too_large(file)
    if text.startswith(_WIDE):
        return Problem("not-utf8", "is not UTF-8 but UTF-16 or UTF-32", Source(file, 1, 1), "save it as UTF-8")
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        source = _place(text[: error.start].decode(), file)
        return Problem("not-utf8", "is not valid UTF-8", source, "save the file as UTF-8")
    found = _CONTROL.search(text)
    if found:
        source = _place(text[: found.start()].decode(), file)
        return Problem("binary", "is a control character, which no manifest may hold", source, "remove it")
    if not text.isascii():
        odd = _ODD.search(decoded)
        if odd:
            fix = f'write it as an escape in double quotes: "\\u{ord(odd.group()):04X}"'
            source = _place(decoded[: odd.start()], file)
            return Problem("odd-character", "is a character that YAML parsers read differently", source, fix)
    return None


def _place(before: str, file: str) -> Source:
    """The place behind the text `before`."""
    lines = _BREAK.split(before.removeprefix("\ufeff"))
    return Source(file, len(lines), len(lines[-1]) + 1)
