"""The providers whose settings the API documentation lists, as a table for quick checks.

schemas/providers/*.json say the same to editors; a test holds the two together. Source: docs.ocamba.com, Hood API,
Create Integration (the keys) and Get Integration (Twilio's definitions, each with "required": true).
"""

from __future__ import annotations

from msgspec import Struct


class Documented(Struct, frozen=True):
    """`required` is known of twilio alone; `is_open` where the documentation's list is cut."""

    name: str
    keys: frozenset[str]
    secrets: frozenset[str]
    required: frozenset[str] = frozenset()
    is_open: bool = False


_TWILIO = Documented(
    "twilio",
    keys=frozenset({"account_sid", "auth_token", "default_phone_number"}),
    secrets=frozenset({"auth_token"}),
    required=frozenset({"account_sid", "auth_token", "default_phone_number"}),
)
_CUSTOM_EMAIL = Documented(
    "custom_email",
    keys=frozenset({"default_sender_email", "default_sender_name", "password", "port", "sending_domain", "username"}),
    secrets=frozenset({"password"}),
)
_MANDRILL = Documented(
    "mandrill",
    keys=frozenset({"api_key", "default_reply_to_email", "default_sender_email"}),
    secrets=frozenset({"api_key"}),
    is_open=True,
)

DOCUMENTED: dict[str, Documented] = {
    "twilio": _TWILIO,
    "1000": _TWILIO,
    "custom_email": _CUSTOM_EMAIL,
    "mandrill": _MANDRILL,
}
"""By what a manifest may call the provider: its name, or its id where that is documented."""
