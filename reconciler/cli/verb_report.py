"""`reconciler report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import METRICS, format_options, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import FLEET

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("report")
@click.argument("action", type=click.Choice(["merge"]))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@with_options(METRICS, *format_options(*FLEET))
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Merge what several jobs came to: shards of a fleet, or plans or reports of single accounts.

    FILE is a fleet, a plan or a report as JSON, or the folder of a fleet. Exits as one run over all accounts would;
    a shard that is missing counts as incomplete.

    Example: reconciler report merge shard-1 shard-2 --write html=fleet.html
    """
    given.pop("action")
    files = given.pop("files")

    def merge(request: Request, console: Console, _stopping: Stopping) -> int:
        from reconciler.commands.report import run_merge

        return run_merge(files, request, console)

    return run(context, given, merge, offline=True, alone=True)
