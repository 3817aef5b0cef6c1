"""The World's state in a file, so that plan, apply and plan again tell one story."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from reconciler.errors import InvalidError, ReconcilerError, UsageError, reason_of
from reconciler.model import Problem, Source
from reconciler.sandbox.seed import load_seed
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import DEFAULTS, World


def load_world(
    state: Path | None = None,
    seed: Path | None = None,
    switches: Switches | None = None,
    company_id: str | None = None,
) -> World:
    """The World of a state file that exists, else of a seed file, else the demo's.

    switches None: those of the state file, or the defaults. company_id: the company that the account is to belong to,
    whatever the file says. A file that cannot be used is a ReconcilerError.
    """
    world = (
        World(switches=switches or DEFAULTS, seed=load_seed(seed)) if state is None else _load(state, seed, switches)
    )
    if company_id is not None:
        world.account.belong_to(company_id)
    return world


def _load(state: Path, seed: Path | None, switches: Switches | None) -> World:
    if not state.exists():
        return load_world(None, seed, switches)
    try:
        return World.load(msgspec.json.decode(state.read_bytes()), switches=switches)
    except OSError as error:
        raise UsageError(f"{state}: cannot read the sandbox's state: {reason_of(error)}", _fix(state)) from None
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = "the sandbox's state is damaged"
        raise InvalidError([Problem("damaged-state", message, Source(str(state), 1, 1), _fix(state))]) from None


def _fix(state: Path) -> str:
    return f"delete {state} to begin anew from the seed"


def find_stamp(state: Path | None) -> tuple[int, int, int] | None:
    """Tells one version of a state file from another; None where there is none."""
    try:
        found = state.stat() if state is not None else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if found else None


def save_world(world: World, state: Path) -> None:
    """Write the state in one step, readable by its owner alone; ReconcilerError where that fails."""
    data = msgspec.json.encode(world.dump())
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        opened, name = tempfile.mkstemp(dir=state.parent, prefix=state.name + ".")  # mode 0600
    except OSError as error:
        raise _unsaved(state, error) from None
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(data)
        Path(name).replace(state)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise _unsaved(state, error) from None


def _unsaved(state: Path, error: OSError) -> ReconcilerError:
    return ReconcilerError(
        f"{state}: cannot write the sandbox's state: {reason_of(error)}", "make room there, or name another file"
    )
