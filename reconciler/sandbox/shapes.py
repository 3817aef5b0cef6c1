"""How the emulator shows what it holds: views, masks, envelopes, and the JSON types that the switches choose."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from msgspec import to_builtins

from reconciler.sandbox.messages import INVALID, Refusal
from reconciler.sandbox.providers import ProviderSeed
from reconciler.sandbox.switches import SECRET_KEYS, Switches

Item = dict[str, Any]
"""An integration as the World holds it: the fields of the API but `provider`."""


class Lens:
    """Shows integrations and providers as the switches say."""

    def __init__(
        self, switches: Switches, providers: dict[str, ProviderSeed], masked: dict[str, tuple[str, ...]]
    ) -> None:
        self.switches = switches
        self.masked = masked
        self._patterns = switches.mask_keys or SECRET_KEYS
        self._secret: dict[str, bool] = {}
        self._whole = {key: self.provider(provider) for key, provider in providers.items()}
        self._slim = {key: {k: v for k, v in shown.items() if k != "settings"} for key, shown in self._whole.items()}

    def provider(self, provider: ProviderSeed) -> Item:
        """A provider as GET /providers shows it."""
        fields = to_builtins(provider)
        shown: Item = {key: fields[key] for key in ("id", "type", "name", "logo", "settings")}
        shown |= {"create_time": provider.create_time, "update_time": provider.update_time}
        shown["id"] = self.number(provider.id)
        if self.switches.provider_settings == "empty":
            shown["settings"] = []
        return shown

    def integration(self, item: Item, *, slim: bool = False, full: bool = False) -> Item:
        """An integration in the order of the documentation's sample; slim: without settings; full: view=full."""
        switches, provider_id = self.switches, item["provider_id"]
        bare = slim or switches.provider_settings == "providers-only"
        shown: Item = {
            "id": self.number(item["id"]),
            "company_id": self.number(item["company_id"]),
            "name": item["name"],
            "type": item["type"],
            "provider_id": self.number(provider_id),
            "provider": (self._slim if bare else self._whole)[provider_id],
        }
        if not slim:
            shown["settings"] = self._settings(item)
        shown["status"] = item["status"]
        if full or switches.effective_status != "hidden":
            shown["effective_status"] = item["effective_status"]
        shown["is_default"] = item["is_default"] if switches.default_flag == "boolean" else int(item["is_default"])
        shown["create_time"], shown["update_time"] = item["create_time"], item["update_time"]
        if switches.extra_fields:
            shown["labels"] = []
        return shown

    def number(self, text: str) -> str | int:
        """An id in the JSON type that the switches choose."""
        return int(text) if self.switches.id_type == "number" and text.isdecimal() else text

    def _settings(self, item: Item) -> dict[str, Any]:
        settings: dict[str, Any] = item["settings"]
        own = self.masked.get(item["id"], ())
        if self.switches.masks == "none" and not own:
            return settings
        shown = {}
        for key, value in settings.items():
            if key not in own and (self.switches.masks == "none" or not self._is_secret(key)):
                shown[key] = value
            elif self.switches.masks != "absent":
                shown[key] = _mask(value, self.switches.masks)
        return shown

    def _is_secret(self, key: str) -> bool:
        if key not in self._secret:
            self._secret[key] = any(fnmatchcase(key.lower(), pattern) for pattern in self._patterns)
        return self._secret[key]


def _mask(value: Any, kind: str) -> Any:
    if kind == "null":
        return None
    if kind == "empty":
        return ""
    if kind == "full":
        return "********"
    text = str(value)
    return "****" + (text[-4:] if len(text) > 4 else "")


def is_full_view(query: dict[str, str]) -> bool:
    """Whether view=full is asked for; another word than full and default is a Refusal with 400."""
    view = query.get("view", "default")
    if view not in ("full", "default"):
        raise Refusal(400, INVALID)
    return view == "full"


def pick_fields(shown: Item, query: dict[str, str]) -> Item:
    """Only the fields that `fields` names, where it is given."""
    if not query.get("fields"):
        return shown
    wanted = {name.strip() for name in query["fields"].split(",")}
    return {key: value for key, value in shown.items() if key in wanted}
