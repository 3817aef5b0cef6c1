"""Accounts that stand in files of their own, a file each, below the folder that accounts_from names."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from reconciler.configuration import Configuration, OwnFile, make_name, read_document
from reconciler.configured import AccountFile
from reconciler.desired.files import find_files
from reconciler.desired.places import Places
from reconciler.desired.validate import check_config, make_path, make_plain_data, make_problem
from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Problem, Source
from reconciler.trust import judge_folders
from reconciler.values import learn

_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}")


class _Found(Struct):
    """What the files hold so far, and all that is wrong with them."""

    accounts: dict[str, AccountFile]
    own: dict[str, OwnFile]
    problems: list[Problem]


def add_accounts(config: Configuration, *, named: bool, cwd: Path) -> Configuration:
    """The configuration with the accounts of its folder. named: it has accounts: of its own, which stay.

    Raises InvalidError with all that is wrong in all files, RefusedError for a folder outside the repository.
    """
    content = config.content
    folder = config.below(str(content.accounts_from))
    if outside := judge_folders([(("accounts_from",), folder)], config, cwd):
        raise RefusedError(outside[0].message, outside[0].fix, outside)
    found = _Found(dict(content.accounts) if named else {}, {}, [])
    files, missing = find_files([folder], root=folder)
    found.problems.extend(missing)
    for file in files:
        _add(found, file, config, cwd)
    if not found.accounts and not found.problems:
        place = config.find_place("accounts_from")
        message = f"accounts_from: {make_name(folder, cwd)} holds no account"
        found.problems.append(Problem("no-accounts", message, place, "write NAME.yaml in it, a file for each account"))
    if found.problems:
        raise InvalidError(found.problems)
    return msgspec.structs.replace(
        config, content=msgspec.structs.replace(content, accounts=found.accounts), own=found.own
    )


def _add(found: _Found, file: Path, config: Configuration, cwd: Path) -> None:
    account, name = file.stem, make_name(file, cwd)
    if wrong := _judge_name(found, account, name, config):
        found.problems.append(wrong)
        return
    try:
        document, data = read_document(file, name)
    except InvalidError as error:
        found.problems.extend(error.problems)
        return
    found.own[account] = OwnFile(document.source, hashlib.sha256(data).hexdigest())
    try:
        found.accounts[account] = msgspec.convert(make_plain_data(document.data), learn(AccountFile))
    except msgspec.ValidationError:
        found.problems.extend(_explain(account, document.data, document.source))


def _judge_name(found: _Found, account: str, name: str, config: Configuration) -> Problem | None:
    if not _NAME.fullmatch(account):
        return Problem(
            "account-name",
            "its name is no account's name",
            Source(name, 1, 1),
            "name the file with letters, digits, - . and _",
        )
    if account in found.own:
        message = f"account {account} stands in {found.own[account].source.file} too"
        return Problem("duplicate-account", message, Source(name, 1, 1), "remove one of the two files")
    if account in found.accounts:
        message = f"account {account} stands in {config.name} too"
        return Problem("duplicate-account", message, Source(name, 1, 1), "remove it here, or there")
    return None


def _explain(account: str, data: Any, source: Source) -> list[Problem]:
    """What the schema has against the file of an account, at its places there."""
    steps = ("accounts", account)
    findings = check_config({"version": 1, "accounts": {account: data}})
    places, problems, said = Places(), [], make_path(steps)
    for finding in findings:
        message = finding.message.removeprefix(f"{said}.").removeprefix(f"{said}: ")
        own = msgspec.structs.replace(finding, path=tuple(finding.path[len(steps) :]), message=message)
        problems.append(make_problem(own, source, places))
    return problems or [Problem("invalid-value", "is no valid account", source)]
