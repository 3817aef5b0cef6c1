"""The catalogue of providers, as `providers` prints it."""

from __future__ import annotations

from msgspec import Struct

CATALOGUE_FORMAT = "reconciler.providers/1"


class CatalogueSetting(Struct, frozen=True):
    """A settings key. secret: manifests hold a reference instead of its value."""

    name: str
    title: str
    type: str
    required: bool
    deprecated: bool
    secret: bool


class CatalogueProvider(Struct, frozen=True):
    """A provider; `settings` is null where the API tells no definitions."""

    id: str
    name: str
    type: str | None
    settings: tuple[CatalogueSetting, ...] | None


class Catalogue(Struct, frozen=True):
    """All providers of an account, by id."""

    account: str
    providers: tuple[CatalogueProvider, ...]
    format: str = CATALOGUE_FORMAT
