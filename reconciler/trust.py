"""What a repository may not decide, because a pull request edits it: where the token goes, which variables are read.

Nothing here shows an address that may hold credentials.
"""

from __future__ import annotations

import ipaddress
import re
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

DEFAULT_API = "https://api.ocamba.com/v1/hood"
"""The Hood API (docs.ocamba.com, Hood API, every page)."""

TOKEN_GLOBS = ("OCAMBA_*",)
SECRET_GLOBS = ("HOOD_*",)

_HOST = "api.ocamba.com"
_NAME = re.compile(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9])?")
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
    loopback = _is_loopback(host)
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


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address in ipaddress.IPv4Network("127.0.0.0/8")
    return address == ipaddress.IPv6Address("::1")


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _NAME.fullmatch(host) is not None and ".." not in host
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
