"""Hand-made manifests, several hundred: each layout with each way to write a value, as pieces whose values are known.

Each describes one integration of custom_email; `make_corpus` also tells what is live of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any

from tests.adopting.generated import Made, Path

LIVE = (
    *("Plain words", "587", "+13345550100", "yes", "null", "0o17", "12:30:00", "2024-01-02", "~", "it's", 'say "hi"'),
    *("a: b", "a #b", "#no", "- no", "x,y", "[x]", "{x}", "*x", "&x", "!x", "|", ">", "%x", "@x", "`x", "back\\slash"),
    *("two\nlines", "ends\n", "\ttab", " blank ", "é日本😀", "a\u200bb", "\u202eright", "https://example.com/x?y=1#z"),
    *("", "key: value # no comment", "'", '"', "---", "...", "<<", "=", "1_000", "0x1F", ".5", "1e3", "a\r\nb", "\x07"),
)
"""What people type into a console, and what YAML makes of it."""

WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "single": lambda text: f"'{text}'",
    "double": lambda text: f'"{text}"',
    "escaped": lambda text: '"' + "".join(f"\\x{ord(char):02x}" for char in text) + '"',
    "literal": lambda text: f"|-\n      {text}",
    "folded": lambda text: f">-  # why\n      {text}",
    "indented": lambda text: f"\n      '{text}'",
    "anchored": lambda text: text,
    "split": lambda text: f"{text[:3]}\n        {text[3:].strip()}",
}
"""How a value stands in the file before. Where it is split, the line break is read as a blank."""

FLOWING = ("plain", "single", "double", "escaped", "anchored")


@dataclass
class Entry:
    """One file: its bytes are those of `made`; `live` is the integration's name, status and settings."""

    name: str
    id: str
    made: Made
    live: dict[str, Any]

    @property
    def data(self) -> bytes:
        """The whole file."""
        return self.made.text.encode()


class _Page:
    """A file that is being made; values go in one of the WAYS."""

    def __init__(self, id_: str, way: str, line_break: str) -> None:
        self.id, self.way = id_, way
        self.made = Made(line_break=line_break)

    def put(self, text: str) -> None:
        """Characters around values; ID is the id."""
        self.made.put(text.replace("ID", self.id))

    def value(self, path: Path, text: str) -> None:
        """One value; an anchor stands outside of its characters."""
        self.made.put("&here " if self.way == "anchored" and not self.made.values else "")
        self.made.put(WAYS[self.way](text), path)
        self.made.values[path] = f"{text[:3]} {text[3:].strip()}" if self.way == "split" else text


NAME: Path = ("name",)
SENDER, DOMAIN = ("settings", "default_sender_name"), ("settings", "sending_domain")


def _block(page: _Page) -> None:
    page.put("# yaml-language-server: $schema=x\n\nkey: k-ID\nid: 'ID'\nprovider: custom_email\nname: ")
    page.value(NAME, "Old name")
    page.put("\nsettings:\n  # who sends\n  default_sender_name:   ")
    page.value(SENDER, "Old sender")
    page.put('\n\n  port: "587"\n  sending_domain: ')
    page.value(DOMAIN, "old.example.com")
    page.put("\nx-owner: [a, b] # said\n")


def _wide(page: _Page) -> None:
    page.put("---\nsettings:\n    sending_domain: ")
    page.value(DOMAIN, "old.example.com")
    page.put("\n    default_sender_name: ")
    page.value(SENDER, "Old sender")
    page.put('\nkey: k-ID\nprovider: custom_email\nid: "ID"\nname: ')
    page.value(NAME, "Old name")


def _end(page: _Page) -> None:
    page.put('key: k-ID\nprovider: custom_email\nid: "ID"\nname: ')
    page.value(NAME, "Old name")
    page.put("\nlifecycle: {guard: [name]}\nsettings:\n  sending_domain: ")
    page.value(DOMAIN, "old.example.com")
    page.put("\n  password: {secret: 'env:HOOD_X'}\n  default_sender_name: ")
    page.value(SENDER, "Old sender")


def _inner(page: _Page) -> None:
    page.put("key: k-ID\nprovider: custom_email\nid: 'ID'\nname: ")
    page.value(NAME, "Old name")
    page.put("\nsettings: {default_sender_name: ")
    page.value(SENDER, "Old sender")
    page.put(", port: '587',\n  sending_domain: ")
    page.value(DOMAIN, "old.example.com")
    page.put(" } # said\n\n\n")


def _flow(page: _Page) -> None:
    page.put('{\n  "key": "k-ID",\n  "id": "ID",\n  "provider": "custom_email",\n  "name": ')
    page.value(NAME, "Old name")
    page.put(',\n  "settings": {\n    "default_sender_name": ')
    page.value(SENDER, "Old sender")
    page.put(',\n    "sending_domain": ')
    page.value(DOMAIN, "old.example.com")
    page.put("\n  }\n}\n")


def _alias(page: _Page) -> None:
    page.put("x-all: &all Old name\nkey: k-ID\nprovider: custom_email\nid: 'ID'\nname: ")
    page.made.put("*all", NAME)
    page.made.values[NAME] = "Old name"
    page.put(" # as above\nsettings:\n  default_sender_name: ")
    page.value(SENDER, "Old sender")
    page.put("\n  sending_domain: &mail x.example.com\n  default_sender_email: *mail\n")


LAYOUTS: dict[str, Callable[[_Page], None]] = {
    "block": _block,
    "wide": _wide,
    "end": _end,
    "inner": _inner,
    "flow": _flow,
    "alias": _alias,
}
ENDINGS = {"lf": "\n", "crlf": "\r\n"}


def make_corpus() -> list[Entry]:
    """All files; no two describe one integration."""
    return list(_make_entries())


def _make_entries() -> Iterator[Entry]:
    texts = cycle(LIVE)
    for number, (layout, way, ending, part) in enumerate(product(LAYOUTS, WAYS, ENDINGS, ("all", "some", "none"))):
        if layout in {"inner", "flow"} and way not in FLOWING:
            continue
        page = _Page(str(1000 + number), way, ENDINGS[ending])
        if number % 5 == 0:
            page.put("\ufeff")
        LAYOUTS[layout](page)
        yield Entry(f"{layout}/{way}-{ending}-{part}.yaml", page.id, page.made, _make_live(page.made, part, texts))


def _make_live(made: Made, part: str, texts: Iterator[str]) -> dict[str, Any]:
    """What is live: all of the values differ, some do, or none does."""
    settings: dict[str, Any] = {"port": "587", "username": "user", "password": "p"}
    settings |= {"default_sender_email": "x.example.com", "sending_domain": "x.example.com"}
    live: dict[str, Any] = {"settings": settings}
    for number, (path, value) in enumerate(made.values.items()):
        text = next(texts) if part == "all" or (part == "some" and number % 2 == 0) else value
        if path == NAME:
            live["name"] = text or "New name"
        else:
            settings[str(path[-1])] = text
    return live
