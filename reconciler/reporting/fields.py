"""What stands behind a field's path: before and after as JSON text, secrets as words, long values cut."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.reporting.style import ELLIPSIS, cells, cut, escape, take

if TYPE_CHECKING:
    from reconciler.model import Change, FieldChange, Json, Path

ARROW = " -> "


@cache
def _plain_key() -> re.Pattern[str]:
    return re.compile(r"[\w-]+")


class Pair(Struct, frozen=True):
    """A value before and after, as escaped JSON text."""

    before: str
    after: str


def path_text(path: Path) -> str:
    """`settings.port`; a key that is no plain word stands in quotes, so that its dots are not read as levels."""
    is_plain = _plain_key().fullmatch
    return ".".join(part if is_plain(part) and escape(part) == part else value_text(part) for part in path)


def value_text(value: Json, *, ascii_only: bool = False) -> str:
    """A value as one line of JSON that hides nothing: what cannot be seen is written as an escape."""
    import json

    return escape(json.dumps(value, ensure_ascii=ascii_only, sort_keys=True, default=str))


def field_text(field: FieldChange, change: Change | None = None) -> str | Pair:
    """What changes. Of a secret only that it does; `change` tells where the API hides it and it is sent anyway."""
    if field.secret:
        return _secret_text(field, change)
    if field.action == "add":
        return value_text(field.after)
    if field.action == "clear":
        return Pair(value_text(field.before), "(cleared)")
    return make_pair(field.before, field.after)


def cause_text(field: FieldChange) -> str | None:
    """Who moved since the revision asked for, and who last changed the line; None where nobody asked."""
    if field.cause is None:
        return None
    words = {
        "intended": "intended: the manifest changed",
        "drifted": "drifted: live changed, the manifest did not",
        "both": "conflict: both the manifest and live changed",
        "new": "new in the manifests",
    }
    if field.secret and field.cause == "drifted":
        text = "drifted: live or the secret's value changed, the manifest did not"
    else:
        text = words[field.cause]
    who = field.changed_by
    return (
        text if who is None else f"{text}; line last changed in {escape(who.commit)} by {escape(cut(who.author, 60))}"
    )


def _secret_text(field: FieldChange, change: Change | None) -> str:
    verb = {"add": "is added", "change": "changes", "clear": "is cleared"}[field.action]
    hidden = change is not None and field.path in change.unseen
    if change is not None and field.path in change.rotated:
        verb = "changes: it is not what was last applied"
    elif hidden:
        verb = "is sent again, the API hides what it is now"
    if field.reference is None:
        return "(secret, differs from live)" if field.action == "change" and not hidden else f"(secret, {verb})"
    if field.reference.startswith("literal:"):
        return f"(secret, {verb})"
    return f"secret({escape(field.reference)}) {verb}"


def unseen_text(change: Change, path: Path) -> str:
    """Why a setting that is not sent was not compared."""
    if path in change.unread:
        return "not compared, as asked (--no-secrets)"
    if path in change.remembered:
        return "as last applied; the API hides what is live"
    return "not compared: the API hides it"


def make_pair(before: Json, after: Json) -> Pair:
    """Two values as texts that differ to the eye too."""
    pair = Pair(value_text(before), value_text(after))
    if unicodedata.normalize("NFC", pair.before) == unicodedata.normalize("NFC", pair.after):
        # Two spellings of the same letters look the same, so the letters are written as codes.
        return Pair(value_text(before, ascii_only=True), value_text(after, ascii_only=True))
    return pair


def wide(text: str | Pair) -> int:
    """Columns that it takes where nothing is cut."""
    return cells(text) if isinstance(text, str) else cells(text.before) + len(ARROW) + cells(text.after)


def fit(text: str | Pair, width: int) -> str:
    """The text in so many columns. A pair shares them, and what is cut still shows where the two differ."""
    if isinstance(text, str):
        return cut(text, width)
    room = max(width - len(ARROW), 2)
    half = room // 2
    left = min(cells(text.before), max(half, room - cells(text.after)))
    right = room - left
    if cells(text.before) > left and cells(text.after) > right:
        at = _first_difference(text.before, text.after)
        if not _stays_visible(text, at, left, right):
            return _window(text.before, at, left) + ARROW + _window(text.after, at, right)
    return cut(text.before, left) + ARROW + cut(text.after, right)


def _first_difference(before: str, after: str) -> int:
    both = zip(before, after, strict=False)
    same = (index for index, (one, other) in enumerate(both) if one != other)
    return next(same, min(len(before), len(after)))


def _stays_visible(pair: Pair, at: int, left: int, right: int) -> bool:
    """Whether a difference lies within the beginnings or the ends that are kept of both."""
    if cells(pair.before[: at + 1]) <= left // 2 and cells(pair.after[: at + 1]) <= right // 2:
        return True
    before, after = pair.before[::-1], pair.after[::-1]
    back = _first_difference(before, after)
    return cells(before[: back + 1]) <= (left - 1) // 2 and cells(after[: back + 1]) <= (right - 1) // 2


def _window(text: str, at: int, width: int) -> str:
    """The part of a text around an index, with `…` where something is left out."""
    start = max(0, at - width // 3)
    if start == 0 or width < 3:
        return cut(text, width)
    rest = text[start:]
    if cells(rest) <= width - 1:
        return ELLIPSIS + rest
    return ELLIPSIS + take(rest, width - 2) + ELLIPSIS
