"""The quick shape check: says "surely fine" of a document, or "look closer" (validate.py then explains).

It agrees with schemas/manifest.schema.json in both directions, which a property test holds, and takes about 2 us.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from reconciler.desired.documented import DOCUMENTED, Documented
from reconciler.model import Json, Plain, SecretRef
from reconciler.names import is_word

_PATH = r"[^\x00-\x1f\x7f-\x9f]{1,1024}"


@cache
def _id() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9_-]{1,64}")


@cache
def _path() -> re.Pattern[str]:
    return re.compile(r"status|name|settings\.[\s\S]+")


@cache
def _reference() -> re.Pattern[str]:
    return re.compile(rf"env:[A-Za-z_][A-Za-z0-9_]*|file:{_PATH}|exec:[A-Za-z0-9_.-]{{1,64}}/{_PATH}")


def is_fine(data: Json, table: Mapping[str, Documented] = DOCUMENTED) -> bool:
    """True where the manifest schema has nothing to say against the document's data. table: the known providers."""
    if data.__class__ is not dict:
        return False
    provider, settings = data.get("provider"), data.get("settings")
    if provider.__class__ is not str:
        return False
    documented = table.get(provider)
    if documented is None and not is_word(provider):
        return False
    name = data.get("name")
    if name is None:
        if "id" not in data:
            return False
    elif name.__class__ is not str or not 1 <= len(name) <= 100:
        return False
    for key in data.keys() - _CHECKED_HERE:
        check = _CHECKS.get(key)
        if not (check(data[key]) if check is not None else key.startswith("x-")):
            return False
    if settings is not None and not _are_settings(settings, documented):
        return False
    if documented is None or not documented.required or not _creates(data):
        return True
    return settings is not None and documented.required <= settings.keys()


@lru_cache(maxsize=1024)
def make_reference(text: str) -> SecretRef | None:
    """The reference that stands behind `secret:`, None where the text is none."""
    return SecretRef(*text.split(":", 1)) if _reference().fullmatch(text) else None


def is_reference(value: Json) -> bool:
    """True for {"secret": "env:NAME"}, `file:PATH` and `exec:NAME/ARG`."""
    if value.__class__ is not dict or len(value) != 1:
        return False
    text = value.get("secret")
    return text.__class__ is str and make_reference(text) is not None


def _creates(data: dict[str, Json]) -> bool:
    lifecycle = data.get("lifecycle")
    return lifecycle is not None and "create" in lifecycle and lifecycle["create"].value is True


def _are_settings(settings: Json, documented: Documented | None) -> bool:
    if settings.__class__ is not dict or not settings:
        return False
    if documented is None:
        return all(value.__class__ is str or _is_anything(value) for value in settings.values())
    keys, secrets, required, loose = documented.keys, documented.secrets, documented.required, documented.loose
    for key, value in settings.items():
        if key in keys:
            if value.__class__ is str:
                if key in secrets:
                    return False
            elif key in loose:
                if not _is_anything(value) or (key in required and _is_null(value)):
                    return False
            elif not is_reference(value) and (key in required or not _is_null(value)):
                return False
        elif not documented.is_open or not _is_anything(value):
            return False
    return True


def _is_anything(value: Json) -> bool:
    if value.__class__ is list:
        return all(item.__class__ is str or (_is_plain(item) and not _is_null(item)) for item in value)
    return value.__class__ is str or _is_plain(value) or is_reference(value)


def _is_plain(value: Json) -> bool:
    return value.__class__ is Plain


def _is_null(value: Json) -> bool:
    return value.__class__ is Plain and value.value is None


def _is_boolean(value: Json) -> bool:
    return value.__class__ is Plain and value.value.__class__ is bool


def _is_key(value: Json) -> bool:
    return value.__class__ is str and is_word(value)


def _is_some_id(value: Json) -> bool:
    if value.__class__ is dict:
        return bool(value) and all(item.__class__ is str and _id().fullmatch(item) for item in value.values())
    return value.__class__ is str and _id().fullmatch(value) is not None


def _is_text(value: Json) -> bool:
    return value.__class__ is str and value != ""


def _are_paths(value: Json) -> bool:
    return value.__class__ is list and all(item.__class__ is str and _path().fullmatch(item) for item in value)


def _is_lifecycle(value: Json) -> bool:
    if value.__class__ is not dict:
        return False
    for key, item in value.items():
        check = _LIFECYCLE_CHECKS.get(key)
        if check is None or not check(item):
            return False
    return True


_Check = Callable[[Json], bool]
_LIFECYCLE_CHECKS: dict[str, _Check] = {"ignore": _are_paths, "guard": _are_paths, "create": _is_boolean}
_CHECKED_HERE = frozenset({"provider", "name", "settings"})
_CHECKS: dict[str, _Check] = {
    "key": _is_key,
    "id": _is_some_id,
    "type": _is_text,
    "status": _is_text,
    "is_default": _is_boolean,
    "lifecycle": _is_lifecycle,
}
