"""`validate`: is everything that is declared valid? No network, no secret is read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from reconciler.commands.console import Console
from reconciler.commands.declared import load_desired
from reconciler.commands.request import Request
from reconciler.configuration import find_config, read_config
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError, unite_problems
from reconciler.model import Problem, Validation
from reconciler.options import Options, load_options
from reconciler.reporting.documents import validation_document
from reconciler.reporting.formats import validation_writers
from reconciler.reporting.validation_text import render_validation


def run_validate(request: Request, console: Console) -> int:
    """Validates the configuration and the manifests of all accounts, or of the paths; prints all that is wrong."""
    errors: list[Problem] = []
    warnings: list[Problem] = []
    files: set[Path] = set()
    count = 0
    for options in read_accounts(request):
        keys = SecretKeys(options.secret_keys)
        loaded = load_desired(
            options,
            request.paths,
            request.cwd,
            keys,
            Places(),
            allow_literals=request.allow_literals,
            offline=True,
        )
        errors.extend(loaded.desired.problems)
        warnings.extend([*options.warnings, *loaded.desired.warnings])
        # Accounts may share files.
        count += 0 if files.issuperset(loaded.files) else loaded.documents
        files.update(loaded.files)
    if request.strict:
        errors += [one for one in warnings if one.code == "dropped-setting"]
        warnings = [one for one in warnings if one.code != "dropped-setting"]
    validation = Validation(errors=unite_problems(errors), warnings=unite_problems(warnings))
    console.publish(
        validation_writers(
            validation,
            text=lambda: render_validation(validation, console.style, count, len(files)),
            json=lambda: validation_document(validation),
            checked=(count, len(files)),
        )
    )
    return InvalidError.exit_code if validation.errors else 0


def read_accounts(request: Request) -> list[Options]:
    """The options of the account asked for, or of every account of the configuration."""
    asked = request.flags.account or request.environ.get("RECONCILER_ACCOUNT")
    path = find_config(request.flags.config, request.environ, request.cwd, request.paths)
    names: list[str | None] = [asked]
    if asked is None and path is not None:
        names = list(read_config(path, request.cwd).content.accounts)
    return [
        load_options(
            flags=msgspec.structs.replace(request.flags, account=name, offline=True),
            environ=request.environ,
            cwd=request.cwd,
            paths=request.paths,
        )
        for name in names
    ]
