"""`reconciler snapshot`."""

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


@click.command("snapshot")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", required=True, help="The file to write.")
@with_options()
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Keep what is live in a file, without secrets, for plans that need no token (`plan --live FILE`).

    With RECONCILER_KEY keyed fingerprints of secrets are kept, so that who has the key can compare them.

    Example: reconciler snapshot --out live.json
    """

    def snapshot(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.snapshot import run_snapshot

        return run_snapshot(request, console, stopping, request.out or given["out"])

    return run(context, given, snapshot)
