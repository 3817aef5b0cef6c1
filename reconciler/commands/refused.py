"""An apply that a guard refuses: nothing is written, and the report says so of each change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reconciler.commands.console import Console
from reconciler.commands.execution import count_managed
from reconciler.commands.files import save_file
from reconciler.commands.forms import save_writes
from reconciler.commands.provenance import find_provenance
from reconciler.commands.refusals import check_refusals
from reconciler.commands.request import Request
from reconciler.errors import ReconcilerError, RefusedError
from reconciler.model import Change, Outcome, Plan, Report, ReportSummary, Requests
from reconciler.options import Options
from reconciler.planning.codec import format_time
from reconciler.reporting.documents import report_document
from reconciler.reporting.formats import report_writers
from reconciler.reporting.report_text import render_report


def check_or_report(
    plan: Plan,
    options: Options,
    request: Request,
    console: Console,
    *,
    file: Path | None = None,
    undone: Path | None = None,
    requests: Requests | None = None,
) -> None:
    """Raises RefusedError where a guard refuses any change, after the report. file, undone: the saved plan, or
    the report that is undone, as in check_refusals. requests: what has left so far.
    """
    try:
        check_refusals(plan, request, file, undone)
    except RefusedError as error:
        report = _make_report(plan, options, request, error, requests or Requests())
        console.measured.report, console.measured.requests = report.summary, report.requests
        try:
            _tell(report, request, console)
        except ReconcilerError as lost:
            console.fail(lost)
        raise


def _tell(report: Report, request: Request, console: Console) -> None:
    if request.report is not None:
        save_file(request.report, report_document(report).encode())
    writers = report_writers(
        report,
        text=lambda: render_report(report, console.style),
        json=lambda: report_document(report),
        sandbox=request.sandbox,
    )
    if console.form == "text":
        # The plan and the refusal have said it all to whoever reads.
        save_writes(console.writes, writers)
    else:
        console.publish(writers)


def _make_report(plan: Plan, options: Options, request: Request, error: RefusedError, requests: Requests) -> Report:
    outcomes = tuple(_skip(change, error) for change in plan.changes if change.error or change.action != "none")
    return Report(
        plan=plan.digest,
        account=plan.account,
        summary=ReportSummary(skipped=len(outcomes)),
        outcomes=outcomes,
        requests=requests,
        seconds=0.0,
        exit_code=error.exit_code,
        warnings=plan.warnings,
        created=format_time(datetime.now(UTC)),
        api=plan.api,
        company_id=plan.company_id,
        config_file=plan.config_file,
        managed=count_managed(plan),
        applied_by=find_provenance(request.environ, options.root),
        origin=plan.undoes,
    )


def _skip(change: Change, error: RefusedError) -> Outcome:
    said = [f"refused by {refusal.rule}: {refusal.message}" for refusal in change.refused]
    told = change.error.message if change.error is not None else error.message
    return Outcome(
        address=change.address,
        id=change.id,
        action=change.action,
        status="skipped",
        error="; ".join(said) or told,
        source=change.source,
    )
