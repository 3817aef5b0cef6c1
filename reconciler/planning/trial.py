"""The integration that a test message is sent with: the manifest laid over what is live. Pure: references stay such."""

from __future__ import annotations

from msgspec import Struct

from reconciler.errors import AnswerError, InvalidError
from reconciler.model import Json, Live, Manifest, Problem, Provider, Snapshot
from reconciler.planning.account import Account, check_told
from reconciler.planning.compare import compare
from reconciler.planning.diff import Wanted, make_wanted
from reconciler.planning.match import Matches
from reconciler.planning.nearest import fits
from reconciler.planning.overview import TWINLESS
from reconciler.planning.patch import make_seen
from reconciler.planning.settings import Definitions, check_settings, undefined_keys


class Trial(Struct, frozen=True):
    """What would be sent. settings: JSON values and SecretRefs. hidden: live settings that nobody can send again.

    live None: the integration is not there yet; its settings can be tried all the same.
    """

    provider: Provider
    name: str
    status: str
    settings: dict[str, Json]
    hidden: tuple[str, ...]
    live: Live | None
    warnings: tuple[Problem, ...]

    def __repr__(self) -> str:
        return f"Trial({self.provider.name}, {len(self.settings)} settings)"


def find_live(manifest: Manifest, matches: Matches) -> Live | None:
    """The live twin; None where there is none yet. Raises InvalidError for all else that a plan would end with."""
    problem = matches.errors.get(manifest.address) or matches.blocked.get(manifest.address)
    if problem is not None and not (problem.code in TWINLESS and manifest.id is None):
        raise InvalidError([problem])
    live = matches.live.get(manifest.address)
    if live is None and manifest.id is not None:
        raise AnswerError(f"{manifest.address}: id {manifest.id} was neither shown nor denied by the API")
    return live


def find_definitions(manifest: Manifest, live: Live | None, snapshot: Snapshot, account: Account) -> Provider:
    """The provider of the manifest, whose definitions the API tells. Raises InvalidError or AnswerError."""
    if live is not None and not fits(manifest, live):
        message = f"{manifest.address}: provider is {manifest.provider}, the live object is {live.provider.name}"
        source = account.asked.place.value(manifest, ("provider",))
        raise InvalidError([Problem("provider-differs", message, source, "correct the id or the provider")])
    known = live.provider if live is not None else None
    found = known or next((one for one in snapshot.providers.values() if manifest.provider in (one.name, one.id)), None)
    if found is None:
        message = f"{manifest.address}: the API knows no provider {manifest.provider}"
        source = account.asked.place.value(manifest, ("provider",))
        raise InvalidError([Problem("unknown-provider", message, source, "reconciler providers lists them")])
    if found.id not in account.definitions:
        raise AnswerError(
            f"the API tells no settings definitions of {found.name}, so no key of {manifest.address} can be checked",
            "try again later; if it stays so, this API does not tell what its providers define",
        )
    return found


def make_trial(
    manifest: Manifest, live: Live | None, provider: Provider, account: Account, company: str | None
) -> Trial:
    """What would be sent: as a plan judges it, so that its errors are raised (InvalidError)."""
    check_told(live, company)
    definitions = account.definitions[provider.id]
    wanted = make_wanted(manifest, undefined_keys(manifest, definitions))
    warnings = _judge(manifest, wanted, live, account, definitions)
    secret = account.asked.secret
    there = live.settings if live is not None else {}
    hidden: tuple[str, ...] = ()
    if live is not None:
        hidden = make_seen(wanted, live, None, definitions, secret=secret, shown=account.shown).hidden
    defined = {key: value for key, value in there.items() if key in definitions.keys and key not in hidden}
    laid = {**defined, **wanted.settings}
    return Trial(
        provider=provider,
        name=wanted.top.get("name") or (live.name if live is not None else None) or manifest.name or "",
        status=wanted.top.get("status") or (live.status if live is not None else None) or "active",
        settings={key: value for key, value in sorted(laid.items()) if value is not None},
        hidden=tuple(key for key in hidden if key in definitions.keys),
        live=live,
        warnings=warnings,
    )


def _judge(
    manifest: Manifest, wanted: Wanted, live: Live | None, account: Account, definitions: Definitions
) -> tuple[Problem, ...]:
    """The warnings of a plan. Raises InvalidError with its errors."""
    asked = account.asked
    if live is not None:
        result = compare(manifest, live, account)
        errors, warnings = result.errors, result.warnings
    else:
        findings = check_settings(
            manifest, wanted, None, definitions, asked.place, secret=asked.secret, shown=account.shown, strict=False
        )
        errors, warnings = findings.errors, findings.warnings
    if errors:
        raise InvalidError(errors, warnings)
    # What the API hides is sent here as it is declared, so that nothing is left to be said of it.
    return tuple(one for one in warnings if one.code != "unseen-setting")
