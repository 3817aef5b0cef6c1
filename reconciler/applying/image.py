"""What a report keeps of an object so that its apply can be undone: the fields that were sent, before and after."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconciler.applying.work import Item
from reconciler.model import FieldChange, Json, Live, Outcome, Path
from reconciler.values import is_mask, value_at


def with_image(outcome: Outcome, item: Item, secret: Callable[[str], bool]) -> Outcome:
    """The outcome with what the object was before its first PATCH; nothing where no PATCH has left.

    Keys that were lost are part of it. No value of a secret is, and no mask.
    """
    live = item.before
    if not item.attempts or live is None or item.change.action == "create":
        return outcome
    sent = {field.path: field for field in item.change.fields}
    lost = [verdict.path for verdict in outcome.fields if verdict.verdict == "lost"]
    paths = [*sent, *(path for path in lost if path not in sent)]
    kept = [path for path in paths if _is_kept(path, sent.get(path), live, secret)]
    return msgspec.structs.replace(
        outcome,
        before=tuple((path, value_at(live, path)) for path in kept),
        after=tuple((path, _value_after(path, sent.get(path), outcome, item)) for path in kept),
        unkept=tuple(path for path in paths if path not in kept),
    )


def _is_kept(path: Path, field: FieldChange | None, live: Live, secret: Callable[[str], bool]) -> bool:
    hidden = (field is not None and field.secret) or (path[0] == "settings" and secret(path[1]))
    return not hidden and not is_mask(value_at(live, path), secret=False)


def _value_after(path: Path, field: FieldChange | None, outcome: Outcome, item: Item) -> Json:
    """As it was read back where the API stored another value than was sent; a lost key is absent."""
    coerced = any(verdict.path == path and verdict.verdict == "coerced" for verdict in outcome.fields)
    if coerced and item.stored is not None:
        return value_at(item.stored, path)
    return field.after if field is not None else None
