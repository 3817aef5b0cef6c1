"""What a PATCH or POST makes of an integration: merge or replace, drops, nulls, types; pure."""

from __future__ import annotations

import re
from typing import Any

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.messages import INVALID, INVALID_BODY, Refusal
from reconciler.sandbox.providers import ProviderSeed
from reconciler.sandbox.shapes import Item
from reconciler.sandbox.switches import Switches

UPDATABLE = ("name", "status", "settings")

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
"""`string` is the only type that the documentation shows; a type that stands not here takes any value."""


def merge_patch(item: Item, body: dict[str, Any], provider: ProviderSeed, switches: Switches) -> Item:
    """The integration after a PATCH; the fields that cannot be updated are ignored; Refusal with 400."""
    given = {key: body[key] for key in UPDATABLE if key in body}
    if not given and switches.empty_patch == "refused":
        raise Refusal(400, INVALID)
    _check_texts(given, switches, INVALID)
    after = {**item, **given}
    if "status" in given:
        after["effective_status"] = given["status"]
    if "settings" in given:
        after["settings"] = merge_settings(item["settings"], given["settings"], provider, switches, INVALID)
        if switches.required_settings == "always":
            _check_required(after["settings"], provider, INVALID)
        if switches.effective_status == "falls":
            after["effective_status"] = "error"
    return after


def make_integration(body: dict[str, Any], provider: ProviderSeed, switches: Switches) -> Item:
    """The fields of a new integration that the body decides; Refusal with 400."""
    given = {"status": switches.post_status, **{key: body[key] for key in UPDATABLE if key in body}}
    if not {"name", "settings"} <= given.keys():
        raise Refusal(400, INVALID_BODY)
    _check_texts(given, switches, INVALID_BODY)
    settings = merge_settings({}, given["settings"], provider, switches, INVALID_BODY)
    if switches.required_settings != "never":
        _check_required(settings, provider, INVALID_BODY)
    return {**given, "settings": settings, "effective_status": given["status"]}


def _check_texts(given: dict[str, Any], switches: Switches, message: str) -> None:
    name, status = given.get("name", "-"), given.get("status", "-")
    if not (isinstance(name, str) and 1 <= len(name) <= 100 and isinstance(status, str) and status):
        raise Refusal(400, message)
    if "status" in given and switches.statuses and status not in switches.statuses:
        raise Refusal(400, message)


def merge_settings(
    before: dict[str, Any], given: Any, provider: ProviderSeed, switches: Switches, message: str
) -> dict[str, Any]:
    """The settings after a write. A value that is the one already stored passes whatever its type is."""
    if not isinstance(given, dict):
        raise Refusal(400, message)
    defined = {row.name: row.type for row in provider.settings}
    after = dict(before) if switches.settings_patch == "merge" else {}
    for key, value in given.items():
        if key not in defined and switches.undefined_key == "dropped":
            continue
        if value is None:
            _put_null(after, key, switches, message)
        elif key not in defined or _fits(value, defined[key]) or _is_same(before.get(key), value):
            after[key] = _coerce(value, switches)
        else:
            raise Refusal(400, message)
    return after


def _put_null(after: dict[str, Any], key: str, switches: Switches, message: str) -> None:
    if switches.null_in_settings == "refused":
        raise Refusal(400, message)
    if switches.null_in_settings == "clears":
        after.pop(key, None)
    elif switches.null_in_settings == "stored":
        after[key] = None


def _fits(value: Any, kind: str) -> bool:
    if kind not in TYPES:
        return True
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _is_same(before: Any, value: Any) -> bool:
    return type(before) is type(value) and bool(before == value)


def _coerce(value: Any, switches: Switches) -> Any:
    if not isinstance(value, str):
        return value
    if switches.coerce in ("trimmed", "both"):
        value = value.strip()
    if switches.coerce in ("numbers", "both") and re.fullmatch(r"0|[1-9][0-9]{0,14}", value):
        return int(value)
    return value


def _check_required(settings: dict[str, Any], provider: ProviderSeed, message: str) -> None:
    if any(row.required and settings.get(row.name) is None for row in provider.settings):
        raise Refusal(400, message)


def spoil_write(before: Item, after: Item, body: dict[str, Any], fault: Fault | None) -> Item:
    """The write as a silent-drop or lost fault leaves it."""
    if fault is None or fault.kind not in ("silent-drop", "lost"):
        return after
    if fault.kind == "silent-drop" and not fault.keys:
        return before
    settings = dict(after["settings"])
    if fault.kind == "lost":
        named = body.get("settings") or {}
        for gone in [key for key in sorted(settings) if key not in named][:1]:
            del settings[gone]
        return {**after, "settings": settings}
    for key in fault.keys:
        if key in before["settings"]:
            settings[key] = before["settings"][key]
        else:
            settings.pop(key, None)
    kept: Item = {key: before[key] for key in ("name", "status") if key in fault.keys}
    return {**after, **kept, "settings": settings}
