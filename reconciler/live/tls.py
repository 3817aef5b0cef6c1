"""TLS contexts: one for all connections of a process, since loading the authorities takes 20 to 100 ms."""

from __future__ import annotations

import os
import ssl
import threading

import httpx

from reconciler.names import is_loopback

NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables that name further authorities."""

_MAKING = threading.Lock()
_made: dict[tuple[str | None, ...], ssl.SSLContext] = {}


def make_tls(url: httpx.URL, *, needed: bool) -> ssl.SSLContext:
    """What verifies the server at this address; an empty context where no TLS will be spoken.

    The thousands of accounts of a fleet share one, as long as the environment names the same authorities. Raises
    OSError where these cannot be read.
    """
    if not needed or (url.scheme == "http" and is_loopback(url.host)):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    named = tuple(os.environ.get(name) for name in NAMES)
    with _MAKING:
        if named not in _made:
            _made.clear()
            _made[named] = httpx.create_ssl_context()
        return _made[named]


def forget() -> None:
    """The next account makes a context of its own: files may have changed behind their names."""
    with _MAKING:
        _made.clear()
