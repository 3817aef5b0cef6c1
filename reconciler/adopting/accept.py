"""Which live values go into a manifest, and why others do not. Pure.

the manifest names it   live                     without --field      with --field that names it
yes                     differs                  written              written
yes, a text             differs, a number        written as text      written as text
yes                     not set                  null                 null
yes, or a secret key    a secret                 left as it is        refused
no                      a value                  -                    added
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from reconciler.adopting.accept_fields import Fields
from reconciler.adopting.rewrite import Edit
from reconciler.model import AcceptedField, Json, Live, Manifest, Path, Plain, Provider, SecretRef, Source
from reconciler.values import as_declared, is_mask, kind_of, path_order, text_of, value_at

LONGEST_NAME = 100


class Compared(Protocol):
    """One manifest against what is live: what differs, what the API hides, what the provider does not define."""

    @property
    def manifest(self) -> Manifest:
        """The manifest."""
        ...

    @property
    def changed(self) -> tuple[Path, ...]:
        """Fields that differ; no reference is among them."""
        ...

    @property
    def hidden(self) -> tuple[Path, ...]:
        """Fields of which the API shows a mask."""
        ...

    @property
    def undefined(self) -> frozenset[str]:
        """Settings keys of the manifest that the provider does not define."""
        ...

    @property
    def provider(self) -> Provider | None:
        """The provider with its definitions, where the API told them."""
        ...


class Choice(Struct, frozen=True):
    """One field to tell of, and the edit that writes it; without one it is refused."""

    field: AcceptedField
    edit: Edit | None = None


class Chosen(Struct, frozen=True):
    """What is chosen of one manifest. secrets: settings that are secret. hidden: settings that the API hides."""

    choices: tuple[Choice, ...] = ()
    secrets: int = 0
    hidden: int = 0


class Judges(Struct, frozen=True):
    """What may be asked: which keys are secret, and where a value stands."""

    secret: Callable[[str], bool]
    place: Callable[[Source, Path], Source]


class _RefusedError(Exception):
    """Why a live value cannot be accepted, and what to do instead."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason, self.fix = reason, fix


_SECRET = ("it is a secret, and accept neither reads nor writes secrets", 'write {secret: "env:HOOD_…"} by hand')
_REFERENCE = (
    "it refers to a secret, and accept neither reads nor writes secrets",
    "change the secret where it is kept",
)
_HIDDEN = ("the API hides what is live", "look it up in the console, and write it by hand")
_BY_HAND = "write it by hand, or apply the declared value"


def choose(compared: Compared, live: Live, fields: Fields, judges: Judges) -> Chosen:
    """The edits for one manifest, each with what it changes, and what is refused."""
    case = _Case(compared, live, fields, judges)
    choices = [*case.change_named(), *case.refuse_named(), *case.add_new()]
    choices.sort(key=lambda one: path_order(one.field.path))
    return Chosen(tuple(choices), case.count_secrets(), case.count_hidden())


class _Case:
    """One manifest, its live object, and what is asked for."""

    def __init__(self, compared: Compared, live: Live, fields: Fields, judges: Judges) -> None:
        self._manifest, self._compared, self._live = compared.manifest, compared, live
        self._fields, self._judges = fields, judges

    def change_named(self) -> Iterator[Choice]:
        """What the manifest names and what differs."""
        for path in self._compared.changed:
            if self._fields.covers(path):
                yield self._choose(path, named=True)

    def refuse_named(self) -> Iterator[Choice]:
        """What --field names one by one and the manifest too, but what cannot be compared."""
        for path in map(_path_of, self._fields.exact):
            reason = self._why_not_compared(path)
            if reason is not None:
                yield self._refuse(path, *reason)

    def _why_not_compared(self, path: Path) -> tuple[str, str] | None:
        if path in self._manifest.lifecycle.ignore:
            return "lifecycle.ignore names it", "take it out there, or write it by hand"
        if path in self._compared.hidden:
            return _HIDDEN
        if path[0] != "settings":
            return None
        key = path[1]
        there = key in self._manifest.settings or self._live.settings.get(key) is not None
        if self._is_secret(key) and there and path not in self._compared.changed:
            return _REFERENCE if isinstance(self._manifest.settings.get(key), SecretRef) else _SECRET
        provider = self._compared.provider
        if there and provider is not None and provider.defines(key) is None:
            return f"{provider.name} does not define it", "take it out, or correct its spelling"
        if key not in self._manifest.settings and is_mask(self._live.settings.get(key), secret=False):
            return _HIDDEN
        return None

    def add_new(self) -> Iterator[Choice]:
        """What --field names, by its name or by a pattern, and the manifest does not."""
        for path in self._unnamed():
            if self._why_not_compared(path) is None:  # else it is said above, if it is asked for by its name
                yield self._choose(path, named=False)

    def _unnamed(self) -> Iterator[Path]:
        if not self._fields.asked:
            return
        paths: list[Path] = [(key,) for key in ("name", "status") if getattr(self._manifest, key) is None]
        paths += [("settings", key) for key in sorted(self._live.settings) if key not in self._manifest.settings]
        for path in paths:
            if value_at(self._live, path) is not None and self._fields.covers(path):
                yield path

    def count_secrets(self) -> int:
        """Secret settings that the manifest names, or that would be added if they were not secret."""
        keys = {path[1] for path in self._unnamed() if path[0] == "settings"} | set(self._manifest.settings)
        return sum(self._is_secret(key) and self._fields.covers(("settings", key)) for key in keys)

    def count_hidden(self) -> int:
        """Settings of which the API shows a mask, and which the manifest names or --field would add."""
        new = [path for path in self._unnamed() if path[0] == "settings" and not self._is_secret(path[1])]
        masked = [path for path in new if is_mask(self._live.settings.get(path[1]), secret=False)]
        return len(masked) + sum(map(self._fields.covers, self._compared.hidden))

    def _is_secret(self, key: str) -> bool:
        return isinstance(self._manifest.settings.get(key), SecretRef) or self._judges.secret(key)

    def _choose(self, path: Path, *, named: bool) -> Choice:
        if path[0] == "settings" and self._is_secret(path[1]):
            return self._refuse(path, *_SECRET)
        made_of = self._manifest.origin_of(path).variables
        if made_of:
            marks = ", ".join(f"${{var:{name}}}" for name in made_of)
            return self._refuse(
                path, f"it is made with the variable {marks}", "change the variable, or write it by hand"
            )
        before = self._declared(path) if named else None
        try:
            after = self._make_value(path, before)
        except _RefusedError as error:
            return self._refuse(path, error.reason, error.fix)
        source = self._judges.place(self._manifest.source, path) if named else self._manifest.source
        field = AcceptedField(path, before, after, source, "change" if named else "add")
        document = self._manifest.source_of(path)
        return Choice(field, Edit(document, path, as_declared(after), before=(as_declared(before),) if named else ()))

    def _refuse(self, path: Path, reason: str, fix: str) -> Choice:
        source = self._judges.place(self._manifest.source, path)
        return Choice(AcceptedField(path, None, None, source, refused=reason, fix=fix))

    def _declared(self, path: Path) -> Json:
        value = self._manifest.settings[path[1]] if path[0] == "settings" else getattr(self._manifest, path[0])
        return value.value if isinstance(value, Plain) else value

    def _make_value(self, path: Path, before: Json) -> Json:
        """The live value as a manifest may hold it. Raises _RefusedError."""
        if path[0] == "is_default":
            return self._live.is_default
        have = value_at(self._live, path)
        if path[0] != "settings":
            return _check_top(path[0], have)
        provider = self._compared.provider
        definition = provider.defines(path[1]) if provider is not None else None
        if have is None and definition is not None and definition.required and provider is not None:
            raise _RefusedError(f"live it is not set, and {provider.name} requires it", _BY_HAND)
        if have is None or isinstance(have, str):
            return have
        is_text = definition is None or definition.type == "string"
        if isinstance(have, int | float):
            return text_of(have) if is_text or isinstance(before, str) else have
        return _check_list(have, is_text=is_text)


def _check_top(key: str, have: str | None) -> str:
    if not have:
        raise _RefusedError(f"live it has no {key}", _BY_HAND)
    if key == "name" and len(have) > LONGEST_NAME:
        raise _RefusedError(f"the live name is longer than {LONGEST_NAME} characters", "shorten it in the console")
    return have


def _check_list(have: Json, *, is_text: bool) -> Json:
    if not isinstance(have, list):
        raise _RefusedError("live it is a mapping, which no manifest holds", "take it out of the manifest")
    if is_text or not all(isinstance(one, str | int | float) for one in have):
        kind = kind_of(have) if is_text else "a list of other things than texts and numbers"
        raise _RefusedError(f"live it is {kind}, and the manifest may hold text", "take it out of the manifest")
    return have


def _path_of(name: str) -> Path:
    head, dot, key = name.partition(".")
    return (head, key) if dot else (head,)


def find_unknown(fields: Fields, seen: Iterable[tuple[Compared, Live]]) -> list[str]:
    """What --field names one by one and neither a manifest, a live object nor a provider knows."""
    unknown = set(fields.exact)
    for compared, live in seen:
        if not unknown:
            break
        provider = compared.provider
        defined = (row.name for row in provider.settings or ()) if provider is not None else ()
        keys = {*compared.manifest.settings, *live.settings, *defined}
        unknown -= {"name", "status", "is_default", *(f"settings.{key}" for key in keys)}
    return sorted(unknown)
