"""What a person typed, as one value for every command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec import Struct

from reconciler.accounts import is_glob, split_accounts
from reconciler.configuration import holds
from reconciler.errors import UsageError
from reconciler.options import Flags

WORDS = {"color": ("auto", "always", "never"), "log_format": ("text", "json"), "format_": ("text", "json")}
SWITCHES = ("sandbox", "strict", "quiet", "verbose")
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})
FIELDS = frozenset(
    {"jobs", "executor", "shard"}
    | {"targets", "strict", "allow_literals", "sandbox", "out", "detailed_exitcode", "show_unmanaged", "yes", "report"}
    | {
        "live",
        "base",
        "changed_since",
        "all_or_nothing",
        "first",
        "state",
        "resend_secrets",
        "no_secrets",
        "write_ids",
        "accept",
    }
)


INDEX = "fleet.json"
"""What makes a folder that of a fleet."""
SAVED: Mapping[str, tuple[str, ...]] = {"apply": ("plan", "undo"), "undo": ("apply", "undo")}
"""The verbs that run what a fleet has saved, and whose folders they take."""


class Request(Struct, frozen=True):
    """The command line, read. environ is kept out of the repr: it holds the token and secrets.

    jobs, executor, shard: how a fleet runs. fleet: the account, where this is one of a fleet. again: a machine that
    had begun this was lost.
    """

    flags: Flags
    environ: Mapping[str, str]
    cwd: Path
    paths: tuple[Path, ...] = ()
    targets: tuple[str, ...] = ()
    strict: bool = False
    allow_literals: bool = False
    sandbox: bool = False
    format: str = "text"
    out: Path | None = None
    detailed_exitcode: bool = False
    show_unmanaged: bool = False
    yes: bool = False
    report: Path | None = None
    all_or_nothing: bool = False
    first: int | None = None
    overrides: tuple[str, ...] = ()
    live: Path | None = None
    base: str | None = None
    changed_since: str | None = None
    state: Path | None = None
    resend_secrets: bool = False
    write_ids: bool = False
    no_secrets: bool = False
    jobs: int | None = None
    executor: str | None = None
    shard: str | None = None
    fleet: str | None = None
    again: bool = False
    accept: bool = False

    def own(self, path: Path | None, suffix: str = "") -> Path | None:
        """A file or folder to write: in a fleet, that of this account below it."""
        return path if path is None or self.fleet is None else path / f"{self.fleet}{suffix}"

    def __repr__(self) -> str:
        return f"Request(paths={self.paths}, targets={self.targets}, format={self.format!r})"


def is_fleet(request: Request, verb: str) -> bool:
    """Whether a command line is for several accounts: it says so, or names the folder of a fleet."""
    if request.flags.accounts or request.flags.all_accounts:
        return True
    return verb in SAVED and find_fleet_folder(request.paths, request.cwd) is not None


def named_accounts(request: Request) -> tuple[str, ...]:
    """The names and globs of the accounts that are asked for; none: all that there are."""
    flags = request.flags
    if flags.accounts or flags.all_accounts:
        return flags.accounts
    return (flags.account,) if flags.account is not None else split_accounts(request.environ)


def check_single(request: Request) -> None:
    """Raises UsageError for flags of a fleet where there is none: a shard of one account would be all of it."""
    given = {"--jobs": request.jobs, "--executor": request.executor, "--shard": request.shard}
    if wrong := [flag for flag, value in given.items() if value is not None]:
        raise UsageError(
            f"{wrong[0]} is for a run over several accounts", "add --all-accounts, or --account with a glob"
        )


def find_fleet_folder(paths: tuple[Path, ...], cwd: Path) -> Path | None:
    """The one path, where it is a folder that a fleet was saved in."""
    return paths[0] if len(paths) == 1 and holds((cwd / paths[0] / INDEX).is_file) else None


def retype(request: Request, verb: str, *words: object) -> str:
    """A command line to type next, with the flags of this one that it depends on."""
    import shlex

    typed = request.flags
    names = (typed.account,) if typed.account is not None else typed.accounts
    flags = [("--config", typed.config), ("--api", typed.api), *(("--account", name) for name in names)]
    given = [f" {flag} {shlex.quote(value)}" for flag, value in flags if value is not None]
    given += [" --all-accounts"] if typed.all_accounts else []
    tail = "".join([*given, *(f" {word}" for word in words)])
    return f"reconciler {verb}{' --sandbox' if request.sandbox else ''}{tail}"


def key_of(request: Request) -> bytes | None:
    """RECONCILER_KEY: seals plans so that nobody without it can forge one, and keys the fingerprints of a state."""
    key = request.environ.get("RECONCILER_KEY", "")
    return key.encode(errors="surrogateescape") if key else None


def merge(before: Mapping[str, Any], after: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Flags after the command beat those before it, and both beat RECONCILER_* variables. May raise UsageError."""
    merged = dict(before)
    merged.update({key: value for key, value in after.items() if value not in (None, ()) or key not in merged})
    for key, allowed in WORDS.items():
        if merged.get(key) is None:
            merged[key] = _read_word(environ, key, allowed)
    for key in SWITCHES:
        if merged.get(key) is None:
            merged[key] = _read_switch(environ, key)
    return merged


def _read_word(environ: Mapping[str, str], key: str, allowed: Sequence[str]) -> str | None:
    name = "RECONCILER_" + key.rstrip("_").upper()
    value = environ.get(name) or None
    if value is not None and value not in allowed:
        raise UsageError(f"{name} is none of its words", "write " + " or ".join(allowed))
    return value


def _read_switch(environ: Mapping[str, str], key: str) -> bool:
    name = "RECONCILER_" + key.upper()
    value = environ.get(name, "").lower()
    if value not in YES | NO:
        raise UsageError(f"{name} is neither yes nor no", f"write {name}=1, or unset it")
    return value in YES


def guess(argv: Sequence[str], environ: Mapping[str, str]) -> dict[str, Any]:
    """How to speak of a command line that could not be read: with --sandbox, as JSON, or neither."""
    as_json = "--log-format=json" in argv or ("--log-format", "json") in pairwise(argv)
    given = {"sandbox": "--sandbox" in argv or None, "log_format": "json" if as_json else None}
    try:
        return merge({}, given, environ)
    except UsageError:
        return given


def make_request(merged: Mapping[str, Any], environ: Mapping[str, str], *, offline: bool) -> Request:
    """The command line as one value. offline: the command sends no token anywhere."""
    flags = Flags(
        config=merged.get("config"),
        api=merged.get("api"),
        **_read_accounts(merged, environ),
        parallel=merged.get("parallel"),
        settings_patch=merged.get("settings_patch"),
        offline=offline or bool(merged.get("sandbox")),
    )
    try:
        cwd = Path.cwd()
    except OSError:
        raise UsageError("the working directory does not exist any more", "cd to one that does") from None
    return Request(
        flags=flags,
        environ=environ,
        cwd=cwd,
        paths=tuple(merged.get("paths") or ()),
        format=merged.get("format_") or "text",
        overrides=_read_overrides(merged.get("overrides") or ()),
        **{name: merged[name] for name in FIELDS if merged.get(name) is not None},
    )


def _read_accounts(merged: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The account, by its name; else the accounts of a fleet. Flags beat RECONCILER_ACCOUNT. Raises UsageError."""
    named, all_ = tuple(merged.get("account") or ()), bool(merged.get("all_accounts"))
    if named and all_:
        raise UsageError("--account and --all-accounts contradict each other", "leave one of them out")
    chosen = () if all_ else named or split_accounts(environ)
    if len(chosen) == 1 and not is_glob(chosen[0]):
        return {"account": chosen[0]} if named or chosen[0] != environ["RECONCILER_ACCOUNT"] else {}
    return {"accounts": chosen, "all_accounts": all_}


def _read_overrides(rules: Sequence[str]) -> tuple[str, ...]:
    """The rules of --override, told to be wrong before anything is read."""
    if not rules:
        return ()
    from reconciler.planning.guard import check_overrides

    return check_overrides(rules)
