"""The documented integration, as JSON."""

from __future__ import annotations

import json
from typing import Any

DEFINITION = {
    "title": "Auth Token",
    "name": "auth_token",
    "type": "string",
    "required": True,
    "deprecated": False,
}


PROVIDER = {"id": "1000", "type": "sms", "name": "twilio", "logo": "https://x/logo.png", "settings": [DEFINITION]}


ITEM = {
    "id": "1161",
    "company_id": "6197120",
    "name": "Example Integration",
    "type": "sms",
    "provider_id": "1000",
    "provider": PROVIDER,
    "settings": {"auth_token": "f9c"},
    "status": "active",
    "is_default": False,
    "create_time": "2024-05-23 06:33:01",
    "update_time": "2024-05-23 06:33:01",
}


def body(value: Any) -> bytes:
    """JSON bytes."""
    return json.dumps(value).encode()


def without(key: str) -> dict[str, Any]:
    """The documented item without a field."""
    return {name: value for name, value in ITEM.items() if name != key}
