"""One apply at a time: waits until no other process of this user on this host applies to the same account."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from reconciler.commands.console import Console
from reconciler.commands.request import Request
from reconciler.commands.stand_ins import STATE
from reconciler.live.account import Account
from reconciler.live.lease import CannotLockError, Holder, Lease, find_folder, find_lock, hold_lease, make_key
from reconciler.model import Plan, Problem
from reconciler.planning.codec import format_time
from reconciler.reporting.progress import Progress
from reconciler.values import printable


@contextmanager
def take_turn(plan: Plan, api: str, account: Account, request: Request, console: Console) -> Iterator[Lease]:
    """Holds the lease on the plan's account. Raises StoppedError where a signal ends the waiting, RefusedError where
    somebody else has planted its file. A host that cannot lock is told of, and the run goes on without.
    """
    holder = Holder(os.getpid(), format_time(datetime.now(UTC)), plan.account)
    progress = console.progress()

    def wait(seconds: float) -> None:
        progress.advance(0)
        account.wait(seconds)

    with ExitStack() as stack:
        try:
            held = hold_lease(
                find_file(plan, api, request),
                holder,
                lock=find_lock(),
                wait=wait,
                now=account.now,
                told=lambda other: tell_holder(other, console, progress),
            )
            lease = stack.enter_context(held)
        except CannotLockError as error:
            console.warn([_unlocked(str(error))])
            lease = Lease()
        finally:
            progress.done()
        yield lease


def find_file(plan: Plan, api: str, request: Request) -> Path:
    """The lease of the plan's account: the same for whoever reaches the same company at the same API."""
    return find_place(request, api, plan.company_id, plan.account)


def find_place(request: Request, api: str, company_id: str | None, account: str) -> Path:
    """Where processes of the user on this host meet that are about the same account: its lease.

    Raises RefusedError where somebody else has put the folder there, CannotLockError where none can be made.
    """
    uid = os.getuid() if hasattr(os, "getuid") else None
    folder = find_folder(request.environ, Path(tempfile.gettempdir()), uid)
    if request.sandbox:
        return folder / make_key("sandbox", str((request.cwd / STATE).resolve()), account)
    return folder / make_key(api, company_id or account)


def tell_holder(other: Holder, console: Console, progress: Progress) -> None:
    """Says once who is waited for, and then that it still waits."""
    who = f"pid {other.pid}" if other.pid else "another process"
    account = f" to account {printable(other.account)}" if other.account else " to this account"
    since = f" since {printable(other.since)}" if other.since else ""
    if not console.quiet:
        console.tell(f"waiting: {who} is applying{account}{since}; one at a time on a host")
    progress.start(f"waiting for {who}", 0)


def _unlocked(why: str) -> Problem:
    message = f"no lease on the account could be taken, so another apply on this host is not waited for: {why}"
    return Problem("no-lease", message, None, "set XDG_RUNTIME_DIR to a folder of your own with mode 0700")
