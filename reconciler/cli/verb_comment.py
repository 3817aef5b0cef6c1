"""`reconciler comment`."""

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


@click.command("comment")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--section", metavar="NAME", help="The section to write; else the account's name.")
@with_options()
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Keep one comment on the pull or merge request of this pipeline.

    FILE is a plan, report, validation or fleet as JSON, or Markdown. GitHub: GITHUB_TOKEN; GitLab: GITLAB_TOKEN.

    Example: reconciler comment plan.json
    """

    def comment(request: Request, console: Console, _stopping: Stopping) -> int:
        from reconciler.commands.comment import Asked, run_comment

        return run_comment(Asked(given["file"], given["section"]), request, console)

    return run(context, given, comment, offline=True, alone=True)
