"""From a difference to a change: its fields, the smallest PATCH body, and the precondition of the write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from reconciler.model import FieldChange, Json, Live, Manifest, Path, SecretRef, Seen
from reconciler.planning.diff import Wanted
from reconciler.planning.settings import Definitions, Place
from reconciler.values import is_mask, is_nothing, path_order, text_of, value_at


def make_fields(
    manifest: Manifest,
    wanted: Wanted,
    live: Live | None,
    paths: Iterable[Path],
    place: Place,
    secret: Callable[[str], bool],
) -> tuple[FieldChange, ...]:
    """The changed fields in order; live: None of what is created. Of a secret neither old nor new value is kept."""
    return tuple(_make_field(manifest, wanted, live, path, place, secret) for path in sorted(paths, key=path_order))


def _make_field(
    manifest: Manifest, wanted: Wanted, live: Live | None, path: Path, place: Place, secret: Callable[[str], bool]
) -> FieldChange:
    before, after = value_at(live, path) if live else None, _wanted_at(wanted, path)
    hidden = isinstance(after, SecretRef) or (path[0] == "settings" and secret(path[1]))
    return FieldChange(
        path=path,
        before=None if hidden else before,
        after=None if hidden else after,
        secret=hidden,
        source=place.value(manifest, path),
        action="clear" if after is None else "add" if before is None else "change",
        reference=after.reference if isinstance(after, SecretRef) else None,
    )


def _wanted_at(wanted: Wanted, path: Path) -> Json:
    return wanted.settings[path[1]] if path[0] == "settings" else wanted.top[path[0]]


def make_body(wanted: Wanted, paths: Iterable[Path]) -> dict[str, Json]:
    """The smallest PATCH: what changes and nothing else. A reference stands as {"secret": "env:NAME"}."""
    body: dict[str, Json] = {}
    for path in sorted(paths, key=path_order):
        value = _wanted_at(wanted, path)
        written = {"secret": value.reference} if isinstance(value, SecretRef) else value
        if path[0] == "settings":
            body.setdefault("settings", {})[path[1]] = written
        else:
            body[path[0]] = written
    return body


def make_along(wanted: Wanted, unseen: Iterable[Path], body: dict[str, Json]) -> dict[str, Json]:
    """Managed settings that the API hides: they travel with a PATCH of whole settings, or it might erase them."""
    if "settings" not in body:
        return {}
    hidden = [path for path in unseen if path[0] == "settings" and path[1] not in body["settings"]]
    return dict(make_body(wanted, hidden).get("settings", {}))


def make_seen(
    wanted: Wanted,
    live: Live,
    page: str | None,
    definitions: Definitions | None,
    *,
    secret: Callable[[str], bool],
    shown: bool,
) -> Seen:
    """What a write to this object depends on. Values of secrets are not part of it, in clear or as a hash."""
    keys = [key for key, value in wanted.settings.items() if not isinstance(value, SecretRef) and not secret(key)]
    paths = tuple(sorted([*((key,) for key in wanted.top), *(("settings", key) for key in keys)], key=path_order))
    return Seen(
        update_time=live.update_time,
        digest=digest_live(live, paths),
        paths=paths,
        values=tuple((path, value) for path in paths if (value := value_at(live, path)) is not None),
        page=page,
        keys=tuple(sorted(wanted.settings)),
        hidden=_hidden_keys(wanted, live, definitions, secret=secret, shown=shown),
        there=tuple(sorted(key for key, value in live.settings.items() if not is_nothing(value))),
    )


def _hidden_keys(
    wanted: Wanted, live: Live, definitions: Definitions | None, *, secret: Callable[[str], bool], shown: bool
) -> tuple[str, ...]:
    """Unmanaged keys that the live object may hold and nobody can see: masked, or secrets that the API leaves out.

    Where no secret of the account is shown, one that is merely not set cannot be told from one that is left out: it
    counts, since erasing a secret is the worse mistake. Those are the ones that are not `there`.
    """
    masked = {key for key, value in live.settings.items() if is_mask(value, secret=secret(key))}
    left_out: set[str] = set()
    if definitions is not None and not shown:
        left_out = {key for key in definitions.keys if secret(key) and is_nothing(live.settings.get(key))}
    return tuple(sorted((masked | left_out) - wanted.settings.keys()))


def digest_live(live: Live, paths: Iterable[Path]) -> str:
    """sha256 over managed paths and their live values; absent and null are the same."""
    rows = [[list(path), value_at(live, path)] for path in paths]
    return "sha256:" + hashlib.sha256(text_of(rows).encode()).hexdigest()
