"""`reconciler schema`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import with_options
from reconciler.cli.verbs import run

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("schema")
@click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="The folder; else schemas/.")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 where files are out of date.")
@with_options()
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Write the JSON Schemas of manifests for the account's own providers, for editors and `validate`.

    Without --to: schemas/ beside reconciler.yaml, else in the working directory.

    Example: reconciler schema --to schemas
    """

    def write(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.schema import Asked, run_schema

        return run_schema(Asked(request.own(given["to"]), given["check"]), request, console, stopping)

    return run(context, given, write)
