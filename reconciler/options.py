"""Options: flags beat RECONCILER_* variables, these beat reconciler.yaml. The token is in no repr."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar, cast

import msgspec
from msgspec import Struct

from reconciler.accounts import choose_account
from reconciler.configuration import Configuration, find_config, read_config
from reconciler.configured import ConfigFile, GuardFile
from reconciler.errors import RefusedError, UnauthorisedError, UsageError
from reconciler.model import Problem
from reconciler.numbers import check_number, read_number
from reconciler.trust import judge_folders, judge_trust

SettingsPatch = Literal["auto", "changed", "whole"]

_T = TypeVar("_T")
Paths = Sequence[str | os.PathLike[str]]
_SECONDS = {"d": 86400, "h": 3600, "m": 60}


class Configurations:
    """Configurations by their files, each read once; a fleet is one run, and what it rests on does not change in it."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, Path], Configuration] = {}
        self._lock = threading.Lock()

    def read(self, path: Path, cwd: Path) -> Configuration:
        """As read_config."""
        with self._lock:
            if (path, cwd) not in self._read:
                self._read[path, cwd] = read_config(path, cwd)
            return self._read[path, cwd]


class Flags(Struct, frozen=True):
    """What the command line gave; None: not given.

    offline: the run sends no token anywhere (validate, --sandbox), so that what is refused becomes a warning.
    accounts: names and globs of the accounts of a fleet. kept: the configurations that a fleet has read already.
    """

    config: str | None = None
    api: str | None = None
    account: str | None = None
    accounts: tuple[str, ...] = ()
    all_accounts: bool = False
    kept: Configurations | None = None
    parallel: int | None = None
    settings_patch: str | None = None
    offline: bool = False


class Options(Struct, frozen=True):
    """What a run works with. root: the folder of the account's manifests. guard_*: None unless the file names them.

    per_second, per_minute: the account's limits in requests; run_per_second, run_per_minute: what the run takes.
    expires: seconds that a saved plan may be applied. secret_env, secret_files, secret_exec: the globs of the file's
    secrets.env, files and exec, None where it has none. overlay: the account's folder of overlays; overlays: of all
    accounts. reserved: real paths of folders that hold no manifests. warnings: what offline did not refuse.
    """

    api: str
    account: str
    root: Path
    company_id: str | None = None
    token_env: str = "OCAMBA_TOKEN"
    exclude: tuple[str, ...] = ()
    per_second: float = 10.0
    per_minute: float = 150.0
    parallel: int = 4
    share: float = 0.8
    settings_patch: SettingsPatch = "auto"
    expires: int = 7 * 86400
    guard_max_changes: int | None = None
    guard_max_percent: float | None = None
    guard_max_creates: int | None = None
    secret_env: tuple[str, ...] | None = None
    secret_files: tuple[str, ...] | None = None
    secret_exec: tuple[str, ...] | None = None
    secret_keys: tuple[str, ...] = ()
    when_hidden: Literal["warn", "resend", "fail"] = "warn"
    config_file: str | None = None
    config_digest: str | None = None
    accounts: tuple[str, ...] = ("default",)
    variables: Mapping[str, str] = {}
    overlay: Path | None = None
    overlays: tuple[Path, ...] = ()
    reserved: frozenset[str] = frozenset()
    warnings: tuple[Problem, ...] = ()

    @property
    def run_per_second(self) -> int:
        """Requests a second that the run takes: the share of the limit, at least 1."""
        return _take_share(self.per_second, self.share)

    @property
    def run_per_minute(self) -> int:
        """Requests a minute that the run takes: the share of the limit, at least 1."""
        return _take_share(self.per_minute, self.share)


def _take_share(limit: float, share: float) -> int:
    return max(1, math.floor(limit * share + 1e-9))  # 0.29 * 100 is 28.999…


class Token:
    """The API token. Nothing but `reveal` shows it: not repr, str, format, vars or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token, only for the Authorization header."""
        return self._value

    def __repr__(self) -> str:
        return "Token(hidden)"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a token is not pickled or copied")


def load_options(*, flags: Flags, environ: Mapping[str, str], cwd: Path, paths: Paths = ()) -> Options:
    """Finds and reads the configuration and lays environment and flags over it.

    UsageError: a flag, variable or account is wrong. InvalidError: the file is. RefusedError: the file decides what a
    repository may not (with flags.offline a warning instead).
    """
    path = find_config(flags.config, environ, cwd, paths)
    config = find_configuration(flags, path, cwd)
    content = config.content
    name = choose_account(flags.account or environ.get("RECONCILER_ACCOUNT"), content.accounts)
    account = content.accounts[name]
    api, refusals = judge_trust(flags.api, environ, config, name)
    if refusals and not flags.offline:
        raise RefusedError(refusals[0].message, refusals[0].fix, refusals)
    limits, secrets = content.limits, content.secrets
    return Options(
        api=api,
        account=name,
        **_place(config, name, cwd, alone=flags.kept is None),
        company_id=_or_none(account.company_id),
        token_env=account.token.variable,
        exclude=content.exclude,
        per_second=read_number(environ, "PER_SECOND", float, 10000, limits.per_second),
        per_minute=read_number(environ, "PER_MINUTE", float, 100000, limits.per_minute),
        parallel=_choose_parallel(flags, environ, limits.parallel),
        share=read_number(environ, "SHARE", float, 1, limits.share),
        settings_patch=_choose_settings_patch(flags, environ, content.settings_patch),
        expires=int(content.plan.expires[:-1]) * _SECONDS[content.plan.expires[-1]],
        **_guards(content.guard),
        secret_env=_or_none(secrets.env),
        secret_files=_or_none(secrets.files),
        secret_exec=_or_none(secrets.exec),
        secret_keys=secrets.keys,
        when_hidden=secrets.when_hidden,
        config_file=config.name,
        config_digest=config.digest_for(name),
        accounts=config.names,
        warnings=tuple(refusals),
    )


def find_configuration(flags: Flags, path: Path | None, cwd: Path) -> Configuration:
    """The configuration of a file, read where it is not kept; the default one without a file."""
    if path is None:
        return Configuration(ConfigFile(version=1))
    return read_config(path, cwd) if flags.kept is None else flags.kept.read(path, cwd)


def _place(config: Configuration, name: str, cwd: Path, *, alone: bool) -> dict[str, Any]:
    """Where an account's manifests and overlays lie, and its variables. Raises RefusedError where that is elsewhere.

    alone: the overlays of the other accounts are judged too, which a fleet does once for all.
    """
    if config.path is None:
        _check_folders([((), cwd / "manifests")], config, cwd)
        return {"root": cwd / "manifests"}
    account = config.content.accounts[name]
    root = config.below(account.path)
    own = config.overlays.get(name)
    judged = config.overlays if alone else {name: own} if own is not None else {}
    named = [(("accounts", key, "overlay"), one) for key, one in judged.items()]
    _check_folders([*named, (("accounts", name, "path"), root)], config, cwd)
    return {
        "root": root,
        "variables": account.variables,
        "overlay": config.overlays.get(name),
        "overlays": config.overlay_folders,
        "reserved": config.reserved,
    }


def check_overlays(config: Configuration, cwd: Path) -> None:
    """Raises RefusedError where the overlay of any account lies elsewhere."""
    _check_folders([(("accounts", key, "overlay"), one) for key, one in config.overlays.items()], config, cwd)


def _check_folders(folders: Sequence[tuple[tuple[str, ...], Path]], config: Configuration, cwd: Path) -> None:
    if outside := judge_folders(folders, config, cwd):
        raise RefusedError(outside[0].message, outside[0].fix, outside)


def _guards(guard: GuardFile) -> dict[str, Any]:
    return {f"guard_{name}": _or_none(getattr(guard, name)) for name in ("max_changes", "max_percent", "max_creates")}


def _or_none(value: _T | msgspec.UnsetType) -> _T | None:
    return None if isinstance(value, msgspec.UnsetType) else value


def _choose_parallel(flags: Flags, environ: Mapping[str, str], otherwise: int) -> int:
    if flags.parallel is not None:
        return check_number(str(flags.parallel), int, "--parallel", 64)
    return read_number(environ, "PARALLEL", int, 64, otherwise)


def _choose_settings_patch(flags: Flags, environ: Mapping[str, str], otherwise: SettingsPatch) -> SettingsPatch:
    name = "RECONCILER_SETTINGS_PATCH"
    for label, value in (("--settings-patch", flags.settings_patch), (name, environ.get(name))):
        if value and value not in {"auto", "changed", "whole"}:
            raise UsageError(f"{label} is not known", "write auto, changed or whole")
        if value:
            return cast("SettingsPatch", value)
    return otherwise


def read_token(options: Options, environ: Mapping[str, str]) -> Token:
    """The account's token from its variable; UnauthorisedError where it is missing or cannot be a token."""
    name = options.token_env
    value = environ.get(name)
    if not value:
        state = "is empty" if value == "" else "is not set"
        raise UnauthorisedError(f"{name} {state}: there is no API token", f"export {name}=…")
    if any(not ("!" <= letter <= "~" or "\xa1" <= letter <= "\xff") for letter in value):
        message = f"{name} holds spaces, line breaks or other characters that no token has"
        raise UnauthorisedError(message, f"export {name}=… without quotes and line breaks in the value")
    return Token(value)
