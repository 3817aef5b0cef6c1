"""Small builders of manifests, live objects, snapshots and what the planner asks; defaults agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.model import (
    Change,
    FieldChange,
    Json,
    Live,
    Manifest,
    Path,
    Plan,
    Problem,
    Provider,
    SecretRef,
    Seen,
    Setting,
    SettingDefinition,
    Snapshot,
    Source,
)
from reconciler.planning.account import Account, make_account
from reconciler.planning.planner import Asked, Context, make_plan
from reconciler.planning.settings import Place

COMPANY = "6197120"
TOKEN = SecretRef("env", "HOOD_TOKEN")
SECRETS = {TOKEN: "canary-7f3a", SecretRef("env", "HOOD_OTHER"): "canary-99b1"}


def make_provider(
    keys: Sequence[str] = ("sid", "token", "phone"), required: Sequence[str] = (), **rest: Any
) -> Provider:
    """The provider 1000, twilio, which defines these keys as strings."""
    rows = tuple(SettingDefinition(name=key, required=key in required) for key in keys)
    return Provider(**{"id": "1000", "name": "twilio", "type": "sms", "settings": rows, **rest})


TWILIO = make_provider()


def make_manifest(settings: Mapping[str, Setting] | None = None, **rest: Any) -> Manifest:
    """A manifest of object 1 that names only its settings."""
    told = {"address": "twilio/one", "provider": "twilio", "source": Source("one.yaml", 1, 1), "id": "1", **rest}
    return Manifest(settings=dict(settings or {}), **told)


def make_live(settings: Mapping[str, Json] | None = None, **rest: Any) -> Live:
    """Object 1 of twilio, active; its effective status is its status."""
    told = {"id": "1", "company_id": COMPANY, "provider": TWILIO, "name": "One", "status": "active", **rest}
    told.setdefault("effective_status", told["status"])
    return Live(settings=dict(settings or {}), type="sms", is_default=False, **told)


def make_snapshot(*objects: Live, **rest: Any) -> Snapshot:
    """A list that was read whole, in pages of 100."""
    told: dict[str, Any] = {"complete": True, "page_size": 100, "ids_in_order": "number", **rest}
    providers = told.pop("providers", None) or {live.provider.id: live.provider for live in objects}
    return Snapshot(objects={live.id: live for live in objects}, providers=providers, **told)


def is_secret(key: str) -> bool:
    """Whether a key is secret, in these tests."""
    return "token" in key or "password" in key


def place_value(source: Source, path: Path) -> Source:
    """A place that tells the path: values stand in column 20."""
    return Source(source.file, source.line + len(".".join(path)), 20)


def place_key(source: Source, path: Path) -> Source:
    """As place_value; keys stand in column 3."""
    return Source(source.file, source.line + len(".".join(path)), 3)


PLACE = Place(place_value, place_key)


def make_asked(secrets: Mapping[SecretRef, str] | None = None) -> Asked:
    """What may be asked: secrets of a mapping, secret keys by name, places as above."""
    known = SECRETS if secrets is None else secrets
    return Asked(reveal=known.__getitem__, secret=is_secret, place=PLACE)


def make_context(**rest: Any) -> Context:
    """A context of the account main."""
    told = {
        "tool": "0.1.0",
        "api": "http://127.0.0.1/v1/hood",
        "account": "main",
        "company_id": COMPANY,
        "created": "2026-11-22T10:00:00Z",
        "expires": "2026-11-29T10:00:00Z",
    }
    return Context(**{**told, **rest})


def make_shared(*objects: Live, secrets: Mapping[SecretRef, str] | None = None, **rest: Any) -> Account:
    """What comparisons share, for these live objects."""
    told: dict[str, Any] = {"strict": False, "when_hidden": "warn", **rest}
    return make_account(make_snapshot(*objects), make_asked(secrets), **told)


def plan_of(
    manifests: Sequence[Manifest],
    snapshot: Snapshot,
    *,
    secrets: Mapping[SecretRef, str] | None = None,
    in_scope: Callable[[Manifest], bool] = lambda _: True,
    warnings: Sequence[Problem] = (),
    **rest: Any,
) -> Plan:
    """The plan of an account."""
    return make_plan(manifests, snapshot, make_context(**rest), make_asked(secrets), in_scope, warnings)


def make_change(
    address: str = "twilio/one",
    settings: Mapping[str, Json] | None = None,
    *,
    secret: Sequence[str] = (),
    status: str | None = None,
    **seen: Any,
) -> Change:
    """An update that sets these settings and status; `seen` are fields of its precondition."""
    source = Source("one.yaml", 1, 1)
    body: dict[str, Json] = {"status": status} if status else {}
    fields = [FieldChange(("status",), "active", status, secret=False, source=source)] if status else []
    for key, value in (settings or {}).items():
        body.setdefault("settings", {})[key] = value
        fields.append(FieldChange(("settings", key), None, value, secret=key in secret, source=source))
    return Change(
        action="update",
        address=address,
        id="1",
        provider="twilio",
        name="One",
        source=source,
        fields=tuple(fields),
        seen=Seen(update_time=None, digest="", **seen),
        body=body,
    )
