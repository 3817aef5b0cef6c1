"""A manifest to fill in: every key of a provider, required ones first, with titles as comments. Pure."""

from __future__ import annotations

from msgspec import Struct

from reconciler.adopting.judging import LONGEST_KEY, LONGEST_NAME
from reconciler.adopting.manifest_text import Line, Page, find_word, make_about, make_page_text
from reconciler.adopting.rewrite_scalars import IsText
from reconciler.model import Json, Provider, SettingDefinition
from reconciler.names import make_variable

_EMPTY: dict[str, Json] = {"number": 0, "integer": 0, "float": 0, "boolean": False, "array": [], "list": []}
"""What stands for a value that is no string, until somebody writes it."""


class Template(Struct, frozen=True):
    """What is to be made. name: of the integration. secrets: keys of the provider that hold references."""

    provider: Provider
    name: str
    secrets: frozenset[str]
    create: bool
    modeline: str | None


def make_template(template: Template, is_text: IsText) -> str:
    """The text of the manifest."""
    provider = template.provider
    page = Page(
        template.modeline,
        make_about(provider),
        find_word(provider) or provider.id,
        None,
        template.name,
        None,
        template.create,
        settings=[_make_line(row, template) for row in _sort(provider.settings or ())],
    )
    return make_page_text(page, is_text)


def list_variables(template: Template) -> list[str]:
    """The variables that the manifest refers to, in its order."""
    lines = (_make_line(row, template) for row in _sort(template.provider.settings or ()))
    return [line.variable for line in lines if line.variable is not None]


def make_name(provider: Provider) -> str:
    """A name to begin with."""
    return f"New {provider.name}"[:LONGEST_NAME]


def _sort(rows: tuple[SettingDefinition, ...]) -> list[SettingDefinition]:
    """Required ones first, deprecated ones last, else in the provider's order."""
    return sorted(rows, key=lambda row: (row.deprecated, not row.required))


def _make_line(row: SettingDefinition, template: Template) -> Line:
    provider = template.provider
    if row.deprecated:
        return Line(row.name, comment="left out: deprecated by the provider", off=True)
    if len(row.name) > LONGEST_KEY:
        return Line(row.name, comment=f"left out: a manifest's keys have at most {LONGEST_KEY} characters", off=True)
    words = [row.title or row.name, *(["required"] if row.required else [])]
    words += [row.type] if row.type != "string" else []
    comment = ", ".join(words)
    if row.name in template.secrets:
        variable = make_variable("HOOD", provider.name, template.name, row.name)
        return Line(row.name, variable=variable, comment=comment)
    return Line(row.name, "" if row.type == "string" else _EMPTY.get(row.type, ""), comment=comment)
