"""`env:NAME`: an environment variable, by its name among those that manifests may read."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.desired.secrets import Fault, matches_any, refuse
from reconciler.model import Allowed


def judge_variable(name: str, allowed: Allowed) -> Fault | None:
    """Why manifests may not read a variable, None where they may."""
    if not matches_any(name, allowed.granted):
        fix = f"rename it to HOOD_…, or set RECONCILER_SECRET_ENV={name} where the tool runs"
        return refuse(f"{name} may not be read", fix)
    if allowed.narrowed is not None and not matches_any(name, allowed.narrowed):
        return refuse(f"{name} may not be read", f'add "{name}" to secrets.env in reconciler.yaml')
    return None


def read_variable(name: str, environ: Mapping[str, str], allowed: Allowed) -> str | Fault:
    """The variable's value as it is, a line break at its end too, or what is wrong."""
    fault = judge_variable(name, allowed)
    if fault is not None:
        return fault
    value = environ.get(name)
    if not value:
        state = "is not set" if value is None else "is empty"
        return Fault("secret-missing", f"{name} {state}", f"export {name}=…")
    try:
        value.encode()
    except UnicodeEncodeError:
        return Fault("secret-unreadable", f"{name} is not text in UTF-8", f"export {name}=… as text")
    return value
