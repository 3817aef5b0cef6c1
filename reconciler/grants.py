"""What the operator grants to manifests where the tool runs: variables, folders of files, and commands.

A repository can only narrow it (`secrets:` in reconciler.yaml), since a pull request edits what stands there. So the
file of commands lies outside of the repository, where nobody but its owner can change it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from reconciler.configuration import find_work_tree, holds, make_name, read_document
from reconciler.configured import Text
from reconciler.desired.load import Document, Places
from reconciler.desired.validate import Finding, check_config, make_plain_data, make_problem
from reconciler.errors import InvalidError, RefusedError, UsageError
from reconciler.model import Allowed, Command
from reconciler.options import Options
from reconciler.schema_files import EXEC
from reconciler.trust import SECRET_GLOBS, TOKEN_GLOBS, make_globs
from reconciler.values import learn

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "fish"})
_SECONDS = {"s": 1.0, "m": 60.0}


class CommandFile(Struct, frozen=True, forbid_unknown_fields=True):
    """commands.NAME."""

    run: Annotated[tuple[str, ...], Meta(min_length=1)]
    timeout: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,2}[sm]$(?!\n)")] = "10s"
    args: Annotated[tuple[Text, ...], Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET

    def __repr__(self) -> str:
        """Without its arguments, among which an operator may have put a password."""
        return f"CommandFile({self.run[0]})"


class CommandsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of the file that RECONCILER_EXEC names, version 1."""

    version: int
    commands: dict[str, CommandFile]


def read_allowed(options: Options, environ: Mapping[str, str], cwd: Path, *, commands: bool) -> Allowed:
    """What manifests may refer to. commands: whether the file of commands is read, which only exec: needs.

    RefusedError: that file lies where a repository could change it. InvalidError: it is not valid. UsageError: it is
    not there.
    """
    folders = make_globs(environ.get("RECONCILER_SECRET_FILES"))
    tokens = (*TOKEN_GLOBS, *make_globs(environ.get("RECONCILER_TOKEN_ENV")), options.token_env)
    return Allowed(
        granted=(*SECRET_GLOBS, *make_globs(environ.get("RECONCILER_SECRET_ENV"))),
        narrowed=options.secret_env,
        folders=tuple(os.path.normpath(cwd / folder) for folder in folders),
        files=options.secret_files,
        commands=read_commands(options, environ, cwd) if commands else None,
        calls=options.secret_exec,
        withheld=(*tokens, "RECONCILER_KEY"),
    )


def read_commands(options: Options, environ: Mapping[str, str], cwd: Path) -> dict[str, Command] | None:
    """The commands of the file that RECONCILER_EXEC names; None without it. Raises as read_allowed does."""
    named = environ.get("RECONCILER_EXEC")
    if not named:
        return None
    path = cwd / named
    name = make_name(path, cwd)
    if not holds(path.is_file):
        raise UsageError(f"RECONCILER_EXEC: there is no file {named}", "name the file that declares the commands")
    _check_owned(path, name, options, cwd)
    document, _ = read_document(path, name)
    return make_commands(document)


def _check_owned(path: Path, name: str, options: Options, cwd: Path) -> None:
    """Raises RefusedError where anybody but the operator could change the file."""
    real = path.resolve()
    places = [cwd, options.root, *([(cwd / options.config_file).parent] if options.config_file else [])]
    trees = [tree for place in places if (tree := find_work_tree(place.resolve()))]
    if any(real.is_relative_to(tree) for tree in [*trees, options.root.resolve()]):
        raise RefusedError(
            f"RECONCILER_EXEC: {name} lies in the repository, where a pull request could change what is run",
            "move it out of the repository",
        )
    if real.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = f"RECONCILER_EXEC: {name} can be changed by others than its owner"
        raise RefusedError(message, f"chmod go-w {name}")


def make_commands(document: Document) -> dict[str, Command]:
    """The document as commands by name; InvalidError with all that is wrong, each at its place."""
    findings = check_config(document.data, EXEC) or _check_shells(document.data["commands"])
    if findings:
        places = Places()
        raise InvalidError([make_problem(finding, document.source, places) for finding in findings])
    content = msgspec.convert(make_plain_data(document.data), learn(CommandsFile))
    return {name: _make_command(command) for name, command in content.commands.items()}


def _check_shells(commands: Mapping[str, Mapping[str, list[str]]]) -> list[Finding]:
    """A shell that reads {arg} as a piece of its script would run whatever a manifest says."""
    found = []
    for name, command in commands.items():
        run = command["run"]
        for number, part in enumerate(run):
            option = run[number - 1] if number else ""
            if Path(run[0]).name in _SHELLS and "{arg}" in part and option.startswith("-") and option.endswith("c"):
                path = ("commands", name, "run", number)
                message = f"commands.{name}.run[{number}]: a shell would run what stands in place of {{arg}}"
                fix = 'write "$1" in the script, and behind it two more arguments: "sh", "{arg}"'
                found.append(Finding(path, "arg-in-script", message, fix))
    return found


def _make_command(command: CommandFile) -> Command:
    seconds = int(command.timeout[:-1]) * _SECONDS[command.timeout[-1]]
    return Command(command.run, seconds, () if isinstance(command.args, msgspec.UnsetType) else command.args)
