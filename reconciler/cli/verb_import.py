"""`reconciler import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import format_option, with_options
from reconciler.cli.verbs import run

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("import")
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.option("--all", "all_", is_flag=True, help="Every integration that no manifest describes.")
@click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="The folder; else the account's own.")
@click.option("--secrets-to", type=click.Path(path_type=Path), metavar="FILE", help="Write the secrets that are shown.")
@with_options(format_option("text", "json"))
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Write manifests of live integrations, a file each. Reads only; overwrites nothing.

    Secrets become references; --secrets-to writes their values as a dotenv for you alone.

    Example: reconciler import --all --to manifests --sandbox
    """

    def import_(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.import_ import Asked, run_import

        asked = Asked(given["ids"], given["all_"], request.own(given["to"]), request.own(given["secrets_to"], ".env"))
        return run_import(asked, request, console, stopping)

    return run(context, given, import_)
