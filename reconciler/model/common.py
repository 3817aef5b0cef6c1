"""Places, problems and references: what every other value is made of."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Path = tuple[str, ...]
"""Where a value stands in an integration: ("name",), ("status",) or ("settings", "port")."""

Json = Any
"""What a JSON document may hold."""


class Source(Struct, frozen=True, order=True):
    """A place in a file as people count: line and column from 1; the file relative to the working directory."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(Struct, frozen=True, order=True):
    """An error or a warning: `code` for machines, `message` what is wrong, `fix` what to type next. Never a secret."""

    code: str
    message: str
    source: Source | None = None
    fix: str | None = None


class Commit(Struct, frozen=True, order=True):
    """A commit of Git: the first twelve digits of its name, and its author's name."""

    commit: str
    author: str


class SecretRef(Struct, frozen=True, order=True):
    """Names a secret and holds no value. `scheme`: env, file, exec, or literal for text in the manifest itself."""

    scheme: str
    name: str

    @property
    def reference(self) -> str:
        """As it is written in a manifest and stands in a plan's body: `env:NAME`, `file:PATH`, `exec:NAME/ARG`."""
        return f"{self.scheme}:{self.name}"

    def __str__(self) -> str:
        return "secret(literal)" if self.scheme == "literal" else f"secret({self.reference})"
