"""Explains what the JSON Schemas under schemas/ have against a document. The only home of jsonschema.

Its own messages hold values (secrets too), so ours are made from the path and the rule alone. The unquoted text of a
few keys that cannot be secret is shown, as what to write. jsonschema is imported once something must be explained.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from reconciler.model import Json, Plain, Problem, Source
from reconciler.names import find_meant
from reconciler.schema_files import CONFIG, MANIFEST, SHIPPED, SchemaSet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

    from reconciler.desired.load import Places

Steps = tuple[str | int, ...]
"""Where a value stands in a document."""


class Finding(Struct, frozen=True):
    """Something to say about a document, before its place is found. `message` begins with the path."""

    path: Steps
    code: str
    message: str
    fix: str | None = None
    at_key: bool = False


def check_manifest(data: Json, schemas: SchemaSet = SHIPPED) -> list[Finding]:
    """All that manifest.schema.json has against a document's data (dicts, lists, text and Plain)."""
    return _explain(MANIFEST, data, schemas)


def check_config(data: Json, schema: str = CONFIG) -> list[Finding]:
    """All that config.schema.json (or another schema) has against the data of a reconciler.yaml."""
    return _explain(schema, data, SHIPPED)


def make_problem(finding: Finding, source: Source, places: Places) -> Problem:
    """The finding at its place, in the document that begins at `source`."""
    find = places.key if finding.at_key else places.value
    place = find(source, finding.path) if finding.path else source
    return Problem(finding.code, finding.message, place, finding.fix)


def make_path(path: Iterable[str | int]) -> str:
    """The path as people read it: settings.port, lifecycle.ignore[0]."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The fix for a misspelt word, or None where nothing known is near."""
    meant = find_meant(word, known)
    return f'did you mean "{meant}"?' if meant is not None else None


def make_plain_data(data: Json) -> Json:
    """The data with each Plain as the value that YAML 1.2 reads.

    A word that only YAML 1.1 reads as something else (yes, 12:30:00, a date) is neither text nor anything that a rule
    asks for, so it becomes a number that no rule allows. 4.0 is the whole number 4, as JSON Schema says.
    """
    if isinstance(data, Plain):
        value = data.value
        if isinstance(value, str):
            return -0.5
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(data, dict):
        return {key: make_plain_data(value) for key, value in data.items()}
    if isinstance(data, list):
        return [make_plain_data(value) for value in data]
    return data


@lru_cache(maxsize=8)
def _validator(name: str, set_: SchemaSet) -> Draft202012Validator:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    base = "https://reconciler.invalid/"  # only a base for relative references: nothing is ever fetched
    registry: Registry[Any] = Registry().with_resources(
        (base + path, Resource.from_contents(schema)) for path, schema in set_.files.items()
    )
    return Draft202012Validator({"$ref": base + name}, registry=registry)


class _Breach(Struct, frozen=True):
    """A rule that does not hold: what jsonschema tells, without its message."""

    rule: str
    path: Steps
    wanted: Any
    found: Json
    schema: dict[str, Any]
    of_name: bool

    def __repr__(self) -> str:
        return f"_Breach({self.rule})"

    @property
    def advice(self) -> str | None:
        """The schema's own words for people, which editors show too."""
        return self.schema.get("errorMessage")


def _make_breach(error: ValidationError) -> _Breach:
    return _Breach(
        str(error.validator),
        tuple(error.absolute_path),
        error.validator_value,
        error.instance,
        cast("dict[str, Any]", error.schema),
        "propertyNames" in error.schema_path,
    )


def _explain(name: str, data: Json, schemas: SchemaSet) -> list[Finding]:
    found: dict[tuple[Steps, str], Finding] = {}
    for error in _validator(name, schemas).iter_errors(make_plain_data(data)):
        breach = _make_breach(error)
        for finding in _RULES.get(breach.rule, _other)(breach, data):
            found.setdefault((finding.path, finding.message), finding)
    # jsonschema looks at keys in the order of a set, which differs from run to run.
    return sorted(found.values(), key=lambda one: (make_path(one.path), one.code, one.message))


def _unknown_key(breach: _Breach, data: Json) -> Iterator[Finding]:
    known = breach.schema.get("properties", {})
    patterns = breach.schema.get("patternProperties", {})
    for key in breach.found:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        path = (*breach.path, key)
        where, fix = make_path(path), did_you_mean(key, known)
        if breach.path == ("settings",):
            message = f"{where}: {data['provider']} does not define it, it would be dropped"
            fix = fix or f"take it out, or write one of: {', '.join(sorted(known))}"
            yield Finding(path, "dropped-setting", message, fix, at_key=True)
        else:
            fix = fix or f"known here: {', '.join(known)}"
            yield Finding(path, "unknown-key", f"{where}: unknown key", fix, at_key=True)


def _missing_key(breach: _Breach, data: Json) -> Iterator[Finding]:
    for key in breach.wanted:
        if key in breach.found:
            continue
        why = (
            f"is missing, {data['provider']} requires it to be created"
            if breach.path == ("settings",)
            else "is missing"
        )
        yield Finding(breach.path, "missing-key", f"{make_path((*breach.path, key))}: {why}", f"add {key}:")


def _neither_id_nor_name(breach: _Breach, _data: Json) -> Iterator[Finding]:
    yield Finding(breach.path, "missing-key", "name: is missing, it is required without an id", "add name:")


_KINDS = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}


def _wrong_type(breach: _Breach, data: Json) -> Iterator[Finding]:
    path = breach.path
    kinds = [breach.wanted] if isinstance(breach.wanted, str) else breach.wanted
    wanted = " or ".join(_KINDS[kind] for kind in kinds)
    where = make_path(path) if path else "the document"
    value = reduce(lambda container, step: container[step], path, data)
    if isinstance(value, Plain) and value.value is None:
        yield Finding(path, "empty-value", f"{where}: is empty", f"write {wanted}, or leave the key out")
    elif isinstance(value, Plain) and "string" in kinds and path:
        message = f"{where}: is not in quotes, so it is not read as text by every YAML version"
        yield Finding(path, "not-text", message, _quoted(breach, value.text))
    else:
        message = f"{where}: is {_kind(value)} where {wanted} is expected"
        yield Finding(path, "type", message, breach.advice or f"write {wanted}")


def _quoted(breach: _Breach, text: str) -> str | None:
    path = breach.path
    if path[0] == "settings" or {"token", "variables"} & set(path):
        return "put it in double quotes"
    if not re.search(breach.schema.get("pattern", ""), text):
        return breach.advice
    return f'write {path[-1]}: "{text}"' if isinstance(path[-1], str) else f'write "{text}"'


def _kind(value: Json) -> str:
    if isinstance(value, Plain):
        if isinstance(value.value, str):
            return "a word that not every YAML version reads alike"
        return "true or false" if isinstance(value.value, bool) else "a number"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "text"


def _other(breach: _Breach, data: Json) -> Iterator[Finding]:
    path, fix = breach.path, breach.advice
    if breach.of_name:
        path = (*path, breach.found)
    elif path[:1] == ("lifecycle",):
        settings = data.get("settings")
        real = ["status", "name", *(f"settings.{key}" for key in (settings if isinstance(settings, dict) else ()))]
        fix = did_you_mean(breach.found, real) or fix
    elif path == ("settings",):
        fix = "name at least one key, or leave settings out"
    text = _SENTENCES.get(breach.rule, "is not written as expected").format(breach.wanted)
    yield Finding(path, "invalid-value", f"{make_path(path)}: {text}", fix, at_key=breach.of_name)


_SENTENCES = {
    "minLength": "is empty",
    "maxLength": "is longer than {} characters",
    "minProperties": "is empty",
    "minItems": "is empty",
    "minimum": "is less than {}",
    "exclusiveMinimum": "is not more than {}",
    "maximum": "is more than {}",
}
_RULES: dict[str, Callable[[_Breach, Json], Iterator[Finding]]] = {
    "additionalProperties": _unknown_key,
    "required": _missing_key,
    "anyOf": _neither_id_nor_name,
    "type": _wrong_type,
}
