"""The text of a manifest: block style, quotes where anything else than text could be read, comments for people."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from reconciler.adopting.rewrite_scalars import IsText, make_text, make_value, quote
from reconciler.model import Json, Provider
from reconciler.names import is_word
from reconciler.values import printable

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


class Line(Struct, frozen=True):
    """One settings key, or a comment in its place.

    value: JSON, written by its type. variable: of the reference that stands instead. comment: behind the value. note:
    a comment above it. off: the line itself is a comment.
    """

    key: str
    value: Json = None
    variable: str | None = None
    comment: str = ""
    note: str = ""
    off: bool = False


class Page(Struct, frozen=True):
    """A manifest to be written. id: as it stands behind `id:`, or None. settings: a line each. notes: comments at the
    end of what is not settings.
    """

    modeline: str | None
    about: str
    provider: str
    id: str | dict[str, str] | None
    name: str | None
    status: str | None
    create: bool
    settings: Sequence[Line]
    notes: Sequence[str] = ()


def make_page_text(page: Page, is_text: IsText) -> str:
    """The file, with a line break at its end."""
    lines = [f"# yaml-language-server: $schema={page.modeline}"] if page.modeline else []
    lines += [f"# {printable(page.about)}", f"provider: {_text(page.provider, is_text)}"]
    if isinstance(page.id, dict):
        pairs = (f"{make_text(key, '', flow=True, is_text=is_text)}: {quote(one)}" for key, one in page.id.items())
        lines.insert(-1, f"id: {{{', '.join(pairs)}}}")
    elif page.id is not None:
        lines.insert(-1, f"id: {quote(page.id)}")
    lines += [f"name: {_text(page.name, is_text)}"] if page.name is not None else []
    lines += [f"status: {_text(page.status, is_text)}"] if page.status is not None else []
    lines += ["lifecycle:", "  create: true"] if page.create else []
    lines += [f"# {printable(note)}" for note in page.notes]
    return "\n".join([*lines, *_make_settings(page.settings, is_text)]) + "\n"


def _make_settings(rows: Sequence[Line], is_text: IsText) -> list[str]:
    """The mapping; one without any value in it is an error, so that it becomes a comment as a whole."""
    if not all(row.off for row in rows):
        return ["settings:", *(line for row in rows for line in _make_lines(row, "  ", is_text))]
    if all(row.variable is None for row in rows):
        return [line for row in rows for line in _make_lines(row, "", is_text)]
    lines = [line for row in rows for line in _make_lines(replace(row, off=row.variable is None), "  ", is_text)]
    return ["# settings:", *(f"# {line}" for line in lines)]


def _make_lines(row: Line, indent: str, is_text: IsText) -> list[str]:
    head = f"{indent}{'# ' if row.off else ''}{show_key(row.key)}: "
    tail = f"  # {printable(row.comment)}" if row.comment else ""
    above = [f"{indent}# {printable(row.note)}"] if row.note else []
    if row.variable is not None:
        return [*above, f'{head}{{secret: "env:{row.variable}"}}{tail}']
    if row.off:
        return [*above, head.rstrip() + tail.replace("  # ", " ", 1)]
    return [*above, head + make_value(row.value, "", flow=False, is_text=is_text) + tail]


def show_key(key: str) -> str:
    """A key as it is written in a mapping."""
    return key if _KEY.fullmatch(key) and key.lower() not in _WORDS else quote(key)


_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def _text(text: str, is_text: IsText) -> str:
    return make_text(text, "", flow=False, is_text=is_text)


def make_about(provider: Provider) -> str:
    """The comment that says whose settings these are."""
    about = [f"provider {provider.id}"] if provider.id else []
    about += [provider.type] if provider.type else []
    return ": ".join([provider.name, ", ".join(about)] if about else [provider.name])


def find_word(provider: Provider) -> str | None:
    """What a manifest calls the provider: its name, or its id where the name cannot be written; None: neither can."""
    return next((word for word in (provider.name, provider.id) if is_word(word)), None)
