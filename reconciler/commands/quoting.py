"""`validate --fix`: puts into quotes what must be in quotes, and changes no other byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from reconciler.adopting.rewrite import Edit
from reconciler.commands.declared import load_desired
from reconciler.commands.request import Request
from reconciler.commands.rewriting import rewrite_files, write_files
from reconciler.commands.stopping import Stopping
from reconciler.configuration import find_config, make_name, read_document
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.unquoted import Unquoted, find_unquoted
from reconciler.desired.validate import check_config, make_path
from reconciler.errors import InvalidError
from reconciler.model import Problem
from reconciler.options import Options


class Quoted(Struct):
    """fixed: what was put into quotes. left: what could not be, and why. By place."""

    fixed: list[Problem]
    left: list[Problem]


def quote_config(request: Request, stopping: Stopping) -> Quoted:
    """Mends the configuration, before it is read for good; not where paths narrow the run to other files."""
    path = find_config(request.flags.config, request.environ, request.cwd, request.paths)
    if path is None or request.paths:
        return Quoted([], [])
    try:
        document, _ = read_document(path, make_name(path, request.cwd))
    except InvalidError:
        return Quoted([], [])  # the run itself tells what is wrong
    return _quote(find_unquoted(document, check_config(document.data)), request.cwd, stopping)


def quote_manifests(accounts: Iterable[Options], request: Request, stopping: Stopping) -> Quoted:
    """Mends the manifests of these accounts that lie below the paths, if there are any."""
    roots = [(request.cwd / path).resolve() for path in request.paths]
    found: dict[tuple[object, ...], Unquoted] = {}
    for options in accounts:
        loaded = load_desired(
            options,
            request.paths,
            request.cwd,
            SecretKeys(options.secret_keys),
            Places(),
            allow_literals=request.allow_literals,
            offline=True,
        )
        # Accounts may share files.
        found.update({(one.document, one.path): one for one in loaded.desired.unquoted})
    inside = [one for one in found.values() if not roots or _is_below(request.cwd / one.document.file, roots)]
    return _quote(inside, request.cwd, stopping)


def _is_below(path: Path, roots: Iterable[Path]) -> bool:
    real = path.resolve()
    return any(root == real or root in real.parents for root in roots)


def _quote(found: Iterable[Unquoted], cwd: Path, stopping: Stopping) -> Quoted:
    """Rewrites and writes the files. A signal ends it between two of them."""
    edits = [Edit(one.document, one.path, one.text, before=(one.value,)) for one in found]
    files, reasons = rewrite_files(edits, cwd)
    reasons.update(write_files(files, stopping))
    stopping.check()
    quoted, places = Quoted([], []), Places()
    for edit in edits:
        source = places.value(edit.document, edit.path)
        reason = reasons.get((edit.document, tuple(map(str, edit.path))))
        if reason is None:
            quoted.fixed.append(Problem("quoted", f"{make_path(edit.path)}: is in quotes now", source))
        else:
            message = f"{make_path(edit.path)}: could not be put into quotes: {reason}"
            quoted.left.append(Problem("not-quoted", message, source, "write the quotes by hand"))
    return quoted
