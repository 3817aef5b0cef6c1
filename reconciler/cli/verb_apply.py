"""`reconciler apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import (
    APPLYING,
    METRICS,
    OVERRIDE,
    RESEND,
    SCOPE,
    STATE,
    WRITE_IDS,
    format_options,
    with_options,
)
from reconciler.cli.verbs import run
from reconciler.commands.forms import REPORT

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("apply")
@with_options(*SCOPE, STATE, RESEND, OVERRIDE, METRICS, *format_options(*REPORT), *APPLYING, WRITE_IDS)
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Apply a saved plan as it is, or plan, ask and apply. Reads back what it wrote.

    Example: reconciler apply plan.json
    """
    return run(context, given, _run)


def _run(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.apply import run_apply

    return run_apply(request, console, stopping)
