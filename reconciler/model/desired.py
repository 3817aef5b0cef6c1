"""What the manifests declare."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from reconciler.model.common import Path, SecretRef, Source


class Command(Struct, frozen=True):
    """How the operator lets a command be run: arguments in which {arg} is replaced, seconds that it may take.

    args: globs of which an ARG must match one; empty: any ARG.
    """

    run: tuple[str, ...]
    timeout: float = 10.0
    args: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without its arguments, among which an operator may have put a password."""
        return f"Command({self.run[0]})"


class Allowed(Struct, frozen=True):
    """What manifests may refer to: granted by the tool and the operator, narrowed by reconciler.yaml (None: it is not).

    granted, narrowed: globs of environment variables, of which a name must match one of each (HOOD_* and
    RECONCILER_SECRET_ENV). folders: absolute paths (RECONCILER_SECRET_FILES). files: globs of PATHs as they are
    written. commands: by name; None without RECONCILER_EXEC. calls: globs of NAME/ARG. withheld: globs of the variables
    that no command gets.
    """

    granted: tuple[str, ...] = ("HOOD_*",)
    narrowed: tuple[str, ...] | None = None
    folders: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None
    commands: dict[str, Command] | None = None
    calls: tuple[str, ...] | None = None
    withheld: tuple[str, ...] = ()


class Plain(Struct, frozen=True):
    """An unquoted scalar that YAML 1.1 or 1.2 reads as anything but a string.

    `value` is what YAML 1.2 (core schema) makes of it (dates and the words of 1.1 stay text), `text` its source.
    """

    value: bool | int | float | str | None
    text: str

    def __repr__(self) -> str:
        """Without its text: it may be a secret that lacks its quotes."""
        return f"Plain({type(self.value).__name__})"


Setting = str | Plain | SecretRef | list[Any] | None


class Lifecycle(Struct, frozen=True):
    """`ignore`: never compared, never sent. `guard`: a plan that would change it is refused. Paths as Path."""

    ignore: tuple[Path, ...] = ()
    guard: tuple[Path, ...] = ()
    create: bool = False


class Origin(Struct, frozen=True):
    """Where a value comes from that its manifest does not write alone: the overlay document that replaced it (its
    place), and the variables of the account that are part of it.
    """

    overlay: Source | None = None
    variables: tuple[str, ...] = ()


class Manifest(Struct, frozen=True):
    """One declared integration, for one account. What is None is not named, so it is not managed.

    origins: of those paths alone that an overlay or a variable has a part in.
    """

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
    origins: tuple[tuple[Path, Origin], ...] = ()

    def origin_of(self, path: Path) -> Origin:
        """What overlay and which variables have a part in a value."""
        return dict(self.origins).get(path, Origin())

    def source_of(self, path: Path) -> Source:
        """The document that a value is written in: an overlay's, or the manifest itself."""
        return self.origin_of(path).overlay or self.source

    @property
    def files(self) -> frozenset[str]:
        """All files that it is made of."""
        layers = (origin.overlay.file for _, origin in self.origins if origin.overlay is not None)
        return frozenset((self.source.file, *layers))

    def __repr__(self) -> str:
        """Without any value: a misspelt key may hold a secret."""
        return f"Manifest({self.address} at {self.source}, {len(self.settings)} settings)"
