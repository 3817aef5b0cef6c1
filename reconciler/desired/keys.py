"""What may be a key: text, quoted or of a kind that every YAML version reads as text, and without a colon forgotten."""

from __future__ import annotations

import re
from functools import cache

from reconciler.model import Json, Plain

KNOWN_KEYS: dict[str, str] = {}
"""Unquoted keys that were found fine before, so that each is judged, and kept in memory, once."""

_KNOWN_LIMIT = 4096


@cache
def _shown_key() -> re.Pattern[str]:
    return re.compile(r"\w[\w .-]{0,63}")


def is_fine_key(key: str, *, quoted: bool) -> bool:
    """Whether text may be a key; `x:1` without quotes is taken for `x: 1` with its blank forgotten."""
    if quoted:
        return True
    if ":" in key:
        return False
    if len(KNOWN_KEYS) < _KNOWN_LIMIT:
        KNOWN_KEYS[key] = key
    return True


def explain_key(data: Json, *, scalar: bool) -> tuple[str, str, str]:
    """Code, message and fix of what may not be a key: the key's data, and whether it was written as a scalar."""
    if not scalar:
        return "not-text-key", "is a key that is not text", "write a word as the key"
    if not isinstance(data, Plain):
        return "key-with-colon", "is a key that holds a colon", "put a blank behind the colon, or quotes around the key"
    if data.text == "<<":
        return "merge-key", "<< merges are not allowed", "write the keys themselves"
    if not data.text:
        return "not-text-key", "is a colon without a key", "write a key before the colon"
    return (
        "not-text-key",
        f"{data.text} is a key that is not read as text by every YAML version",
        f'write "{data.text}":',
    )


def show_key(key: str) -> str:
    """The key in quotes, where it looks like one: neither long nor with characters that a terminal obeys."""
    return f'"{key}"' if _shown_key().fullmatch(key) else "this key"
