"""The World's state in a file, so that plan, apply and plan again tell one story."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from reconciler.errors import ReconcilerError
from reconciler.sandbox.seed import load_seed
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import DEFAULTS, World


def load_world(state: Path | None = None, seed: Path | None = None, switches: Switches | None = None) -> World:
    """The World of a state file that exists, else of a seed file, else the demo's.

    switches None: those of the state file, or the defaults. A file that cannot be used is a ReconcilerError.
    """
    if state is None or not state.exists():
        return World(switches=switches or DEFAULTS, seed=load_seed(seed))
    try:
        return World.load(msgspec.json.decode(state.read_bytes()), switches=switches)
    except OSError as error:
        raise ReconcilerError(f"{state}: cannot read the sandbox's state: {error.strerror}", _fix(state)) from None
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReconcilerError(f"{state}: the sandbox's state is damaged", _fix(state)) from None


def _fix(state: Path) -> str:
    return f"delete {state} to begin anew from the seed"


def save_world(world: World, state: Path) -> None:
    """Write the state in one step, readable by its owner alone; ReconcilerError where that fails."""
    data = msgspec.json.encode(world.dump())
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=state.parent, prefix=state.name + ".")  # mode 0600
    except OSError as error:
        raise _unsaved(state, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(state)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise _unsaved(state, error) from None


def _unsaved(state: Path, error: OSError) -> ReconcilerError:
    return ReconcilerError(
        f"{state}: cannot write the sandbox's state: {error.strerror}", "make room there, or name another file"
    )
