"""`reconciler drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import HISTORY, LIVE, METRICS, NO_SECRETS, SCOPE, STATE, format_options, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import PLAN

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("drift")
@click.option("--accept", is_flag=True, help="Commit what is live, as `accept` would write it, on a new branch.")
@click.option(
    "--branch", metavar="B", help="The branch that --accept makes; nothing else is touched, nothing is pushed."
)
@click.option("--author", metavar="'NAME <EMAIL>'", help="Who commits.")
@with_options(*SCOPE, STATE, NO_SECRETS, *HISTORY, LIVE, METRICS, *format_options(*PLAN))
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Is live still as declared? Exits 2 where it is not. Reads only.

    Example: reconciler drift
    """

    def drift(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.drift import read_offer, run_drift

        offer = read_offer(accept=given["accept"], branch=given["branch"], author=given["author"])
        return run_drift(request, console, stopping, offer)

    return run(context, given, drift)
