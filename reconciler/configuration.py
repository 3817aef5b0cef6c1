"""Finds and reads reconciler.yaml. Its schema explains what is wrong; the types of `configured` are what is right."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.configured import ConfigFile
from reconciler.desired.load import MAX_BYTES, Document, Places, load_text
from reconciler.desired.validate import check_config, make_plain_data, make_problem
from reconciler.errors import InvalidError, UsageError
from reconciler.model import Problem, Source
from reconciler.values import learn

NAME = "reconciler.yaml"


class OwnFile(Struct, frozen=True):
    """The file of one account below accounts_from: the place of its first key, and the sha256 of its bytes."""

    source: Source
    digest: str


class Configuration(Struct, frozen=True):
    """A configuration and the file it came from; without a file `path`, `digest` and `source` are None.

    digest: sha256 of the file's bytes, as `sha256:…`. source: the place of its first key. names: of all accounts.
    own: the files of accounts that accounts_from names. overlays: the folders of overlays by account, overlay_folders:
    each once. reserved: the real paths of folders that hold no manifests: overlays, and accounts_from. What is derived
    from all accounts is derived once, since each of thousands asks for it.
    """

    content: ConfigFile
    path: Path | None = None
    name: str | None = None
    digest: str | None = None
    source: Source | None = None
    names: tuple[str, ...] = ("default",)
    own: Mapping[str, OwnFile] = {}
    overlays: Mapping[str, Path] = {}
    overlay_folders: tuple[Path, ...] = ()
    reserved: frozenset[str] = frozenset()

    def find_place(self, *path: str) -> Source | None:
        """The place of a value in the file, or in the file of its account."""
        if path[:1] == ("accounts",) and path[1:2] and path[1] in self.own:
            return Places().value(self.own[path[1]].source, path[2:])
        return None if self.source is None else Places().value(self.source, path)

    def digest_for(self, account: str) -> str | None:
        """What the configuration of an account can be told from: its file's digest, and that of its own file."""
        own = self.own.get(account)
        if own is None or self.digest is None:
            return self.digest
        import hashlib

        return f"sha256:{hashlib.sha256(f'{self.digest} {own.digest}'.encode()).hexdigest()}"

    def below(self, folder: str) -> Path:
        """A folder that the file names, relative to itself."""
        return Path(os.path.normpath((self.path or Path()).parent / folder))


def holds(question: Callable[[], bool]) -> bool:
    """The answer to a question about a path; no, where the permissions hide it."""
    try:
        return question()
    except OSError:
        return False


def find_config(
    named: str | None, environ: Mapping[str, str], cwd: Path, paths: Sequence[str | os.PathLike[str]]
) -> Path | None:
    """The configuration's file, None where there is none: --config (`named`), RECONCILER_CONFIG, or the nearest.

    Nearest: from the first path upwards to the Git root, else in the working directory, else in its manifests/.
    """
    for label, chosen in (("--config", named), ("RECONCILER_CONFIG", environ.get("RECONCILER_CONFIG"))):
        if chosen:
            path = cwd / chosen
            if not holds(path.is_file):
                raise UsageError(f"{label}: there is no file {chosen}", "name an existing reconciler.yaml")
            return path
    folders = [*(_make_ascent(cwd, Path(os.path.normpath(cwd / paths[0]))) if paths else ()), cwd, cwd / "manifests"]
    return next((folder / NAME for folder in folders if holds((folder / NAME).is_file)), None)


def _make_ascent(cwd: Path, start: Path) -> list[Path]:
    """The folders from a path up to the Git root; without one, up to the working directory at most."""
    folders = [start, *start.parents] if holds(start.is_dir) else list(start.parents)
    for number, folder in enumerate(folders, 1):
        if holds((folder / ".git").exists):
            return folders[:number]
    return folders[: folders.index(cwd) + 1] if cwd in folders else folders[:1]


def find_work_tree(place: Path) -> Path | None:
    """The Git work tree that holds a place, None where there is none."""
    return next((folder for folder in (place, *place.parents) if holds((folder / ".git").exists)), None)


def read_config(path: Path, cwd: Path) -> Configuration:
    """Reads and judges the file; InvalidError with all that is wrong, each at its place."""
    import hashlib

    name = make_name(path, cwd)
    document, data = read_document(path, name)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    made = Configuration(make_config(document), path, name, digest, document.source)
    if not isinstance(made.content.accounts_from, msgspec.UnsetType):
        from reconciler.account_files import add_accounts

        made = add_accounts(made, named="accounts" in make_plain_data(document.data), cwd=cwd)
    return _derive(made)


def _derive(config: Configuration) -> Configuration:
    """The configuration with what all its accounts together come to."""
    content = config.content
    overlays = {
        key: config.below(one.overlay)
        for key, one in content.accounts.items()
        if not isinstance(one.overlay, msgspec.UnsetType)
    }
    folders = tuple(dict.fromkeys(overlays.values()))
    accounts_from = content.accounts_from
    kept = [*folders, *([] if isinstance(accounts_from, msgspec.UnsetType) else [config.below(accounts_from)])]
    return msgspec.structs.replace(
        config,
        names=tuple(content.accounts),
        overlays=overlays,
        overlay_folders=folders,
        reserved=frozenset(str(folder.resolve()) for folder in kept),
    )


def make_name(path: Path, cwd: Path) -> str:
    """A file's name as it is printed: relative to the working directory."""
    return Path(os.path.relpath(path, cwd)).as_posix()


def read_document(path: Path, name: str) -> tuple[Document, bytes]:
    """The one document of a file that is no manifest, and the file's bytes; InvalidError with all that is wrong."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        problem = Problem("unreadable", "cannot be read", Source(name, 1, 1), "check the file and its permissions")
        raise InvalidError([problem]) from None
    documents, problems = load_text(content, name)
    if len(documents) > 1:
        message = "a configuration is one YAML document"
        problems.append(Problem("several-documents", message, documents[1].source, "remove the line ---"))
    if problems:
        raise InvalidError([_of_config(problem) for problem in problems])
    return documents[0], content


def _of_config(problem: Problem) -> Problem:
    """A problem of YAML as one of this file, which is no manifest."""
    if problem.code not in ("empty-file", "empty-document"):
        return problem
    return msgspec.structs.replace(problem, fix="write version: 1, or remove the file")


def make_config(document: Document) -> ConfigFile:
    """The document as a configuration; InvalidError with all that the schema has against it."""
    try:
        return msgspec.convert(make_plain_data(document.data), learn(ConfigFile))
    except msgspec.ValidationError:
        findings = check_config(document.data)
    places = Places()
    problems = [make_problem(finding, document.source, places) for finding in findings]
    raise InvalidError(problems or [Problem("invalid-value", "is no valid configuration", document.source)])
