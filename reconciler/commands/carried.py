"""Secrets that travel along with an undo: where the API hides them, whole settings would erase what nobody names.

A report holds no secret, but the manifests at hand name them. Without manifests, or without what they refer to, the
guard tells what stands in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from reconciler.commands.declared import load_desired
from reconciler.commands.request import Request
from reconciler.commands.resolved import resolve_all
from reconciler.desired.places import Places
from reconciler.desired.references import Reference, references
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import ReconcilerError
from reconciler.model import Live, Manifest, Path, SecretRef, Snapshot
from reconciler.options import Options
from reconciler.planning.account import shows_secrets
from reconciler.values import is_mask, is_nothing


class Carried(Struct, frozen=True):
    """What an undo plans, with the references of hidden settings, and what reveals these."""

    manifests: list[Manifest]
    reveal: Callable[[SecretRef], str]


def refuse_to_reveal(reference: SecretRef) -> str:
    """For an undo that carries no secret."""
    raise ReconcilerError(f"{reference} is no secret of this undo")


def carry_secrets(
    manifests: list[Manifest], snapshot: Snapshot, options: Options, request: Request, keys: SecretKeys
) -> Carried:
    """Adds the references of settings that the API hides, where whole settings may be sent; never raises."""
    touched = frozenset(one.id for one in manifests if one.settings and one.id in snapshot.objects)
    bare = Carried(manifests, refuse_to_reveal)
    if options.settings_patch == "changed" or not touched:
        return bare
    places = Places()
    try:
        found = _find_hidden(touched, snapshot, options, request, keys, places)
        secrets = resolve_all(
            found, options, request.environ, request.cwd, literals={}, places=places, sandbox=request.sandbox
        )
    except ReconcilerError:
        return bare
    named: dict[str | None, dict[str, SecretRef]] = {}
    for one in found:
        named.setdefault(one.manifest.id, {})[one.path[1]] = one.ref
    filled = [
        msgspec.structs.replace(one, settings={**named.get(one.id, {}), **one.settings}) if one.settings else one
        for one in manifests
    ]
    return Carried(filled, secrets.reveal)


def _find_hidden(
    touched: frozenset[str | None],
    snapshot: Snapshot,
    options: Options,
    request: Request,
    keys: SecretKeys,
    places: Places,
) -> Sequence[Reference]:
    desired = load_desired(options, (), request.cwd, keys, places, allow_literals=True, offline=False).desired
    shown = shows_secrets(snapshot, keys.matches)
    return [
        one
        for one in references(manifest for manifest in desired.manifests if manifest.id in touched)
        if one.ref.scheme != "literal" and _is_hidden(snapshot.objects[one.manifest.id or ""], one.path[1], shown=shown)
    ]


def _is_hidden(live: Live, key: str, *, shown: bool) -> bool:
    value = live.settings.get(key)
    return is_mask(value, secret=True) or (is_nothing(value) and not shown)


def find_protected(
    manifests: Sequence[Manifest], options: Options, request: Request, keys: SecretKeys
) -> dict[str, tuple[Path, ...]]:
    """What the manifests at hand guard of these objects, by the address that the undo calls them; never raises."""
    try:
        loaded = load_desired(options, (), request.cwd, keys, Places(), allow_literals=True, offline=False)
    except ReconcilerError:
        return {}
    by_id = {one.id: one.lifecycle.guard for one in loaded.desired.manifests if one.id is not None}
    by_address = {one.address: one.lifecycle.guard for one in loaded.desired.manifests}
    found = {one.address: by_id.get(one.id or "") or by_address.get(one.address, ()) for one in manifests}
    return {address: guard for address, guard in found.items() if guard}
