"""`reconciler accept`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import LITERALS, PATHS, TARGET, format_option, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import TABLE

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("accept")
@with_options(PATHS, TARGET, LITERALS, format_option(*TABLE))
@click.option(
    "--field", "fields", multiple=True, metavar="F", help="This field alone, which may be a new one; repeatable."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def verb(context: click.Context, /, fields: tuple[str, ...], **given: Any) -> int:
    """Accept what is live into the manifests, where these name it and it differs. Reads the API, writes files.

    Only the bytes of those values change. Secrets are neither read nor written. --field name, status, settings.KEY
    or settings.* narrows it, and adds what a manifest does not name yet.

    Example: reconciler accept --target twilio/main-sms --field settings.default_phone_number
    """

    def accept(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.accept import run_accept

        return run_accept(request, console, stopping, given=fields)

    return run(context, given, accept)
