"""The program: words in, text and an exit code out; no traceback reaches a user."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import NoReturn

import click

from reconciler.cli.verbs import cli
from reconciler.errors import ReconcilerError, UsageError


def main(argv: list[str] | None = None) -> NoReturn:
    """The entry point. Usage errors exit 64; a fault of the tool itself says where, without any value."""
    from reconciler.commands.collecting import collect_no_more, collect_rarely
    from reconciler.commands.streams import prepare_streams

    collect_rarely()
    words = sys.argv[1:] if argv is None else argv
    hide_faults(words)
    try:
        prepare_streams()
    except ReconcilerError as error:
        sys.exit(tell(error, words))
    code = guarded(words)
    collect_no_more()
    sys.exit(code)


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
        from reconciler.commands.faults import make_fault
        from reconciler.commands.streams import FULL, make_lost

        lost = make_lost(error, sys.stdout) if error.errno in FULL else make_fault(type(error), error.__traceback__)
        return tell(lost, argv)
    except Exception as error:
        from reconciler.commands.faults import make_fault

        return tell(make_fault(type(error), error.__traceback__), argv)
    return code if isinstance(code, int) else 0


def make_usage_error(error: click.ClickException) -> UsageError:
    """Click's words for a wrong command line, and where to read on."""
    context = getattr(error, "ctx", None)
    where = f"{context.command_path if context is not None else 'reconciler'} --help"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return UsageError("a command is missing, such as plan or apply", where)
    message = " ".join(error.format_message().split())
    return UsageError(message[:1].lower() + message[1:].removesuffix("."), where)


def hide_faults(argv: Sequence[str]) -> None:
    """From now on a fault that nobody catches is one line: Python's own words for it would hold values."""
    threading.excepthook = lambda fault: tell_thread(fault, argv)
    sys.unraisablehook = lambda fault: tell_last(fault.exc_type, fault.exc_traceback)
    sys.excepthook = lambda kind, _fault, trace: tell_last(kind, trace)


def tell_last(kind: type[BaseException], trace: TracebackType | None) -> None:
    """A fault where nothing else is left to tell it: while another is told, in a destructor, at the very end."""
    with suppress(Exception):
        from reconciler.commands.faults import make_fault

        if not issubclass(kind, KeyboardInterrupt):
            sys.stderr.write(f"error: {make_fault(kind, trace).message}\n")


def tell_thread(fault: threading.ExceptHookArgs, argv: Sequence[str]) -> None:
    """A fault in a thread that nobody waits for: one line instead of a traceback."""
    from reconciler.commands.faults import make_fault

    tell(make_fault(fault.exc_type, fault.exc_traceback), argv)


def tell(error: ReconcilerError, argv: Sequence[str]) -> int:
    """Prints what went wrong before or beside a command, in the form that the command line asks for."""
    from reconciler.commands.console import make_console
    from reconciler.commands.request import guess

    return make_console(guess(argv, os.environ), os.environ).end(error)
