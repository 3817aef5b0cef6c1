"""Which unquoted scalars YAML 1.1 or 1.2 reads as anything but text, and what YAML 1.2 makes of them."""

from __future__ import annotations

import re
from functools import cache

from reconciler.model import Plain

SUSPECTS = "0123456789+-.~nNyYtTfFoO<="
"""First characters that a scalar must have to be anything but text. `"" in SUSPECTS` holds, and is meant to."""

_WORDS: dict[str, bool | str | None] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{
        word: word
        for lower in ("y", "yes", "on", "n", "no", "off")
        for word in (lower, lower.capitalize(), lower.upper())
    },
    "<<": "<<",
    "=": "=",
}
_NUMERIC = "0123456789+-."


@cache
def _integer() -> re.Pattern[str]:
    return re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)")


@cache
def _float() -> re.Pattern[str]:
    return re.compile(
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?"
        r"|[0-9][0-9_]*[eE][-+]?[0-9]+"
        r"|\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
        r"|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
    )


@cache
def _sexagesimal() -> re.Pattern[str]:
    return re.compile(r"[-+]?(?:[1-9][0-9_]*(?::[0-5]?[0-9])+|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)")


@cache
def _timestamp() -> re.Pattern[str]:
    return re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
        r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
        r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
    )


_BASES = {"0b": 2, "0o": 8, "0x": 16}


def resolve_plain(text: str) -> str | Plain:
    """The unquoted scalar as text where every YAML version reads text, else as Plain.

    Plain.value follows YAML 1.2 as ruamel's safe loader reads it (`0o17` is 15, `00123` is 123, `1_000` is 1000);
    what only YAML 1.1 reads as something else (`yes`, `12:30:00`), dates, and numbers that no number can hold stay
    text.
    """
    if text in _WORDS:
        return Plain(_WORDS[text], text)
    if text[:1] not in _NUMERIC:
        return text
    if _integer().fullmatch(text):
        return Plain(_make_integer(text), text)
    if _float().fullmatch(text):
        return Plain(_make_float(text), text)
    if _sexagesimal().fullmatch(text) or _timestamp().fullmatch(text):
        return Plain(text, text)
    return text


def reads_as_text(text: str) -> bool:
    """Whether every YAML version reads the unquoted scalar as text."""
    return isinstance(resolve_plain(text), str)


def _make_integer(text: str) -> int | str:
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    base = _BASES.get(digits[:2], 10)
    try:
        return sign * int(digits[2:] if base != 10 else digits, base)
    except ValueError:  # only underscores, or more digits than Python turns into a number
        return text


def _make_float(text: str) -> float | str:
    digits = text.replace("_", "").lower()
    if digits.lstrip("+-") in {".inf", ".nan"}:
        return float(digits.replace(".", ""))
    try:
        return float(digits)
    except ValueError:  # `._` and the like
        return text
