"""`apply`: runs a saved plan as it is, or plans, asks, and applies; reads back; reports."""

from __future__ import annotations

import select
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from reconciler.applying.api import Ask
from reconciler.applying.apply import Applied, Hand, apply_plan
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import SANDBOX_TOKEN
from reconciler.commands.files import read_file
from reconciler.commands.plan import declare, key_of, make_planned, plan_text
from reconciler.commands.request import Request
from reconciler.commands.saved import find_options, resolve_plan
from reconciler.commands.scope import narrow_plan
from reconciler.commands.stopping import Stopping
from reconciler.configuration import holds
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import RefusedError, StoppedError, UsageError, worst
from reconciler.live.account import Account
from reconciler.model import Plan, Problem, Report, ReportSummary
from reconciler.options import Options, Token, load_options, read_token
from reconciler.planning.codec import check_binding, is_plan, load_plan
from reconciler.reporting.documents import report_document
from reconciler.reporting.report_text import render_report

LARGEST_PLAN = 256 * 1024 * 1024


def run_apply(request: Request, console: Console, stopping: Stopping) -> int:
    """Applies, prints the report, returns the exit code."""
    saved = find_saved(request)
    if saved is not None:
        return apply_saved(saved, request, console, stopping)
    if not request.yes and not console.asks:
        raise UsageError(
            "apply asks before it writes, and nobody is there to answer", "add --yes, or apply a plan file"
        )
    return apply_now(request, console, stopping)


def find_saved(request: Request) -> Path | None:
    """The plan file among the paths: alone, and known by what it holds where its name is a manifest's."""
    files = [path for path in request.paths if _may_be_plan(request.cwd / path)]
    if not files:
        return None
    if len(request.paths) > 1:
        raise UsageError("a saved plan is applied alone", f"reconciler apply {files[0]}")
    if request.flags.settings_patch is not None:
        raise UsageError(
            "--settings-patch changes no saved plan", f"reconciler plan --out {files[0]} --settings-patch …"
        )
    return files[0]


def _may_be_plan(path: Path) -> bool:
    if path.suffix in {".yaml", ".yml"}:
        return holds(path.is_file) and is_plan(read_file(path, LARGEST_PLAN))
    return holds(path.exists) and not path.is_dir()


def apply_saved(file: Path, request: Request, console: Console, stopping: Stopping) -> int:
    """Applies exactly what the file says, to objects that still are what the plan saw."""
    plan = load_plan(read_file(request.cwd / file, LARGEST_PLAN), str(file), key_of(request))
    options = find_options(plan, request)
    check_binding(
        plan,
        file=str(file),
        api="sandbox" if request.sandbox else options.api,
        account=options.account,
        company_id=options.company_id,
        now=datetime.now(UTC),
    )
    console.warn(options.warnings)
    if plan.config != options.config_digest and options.config_file:
        console.warn([Problem("config-changed", f"{options.config_file} is not as it was when this plan was made")])
    plan = msgspec.structs.replace(plan, changes=narrow_plan(plan, request.targets))
    check_refusals(plan)
    secrets = resolve_plan(plan, options, request)
    token = Token(SANDBOX_TOKEN) if request.sandbox else read_token(options, request.environ)
    with open_account(request, options, token, console, stopping) as account:
        ask = Ask(reveal=secrets.reveal, secret=SecretKeys(options.secret_keys).matches)
        return apply_and_report(plan, options, account, ask, None, request, console, stopping)


def apply_now(request: Request, console: Console, stopping: Stopping) -> int:
    """Plans from the manifests, asks, and applies with what has just been read."""
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=request.paths)
    console.warn(options.warnings)
    declared = declare(request, options)
    with open_account(request, options, declared.token, console, stopping) as account:
        planned = make_planned(request, options, declared, account, console)
        stopping.check()
        plan = planned.plan
        if request.format == "text":
            console.answer(plan_text(planned, request, console.style, asks=True))
        else:
            console.tell(plan_text(planned, request, console.error_style, asks=True))
        check_refusals(plan)
        if count_changes(plan) and not request.yes and not confirmed(console, stopping):
            raise RefusedError("not applied: the answer was not yes; nothing was written")
        ask = Ask(reveal=declared.secrets.reveal, secret=declared.keys.matches)
        hand = Hand(planned.snapshot.objects, planned.read_at)
        return apply_and_report(plan, options, account, ask, hand, request, console, stopping)


def check_refusals(plan: Plan) -> None:
    """Raises RefusedError, before any write, where a guard refuses any change."""
    refused = [(change, refusal) for change in plan.changes for refusal in change.refused]
    if refused:
        problems = [
            Problem(
                refusal.rule, f"{change.address}: {refusal.message}", refusal.source or change.source, refusal.override
            )
            for change, refusal in refused
        ]
        rules = ", ".join(sorted({refusal.rule for _, refusal in refused}))
        raise RefusedError(f"refused by {rules}; nothing was written", None, problems)


def count_changes(plan: Plan) -> int:
    """How many objects an apply would write."""
    return sum(change.action != "none" for change in plan.changes)


def confirmed(console: Console, stopping: Stopping) -> bool:
    """Asks on the terminal; only yes is yes. A signal ends the run at once: nothing is under way."""
    console.prompt("Apply this? Only yes is yes: ")
    with stopping.at_once():
        try:
            _wait_for_line(stopping)
            return input().strip().lower() == "yes"
        except (EOFError, UnicodeDecodeError):
            return False


def _wait_for_line(stopping: Stopping) -> None:
    """A signal that comes just before a read begins would not end it: so the read begins when there is something."""
    with suppress(ValueError, OSError):
        while not select.select([sys.stdin], [], [], 0.1)[0]:
            stopping.check()


def apply_and_report(
    plan: Plan,
    options: Options,
    account: Account,
    ask: Ask,
    hand: Hand | None,
    request: Request,
    console: Console,
    stopping: Stopping,
) -> int:
    """Applies and prints the report, whole, whatever happened."""
    began = time.monotonic()
    progress = console.progress()
    progress.start("applying", count_changes(plan), plan.summary.seconds)
    try:
        applied = apply_plan(plan, account, ask, parallel=options.parallel, hand=hand, tick=lambda: progress.advance(1))
    finally:
        progress.done()
    # What has just been printed with the plan is not said twice.
    said = hand is not None and request.format == "text"
    # A signal that came between two requests ends the run without an error of its own.
    code = worst([applied.code, stopping.code]) if applied.code and stopping.code else applied.code
    seconds = time.monotonic() - began
    report = make_report(plan, applied, account, seconds, code, warnings=() if said else plan.warnings)
    if request.format == "json":
        console.answer(report_document(report))
    else:
        console.answer(render_report(report, console.style))
    fatal = applied.fatal or (StoppedError(code) if code == stopping.code else None)
    if fatal is not None:
        console.fail(fatal)
    return report.exit_code


def make_report(
    plan: Plan, applied: Applied, account: Account, seconds: float, code: int, warnings: tuple[Problem, ...]
) -> Report:
    """What an apply did, with the exit code of the whole run."""
    counts = dict.fromkeys(ReportSummary.__struct_fields__, 0)
    for outcome in applied.outcomes:
        counts[outcome.status] += 1
    return Report(
        plan=plan.digest,
        account=plan.account,
        summary=ReportSummary(**counts),
        outcomes=applied.outcomes,
        requests=account.requests,
        seconds=round(seconds, 1),
        exit_code=code,
        notes=applied.notes,
        warnings=warnings,
    )
