"""`sandbox`: serves the emulator of the API until it is told to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconciler.sandbox.server import main_loop
from reconciler.sandbox.state import load_world
from reconciler.sandbox.switches import Switches


def run_sandbox(
    say: Callable[[str], None], *, port: int, state: Path | None, seed: Path | None, switches: Switches | None
) -> int:
    """Serves on loopback; says how to use it. Returns 130 or 143, by the signal that ended it."""
    return main_loop(load_world(state, seed, switches), say=say, port=port, state=state)
