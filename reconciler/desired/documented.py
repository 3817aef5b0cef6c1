"""The providers whose settings are known offline, as a table for quick checks.

Those of the API documentation stand here; schemas/providers/*.json say the same to editors, and a test holds the two
together. Source: docs.ocamba.com, Hood API, Create Integration (the keys) and Get Integration (Twilio's definitions,
each with "required": true). Those that `reconciler schema` wrote for an account are laid over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from reconciler.provider_schemas import Described
    from reconciler.schema_files import SchemaSet


class Documented(Struct, frozen=True):
    """Of those documented `required` is known of twilio alone; `is_open` where there may be more keys.

    loose: keys of another type than string.
    """

    name: str
    keys: frozenset[str]
    secrets: frozenset[str]
    required: frozenset[str] = frozenset()
    is_open: bool = False
    loose: frozenset[str] = frozenset()
    deprecated: frozenset[str] = frozenset()

    def is_text(self, key: str) -> bool:
        """Whether the provider says that the key's value is text."""
        return key in self.keys and key not in self.loose


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


def make_documented(described: Described) -> Documented:
    """What a schema tells of a provider."""
    rows = described.provider.settings or ()
    return Documented(
        described.provider.name,
        keys=frozenset(row.name for row in rows),
        secrets=described.secrets,
        required=frozenset(row.name for row in rows if row.required),
        is_open=described.is_open,
        loose=frozenset(row.name for row in rows if row.type != "string") - described.secrets,
        deprecated=frozenset(row.name for row in rows if row.deprecated),
    )


def make_table(schemas: SchemaSet) -> Mapping[str, Documented]:
    """What is known offline, by what a manifest may call the provider."""
    if not schemas.written:
        return DOCUMENTED
    from reconciler.provider_schemas import make_words

    known = list(schemas.providers.values())
    table: dict[str, Documented] = {}
    for one, words in zip(known, make_words(known), strict=True):
        table.update(dict.fromkeys(words, make_documented(one)))
    return table
