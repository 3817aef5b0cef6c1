"""JSON of the API -> Live and Provider: strict about shapes, tolerant where the documentation contradicts itself.

Three envelopes are read: the bare object, {"total": n, "items": [...]} and a bare list (the documentation shows the
first two for the same endpoint). Ids come as text or numbers, `total` as either, `is_default` as a boolean or 0/1.
Settings keep their JSON types: 587 is not "587", true is not 1. PHP's `[]` for an empty object is an empty object.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from sys import intern
from typing import Any, Generic, TypeVar

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, ValidationError
from msgspec.json import Decoder as JsonDecoder

from reconciler.model import Live, Provider, SettingDefinition

T = TypeVar("T", bound=Live | Provider)
R = TypeVar("R")

_Id = str | int
_Flag = bool | int | str | None
_ID = re.compile(r"[A-Za-z0-9_:.-]{1,64}")


class NotJsonError(ValueError):
    """The body is not JSON, or it was cut off; asking again may help."""


class ShapeError(ValueError):
    """The body is JSON of another shape; str() says which, without any value of it."""


class Page(Struct, Generic[T], frozen=True):
    """The items of one answer. total: None where the API did not tell it. slim: ids of items without their details."""

    items: tuple[T, ...]
    total: int | None = None
    slim: frozenset[str] = frozenset()


class _Item(Struct, gc=False):
    id: _Id
    company_id: _Id | None = None
    name: str | None = None
    type: str | None = None
    provider_id: _Id | None = None
    provider: Raw = Raw(b"null")
    settings: dict[str, Any] | list[Any] | UnsetType | None = UNSET
    status: str | None = None
    effective_status: str | None = None
    is_default: _Flag = None
    update_time: str | int | None = None

    def __repr__(self) -> str:
        return f"_Item({self.id})"


class _Definition(Struct):
    name: str
    title: str | None = None
    type: str | None = None
    required: _Flag = None
    deprecated: _Flag = None


class _Provider(Struct):
    id: _Id | None = None
    name: str | None = None
    type: str | None = None
    settings: list[_Definition] | dict[str, Any] | None = None


class _Items(Struct):
    total: Any = None
    items: list[_Item] | UnsetType | None = UNSET


class _Providers(Struct):
    total: Any = None
    items: list[_Provider] | UnsetType | None = UNSET


_ITEMS: JsonDecoder[list[_Item] | _Items] = JsonDecoder(list[_Item] | _Items)
_ITEM = JsonDecoder(_Item)
_PROVIDERS: JsonDecoder[list[_Provider] | _Providers] = JsonDecoder(list[_Provider] | _Providers)
_PROVIDER: JsonDecoder[_Provider | str | int | None] = JsonDecoder(_Provider | str | int | None)


def decode_json(body: bytes) -> Any:
    """Any JSON value. Raises NotJsonError or ShapeError, as all of this module do."""
    return _decoded(JsonDecoder().decode, body)


class Decoder:
    """Turns answers into values; each distinct provider is decoded once and shared by all its objects."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, str | None], Provider] = {}

    def make_page(self, body: bytes) -> Page[Live]:
        """A page of the list of integrations."""
        return _decoded(self._page, body)

    def make_objects(self, body: bytes) -> Page[Live]:
        """The answer of GET /integrations/{id}: one item, or none where the envelope is empty."""
        return _decoded(self._objects, body)

    def make_providers(self, body: bytes) -> Page[Provider]:
        """A page of GET /providers."""
        return _decoded(_providers, body)

    def _page(self, body: bytes) -> Page[Live]:
        answer = _ITEMS.decode(body)
        if isinstance(answer, list):
            return self._filled(answer, None)
        if answer.items is UNSET:
            raise ShapeError("is neither a list nor an object with `items`")
        return self._filled(answer.items or [], _total(answer.total))

    def _objects(self, body: bytes) -> Page[Live]:
        answer = _ITEMS.decode(body)
        if isinstance(answer, list):
            if not answer:
                raise ShapeError("is an empty list: neither an object nor a word that there is none")
            return self._filled(answer, None)
        if answer.items is UNSET:
            return self._filled([_ITEM.decode(body)], None)
        if not answer.items and _total(answer.total):
            raise ShapeError("counts items that it does not hold")
        return self._filled(answer.items or [], None)

    def _filled(self, items: list[_Item], total: int | None) -> Page[Live]:
        made = tuple([self._live(item) for item in items])
        slim = [
            live.id
            for live, item in zip(made, items, strict=True)
            if item.settings is UNSET or item.settings is None or item.company_id is None
        ]
        return Page(made, total, frozenset(slim))

    def _live(self, item: _Item) -> Live:
        settings = item.settings
        if isinstance(settings, list) and settings:
            raise ShapeError("has a list where an object of settings belongs")
        return Live(
            _id(item.id),
            _word(item.company_id),
            self._provider(bytes(item.provider), _text(item.provider_id)),
            item.name,
            _word(item.status),
            settings if isinstance(settings, dict) else {},
            _word(item.type),
            _word(item.effective_status),
            _flag(item.is_default),
            _text(item.update_time),
        )

    def _provider(self, raw: bytes, provider_id: str | None) -> Provider:
        known = self._known.get((raw, provider_id))
        if known is not None:
            return known
        told = _PROVIDER.decode(raw)
        if not isinstance(told, _Provider):
            name = _text(told)
            made = Provider(provider_id or name or "", name or provider_id or "")
        else:
            made = _made(told, provider_id)
        return self._known.setdefault((raw, provider_id), made)


def _providers(body: bytes) -> Page[Provider]:
    answer = _PROVIDERS.decode(body)
    if not isinstance(answer, list) and answer.items is UNSET:
        raise ShapeError("is neither a list nor an object with `items`")
    items, total = (answer, None) if isinstance(answer, list) else (answer.items or [], _total(answer.total))
    made = tuple([_made(item, None) for item in items])
    if any(not provider.id for provider in made):
        raise ShapeError("has a provider without an id")
    return Page(made, total)


def _made(told: _Provider, provider_id: str | None) -> Provider:
    own = _text(told.id) or provider_id or told.name or ""
    return Provider(own, told.name or own, told.type, _definitions(told.settings))


def _definitions(told: list[_Definition] | dict[str, Any] | None) -> tuple[SettingDefinition, ...] | None:
    if told is None:
        return None
    if isinstance(told, dict):
        if told:
            raise ShapeError("has an object where a list of setting definitions belongs")
        return ()
    return tuple(
        [
            SettingDefinition(
                row.name,
                row.title or "",
                row.type or "string",
                _flag(row.required) is True,
                _flag(row.deprecated) is True,
            )
            for row in told
        ]
    )


def _id(value: _Id) -> str:
    text = str(value)
    if not _ID.fullmatch(text) or not text.strip("."):
        raise ShapeError("has an object whose id is not made of letters and digits")
    return text


def _text(value: _Id | None) -> str | None:
    return None if value is None else str(value)


def _word(value: _Id | None) -> str | None:
    """Text that many objects share, kept once."""
    return None if value is None else intern(str(value))


def _flag(value: _Flag) -> bool | None:
    return None if value is None else value in (True, "1", "true")


def _total(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _decoded(decode: Callable[[bytes], R], body: bytes) -> R:
    fault: ValueError
    try:
        return decode(body)
    except ValidationError as error:
        # Its text holds types and paths of the shape, never a value of the answer.
        fault = ShapeError(f"has another shape than documented: {error}")
    except ShapeError:
        raise
    except RecursionError:
        fault = ShapeError("is nested too deeply")
    except (DecodeError, UnicodeDecodeError):
        fault = NotJsonError(f"is not JSON ({len(body):,} bytes)" if body else "is empty")
    raise fault
