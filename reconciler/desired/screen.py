"""Looks at the bytes of a file before any parser does: what none may see, and what only the pure parser may.

The two parsers do not read everything alike. What both would take, and differently, is refused here or left to the
pure parser alone, so that the same bytes give the same data on every machine.
"""

from __future__ import annotations

import re
from functools import cache

from reconciler.desired.files import MAX_BYTES, make_too_large
from reconciler.model import Problem, Source

_PRINTABLE = bytes(range(32, 127)) + b"\n"
_TAME = _PRINTABLE.translate(None, b"%&*|>")


@cache
def _control() -> re.Pattern[bytes]:
    return re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@cache
def _odd() -> re.Pattern[str]:
    return re.compile("[\x80-\x9f\u2028\u2029\ufffe\uffff]|(?<!\\A)\ufeff")


@cache
def _break() -> re.Pattern[str]:
    return re.compile(r"\r\n|\r|\n")


@cache
def _directive() -> re.Pattern[bytes]:
    return re.compile(rb"(?:^|(?<=\r))(?:\xef\xbb\xbf)?%", re.MULTILINE)


@cache
def _version() -> re.Pattern[bytes]:
    return re.compile(rb"(?:\xef\xbb\xbf)?(?:[ ]*(?:#[^\r\n]*)?\r?\n)*(%)YAML[ ]+1\.2[ ]*(?:[ ]#[^\r\n]*)?\r?\n(?=---)")


_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@cache
def _anchor() -> re.Pattern[bytes]:
    return re.compile(rb"(?<![^\s\[{,])[&*][A-Za-z0-9_-]+(?![A-Za-z0-9_-]|[\s,\]}]|\Z)")


@cache
def _block() -> re.Pattern[bytes]:
    return re.compile(rb"[|>][-+0-9]*#|\n +(?:[\r\n]|\Z)")


@cache
def _return() -> re.Pattern[bytes]:
    return re.compile(rb"\r(?!\n)")


def screen(text: bytes, file: str) -> tuple[bytes, Problem | None, bool]:
    """The bytes to parse, the problem that forbids it, and whether only the pure parser may read them."""
    if len(text) > MAX_BYTES:
        return text, make_too_large(file), False
    if not text.translate(None, _TAME):
        return text, None, b"..." in text
    problem = _find_encoding_problem(text, file)
    if problem is None and b"%" in text:
        text = _hide_version(text)
        directive = _directive().search(text)
        if directive:
            fix = "remove the line (%YAML 1.2 may stand at the top); text that begins with % needs quotes"
            problem = Problem("directive", "is a YAML directive", _place(text[: directive.start()], file), fix)
    return text, problem, _is_read_differently(text)


def _find_encoding_problem(text: bytes, file: str) -> Problem | None:
    if text.startswith(_WIDE):
        return Problem("not-utf8", "is not UTF-8 but UTF-16 or UTF-32", Source(file, 1, 1), "save it as UTF-8")
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        return Problem("not-utf8", "is not valid UTF-8", _place(text[: error.start], file), "save the file as UTF-8")
    control = _control().search(text)
    if control:
        message = "is a control character: the file is binary, or damaged"
        fix = 'remove it, or write it as an escape in double quotes, such as "\\x1B"'
        return Problem("control-character", message, _place(text[: control.start()], file), fix)
    odd = None if text.isascii() else _odd().search(decoded)
    if odd:
        message = "is a character that YAML parsers do not read alike"
        fix = f'remove it, or write it as an escape in double quotes: "\\u{ord(odd.group()):04X}"'
        return Problem("odd-character", message, _place(decoded[: odd.start()].encode(), file), fix)
    return None


def _hide_version(text: bytes) -> bytes:
    """Turns `%YAML 1.2` at the top, which says nothing new, into a comment of the same length."""
    version = _version().match(text)
    return text if version is None else text[: version.start(1)] + b"#" + text[version.end(1) :]


def _is_read_differently(text: bytes) -> bool:
    """Whether the text holds what the C parser takes and the pure one refuses or reads in another way.

    Found by comparing the two: a tab, a lone carriage return, `...`, odd names of anchors, a comment right behind
    `|`, a line of nothing but blanks in a block.
    """
    return (
        b"\t" in text
        or b"..." in text
        or (b"\r" in text and _return().search(text) is not None)
        or ((b"&" in text or b"*" in text) and _anchor().search(text) is not None)
        or ((b"|" in text or b">" in text) and _block().search(text) is not None)
    )


def _place(before: bytes, file: str) -> Source:
    """The place behind the bytes `before`, which are valid UTF-8."""
    lines = _break().split(before.decode().removeprefix("\ufeff"))
    return Source(file, len(lines), len(lines[-1]) + 1)
