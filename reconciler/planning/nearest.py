"""What a manifest without a live twin may have meant: near names of its provider, or a provider that is misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from msgspec import Struct

from reconciler.model import Live, Manifest, Provider, Snapshot
from reconciler.values import id_order


class Nearest(Struct, frozen=True):
    """objects: at most three, nearest first. provider: the one that the manifest may mean instead of its own."""

    objects: tuple[Live, ...] = ()
    provider: str | None = None


def fits(manifest: Manifest, live: Live) -> bool:
    """Whether the manifest's provider, a name or an id, is the live object's."""
    return manifest.provider in (live.provider.name, live.provider.id)


def find_nearest(manifest: Manifest, snapshot: Snapshot) -> Nearest:
    """Objects of the provider; where it has none, those of others whose name is the same or near."""
    named = [live for live in snapshot.objects.values() if live.name]
    same = [live for live in named if fits(manifest, live)]
    if same:
        names = sorted({live.name or "" for live in same})
        near = get_close_matches(manifest.name or "", names, n=3, cutoff=0.3) or names[:3]
        first = {live.name: live for live in sorted(same, key=_by_id, reverse=True)}
        return Nearest(tuple(first[name] for name in near))
    providers = [*snapshot.providers.values(), *(live.provider for live in named)]
    if any(manifest.provider in (one.name, one.id) for one in providers):
        return Nearest(_near_objects(manifest, named))
    provider = _near_provider(manifest.provider, {one.name for one in providers})
    if provider is not None:
        return Nearest(_near_objects(manifest, [live for live in named if live.provider.name == provider]), provider)
    objects = _near_objects(manifest, named)
    twin = next((live for live in objects if live.name == manifest.name), None)
    return Nearest(objects, None if twin is None else twin.provider.name)


def find_provider(providers: Mapping[str, Provider], word: str) -> tuple[Provider, ...]:
    """The provider with this id, else all of this name."""
    if word in providers:
        return (providers[word],)
    return tuple(sorted((one for one in providers.values() if one.name == word), key=lambda one: id_order(one.id)))


def _near_provider(word: str, names: Iterable[str]) -> str | None:
    folded = {name.casefold(): name for name in sorted(names, reverse=True)}
    near = get_close_matches(word.casefold(), sorted(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def _near_objects(manifest: Manifest, objects: Iterable[Live]) -> tuple[Live, ...]:
    """At most three objects whose name is near without its case; of equal names the lowest id first."""
    by_name: dict[str, list[Live]] = {}
    for live in sorted(objects, key=_by_id):
        by_name.setdefault((live.name or "").casefold(), []).append(live)
    near = get_close_matches((manifest.name or "").casefold(), sorted(by_name), n=3, cutoff=0.6)
    return tuple([live for name in near for live in by_name[name]][:3])


def _by_id(live: Live) -> tuple[bool, int, str, str]:
    return id_order(live.id)
