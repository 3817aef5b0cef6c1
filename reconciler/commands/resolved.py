"""The values behind the references of a run: what the operator grants, what the repository narrows, each read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler.commands.gathered import Gathered
from reconciler.commands.stand_ins import STATE, read_stand_ins
from reconciler.desired.places import Places
from reconciler.desired.references import Reference, check_allowed, make_stand_ins, resolve
from reconciler.desired.secrets import Secrets
from reconciler.grants import read_allowed
from reconciler.model import SecretRef
from reconciler.options import Options


def resolve_all(
    found: Sequence[Reference],
    options: Options,
    environ: Mapping[str, str],
    cwd: Path,
    *,
    literals: Mapping[SecretRef, str],
    places: Places,
    sandbox: bool,
) -> Secrets:
    """The values, of stand-ins with the sandbox. Raises RefusedError, InvalidError, UsageError, or several at once."""
    if sandbox:
        check_allowed(found, read_allowed(options, environ, cwd, commands=False), places)
        return make_stand_ins(found, read_stand_ins(cwd / STATE))
    gathered = Gathered()
    runs = any(reference.ref.scheme == "exec" for reference in found)
    allowed = gathered.attempt(lambda: read_allowed(options, environ, cwd, commands=runs))
    if allowed is None:
        # The file of commands is at fault; what needs none of them is told all the same.
        allowed = read_allowed(options, environ, cwd, commands=False)
        found = [reference for reference in found if reference.ref.scheme != "exec"]
    granted = allowed
    secrets = gathered.attempt(
        lambda: resolve(found, environ=environ, allowed=granted, literals=literals, places=places)
    )
    gathered.check()
    assert secrets is not None, "else its error has just been raised"
    return secrets
