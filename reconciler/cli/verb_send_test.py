"""`reconciler send-test`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete_addresses
from reconciler.cli.flags import LITERALS, format_option, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import TABLE

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("send-test")
@click.argument("address", shell_complete=complete_addresses)
@with_options(LITERALS, format_option(*TABLE))
@click.option("--recipient", required=True, metavar="R", help="Who gets the message: a phone number, an address …")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def verb(context: click.Context, /, address: str, recipient: str, **given: Any) -> int:
    """Send ONE REAL MESSAGE with the settings that a manifest declares, and show effective_status after it.

    The manifest (by its address, or its id) is laid over what is live; nothing is changed. It asks first.

    Example: reconciler send-test twilio/main-sms --recipient +14445550199
    """

    def send(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.send_test import Message, run_send_test

        return run_send_test(Message(address, recipient), request, console, stopping)

    return run(context, given, send)
