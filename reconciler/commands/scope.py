"""Which manifests a run plans: PATH and --target narrow it, never what counts as managed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model import Change, Manifest, Plan


def make_scope(
    manifests: Sequence[Manifest], paths: Sequence[Path], targets: Sequence[str], cwd: Path
) -> Callable[[Manifest], bool]:
    """True for what is below a PATH (any, if none is given) and is named by a --target (likewise).

    Raises UsageError for a target that names nothing.
    """
    for target in targets:
        if not any(is_targeted(one, [target]) for one in manifests):
            raise no_such_target(target, [one.address for one in manifests])
    if not paths and not targets:
        return lambda _: True
    roots = [_absolute(path, cwd) for path in paths]
    names = {file for manifest in manifests for file in manifest.files} if roots else set()
    files = {name: _absolute(Path(name), cwd) for name in names}

    def in_scope(manifest: Manifest) -> bool:
        own = [files.get(file, Path(file)) for file in manifest.files]
        below = not roots or any(root == file or root in file.parents for root in roots for file in own)
        return below and (not targets or is_targeted(manifest, targets))

    return in_scope


def is_targeted(manifest: Manifest, targets: Sequence[str]) -> bool:
    """By its address, its id, or any file that it is made of."""
    return any(is_target(manifest.address, manifest.id, file, targets) for file in manifest.files)


def narrow_plan(plan: Plan, targets: Sequence[str]) -> tuple[Change, ...]:
    """The changes of a saved plan that --target names. Raises UsageError for a target that names nothing."""
    for target in targets:
        if not any(_is_named(one.address, one.id, one.source.file, target) for one in plan.changes):
            raise no_such_target(target, [one.address for one in plan.changes])
    return tuple(one for one in plan.changes if not targets or is_target(one.address, one.id, one.source.file, targets))


def is_target(address: str, one: str | None, file: str, targets: Sequence[str]) -> bool:
    """Whether any target names it: its address, its id, its file, or a glob of these."""
    return any(_is_named(address, one, file, target) for target in targets)


def _is_named(address: str, one: str | None, file: str, target: str) -> bool:
    names = [name for name in (address, one, file) if name]
    if target in names or target.removeprefix("./") == file:
        return True
    return any(fnmatchcase(name, target) for name in names)


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
