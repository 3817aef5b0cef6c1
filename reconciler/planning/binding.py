"""What binds a planned change to the manifest that it was made from, and where the two no longer say the same.

A plan without a key can be forged by whoever can write its file; one that is old may say what nobody declares any more.
Where the manifests are at hand, each body must be exactly what its document declares now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from reconciler.model import Change, Json, Manifest, Path, Plain, SecretRef, Setting
from reconciler.values import encode_json, printable, text_of

LONGEST = 60
"""Characters of a value in a message."""


class Mismatch(NamedTuple):
    """A path of the document, and what differs there; never a secret."""

    path: Path
    message: str


def digest_declared(manifest: Manifest, dropped: Iterable[Path] = ()) -> str:
    """sha256 over all that a document declares but its id, its key and what is for people.

    The id is compared by itself, since it may be written into the document later. What is dropped is not part of it:
    it is never sent, and nobody knows what it holds.
    """
    gone = {path[1] for path in dropped}
    lifecycle = manifest.lifecycle
    declared = {
        "provider": manifest.provider,
        "name": manifest.name,
        "status": manifest.status,
        "type": manifest.type,
        "is_default": manifest.is_default,
        "settings": {key: _tagged(value) for key, value in manifest.settings.items() if key not in gone},
        "lifecycle": [sorted(lifecycle.ignore), sorted(lifecycle.guard), lifecycle.create],
    }
    return "sha256:" + hashlib.sha256(text_of(declared).encode()).hexdigest()


def _tagged(value: Setting) -> Json:
    """A value so that no two of different kinds are the same: text, number, reference, null, list."""
    return {"plain": value.text} if isinstance(value, Plain) else _as_sent(value)


def _as_sent(value: Setting) -> Json:
    """A value as it stands in a body."""
    if isinstance(value, SecretRef):
        return {"secret": value.reference}
    return value.value if isinstance(value, Plain) else value


def find_mismatches(
    change: Change, manifest: Manifest, secret: Callable[[str], bool], providers: Mapping[str, str] | None = None
) -> list[Mismatch]:
    """Where a planned change and the document that it belongs to do not say the same. secret: of a settings key.
    providers: ids by name, as far as they are known without a network.

    That the change shows all that it sends has been seen to before (coherence.py).
    """
    found = list(_judge_identity(change, manifest, providers or {}))
    for path, value in _body_rows(change):
        found += _judge_value(path, value, manifest, secret)
    if not found and change.declared != digest_declared(manifest, (item.path for item in change.dropped)):
        found.append(Mismatch((), "the document does not declare what it did when the plan was made"))
    return found


def _judge_identity(change: Change, manifest: Manifest, providers: Mapping[str, str]) -> Iterator[Mismatch]:
    if change.id is not None and manifest.id is not None and change.id != manifest.id:
        yield Mismatch(("id",), f"the manifest declares {manifest.id}, the plan would change {printable(change.id)}")
    known = manifest.provider if manifest.provider.isdigit() else providers.get(manifest.provider)
    other = known is not None and change.body.get("provider_id", known) != known
    if other or not change.address.startswith(f"{manifest.provider}/"):
        yield Mismatch(("provider",), "the plan was made for another provider")
    if change.action == "create" or manifest.id is not None or ("name",) in manifest.lifecycle.ignore:
        return
    seen = dict(change.seen.values) if change.seen else {}
    if change.seen is None or ("name",) not in change.seen.paths or seen.get(("name",)) != manifest.name:
        # Without an id the name is all that ties the document to the object.
        yield Mismatch(("name",), "the plan would change an object that does not have this name")


def _body_rows(change: Change) -> Iterator[tuple[Path, Json]]:
    """Every path that would be sent, with its value."""
    for key in ("name", "status"):
        if key in change.body:
            yield (key,), change.body[key]
    settings = change.body.get("settings", {})
    rows = {**change.along, **(settings if isinstance(settings, dict) else {"": settings})}
    for key, value in sorted(rows.items()):
        yield ("settings", key), value


def _judge_value(path: Path, value: Json, manifest: Manifest, secret: Callable[[str], bool]) -> Iterator[Mismatch]:
    named: dict[Path, Json] = {
        **{("settings", key): _as_sent(one) for key, one in manifest.settings.items()},
        **{(key,): one for key, one in (("name", manifest.name), ("status", manifest.status)) if one is not None},
    }
    if path not in named:
        yield Mismatch(path, "the manifest does not name it")
    elif path in manifest.lifecycle.ignore and path != ("name",):
        yield Mismatch(path, "lifecycle.ignore keeps it from being sent")
    elif not _is_same(named[path], value):
        what = _shown(value, secret=path[0] == "settings" and secret(path[1]))
        yield Mismatch(path, f"the plan would send {what}, the manifest declares something else")


def _is_same(one: Json, other: Json) -> bool:
    """Equality that knows types; what JSON cannot carry equals nothing."""
    text = encode_json(one)
    return text is not None and text == encode_json(other)


def _shown(value: Json, *, secret: bool) -> str:
    """A value of the plan; a secret one only as the reference that it is."""
    if isinstance(value, dict) and value.keys() == {"secret"} and not str(value["secret"]).startswith("literal:"):
        return f"secret({printable(str(value['secret']))})"
    if secret or isinstance(value, dict):
        return "another value"
    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
