"""`reconciler doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import format_option, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import TABLE

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("doctor")
@with_options(format_option(*TABLE))
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Look at all that a plan needs: configuration, manifests, token, network, limits, and what this server does.

    A handful of requests; nothing is written, and no reference is resolved.

    Example: reconciler doctor
    """
    return run(context, given, _run)


def _run(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.doctor import run_doctor

    return run_doctor(request, console, stopping)
