"""`undo`: an ordinary plan that brings back what a report says was there before, shown, asked for and applied."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from reconciler import __version__
from reconciler.applying.api import Ask
from reconciler.applying.apply import Hand
from reconciler.commands.asking import confirmed
from reconciler.commands.carried import carry_secrets, find_protected
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import SANDBOX_TOKEN
from reconciler.commands.execution import Execution, check_report, count_changes, execute
from reconciler.commands.files import check_target, read_file, save_file
from reconciler.commands.plan import limits_of, make_guards
from reconciler.commands.reading import read_account
from reconciler.commands.refused import check_or_report
from reconciler.commands.request import Request, key_of, retype
from reconciler.commands.saved import find_options
from reconciler.commands.scope import make_scope
from reconciler.commands.stopping import Stopping
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import RefusedError, UsageError, worst
from reconciler.live.account import Account
from reconciler.model import Plan, PlanSummary, Report, SecretRef, Snapshot
from reconciler.options import Options, Token, read_token
from reconciler.planning.codec import format_time, seal_plan
from reconciler.planning.planner import Asked, Context, make_plan
from reconciler.planning.reports import check_report_binding, load_report
from reconciler.planning.settings import Place
from reconciler.planning.undo import finish_undo, is_undoable, make_bare, make_undo
from reconciler.reporting.formats import plan_writers
from reconciler.reporting.style import Style
from reconciler.reporting.text import render_plan

LARGEST_REPORT = 256 * 1024 * 1024

INCOMPLETE, STALE = 6, 5
"""Exit codes: something cannot be brought back; something has moved and is left alone."""


class Undone(Struct, frozen=True):
    """A plan that undoes, its bytes, and what was read for it and when. code: what it leaves undone, 0 for nothing."""

    plan: Plan
    data: bytes
    snapshot: Snapshot
    read_at: float
    options: Options
    keys: SecretKeys
    reveal: Callable[[SecretRef], str]
    code: int


def run_undo(file: Path, request: Request, console: Console, stopping: Stopping) -> int:
    """Plans the way back, and saves it or applies it. Returns the exit code."""
    _check_files(file, request, console)
    report = load_report(read_file(request.cwd / file, LARGEST_REPORT, str(file)), str(file))
    options = find_options(_as_plan(report), request)
    console.measured.account = options.account
    check_report_binding(
        report,
        file=str(file),
        api="sandbox" if request.sandbox else options.api,
        account=options.account,
        company_id=options.company_id,
    )
    console.warn(options.warnings)
    token = Token(SANDBOX_TOKEN) if request.sandbox else read_token(options, request.environ)
    with open_account(request, options, token, console, stopping) as account:
        undone = plan_undo(report, str(file), request, options, account, console)
        stopping.check()
        if request.out is not None:
            console.measured.plan, console.measured.requests = undone.plan.summary, account.requests
            return _save(undone, request.out, request, console)
        return _apply(undone, file, request, account, console, stopping)


def _check_files(file: Path, request: Request, console: Console) -> None:
    """Raises UsageError for what cannot be, before any request."""
    if request.out is None and not request.yes and not console.asks:
        raise UsageError("undo asks before it writes, and nobody is there to answer", "add --yes, or --out plan.json")
    check_report(request, file)
    if request.out is not None:
        check_target(request.out)
        if (request.cwd / request.out).resolve() == (request.cwd / file).resolve():
            raise UsageError(f"--out {request.out} would replace the report", "name another file")


def _as_plan(report: Report) -> Plan:
    """What a report is bound to, as a plan says it."""
    return Plan(
        tool=__version__,
        api=report.api,
        account=report.account,
        company_id=report.company_id,
        created="",
        expires="",
        config=None,
        summary=PlanSummary(),
        changes=(),
        unmanaged=(),
        warnings=(),
        config_file=report.config_file,
    )


def plan_undo(
    report: Report, file: str, request: Request, options: Options, account: Account, console: Console
) -> Undone:
    """Reads what the report speaks of, and plans it back."""
    keys = SecretKeys(options.secret_keys)
    bare = [make_bare(outcome, file) for outcome in report.outcomes if is_undoable(outcome)]
    scope = make_scope(bare, (), request.targets, request.cwd)
    needed = [one for one in bare if one.id is not None and scope(one)]
    read_at = account.now()
    snapshot = read_account(account, console, needed)
    undo = make_undo(report, snapshot.objects, file, in_scope=scope, secret=keys.matches)
    carried = carry_secrets(undo.manifests, snapshot, options, request, keys)
    plan = make_plan(
        carried.manifests,
        snapshot,
        make_context(report, request, options, find_protected(carried.manifests, options, request, keys)),
        Asked(
            reveal=carried.reveal, secret=keys.matches, place=Place(lambda source, _: source, lambda source, _: source)
        ),
    )
    plan, data = seal_plan(finish_undo(plan, undo), key_of(request))
    code = worst([INCOMPLETE if undo.left else 0, STALE if undo.moved else 0])
    return Undone(plan, data, snapshot, read_at, options, keys, carried.reveal, code)


def make_context(
    report: Report, request: Request, options: Options, protected: dict[str, tuple[tuple[str, ...], ...]]
) -> Context:
    """What the plan is bound to: the report's company where the configuration names none."""
    now = datetime.now(UTC)
    return Context(
        tool=__version__,
        api=report.api,
        account=options.account,
        company_id=options.company_id or report.company_id,
        created=format_time(now),
        expires=format_time(now + timedelta(seconds=options.expires)),
        config=options.config_digest,
        config_file=options.config_file,
        settings_patch=options.settings_patch,
        limits=limits_of(options),
        guards=make_guards(options, protected, request.overrides),
        managed=report.managed,
    )


def _text(undone: Undone, style: Style) -> str:
    return render_plan(undone.plan, style, limits=_limits(undone))


def _limits(undone: Undone) -> tuple[int, int]:
    return undone.options.run_per_second, undone.options.run_per_minute


def _save(undone: Undone, out: Path, request: Request, console: Console) -> int:
    writers = plan_writers(
        undone.plan,
        text=lambda: _text(undone, console.style),
        json=undone.data.decode,
        word="undo",
        sandbox=request.sandbox,
        limits=_limits(undone),
    )
    console.publish(writers)
    save_file(out, undone.data)
    line = retype(request, "apply", shlex.quote(str(out)))
    console.tell(f"Saved to {out}. To apply exactly this: {line}")
    if not undone.plan.seal.startswith("hmac-"):
        console.tell("Where manifests are at hand, only a plan of undo that RECONCILER_KEY has sealed is applied.")
    return undone.code


def _apply(undone: Undone, file: Path, request: Request, account: Account, console: Console, stopping: Stopping) -> int:
    plan = undone.plan
    if request.format == "text":
        console.answer(_text(undone, console.style))
    else:
        console.tell(_text(undone, console.error_style))
    check_or_report(plan, undone.options, request, console, undone=file, requests=account.requests)
    if count_changes(plan) and not request.yes and not confirmed(console, stopping):
        raise RefusedError("not undone: the answer was not yes; nothing was written")
    ask = Ask(reveal=undone.reveal, secret=undone.keys.matches)
    hand = Hand(undone.snapshot.objects, undone.read_at)
    code = execute(Execution(plan, undone.options, account, ask, request, console, stopping, hand))
    return worst([code, undone.code])
