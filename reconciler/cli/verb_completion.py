"""`reconciler completion`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import SHELLS, make_script
from reconciler.cli.flags import with_options
from reconciler.cli.verbs import run

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@with_options()
@click.pass_context
def verb(context: click.Context, /, shell: str, **given: Any) -> int:
    """Print the script that teaches a shell to complete verbs, flags, addresses and providers.

    In the start-up file of bash or zsh: eval "$(reconciler completion bash)", or zsh; of fish: reconciler completion
    fish | source

    Example: reconciler completion bash
    """

    def write(_request: Request, console: Console, _stopping: Stopping) -> int:
        console.answer(make_script(context.find_root().command, shell))
        return 0

    # A script is a document: no line of it is marked, not even with RECONCILER_SANDBOX.
    return run(context, {**given, "format_": "script"}, write, offline=True)
