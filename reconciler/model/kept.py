"""A snapshot of an account as it is kept in a file, for plans that need no token."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from reconciler.model.common import Json
from reconciler.model.live import Provider

SNAPSHOT_FORMAT = "reconciler.snapshot/1"


class KeptObject(Struct, frozen=True, forbid_unknown_fields=True):
    """An integration without its secrets. secrets: of each that holds something `hidden` (the API hides it), `shown`
    (left out here), or its keyed fingerprint.
    """

    id: str
    company_id: str | None
    provider: str
    name: str | None
    status: str | None
    type: str | None
    effective_status: str | None
    is_default: bool | None
    update_time: str | None
    settings: dict[str, Json] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


class KeptSnapshot(Struct, frozen=True, forbid_unknown_fields=True):
    """The file. created: RFC 3339 UTC. keyed: secrets are fingerprints, made with RECONCILER_KEY."""

    tool: str
    api: str
    account: str
    company_id: str | None
    created: str
    complete: bool
    listed: bool
    keyed: bool
    providers: tuple[Provider, ...]
    objects: tuple[KeptObject, ...]
    page_size: int | None = None
    ids_in_order: Literal["number", "text"] | None = None
    format: str = SNAPSHOT_FORMAT
