"""What a repository may not decide, because a pull request edits it: where the token goes, what is read.

Nothing here shows an address that may hold credentials.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct, UnsetType

from reconciler.configuration import Configuration, find_work_tree, make_name
from reconciler.errors import UsageError
from reconciler.model import Problem
from reconciler.names import is_loopback

DEFAULT_API = "https://api.ocamba.com/v1/hood"
"""The Hood API (docs.ocamba.com, Hood API, every page)."""

TOKEN_GLOBS = ("OCAMBA_*",)
SECRET_GLOBS = ("HOOD_*",)

_HOST = "api.ocamba.com"


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9])?")


_VISIBLE = re.compile(r"[!-~]+")


class Address(Struct, frozen=True):
    """An API address: `url` without a slash at its end. `wrong`: it is none. `refused`: it may not be used."""

    url: str = ""
    wrong: str | None = None
    refused: str | None = None


def judge_api(text: str, *, from_file: bool) -> Address:
    """The address that a file (from_file) or the command line and environment name.

    A file may name https://api.ocamba.com and loopback. Nobody may name plain http beyond loopback, or credentials.
    """
    if not _VISIBLE.fullmatch(text) or "\\" in text:
        return Address(wrong="holds spaces, control characters, backslashes or letters beyond ASCII")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return Address(wrong="is not a URL")
    if "@" in parts.netloc:
        return Address(refused="holds credentials")
    if parts.scheme not in {"https", "http"} or not host or parts.query or parts.fragment or text[-1] in "?#":
        return Address(wrong="is not an http or https URL without query and fragment")
    loopback = is_loopback(host)
    if not loopback and not _is_host(host):
        return Address(wrong="names no host")
    if parts.scheme == "http" and not loopback:
        return Address(refused="sends the token over plain http beyond loopback")
    if from_file and not loopback and (host != _HOST or port not in {None, 443}):
        return Address(refused="is neither https://api.ocamba.com nor loopback")
    return Address(_make_url(parts, host, port))


def _make_url(parts: SplitResult, host: str, port: int | None) -> str:
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}{'' if port is None else f':{port}'}{parts.path}".rstrip("/")


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _name().fullmatch(host) is not None and ".." not in host
    try:
        return ipaddress.IPv6Address(host).scope_id is None
    except ValueError:
        return False


def may_hold_token(name: str, granted: tuple[str, ...]) -> bool:
    """Whether a variable's name matches OCAMBA_* or one of the globs of RECONCILER_TOKEN_ENV."""
    return any(fnmatchcase(name, glob) for glob in (*TOKEN_GLOBS, *granted))


def make_globs(text: str | None) -> tuple[str, ...]:
    """The globs of a comma-separated variable."""
    return tuple(filter(None, (part.strip() for part in (text or "").split(","))))


def judge_trust(
    given: str | None, environ: Mapping[str, str], config: Configuration, account: str
) -> tuple[str, list[Problem]]:
    """The address, by --api (given), RECONCILER_API or the file, and what is refused. Raises UsageError."""
    api, refusals = _judge_api(given, environ, config)
    return api, [*refusals, *_judge_token(account, environ, config)]


def _judge_api(given: str | None, environ: Mapping[str, str], config: Configuration) -> tuple[str, list[Problem]]:
    """The address, and why it is refused. The operator's word (flag, variable) beats the file's."""
    label, named = ("--api", given) if given else ("RECONCILER_API", environ.get("RECONCILER_API"))
    place = None
    if not named:
        label, named = "api", None if isinstance(config.content.api, UnsetType) else config.content.api
        place = config.find_place("api") if named else None
    address = judge_api(named or DEFAULT_API, from_file=label == "api")
    if address.wrong and label != "api":
        raise UsageError(f"{label} {address.wrong}", f"write a URL such as {DEFAULT_API}")
    reason = address.refused or address.wrong
    if reason is None:
        return address.url, []
    fix = "name the server with --api or RECONCILER_API instead" if label == "api" else f"write {DEFAULT_API}"
    return DEFAULT_API, [Problem("api-refused", f"{label}: {reason}", place, fix)]


def _judge_token(name: str, environ: Mapping[str, str], config: Configuration) -> list[Problem]:
    variable = config.content.accounts[name].token.variable
    if may_hold_token(variable, make_globs(environ.get("RECONCILER_TOKEN_ENV"))):
        return []
    message = f"accounts.{name}.token: the token may not be read from {variable}, only from OCAMBA_*"
    fix = f"name the variable OCAMBA_…, or set RECONCILER_TOKEN_ENV={variable} where the tool runs"
    return [Problem("token-refused", message, config.find_place("accounts", name, "token"), fix)]


def judge_folders(folders: Iterable[tuple[tuple[str, ...], Path]], config: Configuration, cwd: Path) -> list[Problem]:
    """Folders of manifests that lie elsewhere: neither in the Git work tree nor, without one, below the working
    directory or the configuration's own folder. folders: each with where the configuration names it, if it does.

    Links count as what they lead to: messages quote keys of what is read, which may be anybody's files.
    """
    homes = [cwd.resolve(), *([config.path.parent.resolve()] if config.path else [])]
    homes += [tree for home in homes if (tree := find_work_tree(home))]
    return [
        Problem(
            "folder-refused",
            f"{'.'.join(steps) or make_name(folder, cwd)}: leads out of the repository",
            config.find_place(*steps),
            "move the overlays into it"
            if steps[-1:] == ("overlay",)
            else "move the manifests into it, or name their folder on the command line",
        )
        for steps, folder in folders
        if not any(folder.resolve().is_relative_to(home) for home in homes)
    ]
