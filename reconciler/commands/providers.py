"""`providers`: what may be integrated, and which settings each takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.commands.catalogue import load_catalogue
from reconciler.commands.console import Console
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.desired.secrets import SecretKeys
from reconciler.model import Catalogue, CatalogueProvider, CatalogueSetting, Provider
from reconciler.options import load_options
from reconciler.reporting.catalogue_text import render_catalogue
from reconciler.values import document_text


def run_providers(request: Request, console: Console, stopping: Stopping) -> int:
    """Prints the catalogue of the account."""
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd)
    console.warn(options.warnings)
    providers = load_catalogue(request, options, console, stopping)
    catalogue = make_catalogue(options.account, providers, SecretKeys(options.secret_keys).matches)
    as_json = request.format == "json"
    console.answer(document_text(catalogue) if as_json else render_catalogue(catalogue, console.style))
    return 0


def make_catalogue(account: str, providers: Iterable[Provider], secret: Callable[[str], bool]) -> Catalogue:
    """The providers with their secret keys marked."""
    return Catalogue(account, tuple(_make_provider(provider, secret) for provider in providers))


def _make_provider(provider: Provider, secret: Callable[[str], bool]) -> CatalogueProvider:
    settings = tuple(
        CatalogueSetting(row.name, row.title, row.type, row.required, row.deprecated, secret(row.name))
        for row in provider.settings or ()
    )
    return CatalogueProvider(provider.id, provider.name, provider.type, settings or None)
