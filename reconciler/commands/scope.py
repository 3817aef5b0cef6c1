"""Which manifests a run plans: PATH and --target narrow it, never what counts as managed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from fnmatch import translate
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model import Change, Manifest, Plan

_GLOB = frozenset("*?[")


class Targets:
    """What --target names: addresses, ids, files and globs of these, as many as a pipeline lists."""

    def __init__(self, targets: Sequence[str]) -> None:
        self._given = targets
        self._names = frozenset(targets)
        self._files = frozenset(target.removeprefix("./") for target in targets)
        # A plain name is found at once; to try each target on each of thousands of manifests would take minutes.
        self._globs = {one: re.compile(translate(one)).match for one in self._names if not _GLOB.isdisjoint(one)}

    def __bool__(self) -> bool:
        return bool(self._given)

    def take(self, manifest: Manifest) -> bool:
        """By its address, its id, or any file that it is made of."""
        return any(self.take_names(manifest.address, manifest.id, file) for file in manifest.files)

    def take_names(self, address: str, one: str | None, file: str) -> bool:
        """Whether any target names it: its address, its id, its file, or a glob of these."""
        return file in self._files or any(self.take_name(name) for name in (address, one, file) if name)

    def take_name(self, name: str) -> bool:
        """Whether any target is this name, or a glob that takes it."""
        return name in self._names or any(matches(name) for matches in self._globs.values())

    def find_idle(self, rows: Iterable[tuple[str, str | None, str]]) -> str | None:
        """The first target that names none of these: address, id and file of each."""
        names = {name for row in rows for name in row if name}
        for target in self._given:
            if target in names or target.removeprefix("./") in names:
                continue
            if target not in self._globs or not any(map(self._globs[target], names)):
                return target
        return None


def make_scope(
    manifests: Sequence[Manifest], paths: Sequence[Path], targets: Sequence[str], cwd: Path
) -> Callable[[Manifest], bool]:
    """True for what is below a PATH (any, if none is given) and is named by a --target (likewise).

    Raises UsageError for a target that names nothing.
    """
    named = Targets(targets)
    idle = named.find_idle((one.address, one.id, file) for one in manifests for file in one.files) if named else None
    if idle is not None:
        raise no_such_target(idle, [one.address for one in manifests])
    if not paths and not targets:
        return lambda _: True
    roots = {_absolute(path, cwd) for path in paths}
    files = {file for manifest in manifests for file in manifest.files} if roots else set()
    below = {file for file in files if _is_below(_absolute(Path(file), cwd), roots)}

    def in_scope(manifest: Manifest) -> bool:
        return not (roots and below.isdisjoint(manifest.files)) and (not named or named.take(manifest))

    return in_scope


def _is_below(file: Path, roots: Collection[Path]) -> bool:
    return file in roots or any(folder in roots for folder in file.parents)


def narrow_plan(plan: Plan, targets: Sequence[str]) -> tuple[Change, ...]:
    """The changes of a saved plan that --target names. Raises UsageError for a target that names nothing."""
    named = Targets(targets)
    idle = named.find_idle((one.address, one.id, one.source.file) for one in plan.changes)
    if idle is not None:
        raise no_such_target(idle, [one.address for one in plan.changes])
    return tuple(one for one in plan.changes if not named or named.take_names(one.address, one.id, one.source.file))


def find_manifest(name: str, manifests: Sequence[Manifest]) -> Manifest | None:
    """The one with this address or id."""
    return next((one for one in manifests if name in (one.address, one.id)), None)


def no_such_target(target: str, addresses: Sequence[str], *, label: str = "--target ") -> UsageError:
    """The error for a name that no manifest has, with the nearest address. label: what stood before it."""
    import difflib

    near = difflib.get_close_matches(target, addresses, n=1, cutoff=0.5)
    kinds = "an id, a file, or a glob of these" if label else "or an id"
    fix = f"did you mean {near[0]}?" if near else f"give an address (twilio/main-sms), {kinds}"
    return UsageError(f"{label}{target} names no manifest", fix)


def _absolute(path: Path, cwd: Path) -> Path:
    return (cwd / path).resolve()
