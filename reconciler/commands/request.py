"""What a person typed, as one value for every command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from reconciler.options import Flags


class Request(Struct, frozen=True):
    """The command line, read. environ is kept out of the repr: it holds the token and secrets."""

    flags: Flags
    environ: Mapping[str, str]
    cwd: Path
    paths: tuple[Path, ...] = ()
    targets: tuple[str, ...] = ()
    strict: bool = False
    allow_literals: bool = False
    sandbox: bool = False
    format: Literal["text", "json"] = "text"
    out: Path | None = None
    detailed_exitcode: bool = False
    show_unmanaged: bool = False
    yes: bool = False

    def __repr__(self) -> str:
        return f"Request(paths={self.paths}, targets={self.targets}, format={self.format!r})"
