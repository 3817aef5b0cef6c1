"""Broken manifests, one a file: `¦` marks the character that the error names, `words` what it says."""

from __future__ import annotations

from dataclasses import dataclass

from tests.contract.account import LITERAL_SECRET, UNDEFINED_VALUE

MARK = "¦"


@dataclass(frozen=True)
class Case:
    """A file, and what is said of it. words: all of them stand in message and fix together."""

    name: str
    text: str
    words: tuple[str, ...]

    @property
    def file(self) -> str:
        """Its path from the working directory."""
        return f"manifests/{self.name}.yaml"

    @property
    def content(self) -> str:
        """Without the mark."""
        return self.text.replace(MARK, "")

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the mark, from 1."""
        before = self.text[: self.text.index(MARK)]
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def twilio(name: str, rest: str, *words: str) -> Case:
    """A twilio manifest with its own id and key, and lines of settings."""
    number = sum(name.encode()) * 1000 + len(name)
    head = f'key: "{name}"\nid: "{number}"\nprovider: twilio\nname: "The {name}"\n'
    return Case(name, head + rest, words)


def phone(name: str, text: str) -> Case:
    """A phone number that is not text in every YAML version."""
    written = f"settings:\n  account_sid: AC1\n  default_phone_number: ¦{text}\n"
    return twilio(name, written, "settings.default_phone_number", "twilio", f'write "{text}"')


NOT_TEXT = [
    phone("plus", "+13345550100"),
    phone("octal", "00123"),
    phone("integer", "587"),
    phone("true", "true"),
    phone("yes", "yes"),
    phone("off", "off"),
    phone("sexagesimal", "12:30:00"),
    phone("date", "2024-05-23"),
    phone("stamp", "2001-12-14t21:59:43.10-05:00"),
    phone("float", "1.5"),
    phone("exponent", "1e3"),
    phone("hexadecimal", "0x1F"),
    phone("new-octal", "0o17"),
    phone("binary", "0b101"),
    phone("underscored", "1_000"),
    phone("infinite", ".inf"),
    phone("negative", "-5"),
    phone("not-a-number", ".NaN"),
]
SETTINGS = [
    twilio("literal", f"settings:\n  auth_token: ¦{LITERAL_SECRET}\n", "settings.auth_token", "env:HOOD_"),
    Case("literal-case", f'provider: acme\nid: "71"\nsettings:\n  Api-Key: ¦{LITERAL_SECRET}\n', ("Api-Key", "env:")),
    Case("literal-hook", f'provider: acme\nid: "72"\nsettings:\n  WEB_HOOK_URL: ¦"{LITERAL_SECRET}"\n', ("env:",)),
    Case("literal-pwd", f'provider: acme\nid: "73"\nsettings:\n  smtpPwd: ¦"{LITERAL_SECRET}"\n', ("env:",)),
    Case("literal-auth", f'provider: acme\nid: "74"\nsettings:\n  x-auth: ¦"{LITERAL_SECRET}"\n', ("env:",)),
    Case("literal-cred", f'provider: acme\nid: "75"\nsettings:\n  "my credentials": ¦"{LITERAL_SECRET}"\n', ("env:",)),
    Case("literal-key", f'provider: acme\nid: "76"\nsettings:\n  PRIVATE KEY: ¦"{LITERAL_SECRET}"\n', ("env:",)),
    twilio(
        "reference",
        'settings:\n  default_phone_number: ¦{secret: "env:HOOD_PHONE"}\n',
        "settings.default_phone_number",
        "secrets.keys",
    ),
    twilio("null-required", "settings:\n  account_sid: ¦null\n", "settings.account_sid", "require"),
    twilio("tilde-required", "settings:\n  account_sid: ¦~\n", "settings.account_sid", "require"),
    twilio("merge", "x-base: &base {account_sid: AC1}\nsettings:\n  ¦<<: *base\n", "<<"),
    twilio("duplicate-setting", "settings:\n  account_sid: AC1\n  ¦account_sid: AC2\n", "account_sid"),
    twilio("custom-tag", "settings:\n  account_sid: ¦!vault AC1\n", "tag"),
    twilio("mapping", "settings:\n  account_sid: ¦{a: b}\n", "settings.account_sid"),
    twilio("list", "settings:\n  account_sid: ¦[a, b]\n", "settings.account_sid"),
    twilio("scheme", 'settings:\n  auth_token: ¦{secret: "vault:HOOD_X"}\n', "settings.auth_token", "env:"),
]
TOP = [
    Case("number-id", "provider: twilio\nid: ¦1161\nsettings: {account_sid: AC1}\n", ("id", "write", '"1161"')),
    Case("zero-id", "provider: twilio\nid: ¦0077\n", ("id", "write", '"0077"')),
    Case("map-id", "provider: twilio\nid: {default: ¦1163}\n", ("id", "write", '"1163"')),
    twilio("unknown-key", "¦colour: red\n", "colour"),
    twilio("near-key", "¦setings:\n  account_sid: AC1\n", '"settings"'),
    twilio("duplicate-key", "¦name: again\n", "name"),
    twilio("number-status", "status: ¦1\n", "status"),
    twilio("long-status", "status: ¦true\n", "status", "write", '"true"'),
    Case("number-name", 'provider: twilio\nid: "81"\nname: ¦123\n', ("name", "write", '"123"')),
    Case("long-name", f'provider: twilio\nid: "82"\nname: ¦{"n" * 101}\n', ("name", "100")),
    Case("empty-name", 'provider: twilio\nid: "83"\nname: ¦""\n', ("name",)),
    Case("no-provider", '# said at the document\n¦id: "84"\nname: None\n', ("provider",)),
    Case("no-name", "¦provider: twilio\nsettings: {account_sid: AC1}\n", ("name", "id")),
    twilio("lifecycle-key", "lifecycle:\n  ¦ignored: [status]\n", "ignored", "ignore"),
    twilio("lifecycle-path", "lifecycle:\n  ignore: [¦statis]\n", '"status"'),
    twilio("lifecycle-create", "lifecycle:\n  create: ¦perhaps\n", "create"),
    Case("text", "¦just a text\n", ("mapping",)),
    Case("unclosed", 'provider: twilio\nid: "85"\nname: ¦"never closed\nsettings:\n', ()),
]
EMPTY = [
    ("empty", b"", 1),
    ("comments", b"# nothing but a comment\n", 1),
    ("latin", 'provider: twilio\nid: "91"\nname: Caf\xe9\n'.encode("latin-1"), 3),
    ("nul", b'provider: twilio\nid: "92"\nname: a\0b\n', 3),
    ("empty-settings", b'provider: twilio\nid: "93"\nsettings:\n', 3),
    ("no-settings", b'provider: twilio\nid: "94"\nsettings: {}\n', 3),
    ("empty-value", b'provider: twilio\nid: "95"\nsettings:\n  account_sid: AC1\n  auth_token:\nstatus: active\n', 5),
    ("tab", b'provider: twilio\nid: "96"\nsettings:\n\taccount_sid: AC1\n', 4),
    ("deep", b'provider: twilio\nid: "97"\nx-deep: ' + b"[" * 5000 + b"\n", 3),
    (
        "bomb",
        b'provider: twilio\nid: "98"\nx-a: &a ['
        + b"x, " * 999
        + b"x]\n"
        + b"x-b: &b ["
        + b", ".join([b"*a"] * 99)
        + b"]\nx-c: ["
        + b", ".join([b"*b"] * 99)
        + b"]\n",
        None,
    ),
    ("huge", b'provider: twilio\nid: "99"\n' + b"# filler\n" * 600_000, None),
]
"""Files as bytes with the line of their error."""

UNDEFINED = twilio("undefined", f"settings:\n  account_sid: AC1\n  ¦acount_sid: {UNDEFINED_VALUE}\n", "account_sid")
CASES = [*NOT_TEXT, *SETTINGS, *TOP]
