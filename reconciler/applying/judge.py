"""Is a live object still what the plan saw? As planned, already as desired, or moved."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.applying.api import Ask
from reconciler.model import Change, FieldChange, Json, Live, Moved, Path, SecretRef
from reconciler.values import is_equal, is_mask, is_nothing, is_retyped, printable, text_of, value_at


class Judgement(Struct, frozen=True):
    """kind, and for a moved object what moved; never a secret's value."""

    kind: Literal["planned", "desired", "moved"]
    moved: tuple[Moved, ...] = ()


def judge(change: Change, live: Live, ask: Ask) -> Judgement:
    """Moved means: a managed name, status or setting that is not secret is not what the plan saw, and the object is
    not already as desired. Secrets do not count: of what the API hides nobody can tell, except that a rotation which
    has been applied since is as desired.
    """
    seen = dict(change.seen.values) if change.seen else {}
    paths = change.seen.paths if change.seen else ()
    moved = [path for path in paths if not is_equal(seen.get(path), value_at(live, path))]
    fields = {item.path for item in change.fields}
    told = [item for item in change.fields if not _is_rotated(item, live, change, ask)]
    hidden = [item for item in told if _is_hidden(item, live, change)]
    if fields.issuperset(moved) and all(_is_desired(item, live, change, ask) for item in told if item not in hidden):
        # What is hidden is sent again: nobody can tell whether it is there already.
        return Judgement("planned" if hidden else "desired")
    if moved:
        return Judgement("moved", tuple(_make_moved(path, seen.get(path), live, change, ask) for path in moved))
    return Judgement("planned")


def _is_hidden(item: FieldChange, live: Live, change: Change) -> bool:
    now = value_at(live, item.path)
    if item.action == "clear":
        return False
    return is_mask(now, secret=item.secret) or (item.path in change.unseen and is_nothing(now))


def _is_rotated(item: FieldChange, live: Live, change: Change, ask: Ask) -> bool:
    """Whether a secret that the plan sends for its fingerprint alone is by now what was last applied."""
    if item.path not in change.rotated or not _is_hidden(item, live, change):
        return False
    return ask.applied(live.id, item.path, wanted_at(change, item.path, ask))


def _is_desired(item: FieldChange, live: Live, change: Change, ask: Ask) -> bool:
    wanted, now = wanted_at(change, item.path, ask), value_at(live, item.path)
    return is_equal(wanted, now) or is_retyped(wanted, now)


def wanted_at(change: Change, path: Path, ask: Ask) -> Json:
    """The desired value of a changed field, a secret's too: for the moment of comparing and sending."""
    return resolve(change.body["settings"][path[1]] if path[0] == "settings" else change.body[path[0]], ask)


def resolve(value: Json, ask: Ask) -> Json:
    """A value of a plan's body: a reference becomes what it names. Never for live values, which anybody may set."""
    if isinstance(value, dict) and set(value) == {"secret"}:
        scheme, _, name = str(value["secret"]).partition(":")
        return ask.reveal(SecretRef(scheme, name))
    return value


def _make_moved(path: Path, then: Json, live: Live, change: Change, ask: Ask) -> Moved:
    field = {item.path: item for item in change.fields}.get(path)
    if (path[0] == "settings" and ask.secret(path[1])) or (field is not None and field.secret):
        return Moved(path, None, None, None, secret=True)
    return Moved(path, then, value_at(live, path), then if field is None else field.after)


def shown(value: Json) -> str:
    """A value for people, as JSON; a long one is cut."""
    text = printable(text_of(value))
    return text if len(text) <= 120 else text[:80] + "…" + text[-30:]
