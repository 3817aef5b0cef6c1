"""What one account holds: its integrations, what reads still show of their past, and rows that move."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct, convert, to_builtins

from reconciler.sandbox.providers import ProviderSeed
from reconciler.sandbox.seed import Seed
from reconciler.sandbox.shapes import Item
from reconciler.sandbox.switches import Switches
from reconciler.values import learn


class Past(Struct):
    """Until `until`, from `since` on, reads show `item` (None: that there is none)."""

    since: float
    until: float
    item: Item | None


class Moving(Struct):
    """Switches.moving_rows: armed by a first page, done once; `front` stands first until a first page is read."""

    armed: bool = False
    done: bool = False
    front: str | None = None


def make_time(now: float) -> str:
    """As the API writes times: YYYY-MM-DD HH:MM:SS, GMT."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))


class Account:
    """The integrations by id. `revision` grows with every change."""

    def __init__(self, seed: Seed, company_id: str, switches: Switches) -> None:
        self.switches = switches
        self.company_id = company_id
        self.providers: dict[str, ProviderSeed] = {provider.id: provider for provider in seed.providers}
        self.items: dict[str, Item] = {}
        self.masked: dict[str, tuple[str, ...]] = {}
        self.past: dict[str, list[Past]] = {}
        self.moving = Moving()
        self.revision = 0
        self.last_id = 1160
        for integration in seed.integrations:
            item = to_builtins(integration)
            masked = tuple(item.pop("masked"))
            item["company_id"] = integration.company_id or company_id
            item["effective_status"] = integration.effective_status or integration.status
            item["type"] = self.providers[integration.provider_id].type
            self.insert(item, masked)

    def find_provider(self, name: str) -> ProviderSeed:
        """By id or name; KeyError where there is none."""
        for provider in self.providers.values():
            if name in (provider.id, provider.name):
                return provider
        raise KeyError(name)

    def belong_to(self, company_id: str) -> None:
        """Give the account, and what it holds of its own company, to another company."""
        for key, item in self.items.items():
            if item["company_id"] == self.company_id:
                self.items[key] = {**item, "company_id": company_id}
        self.company_id = company_id
        self.revision += 1

    def take_id(self) -> str:
        """The next id."""
        self.last_id += 1
        return str(self.last_id)

    def insert(self, item: Item, masked: tuple[str, ...] = ()) -> None:
        """Store an integration that was always there."""
        self.items[item["id"]] = item
        if masked:
            self.masked[item["id"]] = masked
        if item["id"].isdecimal():
            self.last_id = max(self.last_id, int(item["id"]))
        self.revision += 1

    def put(self, item: Item, now: float) -> None:
        """Store an integration as it is after a write at `now`; reads lag as the switches say."""
        key = item["id"]
        if self.switches.read_lag > 0:
            lagging = [past for past in self.past.get(key, ()) if now < past.until]
            self.past[key] = [*lagging, Past(now, now + self.switches.read_lag, self.items.get(key))]
        self.items[key] = {**item, "update_time": make_time(now)}
        self.revision += 1

    def remove(self, key: str) -> None:
        """Take an integration away, for reads too."""
        del self.items[key]
        self.past.pop(key, None)
        self.revision += 1

    def visible(self, key: str, now: float) -> Item | None:
        """What a read at `now` shows."""
        shown = next((past for past in self.past.get(key, ()) if past.since <= now < past.until), None)
        return self.items.get(key) if shown is None else shown.item

    def all_visible(self, now: float) -> Iterable[Item]:
        """What a list at `now` holds."""
        self.past = {key: past for key, past in self.past.items() if now < past[-1].until}
        if not self.past:
            return self.items.values()
        return [item for item in (self.visible(key, now) for key in self.items) if item is not None]

    def move_rows(self, rows: list[Item], number: int, size: int, reread: Callable[[], list[Item]]) -> list[Item]:
        """The rows as page `number` of `size` finds them where rows move; `reread` lists them anew."""
        moving = self.moving
        if number == 1:
            moving.armed, moving.front = True, None
        elif moving.armed and not moving.done and (number - 1) * size < len(rows):
            moving.done = True
            self._move(rows, (number - 1) * size)
            rows = reread()
        return sorted(rows, key=lambda item: item["id"] != moving.front) if moving.front else rows

    def _move(self, rows: list[Item], start: int) -> None:
        kind = self.switches.moving_seed % 3
        if kind == 0:
            self.moving.front = rows[start]["id"]
        elif kind == 1:
            lowest = min(int(key) for key in self.items if key.isdecimal())
            key = str(lowest - 1) if lowest > 1 else self.take_id()
            self.insert({**rows[0], "id": key, "name": "!moved in", "is_default": False})
        else:
            self.remove(rows[0]["id"])

    def dump(self) -> dict[str, Any]:
        """All of it, to be written as JSON."""
        return {
            "company_id": self.company_id,
            "providers": list(self.providers.values()),
            "items": list(self.items.values()),
            "masked": self.masked,
            "past": self.past,
            "moving": self.moving,
            "last_id": self.last_id,
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Take over what dump() told."""
        providers = convert(data["providers"], learn(list[ProviderSeed]))
        self.providers = {provider.id: provider for provider in providers}
        self.items = {item["id"]: item for item in convert(data["items"], learn(list[Item]))}
        self.masked = convert(data["masked"], dict[str, tuple[str, ...]])
        self.past = convert(data["past"], learn(dict[str, list[Past]]))
        self.moving = convert(data["moving"], learn(Moving))
        self.last_id = int(data["last_id"])
