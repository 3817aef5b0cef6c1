"""Which live object a manifest describes: by id, or by provider and name; each one by one manifest only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct, field

from reconciler.model import Live, Manifest, Problem, Provider, Snapshot
from reconciler.planning.nearest import Nearest, find_nearest, find_provider, fits
from reconciler.values import id_order, printable

NEAREST_FOR = 20
"""So many manifests without a twin are told the nearest names; with a wrong account it would be all, at a high cost."""


class Matches(Struct):
    """live, blocked (unknown to the API), errors: by address. managed: the ids that are described.

    creates: addresses without a live twin that may be created.
    """

    live: dict[str, Live] = field(default_factory=dict)
    blocked: dict[str, Problem] = field(default_factory=dict)
    errors: dict[str, Problem] = field(default_factory=dict)
    managed: set[str] = field(default_factory=set)
    creates: set[str] = field(default_factory=set)


def match_all(manifests: Sequence[Manifest], snapshot: Snapshot) -> Matches:
    """Matches all manifests of an account, whether in scope or not: managed is what any of them describes.

    The manifests come in the order of their addresses, so that the order of files changes no message.
    """
    out = Matches()
    twins: dict[str | None, list[Live]] = {}
    if any(manifest.id is None for manifest in manifests):
        twins = _index_by_name(snapshot)
    for manifest in manifests:
        if manifest.id is None:
            _match_by_name(manifest, twins, snapshot, out)
            continue
        out.managed.add(manifest.id)
        live = snapshot.objects.get(manifest.id)
        if live is not None:
            out.live[manifest.address] = live
        elif manifest.id in snapshot.unknown:
            out.blocked[manifest.address] = _unknown_id(manifest)
    _refuse_doubles(manifests, out)
    out.errors.update(_find_clashes(manifests, out.creates, snapshot.providers))
    return out


def _index_by_name(snapshot: Snapshot) -> dict[str | None, list[Live]]:
    twins: dict[str | None, list[Live]] = {}
    for live in snapshot.objects.values():
        twins.setdefault(live.name, []).append(live)
    return twins


def _match_by_name(manifest: Manifest, twins: dict[str | None, list[Live]], snapshot: Snapshot, out: Matches) -> None:
    found = [live for live in twins.get(manifest.name, ()) if fits(manifest, live)]
    if len(found) == 1:
        out.live[manifest.address] = found[0]
        out.managed.add(found[0].id)
    elif found:
        ids = sorted((live.id for live in found), key=id_order)
        out.managed.update(ids)
        message = f"{manifest.address}: {len(ids)} live objects have this provider and name: {', '.join(ids)}"
        out.errors[manifest.address] = Problem(
            "ambiguous", message, manifest.source, " or ".join(f'write id: "{one}"' for one in ids[:3])
        )
    elif manifest.lifecycle.create:
        out.creates.add(manifest.address)
    else:
        near = find_nearest(manifest, snapshot) if len(out.errors) < NEAREST_FOR else Nearest()
        out.errors[manifest.address] = _no_twin(manifest, snapshot, near)


def _no_twin(manifest: Manifest, snapshot: Snapshot, near: Nearest) -> Problem:
    if not snapshot.listed:
        message = f"{manifest.address}: has no id, and this API has no list to look its name up in"
        return Problem("no-id", message, manifest.source, 'write its id: "…"')
    if not snapshot.complete:
        message = f"{manifest.address}: has no id, and the list could not be read whole to look its name up"
        return Problem("no-id", message, manifest.source, 'write its id: "…", or plan again')
    nearest = ", ".join(
        f"{_quoted(live.name or '')} ({live.id})"
        if fits(manifest, live)
        else f"{_quoted(live.name or '')} ({live.id}, provider {printable(live.provider.name)})"
        for live in near.objects
    )
    message = f"{manifest.address}: no live {manifest.provider} integration is named {_quoted(manifest.name or '')}"
    message += f"; nearest: {nearest}" if nearest else ""
    if near.provider is not None:
        fix = f"did you mean provider: {printable(near.provider)}?"
    elif near.objects and fits(manifest, near.objects[0]):
        fix = f'write id: "{near.objects[0].id}" if it is that one, or lifecycle: {{create: true}} to create it'
    else:
        fix = "write lifecycle: {create: true} to create it"
    return Problem("no-twin", message, manifest.source, fix)


def _quoted(text: str) -> str:
    return f'"{printable(text)}"'


def _unknown_id(manifest: Manifest) -> Problem:
    return Problem(
        "unknown-id",
        f"{manifest.address}: the API does not know id {manifest.id}",
        manifest.source,
        "correct the id, or take the document out if the integration was removed",
    )


def _refuse_doubles(manifests: Sequence[Manifest], out: Matches) -> None:
    """Two manifests may not describe one live object: they would undo each other's work for ever."""
    first: dict[str, Manifest] = {}
    for manifest in manifests:
        live = out.live.get(manifest.address)
        if live is None:
            continue
        other = first.setdefault(live.id, manifest)
        if other is not manifest:
            # Both are told, since either may be out of the scope of this run.
            out.errors.setdefault(other.address, _double(other, manifest, live))
            out.errors[manifest.address] = _double(manifest, other, live)


def _double(manifest: Manifest, other: Manifest, live: Live) -> Problem:
    message = f"{manifest.address}: describes {live.id}, and so does {other.address} at {other.source}"
    return Problem("duplicate-object", message, manifest.source, "keep one of them")


def _find_clashes(
    manifests: Sequence[Manifest], creates: Collection[str], providers: Mapping[str, Provider]
) -> dict[str, Problem]:
    """By address: manifests that would create what another one declares too, by provider and name."""
    if not creates:
        return {}
    named: dict[tuple[str, str | None], list[Manifest]] = {}
    for manifest in manifests:
        found = find_provider(providers, manifest.provider)
        named.setdefault((found[0].id if found else manifest.provider, manifest.name), []).append(manifest)
    clashes: dict[str, Problem] = {}
    for group in named.values():
        for manifest in (one for one in group if len(group) > 1 and one.address in creates):
            other = next(one for one in group if one is not manifest)
            message = f"{manifest.address}: would create what {other.address} at {other.source} declares too"
            fix = "give it another name, or keep one of them"
            clashes[manifest.address] = Problem("duplicate-create", message, manifest.source, fix)
    return clashes
