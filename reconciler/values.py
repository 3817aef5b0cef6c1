"""What a value is, for every room that compares: equality with types, masks, paths, order. Pure; imports only model.

Whether the API shows secrets is not documented (the samples are redacted by the documentation itself), so both are
handled: a mask is never a value, never written back and never a difference.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from reconciler.model import Json, Live, Path


_T = TypeVar("_T")
_LEARNED: set[object] = set()
_LEARNING = threading.Lock()


def learn(kind: type[_T]) -> type[_T]:
    """The type, which msgspec may now read in any thread: it looks at the fields of a type when it first meets it, and
    the process dies where two threads do that at the same moment. Every type that is read passes here.
    """
    if kind not in _LEARNED:
        with _LEARNING:
            msgspec.json.Decoder(kind)
            _LEARNED.add(kind)
    return kind


_STAR, _CLEAR = r"[*\u2022\u25cf\u2217\u00b7]", r"[^*\u2022\u25cf\u2217\u00b7]"


@cache
def _stars() -> re.Pattern[str]:
    # Four mask characters may stand behind first ones; three only where nothing is before them: `a***b` is a name.
    return re.compile(f"{_STAR}{{3,}}(-?{_CLEAR}{{1,4}})?|{_CLEAR}{{1,4}}{_STAR}{{4,}}(-?{_CLEAR}{{1,4}})?", re.DOTALL)


@cache
def _secret_mask() -> re.Pattern[str]:
    return re.compile(r"[*\u2022\u25cf\u2217\u00b7]{3,}|[xX]{6,}|\.{3,}|\u2026|#{4,}")


_WORDS = frozenset({"hidden", "redacted", "masked", "secret", "encrypted"})


@cache
def _last_four() -> re.Pattern[str]:
    return re.compile(r"[*\u2022\u25cf\u2217\u00b7xX.#\u2026]{3,}-?(.{1,4})", re.DOTALL)


_KINDS = {"int": "a number", "float": "a number", "bool": "a boolean", "str": "text", "list": "a list"}


KNOWN_STATUSES = frozenset({"active", "inactive", "paused", "archived"})
"""Words that siblings of the integration use in the API's documentation; of integrations only `active` is shown."""


def is_mask(value: Json, *, secret: bool) -> bool:
    """Whether a live value is a mask: `****1234`, `••••`, `AC****`, and for secrets also `XXXXXXXX` and `[hidden]`.

    A secret's value is one with a run of mask characters anywhere; `***SALE***` in clear is a value.
    """
    if not isinstance(value, str) or not value:
        return False
    if not secret:
        return _stars().fullmatch(value) is not None
    if set(value) <= {"*"} or _secret_mask().search(value):
        return True
    return value.strip("<>[](){} ").lower() in _WORDS


def mask_tail(value: Json) -> str | None:
    """The visible tail of a mask that shows at most four last characters, None where there is none."""
    found = _last_four().fullmatch(value) if isinstance(value, str) else None
    tail = found.group(1) if found else ""
    return tail if tail.strip("*xX.#\u2022\u25cf\u2217\u00b7\u2026") else None


def is_nothing(value: Json) -> bool:
    """Absent, null or empty text: what an API that leaves secrets out shows in their place."""
    return value is None or value == ""


def text_of(value: Json) -> str:
    """A value as canonical JSON text: equal texts are equal values of equal types (True is not 1)."""
    return msgspec.json.encode(value, order="sorted").decode()


def encode_json(value: Json) -> bytes | None:
    """A value as JSON bytes; None where it holds text that JSON cannot carry (half a surrogate pair)."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, TypeError):
        return None


def is_equal(one: Json, other: Json) -> bool:
    """Equality that knows types."""
    return text_of(one) == text_of(other)


def is_retyped(one: Json, other: Json) -> bool:
    """Whether two values of different types, one of them text, have the same text: 587 and "587"."""
    if isinstance(one, str) == isinstance(other, str) or one is None or other is None:
        return False
    return _bare(one) == _bare(other)


def _bare(value: Json) -> str:
    return value if isinstance(value, str) else text_of(value)


def kind_of(value: Json) -> str:
    """What a JSON value is, for people."""
    return _KINDS.get(type(value).__name__, "another type")


VARIABLE = "${var:"
"""What a variable begins with in a manifest; `$${var:` stands for this text itself."""


def as_declared(value: Json) -> Json:
    """A value as a manifest writes it, so that none of its text is read as a variable."""
    if isinstance(value, list):
        return [as_declared(item) for item in value]
    return value.replace(VARIABLE, f"${VARIABLE}") if isinstance(value, str) else value


def value_at(live: Live, path: Path) -> Json:
    """The live value at a path; None where it is absent or null."""
    if path[0] == "settings":
        return live.settings.get(path[1])
    return live.name if path[0] == "name" else live.status


def path_order(path: Path) -> tuple[int, Path]:
    """Sorts paths as people read an integration: name, status, settings by key."""
    return {"name": 0, "status": 1}.get(path[0], 2), path


def id_order(one: str) -> tuple[bool, int, str, str]:
    """Sorts ids as numbers where they are numbers, of any length; numbers before words."""
    number = one.isascii() and one.isdigit()
    digits = one.lstrip("0") if number else ""
    return not number, len(digits), digits, one


_LONG = 1000
"""Digits of a number that Python makes of text without a word against it."""


def sort_ids(ids: Iterable[str]) -> list[str]:
    """Ids by id_order; where all are numbers, as almost everywhere, in a fifth of the time."""
    ordered = sorted(ids)
    numbers = "".join(ordered)
    if numbers.isascii() and numbers.isdigit() and all(0 < len(one) < _LONG for one in ordered):
        return sorted(ordered, key=int)
    return sorted(ordered, key=id_order)


def printable(text: str) -> str:
    """A text whose control and other unprintable characters are shown escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


@cache
def _unsafe() -> re.Pattern[str]:
    # JSON lets these stand raw within strings; a terminal or a reviewer's browser may obey them. The list is fixed,
    # where `str.isprintable` changes with Python's version, so that a document has the same bytes everywhere.
    return re.compile(
        "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    )


def document_text(value: msgspec.Struct) -> str:
    """A plan, report or validation as JSON: indented by two; same value, same text, safe to look at."""
    import json

    try:
        # A live value may be an object, and the server may write its keys in any order.
        text = msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2).decode()
    except UnicodeEncodeError:
        # A file name that is not UTF-8 holds lone surrogates, which only ASCII escapes can carry.
        text = json.dumps(msgspec.to_builtins(value, order="deterministic"), indent=2)
    return _make_safe(text) + "\n"


def json_text(value: Json) -> str:
    """Any JSON value as a file: indented by two, keys in their order, safe to look at, with a newline at its end."""
    import json

    return _make_safe(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def _make_safe(text: str) -> str:
    import json

    if text.isascii() and "\x7f" not in text:
        return text
    return _unsafe().sub(lambda found: json.dumps(found[0])[1:-1], text)
