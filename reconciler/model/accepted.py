"""What `accept` tells: which live values go into the manifests, and which cannot."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.model.common import Json, Path, Problem, Source

ACCEPT_FORMAT = "reconciler.accept/1"


class AcceptedField(Struct, frozen=True):
    """One field. before: what the manifest said, null where it was not named; after: what it says now. Never a secret.

    action: change, or add (a new key). refused: why the live value cannot be accepted; both values are null then.
    fix: what to do instead. source: the place of the declared value; of a new key the document.
    """

    path: Path
    before: Json
    after: Json
    source: Source
    action: Literal["change", "add"] = "change"
    refused: str | None = None
    fix: str | None = None


class AcceptedIntegration(Struct, frozen=True):
    """One manifest with something to say. problems: why nothing of it could be accepted."""

    address: str
    id: str | None
    provider: str
    name: str | None
    source: Source
    fields: tuple[AcceptedField, ...] = ()
    problems: tuple[Problem, ...] = ()


class AcceptSummary(Struct, frozen=True):
    """accepted, refused: of fields; a manifest of which nothing could be accepted counts as one. files: that change.

    secrets: settings that are secret, and so neither read nor written. hidden: settings that the API hides. compared:
    manifests.
    """

    accepted: int = 0
    refused: int = 0
    files: int = 0
    secrets: int = 0
    hidden: int = 0
    compared: int = 0


class Acceptance(Struct, frozen=True):
    """The answer of `accept`. written: whether the files were written. problems: what no single manifest is about."""

    tool: str
    api: str
    account: str
    company_id: str | None
    summary: AcceptSummary
    integrations: tuple[AcceptedIntegration, ...]
    written: bool = False
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    format: str = ACCEPT_FORMAT
