r"""Desired against live, field by field: `==` first, DeepDiff only on what differs.

    desired \ live       absent or null   equal    differs   masked            587 for "587"
    not named           -                -        -         -                 -
    text, list          add              -        change    unseen            - (warning)
    reference           add or unseen    -        change    unseen            - (warning)
    reference, unread   add or unseen    unseen   unseen    unseen            unseen
    null                -                -        clear     clear             clear
    not defined by the provider: taken out before, never sent (settings.py)

A reference whose live twin is absent is `unseen` where the account shows no secret at all: the API may leave them out.
Unread is a reference where no secret is read (--no-secrets): it surely differs only from what is surely absent.
Only what is decided as a difference reaches DeepDiff, each value as its JSON text: so True is not 1, and a list is one
value. Its paths come as lists, since a key may hold dots and quotes. Of a secret only that it differs gets there.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from msgspec import Struct, field

from reconciler.model import Json, Live, Manifest, Path, Plain, SecretRef
from reconciler.values import is_equal, is_mask, is_nothing, is_retyped, path_order, text_of

Reveal = Callable[[SecretRef], str | None]
"""The value of a reference; None where no secret is read."""


class Difference(Struct):
    """changed: differs. unseen: cannot be compared. retyped: same text, another type. All in the order of paths."""

    changed: list[Path] = field(default_factory=list)
    unseen: list[Path] = field(default_factory=list)
    retyped: list[Path] = field(default_factory=list)


class Wanted(Struct, frozen=True):
    """What is compared and may be sent: what the manifest names, without what is ignored or undefined.

    settings: JSON values and SecretRefs.
    """

    top: dict[str, str]
    settings: dict[str, Json]

    def __repr__(self) -> str:
        return f"Wanted({sorted(self.top)}, {len(self.settings)} settings)"


def is_same(manifest: Manifest, live: Live, reveal: Reveal) -> bool:
    """Whether all that a manifest names is there, as text and in clear: the quick answer for almost every object.

    False says that a closer look is needed, not that something differs.
    """
    if manifest.lifecycle.ignore or (manifest.name is not None and manifest.name != live.name):
        return False
    if manifest.status is not None and manifest.status != live.status:
        return False
    there = live.settings
    for key, value in manifest.settings.items():
        plain = reveal(value) if value.__class__ is SecretRef else value
        if plain.__class__ is not str or plain != there.get(key):
            return False
    return True


def make_wanted(manifest: Manifest, undefined: frozenset[str] = frozenset()) -> Wanted:
    """The managed part of a manifest; a Plain has become its value."""
    ignored = set(manifest.lifecycle.ignore)
    named = {"name": manifest.name, "status": manifest.status}
    top = {key: value for key, value in named.items() if value is not None and (key,) not in ignored}
    settings: dict[str, Json] = {
        key: value.value if isinstance(value, Plain) else value
        for key, value in manifest.settings.items()
        if key not in undefined and ("settings", key) not in ignored
    }
    return Wanted(top=top, settings=settings)


def diff_live(wanted: Wanted, live: Live, reveal: Reveal, *, secret: Callable[[str], bool], shown: bool) -> Difference:
    """What would have to change. `shown`: the account shows secrets, so that an absent one is surely not set."""
    out = Difference()
    before: dict[str, Json] = {"settings": {}}
    after: dict[str, Json] = {"settings": {}}
    for key, have in (("name", live.name), ("status", live.status)):
        if wanted.top.get(key, have) != have:
            _put(before, key, have)
            _put(after, key, wanted.top[key])
    for key, value in sorted(wanted.settings.items(), key=itemgetter(0)):
        have = live.settings.get(key)
        path = ("settings", key)
        is_reference = isinstance(value, SecretRef)
        hidden = is_reference or secret(key)
        plain = reveal(value) if isinstance(value, SecretRef) else value
        if is_reference and plain is None:
            verdict = "differs" if shown and is_nothing(have) else "unseen"
        else:
            verdict = _verdict(plain, have, secret=hidden, shown=shown)
        if verdict == "unseen":
            out.unseen.append(path)
        elif verdict == "retyped":
            out.retyped.append(path)
        elif verdict == "differs" or (verdict == "compare" and hidden and not is_equal(plain, have)):
            _put(before["settings"], key, None if have is None else "live")
            _put(after["settings"], key, None if value is None else "wanted")
        elif verdict == "compare" and not hidden:
            _put(before["settings"], key, have)
            _put(after["settings"], key, plain)
    out.changed = _deep_paths(before, after)
    return out


def _put(target: dict[str, Json], key: str, value: Json) -> None:
    if value is not None:
        target[key] = text_of(value)


def _verdict(wanted: Json, have: Json, *, secret: bool, shown: bool) -> str:
    """Same, unseen, retyped, or compare: what is no text is for DeepDiff to tell, since it may only seem equal."""
    if wanted.__class__ is str and wanted == have:
        return "same"
    if wanted is None or (wanted.__class__ is have.__class__ and wanted == have):
        return "compare"
    if is_mask(have, secret=secret) or (secret and not shown and is_nothing(have)):
        return "unseen"
    return "retyped" if is_retyped(wanted, have) else "compare"


def _deep_paths(before: dict[str, Json], after: dict[str, Json]) -> list[Path]:
    """The paths at which two trees of JSON texts differ, in the order name, status, settings by key."""
    if before == after:
        return []
    from deepdiff import DeepDiff

    # Keys that begin with "__" would be passed over, and a settings mapping of which most differs would be folded into
    # one change, if DeepDiff had its own way.
    tree = DeepDiff(
        before, after, view="tree", ignore_private_variables=False, threshold_to_diff_deeper=0, cache_size=0
    )
    paths = {tuple(str(part) for part in item.path(output_format="list")) for kind in tree.values() for item in kind}
    return sorted(paths, key=path_order)
