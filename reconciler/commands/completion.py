"""What a shell offers while a command line is typed: read from the files at hand, offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.commands.declared import load_desired, load_schemas
from reconciler.commands.request import Request, make_request
from reconciler.commands.validate import read_accounts
from reconciler.configuration import find_config, read_config
from reconciler.desired.documented import make_table
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.model import Manifest

Typed = Mapping[str, Any]
"""The flags that were typed so far; --config and --account say where to look."""


def list_addresses(typed: Typed, environ: Mapping[str, str]) -> Sequence[str]:
    """The addresses of all manifests that are valid, in order; nothing where the configuration is not."""
    return sorted({one.address for one in _load_all(_make_request(typed, environ))})


def list_providers(typed: Typed, environ: Mapping[str, str]) -> Sequence[str]:
    """The names of providers whose settings are known offline, and of those that manifests use."""
    request = _make_request(typed, environ)
    known = {one.provider for one in _load_all(request)}
    for options in read_accounts(request):
        schemas, _ = load_schemas(options, request.cwd, SecretKeys(options.secret_keys))
        known.update(make_table(schemas))
    return sorted(name for name in known if not name.isdigit())


def list_accounts(typed: Typed, environ: Mapping[str, str]) -> Sequence[str]:
    """The accounts of the configuration."""
    request = _make_request(typed, environ)
    path = find_config(request.flags.config, environ, request.cwd, ())
    return list(read_config(path, request.cwd).content.accounts) if path is not None else []


def _make_request(typed: Typed, environ: Mapping[str, str]) -> Request:
    given = {key: typed.get(key) for key in ("config", "account")}
    return make_request(given, environ, offline=True)


def _load_all(request: Request) -> list[Manifest]:
    """The valid manifests of the account, or of all."""
    return [
        manifest
        for options in read_accounts(request)
        for manifest in load_desired(
            options,
            (),
            request.cwd,
            SecretKeys(options.secret_keys),
            Places(),
            allow_literals=True,
            offline=False,
        ).desired.manifests
    ]
