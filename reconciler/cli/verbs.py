"""The group of all verbs; a verb's module is imported when it is asked for, and its command when it runs."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler import __version__
from reconciler.cli.flags import EXIT_CODES, with_options
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping

    Command = Callable[[Request, Console, Stopping], int]

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

VERBS = (
    "init",
    "import",
    "new",
    "validate",
    "plan",
    "apply",
    "undo",
    "drift",
    "snapshot",
    "show",
    "send-test",
    "accept",
    "schema",
    "providers",
    "report",
    "comment",
    "doctor",
    "completion",
    "sandbox",
)
"""As `--help` lists them: in the order in which people meet them. Each stands in verb_NAME.py as `verb`."""


class Verbs(click.Group):
    """Loads a verb only where it is needed, so that `--version` and each verb start without the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature of the class above
        """All verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the same
        """The verb of that name."""
        return load_verb(cmd_name) if cmd_name in VERBS else None


def load_verb(name: str) -> click.Command:
    """The click command of a verb."""
    module = importlib.import_module(f"reconciler.cli.verb_{name.replace('-', '_')}")
    verb: click.Command = module.verb
    return verb


@click.group(cls=Verbs, context_settings=CONTEXT, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="reconciler")
@with_options()
@click.pass_context
def cli(context: click.Context, /, **given: Any) -> None:
    """Keeps the integrations of an Ocamba Hood account as they are declared in Git."""
    context.obj = given


def run(
    context: click.Context, given: Mapping[str, Any], command: Command, *, offline: bool = False, alone: bool = False
) -> int:
    """Runs a command with what was given before and after it; errors become text and an exit code.

    offline: the command sends no token anywhere. alone: it deals with several accounts by itself.
    """
    from reconciler.commands.console import make_console
    from reconciler.commands.request import check_single, is_fleet, make_request, merge
    from reconciler.commands.stopping import Stopping

    merged = merge(context.obj, given, os.environ)
    console, stopping = make_console(merged, os.environ), Stopping()
    console.measured.verb = context.command.name or ""
    began = time.time()
    try:
        with stopping.caught():
            request = make_request(merged, os.environ, offline=offline)
            if alone or not is_fleet(request, console.measured.verb):
                check_single(request)
                code = command(request, console, stopping)
            else:
                from reconciler.commands.fleet import run_fleet

                code = run_fleet(console.measured.verb, command, request, console, stopping)
    except ReconcilerError as error:
        code = console.end(error)
    return _measure(merged.get("metrics"), console, code, began)


def _measure(path: Path | None, console: Console, code: int, began: float) -> int:
    """Writes --metrics, however the run ended."""
    if path is None:
        return code
    from reconciler.commands.measuring import save_metrics

    try:
        save_metrics(path, console.measured, code, began)
    except ReconcilerError as error:
        console.fail(error)
        return code or error.exit_code
    return code
