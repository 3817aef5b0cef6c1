"""A verb in several accounts: a task an account on an executor; one answer, one exit code."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler import __version__
from reconciler.commands.asking import confirmed
from reconciler.commands.collecting import collect_in_fleet
from reconciler.commands.console import Console
from reconciler.commands.fleet_choice import Chosen, choose, request_for
from reconciler.commands.fleet_console import Voice
from reconciler.commands.fleet_folder import add_file, begin_folder, check_apart, check_folder, save_index
from reconciler.commands.fleet_order import run_ordered
from reconciler.commands.fleet_rows import make_unplanned, summarise
from reconciler.commands.fleet_site import Site, check_site, open_site
from reconciler.commands.fleet_task import Command, Done, Fleet, Task, sailing
from reconciler.commands.request import Request, key_of
from reconciler.commands.stopping import Stopping
from reconciler.errors import RefusedError, UsageError, worst
from reconciler.model import FleetReport, FleetRow
from reconciler.numbers import read_number
from reconciler.options import Configurations
from reconciler.planning.codec import format_time
from reconciler.reporting.documents import fleet_document
from reconciler.reporting.fleet_text import render_fleet
from reconciler.reporting.formats import fleet_writers

FORMS = ("text", "json", "markdown", "html")
ALONE = frozenset({"import", "accept", "schema"})
"""Verbs that write files which accounts may share: one account at a time."""
NOT_HERE = frozenset({"init", "new", "comment", "report", "completion", "sandbox"})
"""Verbs that are not about an account's live state: there is nothing to run in each."""


class Run(Struct, frozen=True):
    """One verb in several accounts."""

    verb: str
    command: Command
    request: Request
    chosen: Chosen
    console: Console
    stopping: Stopping

    def __repr__(self) -> str:
        return f"Run({self.verb}, {len(self.chosen.paths)} accounts)"


def run_fleet(verb: str, command: Command, request: Request, console: Console, stopping: Stopping) -> int:
    """Runs the verb in every account that is asked for, and prints what became of each. Returns the exit code.

    A failing account stops no other. Raises UsageError, and what the configuration is wrong with, before any of them.
    """
    check_fleet(verb, request, console)
    collect_in_fleet()
    check_site(verb, request)
    flags = msgspec.structs.replace(request.flags, kept=Configurations())
    request = msgspec.structs.replace(request, flags=flags)
    run = Run(verb, command, request, choose(request, verb), console, stopping)
    check_apart(request, run.chosen.saved)
    for folder in filter(None, (request.out, request.report)):
        check_folder(folder, run.chosen.paths)
    if asks(run):
        return ask_and_apply(run)
    return publish(run, sail(run))


def check_fleet(verb: str, request: Request, console: Console) -> None:
    """Raises UsageError for what cannot be run in several accounts."""
    if verb in NOT_HERE:
        raise UsageError(f"{verb} does not run in several accounts", "name one: --account NAME")
    forms = [console.form, *(one.form for one in console.writes)]
    if wrong := [form for form in forms if form not in FORMS]:
        raise UsageError(f"several accounts are not written as {wrong[0]}", f"the formats here: {', '.join(FORMS)}")
    if request.live is not None and not (request.cwd / request.live).is_dir():
        raise UsageError(f"--live {request.live}: is no folder", "name the folder that `snapshot --out` made")


def asks(run: Run) -> bool:
    """Whether somebody is asked before anything is applied: not where plans were saved, which are applied as they are.

    Raises UsageError where nobody could answer.
    """
    if run.verb != "apply" or run.request.yes or run.chosen.saved is not None:
        return False
    if not run.console.asks:
        raise UsageError("apply asks before it writes, and nobody is there to answer", "add --yes")
    if run.console.form != "text":
        raise UsageError("what is asked about is shown as text", "leave --format out, or add --yes")
    return True


def ask_and_apply(run: Run) -> int:
    """Plans in every account, asks once, and applies exactly these plans."""
    from reconciler.commands.plan import run_plan

    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        out = Path(folder) / "plans"
        asked = msgspec.structs.replace(run.request, out=out, report=None, write_ids=False)
        planned = msgspec.structs.replace(run, verb="plan", command=run_plan, request=asked)
        report = sail(planned)
        console = run.console
        console.answer(render_fleet(report, console.style))
        if not report.summary.create + report.summary.update:
            return report.exit
        kept = msgspec.structs.replace(run.request, paths=(out,))
        return _ask_for(msgspec.structs.replace(run, request=kept), out)


def _ask_for(run: Run, folder: Path) -> int:
    question = f"Apply this in {len(run.chosen.paths)} accounts?"
    if not confirmed(run.console, run.stopping, question):
        raise RefusedError("not applied: the answer was not yes; nothing was written")
    request = msgspec.structs.replace(run.request, yes=True, paths=(folder,))
    again = msgspec.structs.replace(run, request=request, chosen=choose(request, "apply"))
    return publish(again, sail(again))


def sail(run: Run) -> FleetReport:
    """Runs the tasks, and keeps what they leave in the fleet's folder. Returns what became of all."""
    request, began = run.request, time.monotonic()
    folder = request.out if request.out is not None else request.report
    for made in filter(None, (folder, request.state)):
        made.mkdir(exist_ok=True) if made is request.state else begin_folder(made)
    fleet, name = Fleet(run.console.stderr, request.flags.kept), secrets.token_hex(8)
    with sailing(name, fleet), open_site(request, jobs_of(run), fleet, name, run.console.tell) as site:
        rows = list(_run_all(run, site, name))
    if folder is not None:
        rows = [add_file(row, folder) for row in rows]
    report = FleetReport(
        verb=run.verb,
        summary=summarise(rows, time.monotonic() - began, site.at_once),
        accounts=tuple(rows),
        exit=worst([run.stopping.code or 0, *(row.exit for row in rows if row.exit is not None)]),
        tool=__version__,
        created=format_time(datetime.now(UTC)),
        shard=run.chosen.shard,
    )
    if folder is not None:
        save_index(folder, report, key_of(request))
    return report


def jobs_of(run: Run) -> int | None:
    """Accounts at once, where anything says how many."""
    if run.verb in ALONE:
        return 1
    return run.request.jobs or read_number(run.request.environ, "JOBS", int, 1024, 0) or None


def _run_all(run: Run, site: Site, name: str) -> Iterator[FleetRow]:
    """The rows in the order of the accounts, each with its answer printed as soon as its turn has come."""
    rows, accounts = run.chosen.rows, list(run.chosen.paths)
    # What has no plan must not be taken for a path to plan from.
    fit = [one for one in accounts if one not in rows or rows[one].file is not None]
    progress = run.console.progress()
    progress.start(f"{run.verb} in {len(fit)} accounts", len(fit))
    with ExitStack() as stack:
        stack.callback(progress.done)
        stack.enter_context(run.stopping.told(site.stop))
        run.stopping.pass_on()
        finished = run_ordered(site, fit, partial(_make_task, run, name), progress.advance)
        for account in accounts:
            if account in rows and rows[account].file is None:
                yield make_unplanned(rows[account])
                continue
            done = next(finished)
            run.console.hear(done.remarks)
            if run.console.form == "text" and has_news(run.verb, done):
                progress.lift()
                run.console.answer(f"── {account} ──\n{done.text}\n")
            yield done.row


def has_news(verb: str, done: Done) -> bool:
    """Whether an account's own answer is shown: of plans and reports only where something is to be said."""
    if not done.text:
        return False
    row = done.row
    quiet = verb in {"plan", "drift", "apply", "undo"} and row.exit == 0
    return not quiet or bool(row.create + row.update + row.stale + row.failed)


def _make_task(run: Run, name: str, account: str) -> Task:
    console = run.console
    forms = {console.form, *(one.form for one in console.writes)}
    text = console.form == "text"
    return Task(
        account=account,
        verb=run.verb,
        command=run.command,
        request=request_for(run.request, account, run.chosen.paths[account], "text" if text else "json"),
        voice=Voice(
            console.style,
            console.error_style,
            text=text,
            documents=bool(forms - {"text"}),
            quiet=console.quiet,
            verbose=console.verbose,
            log_format=console.log_format,
            sandbox=console.sandbox,
            run=console.run_id,
        ),
        fleet=name,
        saved=run.chosen.paths[account][0] if run.chosen.saved is not None else None,
    )


def publish(run: Run, report: FleetReport) -> int:
    """Prints what became of all. Returns the exit code."""
    console = run.console
    console.measured.fleet = report
    writers = fleet_writers(
        report,
        text=partial(render_fleet, report, console.style),
        json=partial(fleet_document, report),
        sandbox=run.request.sandbox,
    )
    console.publish(writers)
    if run.request.out is not None and run.verb == "plan":
        sandbox = " --sandbox" if run.request.sandbox else ""
        console.tell(f"Saved in {run.request.out}. To apply exactly this: reconciler apply{sandbox} {run.request.out}")
    return report.exit
