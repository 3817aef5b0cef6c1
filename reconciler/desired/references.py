"""References to secrets: found in manifests, and resolved all at once, each distinct one once a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.desired.secret_file import read_secret_file
from reconciler.desired.secret_variable import judge_variable, read_variable
from reconciler.desired.secrets import Fault, Secrets
from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Allowed, Manifest, Path, Problem, SecretRef

if TYPE_CHECKING:
    from reconciler.desired.load import Places


class Reference(Struct, frozen=True):
    """A reference and where it stands."""

    ref: SecretRef
    path: Path
    manifest: Manifest


def references(manifests: Iterable[Manifest]) -> list[Reference]:
    """Every reference of the manifests that may be compared or sent, in their order."""
    return [
        Reference(value, ("settings", key), manifest)
        for manifest in manifests
        for key, value in manifest.settings.items()
        if value.__class__ is SecretRef and ("settings", key) not in manifest.lifecycle.ignore
    ]


def make_stand_ins(found: Iterable[Reference], known: Mapping[str, str]) -> Secrets:
    """For the emulator: a stand-in behind each reference, since it keeps what it is sent in a file, where no secret may
    lie. known: the emulator's own values that references (`env:NAME`) stand for.
    """
    refs = (reference.ref for reference in found)
    return Secrets({ref: known.get(ref.reference) or f"stand-in for {_name(ref)}" for ref in refs})


def _name(ref: SecretRef) -> str:
    return ref.name if ref.scheme == "literal" else ref.reference


def resolve(
    found: Sequence[Reference],
    *,
    environ: Mapping[str, str],
    allowed: Allowed,
    literals: Mapping[SecretRef, str],
    places: Places,
) -> Secrets:
    """Reads every distinct reference once. RefusedError where any may not be read, InvalidError where any cannot be;
    both with all that is wrong, each at every place that names it.
    """
    values: dict[SecretRef, str] = dict(literals)
    faults: dict[SecretRef, Fault] = {}
    calls: list[str] = []
    for ref in dict.fromkeys([reference.ref for reference in found]):
        if ref.scheme == "exec":
            calls.append(ref.name)
        elif ref.scheme != "literal":
            _keep(ref, _read(ref, environ, allowed), values, faults)
    if calls:
        from reconciler.desired.secret_command import run_all

        for name, answer in run_all(calls, environ, allowed).items():
            _keep(SecretRef("exec", name), answer, values, faults)
    if faults:
        _refuse([(reference, faults[reference.ref]) for reference in found if reference.ref in faults], places)
    return Secrets(values)


def _read(ref: SecretRef, environ: Mapping[str, str], allowed: Allowed) -> str | Fault:
    if ref.scheme == "env":
        return read_variable(ref.name, environ, allowed)
    return read_secret_file(ref.name, allowed)


def _keep(ref: SecretRef, answer: str | Fault, values: dict[SecretRef, str], faults: dict[SecretRef, Fault]) -> None:
    if isinstance(answer, Fault):
        faults[ref] = answer
    else:
        values[ref] = answer


def check_allowed(found: Sequence[Reference], allowed: Allowed, places: Places) -> None:
    """Raises RefusedError for variables that may not be read, where nothing else is resolved: in the emulator."""
    faults = [
        (reference, fault)
        for reference in found
        if reference.ref.scheme == "env" and (fault := judge_variable(reference.ref.name, allowed))
    ]
    if faults:
        _refuse(faults, places)


def _refuse(faults: Sequence[tuple[Reference, Fault]], places: Places) -> None:
    refused = [(reference.ref, fault) for reference, fault in faults if fault.is_refused]
    problems = _make_problems(faults, places)
    if not refused:
        raise InvalidError(problems)
    names = ", ".join(sorted({ref.name if ref.scheme == "env" else ref.reference for ref, _ in refused}))
    fixes = "; ".join(dict.fromkeys(fault.fix for _, fault in refused))
    raise RefusedError(f"manifests may not read {names}", fixes, problems)


def _make_problems(faults: Iterable[tuple[Reference, Fault]], places: Places) -> list[Problem]:
    """In the order of files, since finding places reads a file again and remembers only the last few."""
    return [
        Problem(
            fault.code,
            f"{'.'.join(reference.path)}: {fault.message}",
            places.value(reference.manifest.source, reference.path),
            fault.fix,
        )
        for reference, fault in sorted(faults, key=lambda row: row[0].manifest.source)
    ]
