"""`reconciler init`."""

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


@click.command("init")
@click.argument("folder", metavar="[DIR]", required=False, default=".", type=click.Path(path_type=Path))
@click.option(
    "--ci",
    type=click.Choice(["github", "github-fleet", "gitlab", "gitlab-fleet", "kubernetes", "none"]),
    help="Write pipeline files too; those of a fleet share many accounts among several jobs.",
)
@click.option("--company", metavar="ID", help="The account's company, so that a wrong token does no harm.")
@with_options()
@click.pass_context
def verb(context: click.Context, /, folder: Path, company: str | None, ci: str | None, **given: Any) -> int:
    """Make a folder to begin with: reconciler.yaml, manifests/, and what Git must ignore.

    Asks on a terminal for what no flag tells. Overwrites nothing.

    Example: reconciler init hood --account main --ci github
    """

    def init(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.init import Begun, run_init

        account = request.flags.account or request.environ.get("RECONCILER_ACCOUNT") or None
        return run_init(Begun(folder, account, company, ci), request, console, stopping)

    return run(context, given, init, offline=True)
