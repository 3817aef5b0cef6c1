"""`reconciler new`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete_providers
from reconciler.cli.flags import with_options
from reconciler.cli.verbs import run

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("new")
@click.argument("provider", shell_complete=complete_providers)
@click.option("--name", metavar="N", help="The name of the integration.")
@click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="Write it below this folder.")
@click.option("--create", is_flag=True, help="Let an apply create the integration.")
@with_options()
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Print a manifest with every key of a provider, to be filled in.

    The keys are those that the API tells, where there is a token; else those of schemas/, else the documented ones.

    Example: reconciler new twilio --name "Main SMS" --sandbox
    """

    def make(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.new import Asked, run_new

        return run_new(
            Asked(given["provider"], given["name"], given["to"], given["create"]), request, console, stopping
        )

    return run(context, given, make)
