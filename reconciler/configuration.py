"""Finds and reads reconciler.yaml. Its schema explains what is wrong; these types are what is right."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from reconciler.desired.load import MAX_BYTES, Document, Places, load_text
from reconciler.desired.validate import check_config, make_plain_data, make_problem
from reconciler.errors import InvalidError, UsageError
from reconciler.model import Problem, Source

NAME = "reconciler.yaml"

Text = Annotated[str, Meta(min_length=1)]
_Reference = Annotated[str, Meta(pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$(?!\n)")]
_VariableName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$(?!\n)")]
_VariableText = Annotated[str, Meta(pattern=r"^(?![\s\S]*\$\{var:)")]
_Count = Annotated[int, Meta(ge=0)]


class TokenFile(Struct, frozen=True, forbid_unknown_fields=True):
    """accounts.NAME.token: {secret: "env:NAME"}."""

    secret: _Reference

    @property
    def variable(self) -> str:
        """The environment variable's name."""
        return self.secret.partition(":")[2]


class AccountFile(Struct, frozen=True, forbid_unknown_fields=True):
    """accounts.NAME."""

    company_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")] | msgspec.UnsetType = msgspec.UNSET
    token: TokenFile = TokenFile("env:OCAMBA_TOKEN")
    path: Text = "."
    overlay: Text | msgspec.UnsetType = msgspec.UNSET
    variables: dict[_VariableName, _VariableText] = {}


class LimitsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """limits: the account's, before `share`. Hood's: 10 a second, 150 a minute (docs.ocamba.com, rate limits)."""

    per_second: Annotated[float, Meta(gt=0, le=10000)] = 10.0
    per_minute: Annotated[float, Meta(gt=0, le=100000)] = 150.0
    parallel: Annotated[int, Meta(ge=1, le=64)] = 4
    share: Annotated[float, Meta(gt=0, le=1)] = 0.8


class PlanFile(Struct, frozen=True, forbid_unknown_fields=True):
    """plan."""

    expires: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,4}[dhm]$(?!\n)")] = "7d"


class GuardFile(Struct, frozen=True, forbid_unknown_fields=True):
    """guard: UNSET where the file does not name it."""

    max_changes: _Count | msgspec.UnsetType = msgspec.UNSET
    max_percent: Annotated[float, Meta(ge=0, le=100)] | msgspec.UnsetType = msgspec.UNSET
    max_creates: _Count | msgspec.UnsetType = msgspec.UNSET


class SecretsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """secrets."""

    env: tuple[Text, ...] | msgspec.UnsetType = msgspec.UNSET
    files: tuple[Text, ...] | msgspec.UnsetType = msgspec.UNSET
    exec: tuple[Text, ...] | msgspec.UnsetType = msgspec.UNSET
    keys: tuple[Text, ...] = ()
    when_hidden: Literal["warn", "resend", "fail"] = "warn"


_AccountName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$(?!\n)")]


class ConfigFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of reconciler.yaml, version 1."""

    version: Literal[1]
    api: Text | msgspec.UnsetType = msgspec.UNSET
    accounts: Annotated[dict[_AccountName, AccountFile], Meta(min_length=1)] = field(
        default_factory=lambda: {"default": AccountFile()}
    )
    exclude: tuple[Text, ...] = ()
    limits: LimitsFile = LimitsFile()
    settings_patch: Literal["auto", "changed", "whole"] = "auto"
    plan: PlanFile = PlanFile()
    guard: GuardFile = GuardFile()
    secrets: SecretsFile = SecretsFile()


class Configuration(Struct, frozen=True):
    """A configuration and the file it came from; without a file `path`, `digest` and `source` are None.

    digest: sha256 of the file's bytes, as `sha256:…`. source: the place of its first key.
    """

    content: ConfigFile
    path: Path | None = None
    name: str | None = None
    digest: str | None = None
    source: Source | None = None

    def find_place(self, *path: str) -> Source | None:
        """The place of a value in the file."""
        return None if self.source is None else Places().value(self.source, path)


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
    name = make_name(path, cwd)
    document, content = read_document(path, name)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Configuration(make_config(document), path, name, digest, document.source)


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
        return msgspec.convert(make_plain_data(document.data), ConfigFile)
    except msgspec.ValidationError:
        findings = check_config(document.data)
    places = Places()
    problems = [make_problem(finding, document.source, places) for finding in findings]
    raise InvalidError(problems or [Problem("invalid-value", "is no valid configuration", document.source)])
