"""A provider's settings as a JSON Schema and back: what `schema` writes, editors read, and the quick checks know.

One form only: a file of another form is none of ours, and what people add to one is for their editors alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.model import Json, Provider, SettingDefinition
from reconciler.names import is_word, make_file_stem, make_variable
from reconciler.values import learn

DRAFT = "https://json-schema.org/draft/2020-12/schema"
MARK = "x-provider"
"""The key of a schema that tells whose settings it describes."""


class Described(Struct, frozen=True):
    """A provider as a schema tells it.

    provider: `id` is "" where no documentation tells it. secrets: keys whose values are references. notes: a sentence
    of each key, for people. about: a sentence of all. is_open: there may be more keys.
    """

    provider: Provider
    secrets: frozenset[str] = frozenset()
    notes: dict[str, str] = field(default_factory=dict)
    about: str = ""
    is_open: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What manifests may call the provider: its name and its id, where these can be written."""
        told = dict.fromkeys((self.provider.name, self.provider.id))
        return tuple(word for word in told if is_word(word))

    @property
    def required(self) -> list[str]:
        """The keys that the provider requires."""
        return [row.name for row in self.provider.settings or () if row.required]


def describe(provider: Provider, secret: Callable[[str], bool], notes: Mapping[str, str], about: str) -> Described:
    """A provider as its definitions tell it; open where none were told. `notes` beat the sentences made here."""
    rows = provider.settings or ()
    secrets = frozenset(row.name for row in rows if secret(row.name))
    said = {row.name: notes.get(row.name) or _make_note(row, provider, secret=row.name in secrets) for row in rows}
    return Described(provider, secrets, said, about, is_open=not rows)


def _make_note(row: SettingDefinition, provider: Provider, *, secret: bool) -> str:
    parts = ["Required by the provider." if row.required else "Optional."]
    if row.deprecated:
        parts.append("Deprecated.")
    if secret:
        name = make_variable("HOOD", provider.name, row.name)
        parts.append(f'A secret: write {{secret: "env:{name}"}}.')
    elif row.type != "string":
        parts.append(f"The provider says {row.type}; a plan checks it.")
    else:
        parts.append("Text, in quotes wherever it could be read as anything else.")
    return " ".join(parts)


def make_schema(described: Described) -> dict[str, Any]:
    """The JSON Schema of a provider's settings, for schemas/providers/. Same provider, same schema."""
    provider = described.provider
    more = {"id": provider.id, "type": provider.type}
    made: dict[str, Any] = {
        "$schema": DRAFT,
        "title": f"Settings of {provider.name}" + (f" (provider {provider.id})" if provider.id else ""),
        "description": described.about,
        MARK: {"name": provider.name} | {key: value for key, value in more.items() if value},
        "type": "object",
        "properties": {row.name: _make_property(row, described) for row in sort_rows(provider.settings or ())},
        "additionalProperties": {"$ref": _kind("any")} if described.is_open else False,
    }
    if described.required:
        about = f"What {provider.name} needs to be created."
        made["$defs"] = {"complete": {"description": about, "required": sorted(described.required)}}
    return made


def sort_rows(rows: Sequence[SettingDefinition]) -> list[SettingDefinition]:
    """Required ones first, deprecated ones last, by name: an API may tell them in any order."""
    return sorted(rows, key=lambda row: (row.deprecated, not row.required, row.name))


def _make_property(row: SettingDefinition, described: Described) -> dict[str, Any]:
    secret = row.name in described.secrets
    kind = "secret" if secret else "text" if row.type == "string" else "any"
    made: dict[str, Any] = {"title": row.title or make_title(row.name), "description": described.notes.get(row.name)}
    if secret:
        made["x-secret"] = True
    if row.type != "string":
        made["x-type"] = row.type
    if row.deprecated:
        message = f"{described.provider.name} calls {row.name} deprecated"
        made |= {"deprecated": True, "deprecationMessage": message}
    made["$ref"] = _kind("required" + kind.capitalize() if row.required else kind)
    return {key: value for key, value in made.items() if value is not None}


def _kind(name: str) -> str:
    return f"../setting.schema.json#/$defs/{name}"


def make_title(name: str) -> str:
    """A settings key as a title: `default_sender` becomes `Default Sender`."""
    return " ".join(name.replace("_", " ").split()).title() or name


class _Property(Struct, rename={"ref": "$ref", "secret": "x-secret", "type": "x-type"}):
    ref: str
    title: str = ""
    description: str = ""
    secret: bool = False
    type: str = "string"
    deprecated: bool = False


class _Mark(Struct):
    name: str
    id: str = ""
    type: str | None = None


class _Schema(Struct, rename={"mark": MARK, "is_open": "additionalProperties"}):
    mark: _Mark
    properties: dict[str, _Property]
    is_open: bool | dict[str, Any]
    description: str = ""


def read_schema(data: Json) -> Described | None:
    """What a schema of `make_schema` tells; None for one of another origin. Raises ValueError for a damaged one."""
    if not isinstance(data, dict) or MARK not in data:
        return None
    told = msgspec.convert(data, learn(_Schema))  # its error is a ValueError
    rows = tuple(
        SettingDefinition(key, one.title, one.type, one.ref.rpartition("/")[2].startswith("required"), one.deprecated)
        for key, one in told.properties.items()
    )
    return Described(
        Provider(told.mark.id, told.mark.name, told.mark.type, rows),
        frozenset(key for key, one in told.properties.items() if one.secret),
        {key: one.description for key, one in told.properties.items()},
        told.description,
        told.is_open is not False,
    )


def mark_secrets(described: Described, secret: Callable[[str], bool]) -> Described:
    """The same, with the keys secret that `secret` says."""
    secrets = frozenset(row.name for row in described.provider.settings or () if secret(row.name))
    return described if secrets == described.secrets else replace(described, secrets=secrets)


def make_words(described: Sequence[Described]) -> list[tuple[str, ...]]:
    """The words of each that mean no other one."""
    counts = Counter(word for one in described for word in one.words)
    return [tuple(word for word in one.words if counts[word] == 1) for one in described]


def lay_over(under: Mapping[str, Described], over: Sequence[Described]) -> dict[str, Described]:
    """Descriptions by the names of their files: those of `under`, whose names are kept, that share no word with `over`,
    and all of `over`.
    """
    said = {word for one in over for word in one.words}
    made = {name: one for name, one in under.items() if said.isdisjoint(one.words)}
    for one in sorted(over, key=lambda one: (one.provider.name, one.provider.id)):
        stem = make_file_stem(one.provider.name, one.provider.id)
        while f"{stem}.json" in made:
            stem += "." + make_file_stem("", one.provider.id)
        made[f"{stem}.json"] = one
    return dict(sorted(made.items()))


def make_manifest_schema(skeleton: Mapping[str, Any], described: Mapping[str, Described]) -> dict[str, Any]:
    """The schema of manifests: the shipped one, with the rules of these providers (by their files' names)."""
    words = make_words(list(described.values()))
    rules: list[Json] = []
    for (name, one), known in zip(described.items(), words, strict=True):
        if known:
            rules += _make_rules(f"providers/{name}", known, complete=bool(one.required))
    every = [word for known in words for word in known]
    anything = {"additionalProperties": {"$ref": "setting.schema.json#/$defs/any"}}
    unknown = {"properties": {"provider": {"not": {"enum": every}}}}
    rules.append({"if": unknown, "then": {"properties": {"settings": anything}}})
    provider = {**skeleton["properties"]["provider"], "examples": every}
    return {**skeleton, "properties": {**skeleton["properties"], "provider": provider}, "allOf": rules}


def make_overlay_schema(manifests: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of overlays, made of that of manifests: what they lack stands in the manifest that they name."""
    return {
        **manifests,
        "title": "An overlay: single fields of a manifest, for one account",
        "description": "One YAML document replaces fields of the manifest that it names by its provider and key.",
        "anyOf": [{"required": [word]} for word in ("key", "name", "id")],
        "allOf": [rule for rule in manifests["allOf"] if "required" not in rule["then"]],
    }


def _make_rules(path: str, words: Sequence[str], *, complete: bool) -> list[Json]:
    """Which settings the provider has; and, of a manifest that may create, that all it requires are there."""
    called = {"provider": {"enum": list(words)}}
    then = {"properties": {"settings": {"$ref": path}}}
    rules: list[Json] = [{"if": {"properties": called, "required": ["provider"]}, "then": then}]
    if complete:
        creates = {"type": "object", "properties": {"create": {"enum": [True]}}, "required": ["create"]}
        when = {"properties": {**called, "lifecycle": creates}, "required": ["provider", "lifecycle"]}
        needs = {"properties": {"settings": {"$ref": f"{path}#/$defs/complete"}}, "required": ["settings"]}
        rules.append({"if": when, "then": needs})
    return rules
