"""The desired state of a run, with its secrets: everything that can be wrong before any request, told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.commands.gathered import Gathered
from reconciler.commands.scope import make_scope
from reconciler.configuration import holds
from reconciler.desired.files import CONFIGURATION, find_files, list_files, make_file_name, sort_files
from reconciler.desired.load import Document, load_documents
from reconciler.desired.manifests import Desired, make_manifests
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys, Secrets
from reconciler.errors import InvalidError, ReconcilerError
from reconciler.model import Manifest, Problem, SecretRef, Source
from reconciler.options import Options, Token, read_token
from reconciler.schema_files import SHIPPED, SchemaSet, find_written, make_homes, read_written

if TYPE_CHECKING:
    from reconciler.commands.memory import Memory

SANDBOX_TOKEN = "sandbox-token"
"""What the emulator expects: with --sandbox no real token is read, so that none can leak."""


class Declared(Struct, frozen=True):
    """Manifests of the whole account, which of them are in scope, and what they refer to. reveal: what plans compare
    with; None where no secret is read. memory: what was last applied, where a state file is named.
    """

    manifests: list[Manifest]
    warnings: list[Problem]
    in_scope: Callable[[Manifest], bool]
    secrets: Secrets
    token: Token
    keys: SecretKeys
    places: Places
    reveal: Callable[[SecretRef], str | None]
    memory: Memory | None = None


def find_manifests(options: Options, paths: Iterable[Path], cwd: Path) -> tuple[list[str], list[Problem]]:
    """The account's files: all below its root, and below any PATH that lies elsewhere."""
    root = options.root
    given = [cwd / path for path in paths]
    own = [path for path in given if not _is_reserved(path, options)]
    top = root.resolve()
    outside = {path: None for path in own if not path.resolve().is_relative_to(top)}
    roots = [*([root] if holds(root.exists) or not given else []), *outside]
    files: list[str] = []
    problems: list[Problem] = []
    for one in roots:
        found, wrong = list_files([one], root=one if one.is_dir() else one.parent, exclude=options.exclude)
        files.extend(found)
        problems.extend(wrong)
    inside = [path for path in own if path not in outside]
    problems = list(dict.fromkeys([*problems, *(one for path in inside for one in _judge_path(path, options))]))
    if options.reserved:
        files = _leave_reserved(files, options.reserved)
    return files if len(roots) < 2 else sort_files(dict.fromkeys(files)), problems


def _judge_path(path: Path, options: Options) -> list[Problem]:
    """What is wrong with a PATH below the root, which would narrow a run to nothing without a word."""
    if path.name in CONFIGURATION:
        return []
    found, wrong = find_files([path], root=options.root, exclude=options.exclude)
    if found or wrong or not path.is_dir():
        return wrong
    return [make_empty(path)]


def make_empty(path: Path) -> Problem:
    """The problem of a folder without manifests."""
    place = Source(make_file_name(path), 1, 1)
    return Problem("no-manifests", "holds no manifest (*.yaml, *.yml)", place, "name a folder that does, or write one")


def _is_reserved(path: Path, options: Options) -> bool:
    """Whether a file or folder belongs to the overlay of any account or to accounts_from, and so holds no manifest."""
    if not options.reserved:
        return False
    real = path.resolve()
    return any(str(one) in options.reserved for one in (real, *real.parents))


def _leave_reserved(files: Iterable[str], reserved: Collection[str]) -> list[str]:
    """The files that lie in no reserved folder. Each folder is looked at once: there are few, of many files."""
    known: dict[Path, bool] = {}
    kept: list[str] = []
    for file in files:
        path = Path(file)
        folder = path.resolve().parent if path.is_symlink() else path.parent
        if folder not in known:
            real = folder.resolve()
            known[folder] = any(str(one) in reserved for one in (real, *real.parents))
        if not known[folder]:
            kept.append(file)
    return kept


def lay_overlay(
    options: Options, documents: list[Document], places: Places
) -> tuple[list[Document], Sequence[Problem]]:
    """The documents with the account's overlay laid over them, and what is wrong with that."""
    if options.overlay is None:
        return documents, ()
    from reconciler.desired.overlay import lay_over

    files, missing = find_files([options.overlay], root=options.overlay, exclude=options.exclude)
    overlays, broken = load_documents(files)
    laid, problems = lay_over(documents, overlays, options.account, places)
    return laid, [*missing, *broken, *problems]


def find_laid_over(options: Options) -> frozenset[str]:
    """The addresses that overlays of any account name. What is wrong with these is said elsewhere."""
    from reconciler.desired.overlay import address_of

    files = [file for one in options.overlays for file in find_files([one], root=one, exclude=options.exclude)[0]]
    return frozenset(address for one in load_documents(files)[0] if (address := address_of(one, options.account)))


class Loaded(Struct, frozen=True):
    """What the files of an account say, with all that is wrong; the files, and the number of their documents."""

    desired: Desired
    files: list[str]
    documents: int


def load_schemas(options: Options, cwd: Path, keys: SecretKeys) -> tuple[SchemaSet, Sequence[Problem]]:
    """The schemas of the account: the shipped ones, and over them those that `reconciler schema` wrote."""
    config = cwd / options.config_file if options.config_file else None
    written = find_written(make_homes(config, options.root))
    if written is None:
        return SHIPPED, ()
    try:
        return SchemaSet(read_written(written, keys.matches)), ()
    except InvalidError as error:
        return SHIPPED, error.problems


def load_desired(
    options: Options,
    paths: Iterable[Path],
    cwd: Path,
    keys: SecretKeys,
    places: Places,
    *,
    allow_literals: bool,
    offline: bool,
) -> Loaded:
    """All manifests of the account; problems of files, of YAML and of manifests together."""
    files, missing = find_manifests(options, paths, cwd)
    documents, broken = load_documents(files)
    documents, unlaid = lay_overlay(options, documents, places)
    schemas, damaged = load_schemas(options, cwd, keys)
    desired = make_manifests(
        documents,
        account=options.account,
        secret_keys=keys,
        allow_literals=allow_literals,
        offline=offline,
        places=places,
        schemas=schemas,
        variables=options.variables,
    )
    desired.problems[:0] = [*missing, *damaged, *broken, *unlaid]
    if not files and not missing:
        desired.problems.append(make_empty(options.root))
    return Loaded(desired, files, len(documents))


def load_declared(
    options: Options,
    paths: Sequence[Path],
    targets: Sequence[str],
    cwd: Path,
    environ: Mapping[str, str],
    *,
    allow_literals: bool,
    sandbox: bool,
    no_secrets: bool = False,
    no_token: bool = False,
    memory: Memory | None = None,
    narrow: Callable[[Sequence[Manifest]], frozenset[str]] | None = None,
) -> Declared:
    """All that a run needs before its first request; no_token: of a run that will send none. narrow: the addresses in
    scope, of all manifests. Raises InvalidError, RefusedError, UnauthorisedError, UsageError, or several at once.
    """
    from reconciler.commands.resolved import resolve_all
    from reconciler.desired.references import references

    keys, places, gathered = SecretKeys(options.secret_keys), Places(), Gathered()
    desired = load_desired(options, paths, cwd, keys, places, allow_literals=allow_literals, offline=False).desired
    scope = make_scope(desired.manifests, paths, () if desired.problems else targets, cwd)
    if desired.problems:
        gathered.attempt(lambda: _refuse(desired))
    elif narrow is not None:
        scope = _narrowed(scope, narrow(desired.manifests))
    found = [] if no_secrets else references(one for one in desired.manifests if scope(one))
    secrets = gathered.attempt(
        lambda: resolve_all(found, options, environ, cwd, literals=desired.literals, places=places, sandbox=sandbox)
    )
    known = Token(SANDBOX_TOKEN) if sandbox or no_token else None
    token = known or gathered.attempt(lambda: read_token(options, environ))
    gathered.check()
    if secrets is None or token is None:
        raise ReconcilerError("neither secrets nor an error came of resolving them")
    reveal = secrets.find if no_secrets else secrets.reveal
    warnings = [*desired.warnings, *(memory.warnings if memory is not None else ())]
    return Declared(desired.manifests, warnings, scope, secrets, token, keys, places, reveal, memory)


def _narrowed(scope: Callable[[Manifest], bool], addresses: frozenset[str]) -> Callable[[Manifest], bool]:
    return lambda manifest: manifest.address in addresses and scope(manifest)


def _refuse(desired: Desired) -> None:
    raise InvalidError(desired.problems, desired.warnings)
