"""`reconciler validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import CHECKS, PATHS, format_options, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import VALIDATION

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("validate")
@with_options(PATHS, *CHECKS, *format_options(*VALIDATION))
@click.option("--fix", is_flag=True, help="Put into quotes what must be in quotes, and change no other byte.")
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Check manifests and configuration. No network, no secret is read.

    Example: reconciler validate manifests
    """
    fix = given.pop("fix")

    def validate(request: Request, console: Console, stopping: Stopping) -> int:
        from reconciler.commands.validate import run_validate

        return run_validate(request, console, stopping, fix=fix)

    return run(context, given, validate, offline=True, alone=True)
