"""A question on the terminal, and its answer."""

from __future__ import annotations

import select
import sys
from contextlib import suppress

from reconciler.commands.console import Console
from reconciler.commands.stopping import Stopping


def confirmed(console: Console, stopping: Stopping, question: str = "Apply this?") -> bool:
    """Asks on the terminal; only yes is yes. A signal ends the run at once: nothing is under way."""
    return _read_line(f"{question} Only yes is yes: ", console, stopping).lower() == "yes"


def ask(question: str, console: Console, stopping: Stopping) -> str:
    """The line that is typed on the terminal, without spaces around it; nothing where nobody is there to answer."""
    return _read_line(question, console, stopping) if console.asks else ""


def _read_line(question: str, console: Console, stopping: Stopping) -> str:
    console.prompt(question)
    with stopping.at_once():
        try:
            _wait_for_line(stopping)
            return input().strip()
        except (EOFError, UnicodeDecodeError):
            return ""


def _wait_for_line(stopping: Stopping) -> None:
    """A signal that comes just before a read begins would not end it: so the read begins when there is something."""
    with suppress(ValueError, OSError):
        while not select.select([sys.stdin], [], [], 0.1)[0]:
            stopping.check()
