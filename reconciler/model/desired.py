"""What the manifests declare."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from reconciler.model.common import Path, SecretRef, Source


class Allowed(Struct, frozen=True):
    """Which environment variables manifests may read, as globs: a name must match one of each.

    granted: by the tool and the environment (HOOD_* and RECONCILER_SECRET_ENV). narrowed: by reconciler.yaml, or None.
    """

    granted: tuple[str, ...] = ("HOOD_*",)
    narrowed: tuple[str, ...] | None = None


class Plain(Struct, frozen=True):
    """An unquoted scalar that YAML 1.1 or 1.2 reads as anything but a string.

    `value` is what YAML 1.2 (core schema) makes of it (dates and the words of 1.1 stay text), `text` its source.
    """

    value: bool | int | float | str | None
    text: str


Setting = str | Plain | SecretRef | list[Any] | None


class Lifecycle(Struct, frozen=True):
    """`ignore`: never compared, never sent. `guard`: a plan that would change it is refused. Paths as Path."""

    ignore: tuple[Path, ...] = ()
    guard: tuple[Path, ...] = ()
    create: bool = False


class Manifest(Struct, frozen=True):
    """One declared integration, for one account. What is None is not named, so it is not managed."""

    address: str
    provider: str
    source: Source
    id: str | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    is_default: bool | None = None
    settings: dict[str, Setting] = field(default_factory=dict)
    lifecycle: Lifecycle = Lifecycle()
