"""`validate`: is everything that is declared valid? No network, no secret is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.accounts import choose_accounts, split_accounts
from reconciler.commands.console import Console
from reconciler.commands.declared import load_desired
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.configuration import find_config
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError, ReconcilerError, unite_problems
from reconciler.model import Problem, Validation
from reconciler.options import Configurations, Options, check_overlays, load_options
from reconciler.reporting.formats import validation_writers
from reconciler.reporting.validation_text import render_problems, render_validation


class Checked(Struct, frozen=True):
    """What was found in so many documents of so many files."""

    validation: Validation
    documents: int
    files: int


def run_validate(request: Request, console: Console, stopping: Stopping, *, fix: bool = False) -> int:
    """Validates the configuration and the manifests of all accounts, or of the paths; prints all that is wrong.

    fix: what must be in quotes is put into quotes before.
    """

    def document() -> str:
        from reconciler.reporting.documents import validation_document

        return validation_document(validation)

    checked = check_fixed(request, console, stopping) if fix else check(read_accounts(request), request)
    validation = checked.validation
    console.publish(
        validation_writers(
            validation,
            text=lambda: render_validation(validation, console.style, checked.documents, checked.files),
            json=document,
            checked=(checked.documents, checked.files),
        )
    )
    return InvalidError.exit_code if validation.errors else 0


def check_fixed(request: Request, console: Console, stopping: Stopping) -> Checked:
    """Mends and checks. Where the configuration cannot be read, what was mended in it is told all the same."""
    from reconciler.commands.quoting import quote_config, quote_manifests

    config = quote_config(request, stopping)
    try:
        accounts = read_accounts(request)
    except ReconcilerError:
        console.tell(render_problems(config.fixed, config.left, console.error_style))
        raise
    manifests = quote_manifests(accounts, request, stopping)
    checked = check(accounts, request)
    validation = msgspec.structs.replace(
        checked.validation,
        warnings=unite_problems([*checked.validation.warnings, *config.left, *manifests.left]),
        fixed=unite_problems([*config.fixed, *manifests.fixed]),
    )
    return msgspec.structs.replace(checked, validation=validation)


def check(accounts: Sequence[Options], request: Request) -> Checked:
    """All that is wrong in the manifests of these accounts."""
    errors: list[Problem] = []
    warnings: list[Problem] = []
    files: set[str] = set()
    count = 0
    for options, paths in _share_paths(accounts, request):
        keys = SecretKeys(options.secret_keys)
        loaded = load_desired(
            options,
            paths,
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
    return Checked(validation, count, len(files))


def _share_paths(accounts: Sequence[Options], request: Request) -> Iterator[tuple[Options, tuple[Path, ...]]]:
    """The accounts with the PATHs that are theirs: one of another account would be judged beside this one's.

    A PATH that lies in the folder of none, or has several below it, is judged in all.
    """
    if len(accounts) < 2 or not request.paths:
        yield from ((options, request.paths) for options in accounts)
        return
    roots = [options.root.resolve() for options in accounts]
    known = frozenset(roots)
    owned, common = defaultdict[Path, list[Path]](list), list[Path]()
    for path in request.paths:
        real = (request.cwd / path).resolve()
        owners = [folder for folder in (real, *real.parents) if folder in known]
        for owner in owners:
            owned[owner].append(path)
        if not owners:
            common.append(path)
    for options, root in zip(accounts, roots, strict=True):
        if own := (*owned[root], *common):
            yield options, own


def read_accounts(request: Request) -> list[Options]:
    """The options of the account asked for, or of every account of the configuration."""
    kept = Configurations()
    path = find_config(request.flags.config, request.environ, request.cwd, request.paths)
    names: Sequence[str | None] = [request.flags.account or request.environ.get("RECONCILER_ACCOUNT")]
    if request.flags.account is None and path is not None:
        chosen = request.flags.accounts or split_accounts(request.environ) if not request.flags.all_accounts else ()
        config = kept.read(path, request.cwd)
        check_overlays(config, request.cwd)
        names = choose_accounts(chosen, config.names)
    return [
        load_options(
            flags=msgspec.structs.replace(request.flags, account=name, offline=True, kept=kept),
            environ=request.environ,
            cwd=request.cwd,
            paths=request.paths,
        )
        for name in names
    ]
