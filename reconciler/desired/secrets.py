"""Which settings are secret, and the values behind references, which live only in a Secrets object."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from reconciler.errors import InvalidError, ReconcilerError, RefusedError
from reconciler.model import Allowed, Manifest, Path, Problem, SecretRef

if TYPE_CHECKING:
    from reconciler.desired.load import Places

FLOOR = (
    "token",
    "secret",
    "passw",
    "passwd",
    "pass",
    "pwd",
    "apikey",
    "private",
    "credential",
    "auth",
    "webhook",
)
"""Parts of a key that make it secret whatever the configuration says."""

_IGNORED = str.maketrans("", "", "-_ ")


class SecretKeys(dict[str, bool]):
    """Tells secret settings keys: the floor and `extra`, matched anywhere in the key, without case, `-`, `_`, space.

    A table that fills itself: `keys[key]` is what `keys.matches(key)` is, without the cost of a call.
    """

    def __init__(self, extra: Sequence[str] = ()) -> None:
        super().__init__()
        self._parts = (*FLOOR, *filter(None, map(_fold, extra)))

    def __missing__(self, key: str) -> bool:
        folded = _fold(key)
        secret = self[key] = any(part in folded for part in self._parts)
        return secret

    def matches(self, key: str) -> bool:
        """True where the value of this settings key is never shown."""
        return self[key]


def _fold(key: str) -> str:
    """The key without what the eye does not tell apart: case, width, and format characters such as U+200B."""
    seen = "".join(char for char in key if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", seen).casefold().translate(_IGNORED)


class Reference(NamedTuple):
    """A reference and where it stands."""

    ref: SecretRef
    path: Path
    manifest: Manifest


class _Fault(NamedTuple):
    """Why a reference cannot be resolved."""

    reference: Reference
    code: str
    message: str
    fix: str


def references(manifests: Iterable[Manifest]) -> list[Reference]:
    """Every reference of the manifests that may be compared or sent, in their order."""
    return [
        Reference(value, ("settings", key), manifest)
        for manifest in manifests
        for key, value in manifest.settings.items()
        if value.__class__ is SecretRef and ("settings", key) not in manifest.lifecycle.ignore
    ]


class Secrets:
    """The values behind references. Nothing but `reveal` shows them: not repr, str, format, vars or pickle."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[SecretRef, str]) -> None:
        self._values = dict(values)

    def reveal(self, ref: SecretRef) -> str:
        """The value, only for comparing and sending."""
        value = self._values.get(ref)
        if value is None:
            raise ReconcilerError(f"{ref} was not resolved")
        return value

    def __repr__(self) -> str:
        return f"Secrets({len(self._values)} hidden)"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("secrets are not pickled or copied")


def make_stand_ins(found: Iterable[Reference]) -> tuple[dict[str, str], dict[SecretRef, str]]:
    """An environment and literals for the emulator: a stand-in behind each reference, since it keeps what it is sent
    in a file, where no secret may lie.
    """
    refs = [reference.ref for reference in found]
    environ = {ref.name: f"stand-in for {ref.reference}" for ref in refs if ref.scheme == "env"}
    return environ, {ref: f"stand-in for {ref.name}" for ref in refs if ref.scheme == "literal"}


def resolve(
    found: Sequence[Reference],
    *,
    environ: Mapping[str, str],
    allowed: Allowed,
    literals: Mapping[SecretRef, str],
    places: Places,
) -> Secrets:
    """Reads every reference. RefusedError names all that may not be read, InvalidError all that are missing or empty.

    Values are kept as they are, a line break at their end too.
    """
    refused: list[_Fault] = []
    missing: list[_Fault] = []
    values = dict(literals)
    for reference in found:
        name = reference.ref.name
        if reference.ref.scheme == "literal":
            continue
        if fix := _find_knob(name, allowed):
            refused.append(_Fault(reference, "secret-refused", f"{name} may not be read", fix))
        elif not environ.get(name):
            state = "is empty" if name in environ else "is not set"
            missing.append(_Fault(reference, "secret-missing", f"{name} {state}", f"export {name}=…"))
        else:
            values[reference.ref] = environ[name]
    if refused:
        names = ", ".join(sorted({reference.ref.name for reference in found if _is_refused(reference, allowed)}))
        raise RefusedError(f"manifests may not read {names}", _join_fixes(refused), _make_problems(refused, places))
    if missing:
        raise InvalidError(_make_problems(missing, places))
    return Secrets(values)


def _is_refused(reference: Reference, allowed: Allowed) -> bool:
    return reference.ref.scheme == "env" and _find_knob(reference.ref.name, allowed) is not None


def _find_knob(name: str, allowed: Allowed) -> str | None:
    """What would let manifests read a variable, None where they may."""
    if not _matches(name, allowed.granted):
        return f"rename it to HOOD_…, or set RECONCILER_SECRET_ENV={name} where the tool runs"
    if allowed.narrowed is not None and not _matches(name, allowed.narrowed):
        return f'add "{name}" to secrets.env in reconciler.yaml'
    return None


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _join_fixes(faults: Iterable[_Fault]) -> str:
    return "; ".join(dict.fromkeys(fault.fix for fault in faults))


def _make_problems(faults: Iterable[_Fault], places: Places) -> list[Problem]:
    """In the order of files, since finding places reads a file again and remembers only the last few."""
    return [
        Problem(
            fault.code,
            f"{'.'.join(fault.reference.path)}: {fault.message}",
            places.value(fault.reference.manifest.source, fault.reference.path),
            fault.fix,
        )
        for fault in sorted(faults, key=lambda fault: fault.reference.manifest.source)
    ]
