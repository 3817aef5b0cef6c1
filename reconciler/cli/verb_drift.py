"""`reconciler drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import HISTORY, METRICS, NO_SECRETS, SCOPE, STATE, format_options, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import PLAN

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("drift")
@with_options(*SCOPE, STATE, NO_SECRETS, *HISTORY, METRICS, *format_options(*PLAN))
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Is live still as declared? Exits 2 where it is not. Reads only.

    Example: reconciler drift
    """
    return run(context, given, _run)


def _run(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.plan import run_plan

    return run_plan(request, console, stopping, word="drift")
