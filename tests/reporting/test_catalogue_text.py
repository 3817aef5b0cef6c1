"""The table of providers."""

from __future__ import annotations

from reconciler.model import Catalogue, CatalogueProvider, CatalogueSetting
from reconciler.reporting.catalogue_text import render_catalogue
from reconciler.reporting.style import Style, cells

ROW = CatalogueSetting("key", "Title\u202e", "number", required=True, deprecated=True, secret=True)
CATALOGUE = Catalogue("main", (CatalogueProvider("1", "p", None, (ROW,)), CatalogueProvider("2", "q", "sms", None)))


def test_each_setting_is_a_row() -> None:
    """What a terminal would obey is escaped; a provider without definitions says so."""
    assert [line.split() for line in render_catalogue(CATALOGUE, Style()).splitlines()] == [
        ["id", "provider", "type", "setting", "title"],
        ["1", "p", "key", "Title\\u202e", "required,", "deprecated,", "number,", "secret"],
        ["2", "q", "sms", "the", "API", "does", "not", "tell", "its", "settings"],
        [],
        ["2", "providers.", "A", "manifest", "with", "every", "key:", "reconciler", "new", "PROVIDER"],
    ]


def test_it_fits_the_terminal() -> None:
    """And no provider is a line alone."""
    lines = render_catalogue(CATALOGUE, Style(width=60, tty=True)).splitlines()
    assert all(cells(line) <= 60 for line in lines)
    assert render_catalogue(Catalogue("main", ()), Style()).startswith("0 providers.")
