"""What `import` made of live objects, as it prints it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.model.common import Path, Problem, Source

IMPORT_FORMAT = "reconciler.import/1"


class LeftOut(Struct, frozen=True):
    """A live value that its manifest does not hold, and why; never the value."""

    path: Path
    reason: str


class ImportedFile(Struct, frozen=True):
    """A manifest that was written. name: the live one; null where it has none."""

    file: str
    id: str
    provider: str
    name: str | None
    left_out: tuple[LeftOut, ...] = ()


class SecretVariable(Struct, frozen=True, order=True):
    """An environment variable that a manifest refers to. shown: the API shows the value that it has to hold."""

    name: str
    file: str
    id: str
    path: Path
    shown: bool


class NotImported(Struct, frozen=True):
    """A live object of which no manifest was written. source: what describes it already, or is in the way."""

    id: str
    reason: Literal["managed", "file-exists", "unknown-id", "unwritable"]
    message: str
    source: Source | None = None


class Imported(Struct, frozen=True):
    """All that `import` did. secrets_file: where the values of `variables` that the API shows were written."""

    account: str
    files: tuple[ImportedFile, ...] = ()
    skipped: tuple[NotImported, ...] = ()
    variables: tuple[SecretVariable, ...] = ()
    secrets_file: str | None = None
    warnings: tuple[Problem, ...] = ()
    format: str = IMPORT_FORMAT
