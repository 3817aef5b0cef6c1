"""One TLS context for all connections of a process."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler.live.tls import forget, make_tls

API = httpx.URL("https://api.example.com/v1")


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    forget()
    yield
    forget()


def test_accounts_share_one_that_verifies() -> None:
    """Loading the authorities for each of thousands would take minutes."""
    one = make_tls(API, needed=True)
    assert make_tls(API, needed=True) is one
    assert one.verify_mode is ssl.CERT_REQUIRED
    assert one.check_hostname


def test_other_authorities_make_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And files that cannot be read are an error, whatever was made before."""
    one = make_tls(API, needed=True)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert make_tls(API, needed=True) is not one
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(OSError):
        make_tls(API, needed=True)


@pytest.mark.parametrize(("address", "needed"), [("http://127.0.0.1:1", True), ("https://api.example.com", False)])
def test_where_no_tls_is_spoken_nothing_is_loaded(address: str, needed: bool) -> None:
    """Loopback, and a transport that a test hands in."""
    assert not make_tls(httpx.URL(address), needed=needed).get_ca_certs()
