"""Proxy and certificates, as the environment names them; no credentials are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.live.surroundings import check_proxy, check_tls

API = "https://api.example.com/v1/hood"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "none"),
        ({"HTTPS_PROXY": ""}, "none"),
        ({"HTTPS_PROXY": "http://user:canary@proxy.example.com:3128/x"}, "proxy.example.com:3128, from HTTPS_PROXY"),
        ({"https_proxy": "low:1", "HTTPS_PROXY": "high:2"}, "low:1, from https_proxy"),
        ({"ALL_PROXY": "socks5://canary@proxy"}, "proxy, from ALL_PROXY"),
        ({"HTTP_PROXY": "http://proxy:1"}, "none"),
        ({"HTTPS_PROXY": "proxy:1", "NO_PROXY": "x, .example.com"}, "none: NO_PROXY spares api.example.com"),
        ({"HTTPS_PROXY": "proxy:1", "no_proxy": "*"}, "none: NO_PROXY spares api.example.com"),
        ({"HTTPS_PROXY": "proxy:1", "NO_PROXY": "ample.com,"}, "proxy:1, from HTTPS_PROXY"),
    ],
)
def test_a_proxy_is_told_by_host_and_port(environ: dict[str, str], message: str) -> None:
    """And where it is not used, why."""
    check = check_proxy(API, environ)
    assert (check.level, check.message) == ("ok", message)
    assert "canary" not in check.message


@pytest.mark.parametrize("address", ["http://", "http://proxy:port", "http://[::1"])
def test_what_is_no_proxy_is_a_failure(address: str) -> None:
    """Nothing of it is repeated."""
    check = check_proxy(API, {"HTTPS_PROXY": address})
    assert (check.level, check.exit_code) == ("failure", 8)
    assert address not in check.message


def test_loopback_needs_neither() -> None:
    """It is asked directly."""
    api = "http://127.0.0.1:8080/v1/hood"
    assert "loopback" in check_proxy(api, {"HTTP_PROXY": "proxy:1"}).message
    assert "loopback" in check_tls(api, {"SSL_CERT_FILE": "/no/such"}).message


def test_the_authorities_are_told(tmp_path: Path) -> None:
    """A file or folder that is not there is a failure."""
    assert "come with the tool" in check_tls(API, {"SSL_CERT_FILE": ""}).message
    assert str(tmp_path) in check_tls(API, {"SSL_CERT_DIR": str(tmp_path)}).message
    check = check_tls(API, {"SSL_CERT_FILE": str(tmp_path / "gone")})
    assert (check.level, check.exit_code) == ("failure", 8)
    assert check.fix == "correct SSL_CERT_FILE, or unset it"
