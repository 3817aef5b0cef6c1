"""What is known of the providers: the same one may be told by many objects and by GET /providers, each time in part.

Pure. A name that equals the id stands for a name that was not told. Of definitions the first that are not empty win;
empty ones stay `()`, and None says that nobody told any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from reconciler.model import Live, Provider


def merge_providers(told: Iterable[Provider]) -> dict[str, Provider]:
    """All that was told, by id."""
    known: dict[str, Provider] = {}
    for provider in told:
        have = known.setdefault(provider.id, provider)
        if have is not provider:
            known[provider.id] = _merge(have, provider)
    known.pop("", None)
    return known


def find_lacking(providers: Mapping[str, Provider], need: Iterable[str]) -> list[str]:
    """The names and ids in `need` of which no definitions are known, in order."""
    defined = {word for provider in providers.values() if provider.settings for word in (provider.id, provider.name)}
    return sorted(set(need) - defined)


def find_provider(providers: Mapping[str, Provider], word: str) -> Provider | None:
    """The provider of that name or id."""
    return next((one for one in providers.values() if word in (one.id, one.name)), None)


def fill_providers(objects: Mapping[str, Live], providers: Mapping[str, Provider]) -> dict[str, Live]:
    """The objects, each with all that is known of its provider."""
    return {one: _filled(live, providers.get(live.provider.id, live.provider)) for one, live in objects.items()}


def make_fit(names: Iterable[tuple[str, str]]) -> Callable[[Live], bool]:
    """Whether an object may be meant by one of the manifests without id, told by (provider, name); where the list tells
    no provider, the name decides.
    """
    words: dict[str, set[str]] = {}
    for word, name in names:
        words.setdefault(name, set()).add(word)

    def fits(live: Live) -> bool:
        meant = words.get(live.name, set()) if live.name is not None else set()
        return bool(meant) and (
            live.provider.name == live.provider.id or not meant.isdisjoint((live.provider.id, live.provider.name))
        )

    return fits


def _filled(live: Live, provider: Provider) -> Live:
    return live if live.provider is provider else replace(live, provider=provider)


def _merge(one: Provider, other: Provider) -> Provider:
    settings = one.settings or other.settings
    if settings is None:
        settings = one.settings
    name = other.name if one.name == one.id else one.name
    merged = Provider(one.id, name, one.type or other.type, settings)
    return one if merged == one else merged
