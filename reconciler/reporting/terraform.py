"""A plan in the shape of `terraform show -json`, so that policies written for that (conftest, jq) work unchanged.

Of an object only what the plan holds is told: what it saw of the managed values that are not secret, and what changes.
A secret's value is null, and `true` in *_sensitive.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from reconciler.model import Change, Path, Plan
from reconciler.values import document_text

TYPE = "ocamba_integration"
PROVIDER = "reconciler/ocamba"
_WORD = re.compile(r"[^A-Za-z0-9_-]+")


class _Change(msgspec.Struct, frozen=True):
    actions: list[str]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    after_unknown: dict[str, Any]
    before_sensitive: dict[str, Any]
    after_sensitive: dict[str, Any]


class _Resource(msgspec.Struct, frozen=True):
    address: str
    mode: str
    type: str
    name: str
    index: str
    provider_name: str
    change: _Change


class _Document(msgspec.Struct, frozen=True):
    format_version: str
    terraform_version: str
    resource_changes: list[_Resource]
    errored: bool
    applyable: bool
    complete: bool
    timestamp: str


def render_terraform(plan: Plan) -> str:
    """The document; `resource_changes` has an entry for each change of the plan, in its order."""
    refused = any(change.refused for change in plan.changes)
    pending = any(change.action != "none" for change in plan.changes)
    document = _Document(
        format_version="1.2",
        terraform_version="1.9.0",
        resource_changes=[_resource(change) for change in plan.changes],
        errored=bool(plan.errors),
        applyable=pending and not refused,
        complete=plan.complete and not plan.errors,
        timestamp=plan.created,
    )
    return document_text(document)


def _resource(change: Change) -> _Resource:
    name = _WORD.sub("_", change.provider).strip("_") or "integration"
    return _Resource(
        address=f'{TYPE}.{name}["{change.address}"]',
        mode="managed",
        type=TYPE,
        name=name,
        index=change.address,
        provider_name=PROVIDER,
        change=_make_change(change),
    )


def _make_change(change: Change) -> _Change:
    before, after = _identity(change), _identity(change)
    before_secret: dict[str, Any] = {}
    after_secret: dict[str, Any] = {}
    for path, value in change.seen.values if change.seen is not None else ():
        _put(before, path, value)
        _put(after, path, value)
    for field in change.fields:
        _put(before, field.path, field.before)
        _put(after, field.path, field.after)
        if field.secret:
            _put(before_secret, field.path, value=True)
            _put(after_secret, field.path, value=True)
    created = change.action == "create"
    actions = {"create": ["create"], "update": ["update"], "none": ["no-op"]}[change.action]
    unknown = {"id": True} if created else {}
    return _Change(actions, None if created else before, after, unknown, before_secret, after_secret)


def _identity(change: Change) -> dict[str, Any]:
    made: dict[str, Any] = {"provider": change.provider}
    if change.id is not None:
        made["id"] = change.id
    if change.name is not None:
        made["name"] = change.name
    return made


def _put(target: dict[str, Any], path: Path, value: Any) -> None:
    if path[0] == "settings" and len(path) > 1:
        target.setdefault("settings", {})[path[1]] = value
    else:
        target[path[0]] = value
