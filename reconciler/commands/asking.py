"""A question on the terminal, and its answer."""

from __future__ import annotations

import select
import sys
from contextlib import suppress

from reconciler.commands.console import Console
from reconciler.commands.stopping import Stopping


def confirmed(console: Console, stopping: Stopping) -> bool:
    """Asks on the terminal; only yes is yes. A signal ends the run at once: nothing is under way."""
    console.prompt("Apply this? Only yes is yes: ")
    with stopping.at_once():
        try:
            _wait_for_line(stopping)
            return input().strip().lower() == "yes"
        except (EOFError, UnicodeDecodeError):
            return False


def _wait_for_line(stopping: Stopping) -> None:
    """A signal that comes just before a read begins would not end it: so the read begins when there is something."""
    with suppress(ValueError, OSError):
        while not select.select([sys.stdin], [], [], 0.1)[0]:
            stopping.check()
