"""The catalogue of providers as people read it."""

from __future__ import annotations

from reconciler.model import Catalogue, CatalogueProvider, CatalogueSetting
from reconciler.reporting.style import Style, count, wrap
from reconciler.reporting.table import Column, render_table

COLUMNS = (
    Column("id", least=4),
    Column("provider", least=10),
    Column("type", least=4),
    Column("setting", least=14),
    Column("title", least=8),
    Column("", least=8, tones={"deprecated": "yellow", "deprecated, secret": "yellow"}),
)


def render_catalogue(catalogue: Catalogue, style: Style) -> str:
    """A row for each setting; the provider stands in its first one."""
    rows = [row for provider in catalogue.providers for row in _rows(provider)]
    lines = render_table(COLUMNS, rows, style)
    total = f"{count(len(catalogue.providers), 'provider')}. A manifest with every key: reconciler new PROVIDER"
    return "\n".join([*lines, *([""] if lines else []), *wrap(total, style, 0)]) + "\n"


def _rows(provider: CatalogueProvider) -> list[list[str]]:
    head = [provider.id, provider.name, provider.type or ""]
    if provider.settings is None:
        return [[*head, "", "the API does not tell its settings", ""]]
    rows = [[row.name, row.title, _say(row)] for row in provider.settings]
    return [[*(head if number == 0 else ["", "", ""]), *row] for number, row in enumerate(rows)]


def _say(row: CatalogueSetting) -> str:
    kind = row.type if row.type != "string" else ""
    words = {"required": row.required, "deprecated": row.deprecated, kind: bool(kind), "secret": row.secret}
    return ", ".join(word for word, holds in words.items() if holds)
