"""Where imported manifests go, and what their variables are called: the same for the same objects, and no two alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from reconciler.adopting.judging import Adopted
from reconciler.model import Live
from reconciler.names import make_file_stem, make_slug, make_variable

Secret = tuple[str, str]
"""An object's id and a settings key of it."""


def make_paths(objects: Sequence[Live]) -> dict[str, tuple[str, str]]:
    """By id two paths below the folder: `<provider>/<slug>.yaml`, which others may have too, and one with `.ID`."""
    stems = {live.id: _make_stem(live) for live in objects}
    return {one: (f"{stem}.yaml", f"{stem}.{make_file_stem('', one)}.yaml") for one, stem in stems.items()}


def _make_stem(live: Live) -> str:
    folder = make_file_stem(live.provider.name, live.provider.id)
    return f"{folder}/{make_file_stem(make_slug(live.name or ''), live.id)}"


def make_variables(adopted: Sequence[Adopted], taken: Collection[str]) -> dict[Secret, str]:
    """The variable of each reference: HOOD_<PROVIDER>_<NAME>_<KEY>, with the id behind the name where that is shared.

    taken: variables that other manifests refer to.
    """
    wanted: dict[Secret, Live] = {
        (one.live.id, item.key): one.live
        for one in adopted
        for item in one.items
        if item.kind in ("reference", "hidden")
    }
    names = {secret: _make_name(live, secret[1]) for secret, live in wanted.items()}
    counts = Counter(names.values())
    used = {*taken, *names.values()}
    for secret, live in wanted.items():
        if counts[names[secret]] == 1 and names[secret] not in taken:
            continue
        name = other = _make_name(live, secret[1], with_id=True)
        number = 2
        while other in used:
            other, number = f"{name}_{number}", number + 1
        names[secret] = other
        used.add(other)
    return names


def _make_name(live: Live, key: str, *, with_id: bool = False) -> str:
    """Without a letter or digit that a variable may have in its name, an object goes by its id."""
    named = make_variable(live.name or "")
    parts = [named, live.id] if named and with_id else [named or live.id]
    return make_variable("HOOD", live.provider.name, *parts, key)
