"""`reconciler show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete_addresses
from reconciler.cli.flags import LITERALS, TARGET, format_option, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import TABLE

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("show")
@click.argument("address", required=False, shell_complete=complete_addresses)
@with_options(TARGET, LITERALS, format_option(*TABLE))
@click.pass_context
def verb(context: click.Context, /, address: str | None, **given: Any) -> int:
    """List every integration, or show one (ADDRESS, or its id) desired and live, side by side.

    Reads only, and resolves no reference.

    Example: reconciler show twilio/main-sms
    """

    def show(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.show import run_show

        return run_show(request, console, stopping, address=address)

    return run(context, given, show)
