"""`plan`: what an apply would do. GETs only."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from reconciler import __version__
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import Declared, load_declared
from reconciler.commands.files import check_target, save_file
from reconciler.commands.forms import Writers
from reconciler.commands.memory import open_memory
from reconciler.commands.moves import explain_plan, find_touched
from reconciler.commands.reading import read_account
from reconciler.commands.request import Request, key_of, retype
from reconciler.commands.snapshot import needs_no_secrets, read_kept, restore
from reconciler.commands.stopping import Stopping
from reconciler.errors import InvalidError, RefusedError
from reconciler.live.account import Account
from reconciler.model import Plan, Problem, Snapshot
from reconciler.options import Options, load_options
from reconciler.planning.account import recall_nothing
from reconciler.planning.codec import format_time, seal_plan
from reconciler.planning.forecast import Limits, expect_seconds
from reconciler.planning.guard import MAX_CREATES, Guards
from reconciler.planning.planner import Asked, Context, make_plan
from reconciler.planning.settings import Place
from reconciler.reporting.fleet_errors import plan_errors
from reconciler.reporting.formats import plan_writers
from reconciler.reporting.style import Style
from reconciler.reporting.text import render_plan


class Planned(Struct, frozen=True):
    """A plan, its bytes, and what was read for it and when (monotonic seconds)."""

    plan: Plan
    data: bytes
    snapshot: Snapshot
    read_at: float
    declared: Declared
    options: Options


def run_plan(request: Request, console: Console, stopping: Stopping) -> int:
    """Plans, prints, saves. Returns the exit code."""
    if request.out is not None:
        check_target(request.out)
    planned = plan_and_publish(request, console, stopping, word="plan")
    if request.out is not None:
        save_file(request.out, planned.data)
        words = ["reconciler", "apply", *(["--sandbox"] if request.sandbox else []), str(request.out)]
        line = shlex.join([*words, *(["--state", str(request.state)] if request.state is not None else [])])
        if request.fleet is None:
            console.tell(f"Saved to {request.out}. To apply exactly this: {line}")
    return exit_code_of(planned.plan, detailed=request.detailed_exitcode)


def plan_and_publish(request: Request, console: Console, stopping: Stopping, *, word: str) -> Planned:
    """Loads, reads, plans and prints. word: what the answer is called: plan, or drift."""
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=request.paths)
    console.measured.account = options.account
    console.warn(options.warnings)
    if request.live is not None:
        planned = plan_offline(request, options)
    else:
        declared = declare(request, options)
        with open_account(request, options, declared.token, console, stopping) as account:
            planned = make_planned(request, options, declared, account, console)
    console.measured.plan, console.measured.errors = planned.plan.summary, plan_errors(planned.plan)
    console.measured.expected = expect_seconds(planned.plan.summary.requests, limits_of(options))
    stopping.check()
    if request.out is not None:
        check_savable(planned.plan)
    console.publish(make_writers(planned, request, console, word=word))
    return planned


def make_writers(planned: Planned, request: Request, console: Console, *, word: str) -> Writers:
    """What writes the plan in each format."""
    options = planned.options
    return plan_writers(
        planned.plan,
        text=lambda: plan_text(planned, request, console.style, word=word),
        json=planned.data.decode,
        word=word,
        sandbox=request.sandbox,
        limits=(options.run_per_second, options.run_per_minute),
    )


def declare(request: Request, options: Options) -> Declared:
    """The desired state of the request's account."""
    return load_declared(
        options,
        request.paths,
        request.targets,
        request.cwd,
        request.environ,
        allow_literals=request.allow_literals,
        sandbox=request.sandbox,
        no_secrets=request.no_secrets,
        no_token=request.live is not None,
        memory=open_memory(request, options.account),
        narrow=(lambda manifests: find_touched(manifests, options, request)) if request.changed_since else None,
    )


def make_planned(request: Request, options: Options, declared: Declared, account: Account, console: Console) -> Planned:
    """Reads the account and plans."""
    read_at = account.now()
    snapshot = read_account(account, console, [one for one in declared.manifests if declared.in_scope(one)])
    return _seal(_plan(request, options, declared, snapshot), request, options, declared, snapshot, read_at)


def plan_offline(request: Request, options: Options) -> Planned:
    """Plans against the snapshot that --live names: no request, no token, and no secret where none can be compared."""
    kept = read_kept(request, options)
    request = needs_no_secrets(request, kept)
    declared = declare(request, options)
    snapshot = restore(kept, declared, request)
    plan = _plan(request, options, declared, snapshot)
    plan = msgspec.structs.replace(plan, api=kept.api, origin="snapshot", live_as_of=kept.created)
    return _seal(plan, request, options, declared, snapshot, 0.0)


def _plan(request: Request, options: Options, declared: Declared, snapshot: Snapshot) -> Plan:
    return make_plan(
        declared.manifests,
        snapshot,
        make_context(request, options, declared),
        Asked(
            reveal=declared.reveal,
            secret=declared.keys.matches,
            place=Place(declared.places.value, declared.places.key),
            recall=declared.memory.recall if declared.memory is not None else lambda _: recall_nothing,
        ),
        declared.in_scope,
        declared.warnings,
    )


def _seal(
    plan: Plan, request: Request, options: Options, declared: Declared, snapshot: Snapshot, read_at: float
) -> Planned:
    if request.base is not None:
        plan = explain_plan(plan, declared.manifests, snapshot, options, request)
    sealed, data = seal_plan(plan, key_of(request))
    return Planned(sealed, data, snapshot, read_at, declared, options)


def make_context(request: Request, options: Options, declared: Declared) -> Context:
    """What the plan is bound to."""
    now = datetime.now(UTC)
    protected = {one.address: one.lifecycle.guard for one in declared.manifests if one.lifecycle.guard}
    return Context(
        tool=__version__,
        api="sandbox" if request.sandbox else options.api,
        account=options.account,
        company_id=options.company_id,
        created=format_time(now),
        expires=format_time(now + timedelta(seconds=options.expires)),
        config=options.config_digest,
        config_file=options.config_file,
        settings_patch=options.settings_patch,
        when_hidden=options.when_hidden,
        resend=request.resend_secrets,
        no_secrets=request.no_secrets,
        strict=request.strict,
        limits=limits_of(options),
        guards=make_guards(options, protected, request.overrides),
    )


def make_guards(
    options: Options, protected: dict[str, tuple[tuple[str, ...], ...]], overrides: tuple[str, ...]
) -> Guards:
    """The guards of the configuration, and what --override lets through."""
    creates = options.guard_max_creates
    return Guards(
        max_changes=options.guard_max_changes,
        max_percent=options.guard_max_percent,
        max_creates=MAX_CREATES if creates is None else creates,
        protected=protected,
        overrides=overrides,
    )


def limits_of(options: Options) -> Limits:
    """What this run takes of the account's limits."""
    return Limits(options.run_per_second, options.run_per_minute, options.parallel)


def plan_text(planned: Planned, request: Request, style: Style, *, asks: bool = False, word: str = "plan") -> str:
    """The plan for people. asks: a question follows it, so that nothing is said of what to type next."""
    options = planned.options
    return render_plan(
        planned.plan,
        style,
        show_unmanaged=request.show_unmanaged,
        limits=(options.run_per_second, options.run_per_minute),
        next_step=_next_step(planned, request) if request.sandbox and not asks else None,
        word=word,
    )


def _next_step(planned: Planned, request: Request) -> str | None:
    if planned.plan.summary.update or planned.plan.summary.create:
        refused = any(change.refused for change in planned.plan.changes)
        return None if refused else f"apply it: {retype(request, 'apply')}"
    files = sorted({one.source.file for one in planned.declared.manifests})
    return f"edit {files[-1]} and plan again: {retype(request, 'plan')}" if files else None


def exit_code_of(plan: Plan, *, detailed: bool) -> int:
    """3 where an object is blocked; 2 for pending changes where that was asked for."""
    if plan.errors:
        return InvalidError.exit_code
    return 2 if detailed and any(change.action != "none" for change in plan.changes) else 0


def check_savable(plan: Plan) -> None:
    """A saved plan holds no secret, and a literal one can be found nowhere else. Raises RefusedError."""
    literal = [
        Problem("literal-secret", f"{change.address}: settings.{key} is a literal secret", change.source)
        for change in plan.changes
        for key, value in sorted({**change.along, **change.body.get("settings", {})}.items())
        if isinstance(value, dict) and str(value.get("secret", "")).startswith("literal:")
    ]
    if literal:
        fix = 'write {secret: "env:HOOD_…"} instead, or apply without a saved plan'
        raise RefusedError("a saved plan cannot hold literal secrets; nothing was saved", fix, literal)
