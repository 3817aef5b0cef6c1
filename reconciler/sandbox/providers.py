"""The providers that the emulator knows.

twilio, and the keys of custom_email and mandrill, are those of the API documentation (create-integrations and
view-integrations-by_id, Hood v1.0). The documentation names sendgrid, mitto, mailgun and telegram without telling
their settings: what stands here for them, every provider id but 1000, and telegram's type are the emulator's own.
"""

from __future__ import annotations

from msgspec import Struct

LOGO = "https://sm.ocmcore.com/share/4555599/ocamba/apps/hood/integrations/providers/logo.png"


class Definition(Struct, frozen=True, forbid_unknown_fields=True):
    """One row of a provider's settings."""

    name: str
    title: str = ""
    type: str = "string"
    required: bool = False
    deprecated: bool = False


class ProviderSeed(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider with the definitions of its settings."""

    id: str
    name: str
    type: str
    settings: tuple[Definition, ...] = ()
    logo: str = LOGO
    create_time: str = "2024-05-13 10:53:13"
    update_time: str = "2024-05-16 11:52:01"


def _rows(*names: str, required: bool = False) -> tuple[Definition, ...]:
    acronyms = {"Sid": "SID", "Api": "API", "Id": "ID"}
    return tuple(
        Definition(name, " ".join(acronyms.get(word, word) for word in name.replace("_", " ").title().split()),
                   required=required)
        for name in names
    )  # fmt: skip


PROVIDERS: tuple[ProviderSeed, ...] = (
    ProviderSeed("1000", "twilio", "sms", _rows("account_sid", "auth_token", "default_phone_number", required=True)),
    ProviderSeed(
        "1001",
        "custom_email",
        "email",
        _rows("default_sender_email", "default_sender_name", "password", "port", "sending_domain", "username"),
    ),
    # The documented list is cut after default_sender_email: the two rows after it are the emulator's own.
    ProviderSeed(
        "1002",
        "mandrill",
        "email",
        _rows("api_key", "default_reply_to_email", "default_sender_email", "default_sender_name", "sending_domain"),
    ),
    # From here on every key is the emulator's own.
    ProviderSeed(
        "1003",
        "sendgrid",
        "email",
        _rows("api_key", "default_sender_email", "default_sender_name", "sending_domain"),
    ),
    ProviderSeed("1004", "mitto", "sms", _rows("api_key", "default_sender", "traffic_account")),
    ProviderSeed(
        "1005",
        "mailgun",
        "email",
        (*_rows("api_key", "default_sender_email", "sending_domain"), Definition("region", "Region", deprecated=True)),
    ),
    ProviderSeed("1006", "telegram", "chat", _rows("bot_token", "default_chat_id")),
)
