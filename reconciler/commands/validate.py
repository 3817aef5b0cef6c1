"""`validate`: is everything that is declared valid? No network, no secret is read."""

from __future__ import annotations

import msgspec

from reconciler.commands.console import Console
from reconciler.commands.declared import find_manifests
from reconciler.commands.request import Request
from reconciler.configuration import find_config, read_config
from reconciler.desired.load import load_documents
from reconciler.desired.manifests import make_manifests
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError
from reconciler.model import Problem, Source, Validation
from reconciler.options import Options, load_options
from reconciler.reporting.documents import validation_document
from reconciler.reporting.validation_text import render_validation


def run_validate(request: Request, console: Console) -> int:
    """Validates the configuration and the manifests of all accounts, or of the paths; prints all that is wrong."""
    accounts = read_accounts(request)
    errors: list[Problem] = []
    warnings: list[Problem] = []
    files: set[str] = set()
    count = 0
    for options in accounts:
        found, problems, warned, number = validate_account(request, options)
        errors.extend(problem for problem in problems if problem not in errors)
        warnings.extend(warning for warning in warned if warning not in warnings)
        files.update(found)
        count = max(count, number)
    if request.strict:
        errors, warnings = (
            [*errors, *(one for one in warnings if one.code == "dropped-setting")],
            [one for one in warnings if one.code != "dropped-setting"],
        )
    validation = Validation(errors=tuple(sorted(errors, key=_order)), warnings=tuple(sorted(warnings, key=_order)))
    if request.format == "json":
        console.answer(validation_document(validation))
    else:
        console.answer(render_validation(validation, console.style, count, len(files)))
    return InvalidError.exit_code if errors else 0


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


def validate_account(request: Request, options: Options) -> tuple[list[str], list[Problem], list[Problem], int]:
    """The files, errors, warnings and number of manifests of one account."""
    places = Places()
    files, missing = find_manifests(options, request.paths, request.cwd)
    documents, broken = load_documents(files)
    desired = make_manifests(
        documents,
        account=options.account,
        secret_keys=SecretKeys(options.secret_keys),
        allow_literals=request.allow_literals,
        offline=True,
        places=places,
    )
    problems = [*missing, *broken, *desired.problems]
    if not files and not missing:
        problems.append(Problem("no-manifests", "holds no manifest (*.yaml, *.yml)", Source(str(options.root), 1, 1)))
    return [str(file) for file in files], problems, [*options.warnings, *desired.warnings], len(documents)


def _order(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.source or Source("", 0, 0)
    return place.file, place.line, place.column, problem.code, problem.message
