"""A manifest's settings against the provider's definitions, as the API tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct, field

from reconciler.errors import not_text
from reconciler.model import Dropped, Live, Manifest, Path, Plain, Problem, Provider, SettingDefinition, Source
from reconciler.names import find_meant
from reconciler.planning.diff import Wanted

_NOTHING = (None, "")


class Definitions(Struct, frozen=True):
    """A provider's definitions, prepared once for all of its integrations. current: keys that are not deprecated."""

    provider: Provider
    keys: frozenset[str]
    required: frozenset[str]
    deprecated: frozenset[str]
    current: frozenset[str]

    @classmethod
    def of(cls, provider: Provider) -> Definitions:
        """Prepares a provider whose definitions were told."""
        rows = provider.settings or ()
        return cls(
            provider=provider,
            keys=frozenset(row.name for row in rows),
            current=frozenset(row.name for row in rows if not row.deprecated),
            required=frozenset(row.name for row in rows if row.required),
            deprecated=frozenset(row.name for row in rows if row.deprecated),
        )


class Place:
    """Finds the places of one manifest's values, only when there is something to say."""

    def __init__(
        self,
        value: Callable[[Source, Path], Source],
        key: Callable[[Source, Path], Source],
    ) -> None:
        self._value = value
        self._key = key

    def value(self, manifest: Manifest, path: Path) -> Source:
        """Where the value stands; the document's place if it cannot be found."""
        return self._value(manifest.source, path)

    def key(self, manifest: Manifest, path: Path) -> Source:
        """Where the key stands."""
        return self._key(manifest.source, path)


class Findings(Struct):
    """What was found of one manifest."""

    dropped: list[Dropped] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def undefined_keys(manifest: Manifest, definitions: Definitions | None) -> frozenset[str]:
    """The settings keys of a manifest that its provider does not define; none where nobody told."""
    return frozenset(manifest.settings.keys() - definitions.keys) if definitions is not None else frozenset()


def is_quiet(manifest: Manifest, live: Live, definitions: Definitions) -> bool:
    """Whether the definitions have nothing to say of an object that already is as its manifest wants it."""
    if not manifest.settings.keys() <= definitions.current:
        return False
    there = live.settings
    for key in definitions.required:  # noqa: SIM110  # a generator costs as much as all the rest, ten thousand times
        if there.get(key) in _NOTHING:
            return False
    return True


def check_settings(
    manifest: Manifest,
    wanted: Wanted,
    live: Live | None,
    definitions: Definitions,
    place: Place,
    *,
    secret: Callable[[str], bool],
    shown: bool,
    strict: bool,
) -> Findings:
    """All there is to say: undefined keys, unquoted text, required keys that would be missing, deprecated keys.

    `live` is None for an object that does not exist yet. `shown`: the account shows secrets.
    """
    out = Findings()
    provider = definitions.provider.name
    for key in sorted(manifest.settings):
        path = ("settings", key)
        definition = definitions.provider.defines(key)
        if definition is None:
            _add_undefined(out, manifest, key, definitions, place, strict=strict)
            continue
        if key in definitions.deprecated:
            message = f"settings.{key}: {provider} calls this key deprecated"
            fix = "take it out once the key that replaces it is written"
            out.warnings.append(Problem("deprecated-setting", message, place.key(manifest, path), fix))
        out.errors.extend(_judge_value(manifest, definition, provider, place, secret=secret(key)))
    _add_missing(out, manifest, wanted, live, definitions, secret=secret, shown=shown)
    return out


def _judge_value(
    manifest: Manifest, definition: SettingDefinition, provider: str, place: Place, *, secret: bool
) -> Iterator[Problem]:
    """What is wrong with a value that the provider defines."""
    name, path = f"settings.{definition.name}", ("settings", definition.name)
    value = manifest.settings[definition.name]
    if value is None and definition.required:
        message = f"{name}: {provider} requires this key, it cannot be cleared"
        fix = "write its value, or take the line out"
        yield Problem("required-cleared", message, place.value(manifest, path), fix)
    elif definition.type == "string" and isinstance(value, Plain):
        yield not_text(name, value.text, provider, place.value(manifest, path), secret=secret)
    elif definition.type == "string" and isinstance(value, list):
        message = f"{name}: is a list, {provider} defines a string"
        yield Problem("not-text", message, place.value(manifest, path), "write one text in quotes")


def _add_undefined(
    out: Findings, manifest: Manifest, key: str, definitions: Definitions, place: Place, *, strict: bool
) -> None:
    suggestion = find_meant(key, definitions.keys)
    source = place.key(manifest, ("settings", key))
    out.dropped.append(Dropped(path=("settings", key), source=source, suggestion=suggestion))
    hint = f', did you mean "{suggestion}"?' if suggestion else ""
    message = f"settings.{key}: dropped: {definitions.provider.name} does not define it{hint}"
    fix = (
        f"write {suggestion}" if suggestion else f"take it out, or write one of: {', '.join(sorted(definitions.keys))}"
    )
    problem = Problem("dropped-setting", message, source, fix)
    (out.errors if strict else out.warnings).append(problem)


def _add_missing(
    out: Findings,
    manifest: Manifest,
    wanted: Wanted,
    live: Live | None,
    definitions: Definitions,
    *,
    secret: Callable[[str], bool],
    shown: bool,
) -> None:
    there = live.settings if live else {}
    for key in sorted(definitions.required):
        if wanted.settings.get(key) is not None or there.get(key) not in _NOTHING:
            continue
        if manifest.settings.get(key, "") is None or (live and secret(key) and not shown):
            continue
        message = f"settings.{key}: {definitions.provider.name} requires this key"
        if key not in manifest.settings:
            message += "; neither the manifest nor the live object has it" if live else " to be created"
        elif live is None:
            message += " to be created, and lifecycle.ignore keeps it from being sent"
        else:
            continue
        out.errors.append(Problem("required-setting", message, manifest.source, f"add settings.{key}"))
