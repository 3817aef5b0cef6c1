"""`reconciler undo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from reconciler.cli.flags import APPLYING, METRICS, OVERRIDE, SENDING, TARGET, format_options, with_options
from reconciler.cli.verbs import run
from reconciler.commands.forms import REPORT

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping


@click.command("undo")
@click.argument("file", metavar="REPORT", type=click.Path(path_type=Path))
@with_options(TARGET, *SENDING, OVERRIDE, METRICS, *format_options(*REPORT), *APPLYING)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Only save the plan, to apply it later.")
@click.pass_context
def verb(context: click.Context, /, **given: Any) -> int:
    """Bring back what an apply has changed, by the report that it kept. Shows the plan and asks.

    Revert the manifests too: the next plan from them applies the same again.

    Example: reconciler undo report.json --yes
    """
    given["paths"] = (given.pop("file"),)
    return run(context, given, _run)


def _run(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.undo import run_undo

    return run_undo(request.paths[0], msgspec.structs.replace(request, paths=()), console, stopping)
