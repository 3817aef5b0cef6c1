"""Manifests and a snapshot of the account become a plan. Pure: no disk, clock or network; places and secrets are asked
of functions handed in, and only where there is something to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from msgspec import Struct, field

from reconciler.errors import AnswerError, InvalidError
from reconciler.model import Change, Live, Manifest, Plan, PlanSummary, Problem, Snapshot, Unmanaged
from reconciler.planning.account import (
    Account,
    check_company,
    check_told,
    make_account,
    make_untold,
)
from reconciler.planning.compare import Result, compare, is_in_sync
from reconciler.planning.context import Asked, Context
from reconciler.planning.create import choose_provider, find_near, make_create
from reconciler.planning.forecast import make_forecast
from reconciler.planning.guard import guard_changes
from reconciler.planning.match import NEAREST_FOR, Matches, match_all
from reconciler.planning.nearest import fits
from reconciler.planning.pages import count_pages
from reconciler.values import sort_ids

__all__ = ["Asked", "Context", "make_plan"]

UNREAD = Problem(
    "secrets-not-compared",
    "no reference to a secret was compared with what is live, as asked (--no-secrets)",
    None,
    "plan without --no-secrets where the secrets may be read",
)


class _Work(Struct):
    changes: list[Change] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    untold: dict[str, list[Manifest]] = field(default_factory=dict)
    unchanged: int = 0
    created: int = 0


def make_plan(
    manifests: Sequence[Manifest],
    snapshot: Snapshot,
    context: Context,
    asked: Asked,
    in_scope: Callable[[Manifest], bool] = lambda _: True,
    warnings: Sequence[Problem] = (),
) -> Plan:
    """The plan. Raises RefusedError (another company), AnswerError (no definitions), InvalidError (all errors at once).

    `manifests` are all of the account; `in_scope` narrows what is planned, never what counts as managed.
    """
    company = check_company(snapshot, context.account, context.company_id)
    ordered = sorted(manifests, key=attrgetter("address"))
    matches = match_all(ordered, snapshot)
    work = _Work(warnings=list(warnings))
    scope = [manifest for manifest in ordered if in_scope(manifest)]
    account = _prepare(snapshot, asked, context, company)
    # In the order of files, since finding places reads a file again and remembers only the last few.
    for manifest in sorted(scope, key=_by_place):
        _plan_one(manifest, matches, account, work)
        check_told(matches.live.get(manifest.address), company)
    _refuse_errors(work)
    work.changes.sort(key=attrgetter("address"))
    if any(change.unread for change in work.changes):
        work.warnings.append(UNREAD)
    changes = guard_changes(
        work.changes,
        max(len(ordered), context.managed),
        context.guards,
        context.settings_patch,
        complete=snapshot.complete and not _is_nameless(snapshot),
    )
    return _finish(context, company, changes, matches, snapshot, work, out_of_scope=len(ordered) - len(scope))


def _is_nameless(snapshot: Snapshot) -> bool:
    """Whether something is there whose name was not told, so that no name can be called absent."""
    return any(live.name is None for live in snapshot.objects.values())


def _prepare(snapshot: Snapshot, asked: Asked, context: Context, company: str | None) -> Account:
    return make_account(
        snapshot,
        asked,
        strict=context.strict,
        when_hidden=context.when_hidden,
        resend=context.resend,
        recall=asked.recall(company),
    )


def _by_place(manifest: Manifest) -> tuple[str, int]:
    return manifest.source.file, manifest.source.line


def _plan_one(manifest: Manifest, matches: Matches, account: Account, work: _Work) -> None:
    error = matches.errors.get(manifest.address)
    blocked = matches.blocked.get(manifest.address)
    live = matches.live.get(manifest.address)
    if error is None and live is not None and not fits(manifest, live):
        error = _other_provider(manifest, live, account)
    if error is not None:
        work.errors.append(error)
    elif blocked is not None:
        work.changes.append(_blocked(manifest, blocked))
    elif manifest.address in matches.creates:
        _plan_create(manifest, matches, account, work)
    elif live is None:
        raise AnswerError(f"{manifest.address}: id {manifest.id} was neither shown nor denied by the API")
    elif manifest.settings and live.provider.id not in account.definitions:
        work.untold.setdefault(live.provider.name or live.provider.id, []).append(manifest)
    elif is_in_sync(manifest, live, account):
        work.unchanged += 1
    else:
        result = compare(manifest, live, account)
        _keep(result, work)
        if result.change is None or result.change.action == "none":
            work.unchanged += 1


def _plan_create(manifest: Manifest, matches: Matches, account: Account, work: _Work) -> None:
    provider = choose_provider(manifest, account)
    if provider is None:
        work.untold.setdefault(manifest.provider, []).append(manifest)
    elif isinstance(provider, Problem):
        work.errors.append(provider)
    else:
        work.created += 1
        near = find_near(manifest, provider, account, matches.managed) if work.created <= NEAREST_FOR else None
        _keep(make_create(manifest, provider, near, account), work)


def _keep(result: Result, work: _Work) -> None:
    work.errors.extend(result.errors)
    work.warnings.extend(result.warnings)
    if result.change is not None:
        work.changes.append(result.change)


def _other_provider(manifest: Manifest, live: Live, account: Account) -> Problem:
    message = f"{manifest.address}: provider is {manifest.provider}, the live object {live.id} is {live.provider.name}"
    source = account.asked.place.value(manifest, ("provider",))
    return Problem("provider-differs", message, source, "the API cannot change it: correct the id or the provider")


def _blocked(manifest: Manifest, problem: Problem) -> Change:
    return Change(
        action="none",
        address=manifest.address,
        id=manifest.id,
        provider=manifest.provider,
        name=manifest.name,
        source=manifest.source,
        error=problem,
    )


def _refuse_errors(work: _Work) -> None:
    if work.untold:
        raise make_untold(work.untold, len(work.errors))
    if work.errors:
        raise InvalidError(sorted(work.errors, key=_problem_order), sorted(work.warnings, key=_problem_order))


def _problem_order(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.source
    where = (place.file, place.line, place.column) if place else ("", 0, 0)
    return *where, problem.code, problem.message


def _finish(
    context: Context,
    company: str | None,
    changes: tuple[Change, ...],
    matches: Matches,
    snapshot: Snapshot,
    work: _Work,
    *,
    out_of_scope: int,
) -> Plan:
    unmanaged = _list_unmanaged(snapshot, matches)
    summary = _count(
        changes,
        context,
        count_pages(snapshot),
        unchanged=work.unchanged,
        unmanaged=len(unmanaged),
        out_of_scope=out_of_scope,
    )
    return Plan(
        tool=context.tool,
        api=context.api,
        account=context.account,
        company_id=company,
        created=context.created,
        expires=context.expires,
        config=context.config,
        config_file=context.config_file,
        settings_patch=context.settings_patch,
        summary=summary,
        changes=changes,
        unmanaged=unmanaged,
        warnings=tuple(sorted(work.warnings, key=_problem_order)),
        complete=snapshot.complete,
        errors=tuple(change.error for change in changes if change.error is not None),
        overrides=context.guards.overrides,
        no_secrets=context.no_secrets,
    )


def _list_unmanaged(snapshot: Snapshot, matches: Matches) -> tuple[Unmanaged, ...]:
    rest = sort_ids(snapshot.objects.keys() - matches.managed)
    return tuple(
        Unmanaged(id=one, name=snapshot.objects[one].name, provider=snapshot.objects[one].provider.name) for one in rest
    )


def _count(
    changes: Sequence[Change], context: Context, pages: int, *, unchanged: int, unmanaged: int, out_of_scope: int
) -> PlanSummary:
    forecast = make_forecast(changes, context.settings_patch, context.limits, pages)
    return PlanSummary(
        create=sum(change.action == "create" for change in changes),
        update=sum(change.action == "update" for change in changes),
        unchanged=unchanged,
        unmanaged=unmanaged,
        out_of_scope=out_of_scope,
        dropped=sum(len(change.dropped) for change in changes),
        unseen=sum(len(change.unseen) for change in changes),
        blocked=sum(change.error is not None for change in changes),
        requests=forecast.requests,
        seconds=forecast.seconds,
    )
