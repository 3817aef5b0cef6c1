"""How a value is written: in the quotes that stand there already, where these can hold it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from reconciler.model import Json

IsText = Callable[[str], bool]
"""Whether every YAML version reads an unquoted scalar as text."""

# Control characters, lone surrogates, what YAML parsers do not read alike, and what neither a reviewer nor a terminal
# shows: a fixed list, so that the same value is the same bytes with every Python.
_SPECIAL = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`")
_NOT_PLAIN = re.compile(r": | #|[: ]\Z")
_NOT_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}:?#]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class UnwritableError(Exception):
    """A value cannot be written where it should be; the message says why, and holds no value."""


def make_value(value: Json, style: str, *, flow: bool, is_text: IsText, key_style: str = "") -> str:
    """A value on one line. style: the quote to keep, empty for none; flow: it stands within brackets; key_style: the
    quote of keys in a mapping.

    Raises UnwritableError for what YAML or a manifest cannot hold.
    """
    if isinstance(value, str):
        return make_text(value, style, flow=flow, is_text=is_text)
    if isinstance(value, list):
        items = [make_value(one, '"', flow=True, is_text=is_text) for one in value]
        return f"[{', '.join(items)}]"
    if isinstance(value, dict):
        keys = [make_text(key, key_style, flow=True, is_text=is_text) for key in value]
        values = [make_value(one, '"', flow=True, is_text=is_text) for one in value.values()]
        pairs = [f"{key}: {one}" for key, one in zip(keys, values, strict=True)]
        return f"{{{', '.join(pairs)}}}"
    return json.dumps(value)


def make_text(text: str, style: str, *, flow: bool, is_text: IsText) -> str:
    """A text in the quotes of `style` where they can hold it, else in double quotes."""
    if style == "" and _is_plain(text, flow=flow) and is_text(text):
        return text
    if style == "'" and not _SPECIAL.search(text):
        return "'" + text.replace("'", "''") + "'"
    return quote(text)


def quote(text: str) -> str:
    """A text in double quotes; what cannot be seen is escaped. Raises UnwritableError for half a character."""
    return '"' + _SPECIAL.sub(_escape, text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def is_clear(text: str) -> bool:
    """Whether a text holds only characters, line breaks among them, that may stand in a file as they are."""
    return not _SPECIAL.search(text.replace("\n", ""))


def _escape(found: re.Match[str]) -> str:
    char = found.group()
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise UnwritableError("the value holds half a character, which no file can hold")
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _is_plain(text: str, *, flow: bool) -> bool:
    if not text or text[0] in _NOT_FIRST or text[0] == " " or _NOT_PLAIN.search(text) or _SPECIAL.search(text):
        return False
    return not (flow and _NOT_PLAIN_IN_FLOW.search(text))
