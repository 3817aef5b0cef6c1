"""Desired, live and verdict of one integration, field by field, without resolving a reference. Pure."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model import Json, Live, LiveState, Manifest, Origin, Path, Plain, SecretRef, ShownField, Verdict
from reconciler.planning.account import Account
from reconciler.planning.diff import Difference, diff_live, make_wanted
from reconciler.planning.nearest import fits
from reconciler.planning.settings import Definitions, undefined_keys
from reconciler.values import is_mask, is_nothing

UNRESOLVED = "\0unresolved"
"""Stands for the value of every reference: nothing live is this text."""


class _Sides(Struct, frozen=True):
    """What the fields of one integration are judged by. untold: nobody says what the provider of an object defines
    that is not there, so that no value of its manifest may be shown.
    """

    manifest: Manifest | None
    live: Live | None
    account: Account
    undefined: frozenset[str]
    difference: Difference
    untold: bool


def make_sides(manifest: Manifest | None, live: Live | None, account: Account) -> tuple[ShownField, ...]:
    """All fields that either side names: provider, name, type, status, is_default, then the settings by key."""
    definitions = _find_definitions(manifest, live, account)
    undefined = undefined_keys(manifest, definitions) if manifest is not None else frozenset[str]()
    difference = Difference()
    if manifest is not None and live is not None:
        blind = without_references(manifest, live)
        difference = diff_live(
            make_wanted(blind, undefined), live, unresolved, secret=account.asked.secret, shown=account.shown
        )
    sides = _Sides(manifest, live, account, undefined, difference, untold=live is None and definitions is None)
    keys = {*(manifest.settings if manifest is not None else ()), *(live.settings if live is not None else ())}
    fields = (*_top_fields(sides), *(_setting_field(sides, key) for key in sorted(keys)))
    if manifest is None or not manifest.origins:
        return fields
    return tuple(_tell_origin(field, manifest.origin_of(field.path)) for field in fields)


def _tell_origin(field: ShownField, origin: Origin) -> ShownField:
    return replace(field, overlay=origin.overlay is not None, variables=origin.variables)


def _find_definitions(manifest: Manifest | None, live: Live | None, account: Account) -> Definitions | None:
    """Those of the live object's provider; where there is none, of the provider that the manifest names."""
    if live is not None:
        return account.definitions.get(live.provider.id)
    word = manifest.provider if manifest is not None else None
    known = account.definitions.values()
    return next((one for one in known if word in (one.provider.id, one.provider.name)), None)


def unresolved(_ref: SecretRef) -> str:
    """What `reveal` is where no reference is resolved."""
    return UNRESOLVED


def without_references(manifest: Manifest, live: Live) -> Manifest:
    """The manifest as if each reference led to what is live, so that nothing but the rest can differ.

    A reference to what is not there stays: it surely differs from nothing.
    """
    there = {
        key: value
        for key, ref in manifest.settings.items()
        if isinstance(ref, SecretRef) and isinstance(value := live.settings.get(key), str) and value
    }
    return replace(manifest, settings={**manifest.settings, **there}) if there else manifest


def cannot_be_compared(manifest: Manifest, live: Live, path: Path) -> bool:
    """Whether a field is a reference, and there is something live that it may or may not be."""
    value = manifest.settings.get(path[1]) if path[0] == "settings" else None
    return isinstance(value, SecretRef) and not is_nothing(live.settings.get(path[1]))


def _top_fields(sides: _Sides) -> list[ShownField]:
    manifest, live = sides.manifest, sides.live
    rows: list[tuple[str, Json, Json]] = [
        (key, getattr(manifest, key, None), getattr(live, key, None))
        for key in ("name", "type", "status", "is_default")
    ]
    made = [_top_field(sides, key, desired, have) for key, desired, have in rows if (desired, have) != (None, None)]
    return [_provider_field(sides), *made]


def _provider_field(sides: _Sides) -> ShownField:
    manifest, live = sides.manifest, sides.live
    have = live.provider.name if live is not None else None
    field = _top_field(sides, "provider", manifest.provider if manifest is not None else None, have)
    agrees = manifest is not None and live is not None and fits(manifest, live)
    return replace(field, verdict="same") if agrees else field


def _top_field(sides: _Sides, key: str, desired: Json, have: Json) -> ShownField:
    path, manifest = (key,), sides.manifest
    verdict: Verdict = "same"
    if manifest is None or desired is None:
        verdict = "not-managed"
    elif path in manifest.lifecycle.ignore:
        verdict = "ignored"
    elif sides.live is None:
        verdict = "missing"
    elif desired != have:
        verdict = "differs" if key in ("name", "status") else "fixed"
    declared = manifest is not None and desired is not None
    return ShownField(
        path=path,
        desired=desired,
        live=have,
        verdict=verdict,
        declared=declared,
        live_state="not-set" if have is None else "value",
        source=sides.account.asked.place.value(manifest, path) if manifest is not None and declared else None,
    )


def _setting_field(sides: _Sides, key: str) -> ShownField:
    manifest, path = sides.manifest, ("settings", key)
    declared = manifest is not None and key in manifest.settings
    value = manifest.settings[key] if manifest is not None and declared else None
    secret = sides.account.asked.secret(key) or isinstance(value, SecretRef)
    state = _live_state(sides, key, secret=secret)
    have = sides.live.settings.get(key) if sides.live is not None and state == "value" else None
    desired: Json = None
    if isinstance(value, SecretRef):
        desired = {"secret": value.reference}
    elif not secret and key not in sides.undefined and not sides.untold:
        desired = value.value if isinstance(value, Plain) else value
    return ShownField(
        path=path,
        desired=desired,
        live=have,
        verdict=_setting_verdict(sides, key, state),
        declared=declared,
        live_state=state,
        secret=secret,
        source=sides.account.asked.place.value(manifest, path) if manifest is not None and declared else None,
    )


def _live_state(sides: _Sides, key: str, *, secret: bool) -> LiveState:
    if sides.live is None:
        return "not-set"
    value = sides.live.settings.get(key)
    if value is None or (secret and is_nothing(value)):
        return "hidden" if secret and not sides.account.shown else "not-set"
    if is_mask(value, secret=secret):
        return "hidden"
    if secret:
        return "secret"
    definitions = sides.account.definitions.get(sides.live.provider.id)
    return "not-shown" if definitions is not None and key not in definitions.keys else "value"


def _setting_verdict(sides: _Sides, key: str, state: LiveState) -> Verdict:
    manifest, path = sides.manifest, ("settings", key)
    if manifest is None or key not in manifest.settings:
        return "not-managed"
    if path in manifest.lifecycle.ignore:
        return "ignored"
    if key in sides.undefined:
        return "dropped"
    if sides.live is None:
        return "missing"
    if path in sides.difference.unseen or (state == "hidden" and manifest.settings[key] is not None):
        return "hidden"
    if cannot_be_compared(manifest, sides.live, path):
        return "not-compared"
    if path in sides.difference.retyped:
        return "retyped"
    return "differs" if path in sides.difference.changed else "same"
