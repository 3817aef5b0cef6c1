"""The rate windows of an account are one for all processes of a user on a host: where these meet, and what if not."""

from __future__ import annotations

from reconciler.commands.console import Console
from reconciler.commands.request import Request
from reconciler.commands.turns import find_place
from reconciler.errors import RefusedError
from reconciler.live.lease import CannotLockError, find_lock
from reconciler.live.ledger import MOST_A_MINUTE, Ledger, open_ledger
from reconciler.model import Problem
from reconciler.options import Options


def join_ledger(request: Request, options: Options, console: Console) -> Ledger | None:
    """The ledger of the account, beside its lease. None where limits are too high to be shared, and with a warning
    where there is none to be had: the run is then on its own.

    Its company is only known once it was read, so that the configured one counts, else the account's name. No token
    has any part in it.
    """
    if options.run_per_minute > MOST_A_MINUTE:
        return None
    try:
        lease = find_place(request, options.api, options.company_id, options.account)
        return open_ledger(lease.with_suffix(".pace"), find_lock())
    except (CannotLockError, RefusedError) as error:
        tell_alone(str(error), console)
        return None


def tell_alone(why: str, console: Console) -> None:
    """Says that other processes on this host are not known of."""
    message = f"the rate limits are not shared with other runs on this host: {why}"
    console.warn([Problem("no-ledger", message, None, "set XDG_RUNTIME_DIR to a folder of your own with mode 0700")])
