"""One account of a fleet as one task: what travels to whoever runs it, and what comes back.

A task holds references and no values: no environment, no token. Who runs it takes these from its own environment.
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from reconciler.commands.console import Console
from reconciler.commands.faults import make_fault
from reconciler.commands.fleet_console import AccountConsole, Voice
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.errors import ReconcilerError, StoppedError
from reconciler.model import FleetRow
from reconciler.options import Configurations
from reconciler.reporting.fleet_errors import cut_errors
from reconciler.reporting.metrics import Measured
from reconciler.reporting.style import Style
from reconciler.reporting.validation_text import render_error

Command = Callable[[Request, Console, Stopping], int]

WIDEST = 1000
"""Columns of a line of an error in a row: renderers cut it to what they have."""


class Task(Struct, frozen=True):
    """One account's part of a fleet's run. request: for this account alone, with an empty environment.

    fleet: the run that it belongs to. settings: RECONCILER_* variables of whoever began the run, no secret among them.
    saved: the plan that is applied, among the request's paths.
    """

    account: str
    verb: str
    command: Command
    request: Request
    voice: Voice
    fleet: str
    settings: Mapping[str, str] = {}
    saved: Path | None = None


class Done(Struct, frozen=True):
    """What came of a task. text: its answer. remarks: what it said on stderr, where nobody heard it at once."""

    row: FleetRow
    text: str = ""
    remarks: str = ""


class Fleet:
    """What the tasks of one run share in one process. stderr: where they speak; None: nobody listens here."""

    def __init__(self, stderr: TextIO | None = None, kept: Configurations | None = None) -> None:
        self.kept, self.stderr = kept or Configurations(), stderr
        self.code: int | None = None
        self._lock = threading.Lock()
        self._running: set[Stopping] = set()

    def stop(self, code: int) -> None:
        """Tasks that run end after the request in flight, and no other begins."""
        self.code = code
        for one in tuple(self._running):
            one.tell(code)

    @contextmanager
    def joined(self) -> Iterator[Stopping]:
        """What a task listens to."""
        stopping = Stopping()
        with self._lock:
            self._running.add(stopping)
        try:
            if self.code is not None:
                stopping.tell(self.code)
            yield stopping
        finally:
            with self._lock:
                self._running.discard(stopping)


_FLEETS: dict[str, Fleet] = {}
_GUESTS: dict[str, Fleet] = {}
_FINDING = threading.Lock()


@contextmanager
def sailing(name: str, fleet: Fleet) -> Iterator[None]:
    """While inside, tasks of this run in this process share `fleet`."""
    _FLEETS[name] = fleet
    try:
        yield
    finally:
        del _FLEETS[name]


def find_fleet(name: str) -> Fleet:
    """What the tasks of a run share here; in a process that did not begin it, only the last run is kept."""
    with _FINDING:
        if name in _FLEETS:
            return _FLEETS[name]
        if name not in _GUESTS:
            _GUESTS.clear()
            _GUESTS[name] = Fleet()
        return _GUESTS[name]


def run_task(task: Task) -> Done:
    """Runs the verb for one account. Never raises: what goes wrong stands in the row."""
    fleet, remarks, began = find_fleet(task.fleet), io.StringIO(), time.monotonic()
    if fleet.code is not None:
        return Done(make_unbegun(task.account))
    # Thousands of accounts have thousands of tokens there: no task copies them all.
    environ: Mapping[str, str] = ChainMap(dict(task.settings), os.environ) if task.settings else os.environ
    console = AccountConsole(environ, task.voice, fleet.stderr or remarks, task.account)
    console.measured.verb, console.measured.account = task.verb, task.account
    flags = msgspec.structs.replace(task.request.flags, kept=fleet.kept)
    request = msgspec.structs.replace(task.request, environ=environ, flags=flags)
    with fleet.joined() as stopping:
        code = _attempt(task.command, request, console, stopping)
    row = make_row(task.account, console, code, time.monotonic() - began)
    return Done(row, console.kept.getvalue(), remarks.getvalue())


def _attempt(command: Command, request: Request, console: AccountConsole, stopping: Stopping) -> int:
    try:
        return command(request, console, stopping)
    except ReconcilerError as error:
        return console.end(error)
    except Exception as error:
        return console.end(make_fault(type(error), error.__traceback__))


def make_failed(task: Task, error: ReconcilerError, seconds: float = 0.0) -> Done:
    """What comes of a task that ended before its verb could begin, or after it was out of sight."""
    remarks = io.StringIO()
    console = AccountConsole({}, task.voice, remarks, task.account)
    code = console.end(error)
    return Done(make_row(task.account, console, code, seconds), console.kept.getvalue(), remarks.getvalue())


def make_left(task: Task, error: StoppedError) -> Done:
    """What comes of a task that was left to its worker, since nobody waits for it any more."""
    left = "left to its worker: it ends after the request in flight, and what it wrote is in no report"
    return Done(FleetRow(task.account, exit=error.exit_code, errors=(left,)))


def make_unbegun(account: str) -> FleetRow:
    """The row of an account that the run did not come to."""
    return FleetRow(account, errors=("not begun: the run was interrupted",))


def make_row(account: str, console: AccountConsole, code: int, seconds: float) -> FleetRow:
    """What a run for one account came to."""
    measured = console.measured
    sent = measured.requests
    return FleetRow(
        account,
        **_count(measured),
        requests=sent.get + sent.patch + sent.post if sent is not None else 0,
        throttled=sent.throttled if sent is not None else 0,
        seconds=round(seconds, 3),
        exit=code,
        errors=cut_errors([*_tell(console), *measured.errors]),
        answer=_embed(console.document),
    )


def _embed(document: str) -> Raw | UnsetType:
    """An account's own document within the fleet's; unset where none can hold it, such as half a surrogate pair."""
    try:
        return Raw(msgspec.json.format(document.encode(), indent=0)) if document else UNSET
    except msgspec.MsgspecError:
        return UNSET


def _count(measured: Measured) -> dict[str, Any]:
    """Objects: what was done, where something was applied, else what is planned."""
    plan, report = measured.plan, measured.report
    if report is not None:
        return {
            "create": measured.created,
            "update": measured.updated,
            "unchanged": report.unchanged + measured.in_sync,
            "stale": report.stale,
            "failed": report.failed + report.unverified + report.skipped,
        }
    if plan is None:
        return {}
    return {
        "create": plan.create,
        "update": plan.update,
        "unchanged": plan.unchanged,
        "failed": plan.blocked,
        "apply_requests": plan.requests,
        "apply_seconds": measured.expected,
    }


def _tell(console: AccountConsole) -> list[str]:
    style = Style(width=WIDEST)
    failures = [one for one in console.failures if not isinstance(one, StoppedError)]
    return [line for one in failures for line in render_error(one, style).splitlines()]
