"""What the API shows."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from reconciler.model.common import Json


class SettingDefinition(Struct, frozen=True):
    """One row of a provider's `settings` array in the API."""

    name: str
    title: str = ""
    type: str = "string"
    required: bool = False
    deprecated: bool = False


class Provider(Struct, frozen=True):
    """A provider as the API tells it. `settings` is None where the API did not tell the definitions."""

    id: str
    name: str
    type: str | None = None
    settings: tuple[SettingDefinition, ...] | None = None

    def defines(self, key: str) -> SettingDefinition | None:
        """The definition of a settings key, or None."""
        return next((item for item in self.settings or () if item.name == key), None)


class Live(Struct, frozen=True):
    """An integration as the API shows it. Settings hold whatever JSON the server sent."""

    id: str
    company_id: str | None
    provider: Provider
    name: str | None
    status: str | None
    settings: dict[str, Json] = field(default_factory=dict)
    type: str | None = None
    effective_status: str | None = None
    is_default: bool | None = None
    update_time: str | None = None

    def __repr__(self) -> str:
        """Without any value: secrets are among them, under whatever key."""
        return f"Live({self.id}, {len(self.settings)} settings)"


class Snapshot(Struct, frozen=True):
    """All that a run read of an account before it plans.

    objects: by id. providers: by id, with the definitions wherever they were told. complete: the list was read whole
    (as many distinct ids as its `total`), so that what is not in it does not exist. unknown: ids whose own GET was
    answered 400 or 404. listed: whether the list exists at all. page_size: items on a full page, as the server gave
    them. ids_in_order: the list's order is by number, by text, or neither (None). catalogued: GET /providers told all
    providers that there are.
    """

    objects: dict[str, Live]
    providers: dict[str, Provider]
    complete: bool
    listed: bool = True
    unknown: frozenset[str] = frozenset()
    page_size: int | None = None
    ids_in_order: Literal["number", "text"] | None = None
    catalogued: bool = False
