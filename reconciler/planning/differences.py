"""Which fields of each manifest are not as they are live, without resolving a reference: what `accept` chooses from.

Pure. It compares as a plan does; secrets are never among the differences, since nobody looks at them here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from msgspec import Struct

from reconciler.errors import AnswerError
from reconciler.model import Live, Manifest, Path, Problem, Provider, SecretRef, Snapshot
from reconciler.planning.account import Account, check_company, check_told, make_account, make_untold
from reconciler.planning.compare import compare, is_in_sync
from reconciler.planning.match import match_all
from reconciler.planning.nearest import fits
from reconciler.planning.overview import Unresolved
from reconciler.planning.settings import undefined_keys
from reconciler.planning.sides import without_references


class Compared(Struct, frozen=True):
    """One manifest and what is live. live None: there is none, and problems say why.

    changed: what a plan would change, but for references; of `is_default`, which the API cannot change, too. hidden:
    what the API hides. undefined: settings keys that the provider does not define. provider: with its definitions,
    where the API told them. problems: why nothing of it can be accepted.
    """

    manifest: Manifest
    live: Live | None = None
    changed: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    undefined: frozenset[str] = frozenset()
    provider: Provider | None = None
    problems: tuple[Problem, ...] = ()


class Comparison(Struct, frozen=True):
    """Every manifest in scope, in the order of addresses, and the account's company."""

    compared: tuple[Compared, ...]
    company_id: str | None


def compare_all(
    manifests: Sequence[Manifest],
    snapshot: Snapshot,
    asked: Unresolved,
    *,
    account: str,
    company_id: str | None,
    in_scope: Callable[[Manifest], bool],
) -> Comparison:
    """Compares what is in scope; manifests are all of the account.

    Raises RefusedError (another company), AnswerError (the API does not tell what is needed).
    """
    company = check_company(snapshot, account, company_id)
    ordered = sorted(manifests, key=attrgetter("address"))
    matches = match_all(ordered, snapshot)
    shared = make_account(snapshot, asked, strict=False, when_hidden="warn")
    made: list[Compared] = []
    untold: dict[str, list[Manifest]] = {}
    for one in ordered:
        if not in_scope(one) or one.address in matches.creates:  # what is not there yet holds nothing to accept
            continue
        problem = matches.errors.get(one.address) or matches.blocked.get(one.address)
        live = matches.live.get(one.address)
        check_told(live, company)
        if problem is not None:
            made.append(Compared(one, problems=(problem,)))
        elif live is None:
            raise AnswerError(f"{one.address}: id {one.id} was neither shown nor denied by the API")
        elif one.settings and live.provider.id not in shared.definitions:
            untold.setdefault(live.provider.name or live.provider.id, []).append(one)
        else:
            made.append(_compare(one, live, shared))
    if untold:
        raise make_untold(untold)
    return Comparison(tuple(made), company)


def _compare(manifest: Manifest, live: Live, account: Account) -> Compared:
    definitions = account.definitions.get(live.provider.id)
    provider = definitions.provider if definitions is not None else None
    if not fits(manifest, live):
        message = f"{manifest.address}: provider is {manifest.provider}, the live object {live.id} is"
        source = account.asked.place.value(manifest, ("provider",))
        problem = Problem(
            "provider-differs", f"{message} {live.provider.name}", source, "correct the id or the provider"
        )
        return Compared(manifest, live, provider=provider, problems=(problem,))
    undefined = undefined_keys(manifest, definitions)
    blind = without_references(manifest, live)
    if is_in_sync(blind, live, account):
        return Compared(manifest, live, undefined=undefined, provider=provider)
    result = compare(blind, live, account)
    if result.errors:
        return Compared(manifest, live, undefined=undefined, provider=provider, problems=tuple(result.errors))
    change = result.change
    changed = [field.path for field in change.fields if not _is_reference(manifest, field.path)] if change else []
    if None not in (manifest.is_default, live.is_default) and manifest.is_default != live.is_default:
        changed.append(("is_default",))
    hidden = [path for path in change.unseen if not _is_reference(manifest, path)] if change else []
    return Compared(manifest, live, tuple(changed), tuple(hidden), undefined, provider)


def _is_reference(manifest: Manifest, path: Path) -> bool:
    return path[0] == "settings" and isinstance(manifest.settings.get(path[1]), SecretRef)
