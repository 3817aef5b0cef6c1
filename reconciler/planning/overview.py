"""Every integration in a line: managed or not, and in sync as far as no reference needs to be resolved for it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from operator import attrgetter

from msgspec import Struct

from reconciler.model import (
    InSync,
    Live,
    Manifest,
    Problem,
    SecretRef,
    ShownIntegration,
    ShowSummary,
    Snapshot,
)
from reconciler.planning.account import Account, make_account
from reconciler.planning.compare import compare, is_in_sync, type_of
from reconciler.planning.match import Matches, match_all
from reconciler.planning.nearest import fits
from reconciler.planning.settings import Place
from reconciler.planning.sides import cannot_be_compared, make_sides, unresolved, without_references
from reconciler.values import id_order

TWINLESS = frozenset({"no-twin", "no-id"})
"""Codes of what match_all says of a manifest without a live twin."""


class Unresolved(Struct, frozen=True):
    """What the overview may ask: as the planner's questions, but that every reference has the same stand-in."""

    secret: Callable[[str], bool]
    place: Place

    @property
    def reveal(self) -> Callable[[SecretRef], str]:
        """No reference is resolved."""
        return unresolved


def make_overview(
    manifests: Sequence[Manifest],
    snapshot: Snapshot,
    asked: Unresolved,
    *,
    in_scope: Callable[[Manifest], bool],
    unmanaged: Callable[[Live], bool],
    sides: bool = False,
) -> tuple[ShownIntegration, ...]:
    """The managed ones by address, then the others by provider and id.

    manifests: all of the account. unmanaged: which of the live objects that no manifest describes are shown. sides:
    with the fields of each.
    """
    ordered = sorted(manifests, key=attrgetter("address"))
    matches = match_all(ordered, snapshot)
    account = make_account(snapshot, asked, strict=False, when_hidden="warn")
    rows = [_managed(one, matches, account, sides=sides) for one in ordered if in_scope(one)]
    rest = [live for one, live in snapshot.objects.items() if one not in matches.managed and unmanaged(live)]
    rest.sort(key=lambda live: (live.provider.name, id_order(live.id)))
    return (*rows, *(_unmanaged(live, account, sides=sides) for live in rest))


def summarise(rows: Collection[ShownIntegration]) -> ShowSummary:
    """Counts of what is shown."""
    words = Counter(row.in_sync for row in rows if row.in_sync is not None)
    managed = sum(row.managed for row in rows)
    return ShowSummary(managed=managed, unmanaged=len(rows) - managed, in_sync=dict(sorted(words.items())))


def _managed(manifest: Manifest, matches: Matches, account: Account, *, sides: bool) -> ShownIntegration:
    live = matches.live.get(manifest.address)
    judged = _judge(manifest, live, matches, account)
    return ShownIntegration(
        address=manifest.address,
        id=live.id if live is not None else manifest.id,
        provider=live.provider.name if live is not None else manifest.provider,
        name=live.name if live is not None else manifest.name,
        status=live.status if live is not None else None,
        effective_status=live.effective_status if live is not None else None,
        type=type_of(live) if live is not None else manifest.type,
        is_default=live.is_default if live is not None else None,
        managed=True,
        in_sync=judged.word,
        source=manifest.source,
        update_time=live.update_time if live is not None else None,
        fields=make_sides(manifest, live, account) if sides else (),
        errors=judged.errors,
        warnings=judged.warnings,
    )


def _unmanaged(live: Live, account: Account, *, sides: bool) -> ShownIntegration:
    return ShownIntegration(
        address=None,
        id=live.id,
        provider=live.provider.name,
        name=live.name,
        status=live.status,
        effective_status=live.effective_status,
        type=type_of(live),
        is_default=live.is_default,
        managed=False,
        in_sync=None,
        update_time=live.update_time,
        fields=make_sides(None, live, account) if sides else (),
    )


class _Judged(Struct, frozen=True):
    word: InSync
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def _judge(manifest: Manifest, live: Live | None, matches: Matches, account: Account) -> _Judged:
    """What can be said of one manifest, and what a plan would say of it."""
    error = matches.errors.get(manifest.address)
    if error is not None:
        return _Judged("missing" if error.code in TWINLESS else "invalid", (error,))
    if manifest.address in matches.creates:
        return _Judged("missing")
    if live is None:
        blocked = matches.blocked.get(manifest.address)
        return _Judged("blocked", (blocked,) if blocked is not None else ())
    if not fits(manifest, live):
        message = f"{manifest.address}: provider is {manifest.provider}, the live object is {live.provider.name}"
        source = account.asked.place.value(manifest, ("provider",))
        return _Judged("invalid", (Problem("provider-differs", message, source, "correct the id or the provider"),))
    return _compare(manifest, live, account)


def _compare(manifest: Manifest, live: Live, account: Account) -> _Judged:
    refers = any(
        isinstance(value, SecretRef) and ("settings", key) not in manifest.lifecycle.ignore
        for key, value in manifest.settings.items()
    )
    word: InSync = "unseen" if refers else "yes"
    blind = without_references(manifest, live)
    if is_in_sync(blind, live, account):
        return _Judged(word)
    result = compare(blind, live, account)
    if result.errors:
        return _Judged("invalid", tuple(result.errors), tuple(result.warnings))
    change = result.change
    if change is not None:
        if any(not cannot_be_compared(manifest, live, field.path) for field in change.fields):
            word = "no"
        elif change.unseen:
            word = "unseen"
        elif change.dropped and not refers:
            word = "dropped"
    return _Judged(word, (), tuple(result.warnings))
