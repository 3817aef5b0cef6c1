"""Runs a plan against an open account and prints the report, whole, whatever happened."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.applying.api import Ask
from reconciler.applying.apply import Applied, Care, Hand, apply_plan
from reconciler.commands.console import Console
from reconciler.commands.files import check_target, save_file
from reconciler.commands.ids import WrittenIds, write_ids
from reconciler.commands.memory import Memory
from reconciler.commands.provenance import find_provenance
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.commands.turns import take_turn
from reconciler.errors import ReconcilerError, StoppedError, UsageError, worst
from reconciler.live.account import Account
from reconciler.live.lease import Lease
from reconciler.model import Plan, Problem, Report, ReportSummary
from reconciler.options import Options
from reconciler.planning.codec import format_time
from reconciler.reporting.documents import report_document
from reconciler.reporting.fleet_errors import report_errors
from reconciler.reporting.formats import report_writers
from reconciler.reporting.report_text import render_report

INCOMPLETE = 6
SETTLED = 14.0
"""Seconds after which a read shows what a run has written that was killed, or could not tell."""


class Execution(Struct, frozen=True):
    """One apply of one plan. hand: what a run that has just planned has read, None for a saved plan. memory: where what
    was applied is recorded.
    """

    plan: Plan
    options: Options
    account: Account
    ask: Ask
    request: Request
    console: Console
    stopping: Stopping
    hand: Hand | None = None
    memory: Memory | None = None

    def __repr__(self) -> str:
        return f"Execution({self.plan.digest})"


def check_report(request: Request, source: Path | None) -> None:
    """Raises UsageError where --report names what can be no file, or what the run is made from (source)."""
    if request.report is None:
        return
    check_target(request.report)
    if source is not None and (request.cwd / request.report).resolve() == (request.cwd / source).resolve():
        raise UsageError(f"--report {request.report} would replace what is applied", "name another file")


def count_changes(plan: Plan) -> int:
    """How many objects an apply would write."""
    return sum(change.action != "none" for change in plan.changes)


def execute(run: Execution) -> int:
    """Applies and prints the report; returns the exit code. One run at a time to an account on a host."""
    with ExitStack() as stack:
        lease = Lease()
        if count_changes(run.plan):
            run, lease = _take_turn(run, stack)
        return _execute(run, lease)


def _take_turn(run: Execution, stack: ExitStack) -> tuple[Execution, Lease]:
    """Waits for the account. What was read before somebody else wrote is not written by."""
    try:
        turn = take_turn(run.plan, run.options.api, run.account, run.request, run.console)
        lease = stack.enter_context(turn)
    except StoppedError:
        # The account sends nothing any more, so that the report says of each change that it was not begun.
        return run, Lease()
    if run.hand is not None and not lease.is_quiet_since(run.hand.read_at, run.account.now()):
        return msgspec.structs.replace(run, hand=Hand(run.hand.objects, -math.inf)), lease
    return run, lease


def _execute(run: Execution, lease: Lease) -> int:
    began = time.monotonic()
    if run.memory is not None:
        run.memory.begin(run.plan)
        applied_before = run.memory.applied(run.plan.company_id)
        run = msgspec.structs.replace(run, ask=msgspec.structs.replace(run.ask, applied=applied_before))
    lease.unsettled = any(change.action == "create" for change in run.plan.changes)
    unsettled = lease.follows_unsettled or run.request.again
    applied = _apply(run, run.account.now() + SETTLED if unsettled else None)
    lease.unsettled = applied.unsettled
    unkept = [_attempt(lambda: _record(run, applied))]
    ids = _write_ids(run, applied)
    # A signal that came between two requests ends the run without an error of its own.
    code = worst([applied.code, run.stopping.code]) if applied.code and run.stopping.code else applied.code
    code = worst([code, INCOMPLETE]) if ids.problems else code
    report = make_report(run, applied, ids, time.monotonic() - began, code)
    _measure(run, applied, report)
    unkept.append(_attempt(lambda: _keep(run, report)))
    run.console.publish(
        report_writers(
            report,
            text=lambda: render_report(report, run.console.style),
            json=lambda: report_document(report),
            sandbox=run.request.sandbox,
        )
    )
    fatal = applied.fatal or (StoppedError(code) if code == run.stopping.code else None)
    for error in (applied.refusal, fatal, *unkept):
        if error is not None:
            run.console.fail(error)
    return worst([report.exit_code, *(error.exit_code for error in unkept if error is not None)])


def _measure(run: Execution, applied: Applied, report: Report) -> None:
    measured = run.console.measured
    measured.report, measured.requests, measured.plan = report.summary, report.requests, run.plan.summary
    measured.errors = report_errors(report)
    done = [one.action for one in applied.outcomes if one.status == "applied"]
    measured.created, measured.updated = done.count("create"), done.count("update")
    measured.in_sync = run.plan.summary.unchanged if run.hand is not None else 0


def _attempt(step: Callable[[], None]) -> ReconcilerError | None:
    """What went wrong with something that may not keep the report from being printed."""
    try:
        step()
    except ReconcilerError as error:
        return error
    return None


def _record(run: Execution, applied: Applied) -> None:
    """Remembers what is certain to be there, where a state file is named."""
    if run.memory is not None:
        run.memory.finish(run.plan, applied.outcomes, run.ask)


def _write_ids(run: Execution, applied: Applied) -> WrittenIds:
    """Puts ids into the manifests where that was asked for; those of a saved plan are the account's own."""
    if not run.request.write_ids:
        return WrittenIds()
    paths = run.request.paths if run.hand is not None else ()
    cwd, literals = run.request.cwd, run.request.allow_literals
    return write_ids(applied.outcomes, run.options, paths, cwd, allow_literals=literals)


def _keep(run: Execution, report: Report) -> None:
    """Saves the report where that was asked for, before anything else can go wrong."""
    if run.request.report is not None:
        save_file(run.request.report, report_document(report).encode())


def _apply(run: Execution, doubt: float | None) -> Applied:
    progress = run.console.progress()
    progress.start("applying", count_changes(run.plan), run.plan.summary.seconds)
    try:
        return apply_plan(
            run.plan,
            run.account,
            run.ask,
            parallel=run.options.parallel,
            hand=run.hand,
            tick=lambda: progress.advance(1),
            care=Care(run.request.all_or_nothing, run.request.first, doubt),
        )
    finally:
        progress.done()


def make_report(run: Execution, applied: Applied, ids: WrittenIds, seconds: float, code: int) -> Report:
    """What an apply did, with the exit code of the whole run."""
    counts = dict.fromkeys(ReportSummary.__struct_fields__, 0)
    for outcome in applied.outcomes:
        counts[outcome.status] += 1
    return Report(
        plan=run.plan.digest,
        account=run.plan.account,
        summary=ReportSummary(**counts),
        outcomes=applied.outcomes,
        requests=run.account.requests,
        seconds=round(seconds, 1),
        exit_code=code,
        notes=(*applied.notes, *ids.notes),
        warnings=(*_unsaid_warnings(run), *ids.problems),
        created=format_time(datetime.now(UTC)),
        api=run.plan.api,
        company_id=run.plan.company_id,
        config_file=run.plan.config_file,
        managed=count_managed(run.plan),
        applied_by=find_provenance(run.request.environ, run.options.root),
        origin=run.plan.undoes,
    )


def count_managed(plan: Plan) -> int:
    """The manifests of the account, in scope or not."""
    summary = plan.summary
    return summary.create + summary.update + summary.unchanged + summary.blocked + summary.out_of_scope


def _unsaid_warnings(run: Execution) -> tuple[Problem, ...]:
    """What has just been printed with the plan is not said twice."""
    return () if run.hand is not None and run.request.format == "text" else run.plan.warnings
