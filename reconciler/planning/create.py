"""A manifest without a live twin that may be created: what would be sent, and all that stands against it. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from reconciler.model import Change, Live, Manifest, Path, Problem, Provider
from reconciler.planning.account import Account
from reconciler.planning.binding import digest_declared
from reconciler.planning.compare import Result, warn_of_status
from reconciler.planning.diff import Wanted, make_wanted
from reconciler.planning.nearest import find_provider
from reconciler.planning.patch import make_body, make_fields
from reconciler.planning.settings import Findings, check_settings, undefined_keys
from reconciler.values import id_order, printable

NEAR = 0.8
"""How like two names must be, without their case, for one to be taken for the other's old name."""


def choose_provider(manifest: Manifest, account: Account) -> Provider | Problem | None:
    """The provider to create it with; what is wrong with it; None where the API tells too little to say."""
    found = find_provider(account.snapshot.providers, manifest.provider)
    source = account.asked.place.value(manifest, ("provider",))
    if len(found) > 1:
        ids = " or ".join(f'"{one.id}"' for one in found)
        message = f"{manifest.address}: {len(found)} providers are named {manifest.provider}"
        return Problem("ambiguous-provider", message, source, f"write provider: {ids}")
    if found:
        told = found[0].settings is not None and (found[0].settings or not manifest.settings)
        return found[0] if told else None
    if not account.snapshot.catalogued:
        return None
    known = sorted({one.name for one in account.snapshot.providers.values()})
    near = difflib.get_close_matches(manifest.provider.casefold(), known, n=1, cutoff=0.6)
    message = f"{manifest.address}: this API has no provider {printable(manifest.provider)}"
    hint = f'did you mean "{near[0]}"? ' if near else ""
    fix = f"{hint}it has: {printable(', '.join(known))}" if known else "check the account: it has none at all"
    return Problem("unknown-provider", message, source, fix)


def make_create(manifest: Manifest, provider: Provider, near: Live | None, account: Account) -> Result:
    """What would be created. near: a live object that nobody manages and that may be the one that is meant."""
    definitions = account.definitions.get(provider.id)
    wanted = make_wanted(manifest, undefined_keys(manifest, definitions))
    asked, findings = account.asked, Findings()
    if definitions is not None:
        findings = check_settings(
            manifest,
            wanted,
            None,
            definitions,
            asked.place,
            secret=asked.secret,
            shown=account.shown,
            strict=account.strict,
        )
    result = Result(errors=findings.errors, warnings=findings.warnings)
    _check_fixed(manifest, provider, near, account, result)
    if not result.errors:
        result.change = _make_change(manifest, provider, wanted, findings, account)
    return result


def _make_change(
    manifest: Manifest, provider: Provider, wanted: Wanted, findings: Findings, account: Account
) -> Change:
    # The name is how it will be found again, whatever is ignored; what would be cleared is not there yet.
    named = Wanted(
        {**wanted.top, "name": manifest.name or ""},
        {key: value for key, value in wanted.settings.items() if value is not None},
    )
    paths: list[Path] = [*((key,) for key in named.top), *(("settings", key) for key in named.settings)]
    body = make_body(named, paths)
    body = {"name": body.pop("name"), "provider_id": provider.id, "settings": body.pop("settings", {}), **body}
    return Change(
        action="create",
        address=manifest.address,
        id=None,
        provider=provider.name,
        name=manifest.name,
        source=manifest.source,
        fields=make_fields(manifest, named, None, paths, account.asked.place, account.asked.secret),
        dropped=tuple(findings.dropped),
        body=body,
        declared=digest_declared(manifest, (item.path for item in findings.dropped)),
    )


def _check_fixed(manifest: Manifest, provider: Provider, near: Live | None, account: Account, result: Result) -> None:
    """What the API does not take from anybody, words it has not been heard to use, and what may be meant instead."""
    place = account.asked.place
    if manifest.type is not None and provider.type is not None and manifest.type != provider.type:
        message = f"type: is {manifest.type}, integrations of {provider.name} are {provider.type}"
        source = place.value(manifest, ("type",))
        result.errors.append(Problem("type-differs", message, source, "take the line out, or correct it"))
    if manifest.is_default:
        message = "is_default: is true; the API cannot set it, it is created as any other"
        source = place.value(manifest, ("is_default",))
        result.warnings.append(Problem("default-differs", message, source, "change it in the console"))
    if ("status",) not in manifest.lifecycle.ignore:
        warn_of_status(manifest, manifest.status, account, result)
    if near is not None:
        message = (
            f'name: no manifest describes "{printable(near.name or "")}" ({near.id}); is it this one, by an old name?'
        )
        source = place.value(manifest, ("name",))
        result.warnings.append(Problem("near-twin", message, source, f'write id: "{near.id}" if it is that one'))


def find_near(manifest: Manifest, provider: Provider, account: Account, managed: Collection[str]) -> Live | None:
    """An unmanaged object of the provider whose name is nearly the same: it may have been renamed in the manifest."""
    rest = {
        live.name.casefold(): live
        for live in sorted(account.snapshot.objects.values(), key=lambda live: id_order(live.id), reverse=True)
        if live.provider.id == provider.id and live.name and live.id not in managed
    }
    near = difflib.get_close_matches((manifest.name or "").casefold(), sorted(rest), n=1, cutoff=NEAR)
    return rest[near[0]] if near else None
