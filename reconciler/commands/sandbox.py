"""`sandbox`: serves the emulator of the API until it is told to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconciler.commands.console import Console
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.server import main_loop
from reconciler.sandbox.state import load_world
from reconciler.sandbox.switches import Switches
from reconciler.values import printable

LONGEST = 200
"""Characters of a path that are logged."""


def run_sandbox(
    console: Console, *, port: int, state: Path | None, seed: Path | None, switches: Switches | None
) -> int:
    """Serves on loopback; says how to use it. Returns 130 or 143, by the signal that ended it."""
    world = load_world(state, seed, switches)
    return main_loop(world, say=console.answer, port=port, state=state, heard=log_answer(console))


def log_answer(console: Console) -> Callable[[Request, Answer], None]:
    """What writes a line of the log for each request that was answered, never a body or a header of it."""

    def log(request: Request, answer: Answer) -> None:
        query = "&".join(f"{key}={value}" for key, value in request.query.items())
        target = printable(f"{request.path}?{query}" if query else request.path)[:LONGEST]
        console.log("request", method=request.method, path=target, status=answer.status, fault=answer.fault)

    return log
