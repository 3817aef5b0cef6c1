"""An account of any size on disk: manifests, the list pages that show it live, and the secrets that both hold.

FOLDER/manifests/000/17.yaml    one document a file, or a hundred: 3 to 12 settings, 445 bytes on average
FOLDER/pages/1.json             as GET /integrations?page=1,100 answers, the provider with its definitions in each item
FOLDER/environ.json             the variables that the manifests refer to
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

PAGE = 100
TOGETHER = 100
"""Documents in a file, where they share one."""

Rows = list[tuple[str, str]]
"""Settings: name and value; a value that begins with env: is a reference."""


def _twilio(number: int) -> Rows:
    return [
        ("account_sid", f"AC{number:032x}"),
        ("auth_token", f"env:HOOD_AUTH_TOKEN_{number}"),
        ("default_phone_number", f"+1334{number:07d}"),
    ]


def _email(number: int) -> Rows:
    return [
        ("default_sender_email", f"news-{number}@mail.example.com"),
        ("default_sender_name", f"Newsletter {number}"),
        ("password", f"env:HOOD_PASSWORD_{number}"),
        ("port", "587"),
        ("sending_domain", f"mail-{number}.example.com"),
        ("username", f"user-{number}@example.com"),
    ]


def _mandrill(number: int) -> Rows:
    more = [(f"merge_field_{letter}", f"Value {letter} of object {number}") for letter in "abcdefghi"]
    return [
        ("api_key", f"env:HOOD_API_KEY_{number}"),
        ("default_reply_to_email", f"reply-{number}@mail.example.com"),
        ("default_sender_email", f"send-{number}@mail.example.com"),
        *more,
    ]


def _mitto(number: int) -> Rows:
    return [
        ("api_key", f"env:HOOD_MITTO_KEY_{number}"),
        ("callback", f"https://hooks.example.com/mitto/{number}"),
        ("country", "Serbia"),
        ("default_sender", f"Sender {number}"),
        ("encoding", "gsm7"),
        ("region", "europe-west"),
        ("route", f"direct-{number % 7}"),
    ]


KINDS = (
    ("twilio", "1000", _twilio),
    ("custom_email", "1001", _email),
    ("mandrill", "1002", _mandrill),
    ("mitto", "1003", _mitto),
)
"""Provider, its id, and its settings by the number of the object."""


def save_account(folder: Path, count: int, *, together: bool = False, changed_every: int = 0) -> Path:
    """Writes an account of `count` objects; every so many of them live with another name (0: all in sync)."""
    items: list[dict[str, Any]] = []
    documents: list[str] = []
    environ: dict[str, str] = {"OCAMBA_TOKEN": "benchmark"}
    for number in range(count):
        provider, provider_id, make = KINDS[number % len(KINDS)]
        rows = make(number)
        secrets = {value[4:]: f"{number:040x}" for _, value in rows if value.startswith("env:")}
        environ.update(secrets)
        documents.append(_document(number, provider, rows))
        live = {key: secrets[value[4:]] if value.startswith("env:") else value for key, value in rows}
        name = _name(number) + (" (old)" if changed_every and number % changed_every == 0 else "")
        items.append(_item(number, name, provider, provider_id, live))
    _save_documents(folder / "manifests", documents, TOGETHER if together else 1)
    (folder / "pages").mkdir()
    for page in range(max(1, -(-count // PAGE))):
        body = {"total": count, "items": items[page * PAGE : (page + 1) * PAGE]}
        (folder / "pages" / f"{page + 1}.json").write_bytes(msgspec.json.encode(body))
    (folder / "environ.json").write_text(json.dumps(environ))
    return folder


def read_page(folder: str, number: int) -> bytes | None:
    """One list page as the API would send it; None behind the last."""
    try:
        with open(f"{folder}/pages/{number}.json", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def read_environ(folder: str) -> dict[str, str]:
    """The variables of the run."""
    with open(f"{folder}/environ.json", "rb") as file:
        return msgspec.json.decode(file.read(), type=dict[str, str])


def walk_files(folder: str) -> Iterator[str]:
    """The manifest files of the account, in order."""
    for path, _, names in sorted(os.walk(f"{folder}/manifests")):
        yield from (f"{path}/{name}" for name in sorted(names))


def _name(number: int) -> str:
    return f"Integration number {number}"


def _document(number: int, provider: str, rows: Rows) -> str:
    lines = [
        "# yaml-language-server: $schema=../../schemas/manifest.schema.json",
        f'id: "{10_000 + number}"',
        f"provider: {provider}",
        f"name: {_name(number)}",
        "status: active",
        "settings:",
    ]
    for key, value in rows:
        quoted = f'{{secret: "{value}"}}' if value.startswith("env:") else f'"{value}"'
        lines.append(f"  {key}: {quoted}")
    return "\n".join(lines) + "\n"


def _item(number: int, name: str, provider: str, provider_id: str, settings: dict[str, str]) -> dict[str, Any]:
    definitions = [{"title": key, "name": key, "type": "string", "required": False} for key in settings]
    return {
        "id": str(10_000 + number),
        "company_id": "6197120",
        "provider_id": provider_id,
        "name": name,
        "status": "active",
        "effective_status": "active",
        "is_default": False,
        "settings": settings,
        "provider": {"id": provider_id, "type": "sms", "name": provider, "settings": definitions},
        "create_time": "2024-05-23 06:33:01",
        "update_time": "2024-05-23 06:33:01",
    }


def _save_documents(folder: Path, documents: list[str], each: int) -> None:
    files = ["---\n".join(documents[start : start + each]) for start in range(0, len(documents), each)]
    for number, text in enumerate(files):
        path = folder / f"{number // 100:03d}" / f"{number:05d}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
