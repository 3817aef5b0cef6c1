"""What references stand for in the sandbox: no secret is read there, so that the emulator's own values serve.

`import --sandbox` keeps which of them each new reference means; of all others a stand-in is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from reconciler.commands.files import read_file, save_file
from reconciler.configuration import holds
from reconciler.errors import ReconcilerError

STATE = Path(".reconciler")
"""Where --sandbox keeps its state, below the working directory; it tells Git to ignore it."""
NAME = "stand-ins.json"
LARGEST = 1 << 24


def keep_stand_ins(folder: Path, values: Mapping[str, str]) -> None:
    """Keeps the emulator's values of references (`env:NAME`), beside its state."""
    if values:
        save_file(folder / NAME, msgspec.json.encode({**read_stand_ins(folder), **values}, order="sorted"))


def read_stand_ins(folder: Path) -> dict[str, str]:
    """What is kept, by reference; nothing where there is no file, or a damaged one."""
    path = folder / NAME
    if not holds(path.is_file):
        return {}
    try:
        return msgspec.json.decode(read_file(path, LARGEST), type=dict[str, str])
    except (ReconcilerError, ValueError):
        return {}
