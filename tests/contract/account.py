"""What the API stand-in holds: an account's providers and integrations, and what the API does to them.

Written from the API documentation alone; every point that it leaves open is a field of `Switches`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Item = dict[str, Any]

COMPANY = "6197120"
TOKEN = 'tok-"CANARY\\/7f3a+e9'
DESIRED_SECRET = 'desired-"CANARY\\/51c0+d2é'
LIVE_SECRET = 'live-"CANARY\\/88b1+a4é'
LITERAL_SECRET = "literal-CANARY-6d2f9b"
UNDEFINED_VALUE = "undefined-CANARY-0c4e77"
CANARIES = (TOKEN, DESIRED_SECRET, LIVE_SECRET, LITERAL_SECRET, UNDEFINED_VALUE)

SID = "ACf00000000000000000000000000000000"


def setting(name: str, *, required: bool = False, deprecated: bool = False, kind: str = "string") -> Item:
    """One row of a provider's settings."""
    title = name.replace("_", " ").title()
    return {"title": title, "name": name, "type": kind, "required": required, "deprecated": deprecated}


def make_provider(id_: str, name: str, type_: str, *settings: Item) -> Item:
    """A provider as GET /providers tells it."""
    times = {"create_time": "2024-05-13 10:53:13", "update_time": "2024-05-16 11:52:01"}
    return {"id": id_, "type": type_, "name": name, "logo": "", "settings": list(settings), **times}


def make_providers() -> list[Item]:
    """Twilio as documented, custom_email as documented, and mitto with keys of our own."""
    twilio = [setting(key, required=True) for key in ("account_sid", "auth_token", "default_phone_number")]
    mail = ("default_sender_email", "default_sender_name", "password", "port", "sending_domain", "username")
    mitto = [setting("api_key"), setting("default_sender", required=True), setting("route", deprecated=True)]
    return [
        make_provider("1000", "twilio", "sms", *twilio),
        make_provider("1001", "custom_email", "email", *map(setting, mail)),
        make_provider("1003", "mitto", "sms", *mitto, setting("prefix"), setting("suffix")),
    ]


def integration(id_: str, provider: str, name: str, settings: Item, **more: Any) -> Item:
    """An integration as it is stored; the provider by its id."""
    times = {"create_time": "2024-05-23 06:33:01", "update_time": "2024-05-23 06:33:01"}
    stored = {"id": id_, "company_id": COMPANY, "name": name, "provider_id": provider, "settings": settings}
    return {**stored, "status": "active", "effective_status": "active", "is_default": False, **times, **more}


def twilio_item(id_: str = "1161", name: str = "Example Integration", **more: Any) -> Item:
    """The documented Twilio integration."""
    settings = {"account_sid": SID, "auth_token": LIVE_SECRET, "default_phone_number": "+13345550100"}
    return integration(id_, "1000", name, settings, **more)


def mitto_item(id_: str = "1170", name: str = "Old", sender: str = "OLD", **more: Any) -> Item:
    """An integration without secrets."""
    return integration(id_, "1003", name, {"default_sender": sender}, **more)


@dataclass
class Switches:
    """What the documentation leaves open."""

    envelope: Literal["bare", "items"] = "bare"
    listing: Literal["full", "slim", "always slim", "absent"] = "full"
    unknown_status: int = 404
    merges: bool = True
    page_max: int = 100
    page_default: int = 10
    total_as_text: bool = False
    backwards: bool = False
    providers_listed: bool = True
    definitions: Literal["told", "absent", "empty"] = "told"
    masks: dict[str, Literal["tail", "stars", "hidden"]] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    coerced: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    lag: int = 0
    stores_null: bool = False
    degrades: bool = False
    empty_201: bool = False


class Account:
    """The state machine behind the stand-in."""

    def __init__(self, items: list[Item], providers: list[Item] | None = None) -> None:
        self.items = {item["id"]: copy.deepcopy(item) for item in items}
        self.providers = providers if providers is not None else make_providers()
        self.switches = Switches()
        self.clock = 0
        self._old: dict[str, tuple[int, Item]] = {}

    def show(self, item: Item, *, slim: bool = False) -> Item:
        """An integration as a GET shows it: masked, with its provider; slim without settings."""
        id_ = item["id"]
        left, old = self._old.get(id_, (0, item))
        if left > 0:
            self._old[id_] = (left - 1, old)
            item = old
        shown = copy.deepcopy(item)
        shown["settings"] = {key: self.mask(key, value) for key, value in shown["settings"].items()}
        for key, kind in self.switches.masks.items():
            if kind == "hidden":
                shown["settings"].pop(key, None)
        provider = next(one for one in self.providers if one["id"] == item["provider_id"])
        shown["provider"] = copy.deepcopy(provider)
        shown["type"] = provider["type"]
        if self.switches.definitions != "told":
            shown["provider"]["settings"] = []
        if self.switches.definitions == "absent":
            del shown["provider"]["settings"]
        if slim:
            del shown["settings"], shown["provider"]
        return shown

    def mask(self, key: str, value: Any) -> Any:
        """A value as GET shows it."""
        kind = self.switches.masks.get(key)
        if kind is None or not isinstance(value, str):
            return value
        return "****" + value[-4:] if kind == "tail" else "********"

    def list_page(self, page: int, size: int | None, view: str) -> Item:
        """GET /integrations."""
        switches = self.switches
        size = min(size or switches.page_default, switches.page_max)
        ids = sorted(self.items, key=int, reverse=switches.backwards)
        slim = switches.listing == "always slim" or (switches.listing == "slim" and view != "full")
        items = [self.show(self.items[id_], slim=slim) for id_ in ids[(page - 1) * size : page * size]]
        return {"total": str(len(ids)) if switches.total_as_text else len(ids), "items": items}

    def get(self, id_: str) -> Item | None:
        """GET /integrations/{id}."""
        if id_ not in self.items:
            return None
        shown = self.show(self.items[id_])
        return {"total": 1, "items": [shown]} if self.switches.envelope == "items" else shown

    def patch(self, id_: str, body: Any) -> int:
        """PATCH /integrations/{id}: the status of the answer."""
        if not isinstance(body, dict) or not {"name", "status", "settings"} & set(body):
            return 400
        if id_ not in self.items:
            return self.switches.unknown_status
        item = self.items[id_]
        if self.switches.lag:
            self._old[id_] = (self.switches.lag, copy.deepcopy(item))
        for key in ("name", "status"):
            if key in body and key not in self.switches.ignored:
                item[key] = body[key]
        if "settings" in body:
            item["settings"] = self.merge(item, body["settings"])
        if self.switches.degrades:
            item["effective_status"] = "failed"
        self.clock += 1
        item["update_time"] = f"2026-01-01 00:{self.clock // 60:02}:{self.clock % 60:02}"
        return 204

    def post(self, body: Any) -> Item | None:
        """POST /integrations: the new object, None where it is refused."""
        known = {one["id"] for one in self.providers}
        if not isinstance(body, dict) or body.get("provider_id") not in known or not body.get("name"):
            return None
        id_ = str(max([1999, *map(int, self.items)]) + 1)
        item = integration(id_, body["provider_id"], body["name"], {}, status=body.get("status", "active"))
        item["settings"] = self.merge(item, body["settings"])
        self.items[id_] = item
        return item

    def merge(self, item: Item, sent: Item) -> Item:
        """The stored settings after a PATCH: undefined keys are omitted."""
        provider = next(one for one in self.providers if one["id"] == item["provider_id"])
        defined = {row["name"] for row in provider["settings"]}
        settings = dict(item["settings"]) if self.switches.merges else {}
        for key, value in sent.items():
            if key not in defined or key in self.switches.ignored:
                continue
            settings[key] = self.switches.coerced.get(key, lambda same: same)(value)
            if value is None and not self.switches.stores_null:
                del settings[key]
        return settings
