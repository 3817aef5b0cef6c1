"""Overlays: documents of an account that replace single fields of the manifests with the same address.

An overlay document names provider and key (or the name that the address is made of), and what it replaces: id, name,
status, type, is_default, each settings key by itself, each rule of lifecycle by itself. What is laid over is judged as
one manifest, and each of its values has its place where it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from reconciler.desired.addresses import Draft, assign_addresses
from reconciler.desired.documents import Document, Layer
from reconciler.desired.load import Places
from reconciler.model import Json, Problem
from reconciler.names import find_meant

_IDENTITY = ("provider", "key")
_BY_KEY = ("settings", "lifecycle")


def lay_over(
    documents: Sequence[Document], overlays: Iterable[Document], account: str | None, places: Places
) -> tuple[list[Document], list[Problem]]:
    """The documents with the overlays laid over them, and what is wrong with these. places: learns of them."""
    known = _find_addresses(documents, account)
    taken: dict[str, Document] = {}
    problems: list[Problem] = []
    for overlay in overlays:
        address = address_of(overlay, account)
        problem = _judge(overlay, address, known, taken)
        if problem is not None:
            problems.append(problem)
        elif address is not None:
            taken[address] = overlay
    by_index = {known[address]: overlay for address, overlay in taken.items()}
    laid = [
        _merge(document, by_index[index], places) if index in by_index else document
        for index, document in enumerate(documents)
    ]
    return laid, problems


def _judge(
    overlay: Document, address: str | None, known: Mapping[str, int], taken: Mapping[str, Document]
) -> Problem | None:
    if address is None:
        message = "an overlay names the manifest that it is for by provider and key"
        return Problem("missing-key", message, overlay.source, "add provider: and key:, as in the manifest's address")
    if address in taken:
        message = f"is laid over {address}, and so is {taken[address].source}"
        return Problem("duplicate-overlay", message, overlay.source, "write both into one document")
    if address not in known:
        near = find_meant(address, known)
        fix = f"did you mean {near}?" if near else "write provider and key of a manifest, or remove the document"
        message = f"is laid over {address}, and no manifest has this address"
        return Problem("no-such-manifest", message, overlay.source, fix)
    return None


def _find_addresses(documents: Sequence[Document], account: str | None) -> dict[str, int]:
    """The documents by address, also those in which something else is wrong; of twins the first."""
    drafts = [(index, draft) for index, document in enumerate(documents) if (draft := _draft(document, account))]
    assign_addresses([draft for _, draft in drafts])
    found: dict[str, int] = {}
    for index, draft in drafts:
        found.setdefault(draft.address, index)
    return found


def address_of(overlay: Document, account: str | None) -> str | None:
    """The address that an overlay names, None where it names none."""
    draft = _draft(overlay, account)
    if draft is None:
        return None
    assign_addresses([draft])
    return draft.address or None


def _draft(document: Document, account: str | None) -> Draft | None:
    """What a document's address is made of, None where it has no provider."""
    data: Json = document.data
    if not isinstance(data, dict) or not isinstance(data.get("provider"), str):
        return None
    raw = data.get("id")
    one = (raw.get(account) if account else next(iter(raw.values()), None)) if isinstance(raw, dict) else raw
    name, key = data.get("name"), data.get("key")
    return Draft(
        source=document.source,
        provider=data["provider"],
        id=one if isinstance(one, str) else None,
        name=name if isinstance(name, str) else None,
        key=key if isinstance(key, str) else None,
        raw_id=None,
        data={},
        settings={},
        broken=False,
        label=name if isinstance(name, str) else None,
    )


def _merge(document: Document, overlay: Document, places: Places) -> Document:
    """One document of both. Its address stays: it is made of what the manifest says."""
    data = dict(document.data)
    paths: list[tuple[str, ...]] = []
    for key, value in overlay.data.items():
        if key in _IDENTITY:
            continue
        if key in _BY_KEY and isinstance(value, dict):
            paths.extend((key, step) for step in value)
            if isinstance(data.get(key), dict):
                data[key] = {**data[key], **value}
                continue
        data[key] = value
        paths.append((key,))
    layer = Layer(overlay.source, frozenset(paths), document.data.get("name"))
    places.redirect(document.source, layer.paths, overlay.source)
    marked = document.variables or overlay.variables
    return msgspec.structs.replace(document, data=data, variables=marked, layer=layer)
