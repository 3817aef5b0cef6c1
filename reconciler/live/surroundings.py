"""What of the environment stands between this machine and the API: proxy and certificates. Reads nothing of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from reconciler.model import Check
from reconciler.names import is_loopback

UNREACHABLE = 8


def check_tls(api: str, environ: Mapping[str, str]) -> Check:
    """Whether the connection is verified, and by which authorities."""
    parts = urlsplit(api)
    if parts.scheme != "https":
        return Check("tls", "ok", "not used: this API is on loopback")
    named = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environ.get(name)), None)
    if named is None:
        return Check("tls", "ok", "always verified, by the authorities that come with the tool")
    if not Path(environ[named]).exists():
        message = f"{named} names what is not there: {environ[named]}"
        return Check("tls", "failure", message, f"correct {named}, or unset it", UNREACHABLE)
    return Check("tls", "ok", f"always verified, by the authorities of {named} ({environ[named]})")


def check_proxy(api: str, environ: Mapping[str, str]) -> Check:
    """Whether requests go through a proxy; of its address only host and port are told."""
    parts = urlsplit(api)
    host = parts.hostname or ""
    if is_loopback(host):
        return Check("proxy", "ok", "not used: loopback is never asked through one")
    name = _find(environ, f"{parts.scheme}_proxy") or _find(environ, "all_proxy")
    if name is None:
        return Check("proxy", "ok", "none")
    if _is_spared(host, environ):
        return Check("proxy", "ok", f"none: NO_PROXY spares {host}")
    where = _host_of(environ[name])
    if where is None:
        message = f"{name} is no address of a proxy"
        return Check("proxy", "failure", message, f"write {name}=http://host:port, or unset it", UNREACHABLE)
    return Check("proxy", "ok", f"{where}, from {name}")


def _find(environ: Mapping[str, str], name: str) -> str | None:
    """The variable that says it; the lower-case one first, as everywhere."""
    return next((one for one in (name, name.upper()) if environ.get(one)), None)


def _is_spared(host: str, environ: Mapping[str, str]) -> bool:
    name = _find(environ, "no_proxy")
    words = [word.strip().lstrip(".") for word in environ[name].split(",")] if name else []
    return any(word == "*" or (word and (host == word or host.endswith("." + word))) for word in words)


def _host_of(address: str) -> str | None:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    return f"{host}:{port}" if port is not None else host
