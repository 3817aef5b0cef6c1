"""argv -> options -> one command. Prints errors; the only sys.exit. Commands are imported when they run."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from reconciler import __version__
from reconciler.cli_options import CHECKS, EXIT_CODES, FORMAT, PATHS, SCOPE, with_options
from reconciler.cli_sandbox import add_switches, make_switches
from reconciler.errors import ReconcilerError, UsageError

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request
    from reconciler.commands.stopping import Stopping

    Command = Callable[[Request, Console, Stopping], int]

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
LARGEST_PORT = 65535


@click.group(context_settings=CONTEXT, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="reconciler")
@with_options()
@click.pass_context
def cli(context: click.Context, /, **given: Any) -> None:
    """Keeps the integrations of an Ocamba Hood account as they are declared in Git."""
    context.obj = given


@cli.command()
@with_options(PATHS, *CHECKS, FORMAT)
@click.pass_context
def validate(context: click.Context, /, **given: Any) -> int:
    """Check manifests and configuration. No network, no secret is read.

    Example: reconciler validate manifests --strict
    """
    return run(context, given, _validate)


@cli.command()
@with_options(*SCOPE)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan, to apply exactly it.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where changes are pending.")
@click.pass_context
def plan(context: click.Context, /, **given: Any) -> int:
    """Show what an apply would change. Reads only.

    Example: reconciler plan --out plan.json
    """
    return run(context, given, _plan)


@cli.command()
@with_options(*SCOPE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def apply(context: click.Context, /, **given: Any) -> int:
    """Apply a saved plan as it is, or plan, ask and apply. Reads back what it wrote.

    Example: reconciler apply plan.json
    """
    return run(context, given, _apply)


@cli.command()
@click.option("--port", type=click.IntRange(0, LARGEST_PORT), default=0, help="The port; 0 for any free one.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Keep the state here.")
@click.option(
    "--seed", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Begin with these objects."
)
@with_options()
@add_switches
@click.pass_context
def sandbox(context: click.Context, /, **given: Any) -> int:
    """Serve the emulator of the API on loopback, until Ctrl-C.

    Example: reconciler sandbox --port 8080 --masks last4 --settings-patch replace
    """

    def serve(_request: Request, console: Console, _stopping: Stopping) -> int:
        from reconciler.commands.sandbox import run_sandbox

        return run_sandbox(
            console.answer, port=given["port"], state=given["state"], seed=given["seed"], switches=make_switches(given)
        )

    # A switch such as --settings-patch belongs to the emulator alone.
    return run(context, {key: given[key] for key in context.obj}, serve)


def _validate(request: Request, console: Console, _stopping: Stopping) -> int:
    from reconciler.commands.validate import run_validate

    return run_validate(request, console)


def _plan(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.plan import run_plan

    return run_plan(request, console, stopping)


def _apply(request: Request, console: Console, stopping: Stopping) -> int:
    from reconciler.commands.apply import run_apply

    return run_apply(request, console, stopping)


def run(context: click.Context, given: Mapping[str, Any], command: Command) -> int:
    """Runs a command with what was given before and after it; errors become text and an exit code."""
    from reconciler.commands.console import make_console
    from reconciler.commands.request import make_request, merge
    from reconciler.commands.stopping import Stopping

    merged = merge(context.obj, given, os.environ)
    console, stopping = make_console(merged, os.environ), Stopping()
    try:
        with stopping.caught():
            offline = context.command.name == "validate"
            return command(make_request(merged, os.environ, offline=offline), console, stopping)
    except ReconcilerError as error:
        return console.end(error)


def main(argv: list[str] | None = None) -> NoReturn:
    """The entry point. Usage errors exit 64; a fault of the tool itself says where, without any value."""
    from reconciler.commands.streams import prepare_streams

    words = sys.argv[1:] if argv is None else argv
    threading.excepthook = lambda fault: tell_thread(fault, words)
    try:
        prepare_streams()
    except ReconcilerError as error:
        sys.exit(tell(error, words))
    sys.exit(guarded(words))


def guarded(argv: Sequence[str]) -> int:
    """The exit code of a command line; no traceback reaches a user."""
    try:
        code = cli.main(list(argv), prog_name="reconciler", standalone_mode=False)
    except click.ClickException as error:
        return tell(make_usage_error(error), argv)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except ReconcilerError as error:
        return tell(error, argv)
    except OSError as error:
        from reconciler.commands.streams import FULL, make_lost

        lost = make_lost(error, sys.stdout) if error.errno in FULL else make_fault(type(error), error.__traceback__)
        return tell(lost, argv)
    except Exception as error:
        return tell(make_fault(type(error), error.__traceback__), argv)
    return code if isinstance(code, int) else 0


def make_usage_error(error: click.ClickException) -> UsageError:
    """Click's words for a wrong command line, and where to read on."""
    context = getattr(error, "ctx", None)
    where = f"{context.command_path if context is not None else 'reconciler'} --help"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return UsageError("a command is missing: validate, plan, apply or sandbox", where)
    message = " ".join(error.format_message().split())
    return UsageError(message[:1].lower() + message[1:].removesuffix("."), where)


def make_fault(kind: type[BaseException], trace: TracebackType | None) -> ReconcilerError:
    """A fault of the tool itself: where it is, without any value."""
    frames = traceback.extract_tb(trace)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return ReconcilerError(f"a fault of reconciler itself: {kind.__name__}{place}; please report it with this line")


def tell_thread(fault: threading.ExceptHookArgs, argv: Sequence[str]) -> None:
    """A fault in a thread that nobody waits for: one line instead of a traceback."""
    tell(make_fault(fault.exc_type, fault.exc_traceback), argv)


def tell(error: ReconcilerError, argv: Sequence[str]) -> int:
    """Prints what went wrong before or beside a command, in the form that the command line asks for."""
    from reconciler.commands.console import make_console
    from reconciler.commands.request import guess

    return make_console(guess(argv, os.environ), os.environ).end(error)
