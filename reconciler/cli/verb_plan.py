"""`reconciler plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import (
    HISTORY,
    LIVE,
    METRICS,
    NO_SECRETS,
    OVERRIDE,
    RESEND,
    SCOPE,
    STATE,
    format_options,
    with_options,
)
from reconciler.cli.verbs import run
from reconciler.commands.forms import PLAN

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("plan")
@with_options(*SCOPE, STATE, RESEND, NO_SECRETS, OVERRIDE, *HISTORY, LIVE, METRICS, *format_options(*PLAN))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan, to apply exactly it.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where changes are pending.")
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Show what an apply would change. Reads only.

    Example: reconciler plan --out plan.json
    """
    return run(context, given, _run)


def _run(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.plan import run_plan

    return run_plan(request, console, stopping)
