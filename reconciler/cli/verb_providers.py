"""`reconciler providers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.flags import format_option, with_options
from reconciler.cli.verbs import run

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("providers")
@with_options(format_option("text", "json"))
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """List the providers and their settings, as the API tells them. Reads only.

    Example: reconciler providers
    """
    return run(context, given, _run)


def _run(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.providers import run_providers

    return run_providers(request, console, stopping)
