"""`reconciler sandbox`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import with_options
from reconciler.cli.switches import add_switches, make_switches
from reconciler.cli.verbs import run

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping

LARGEST_PORT = 65535


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, LARGEST_PORT), default=0, help="The port; 0 for any free one.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Keep the state here.")
@click.option(
    "--seed", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Begin with these objects."
)
@with_options()
@add_switches
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Serve the emulator of the API on loopback, until Ctrl-C.

    Example: reconciler sandbox --port 8080 --masks last4 --settings-patch replace
    """

    def serve(_request: Request, console: Console, _stopping: Stopping) -> int:
        from reconciler.commands.sandbox import run_sandbox

        return run_sandbox(
            console, port=given["port"], state=given["state"], seed=given["seed"], switches=make_switches(given)
        )

    # A switch such as --settings-patch belongs to the emulator alone.
    return run(context, {key: given[key] for key in context.obj}, serve)
