"""Connections: addresses, certificates, proxies, and real sockets on loopback."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from reconciler.errors import AnswerError, ApiError, UnreachableError
from reconciler.live.tls import forget
from reconciler.live.transport import Transport
from tests.live.worlds import API, SECRET


def call(transport: Transport, method: str = "GET") -> ApiError:
    """The error of one request."""
    with pytest.raises(ApiError) as caught:
        transport.send(method, "/integrations")
    return caught.value


@contextmanager
def serving(answer: bytes, *, drips: bool = False) -> Iterator[int]:
    """A server on a free port of loopback that gives one answer, byte for byte, and closes the connection.

    drips: a byte at a time, until nobody listens any more.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(10)
                connection.recv(65536)
                if not drips:
                    connection.sendall(answer)
                for byte in answer * drips:
                    with suppress(OSError):
                        connection.sendall(bytes([byte]))
                    time.sleep(0.001)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join(10)


def test_a_name_that_cannot_be_encoded_is_translated() -> None:
    """Python's own name encoding fails before any connection; nothing has left."""
    transport = Transport(api=f"http://{'a' * 70}.example", token=lambda: SECRET, parallel=1)
    error = call(transport)
    transport.close()
    assert error.message == f"http://{'a' * 70}.example: the API's address is not valid"
    assert getattr(error, "sent", None) is False


@pytest.mark.parametrize(
    "api",
    ["ftp://h", "https://", "https://user:pw@h/v1", "https://h/?x=1", "https://h/#x", "https://h:port", "nothing"],
)
def test_an_address_that_cannot_be_used_is_refused(api: str) -> None:
    """The API's address must be plain: scheme, host, path."""
    with pytest.raises(UnreachableError) as caught:
        Transport(api=api, token=lambda: SECRET, parallel=1)
    assert not caught.value.sent
    assert caught.value.__context__ is None
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_cannot_be_read_are_an_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A wrong SSL_CERT_FILE is named, before any request."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(name, "/nowhere/at/all.pem")
    if name == "SSL_CERT_DIR":
        transport = Transport(api=API, token=lambda: SECRET, parallel=1)
        transport.close()
        return
    with pytest.raises(UnreachableError, match="SSL_CERT_FILE") as caught:
        Transport(api=API, token=lambda: SECRET, parallel=1)
    assert not caught.value.sent
    assert "/nowhere" not in str(caught.value)


def test_a_proxy_that_cannot_be_used_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of an unknown kind is named by its variables, without its address."""
    monkeypatch.setenv("HTTPS_PROXY", "bogus://user:pw@proxy")
    with pytest.raises(UnreachableError, match="HTTPS_PROXY") as caught:
        Transport(api=API, token=lambda: SECRET, parallel=1)
    assert "pw" not in str(caught.value)


def test_tls_is_verified_with_one_context_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Direct and proxied connections of all accounts share one context that checks certificates and names."""
    forget()
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    made: list[ssl.SSLContext] = []
    build = httpx.create_ssl_context

    def remember() -> ssl.SSLContext:
        made.append(build())
        return made[-1]

    monkeypatch.setattr(httpx, "create_ssl_context", remember)
    for _ in range(3):
        Transport(api=API, token=lambda: SECRET, parallel=1).close()
    forget()
    [context] = made
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_loopback_is_asked_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain request to loopback never shows the token to a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}") as port:
        transport = Transport(api=f"http://127.0.0.1:{port}/v1", token=lambda: SECRET, parallel=1)
        assert transport.send("GET", "/x").body == b"{}"
        transport.close()


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"garbage\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nC"]
)
def test_a_real_connection_that_is_cut_is_an_answer_error(answer: bytes) -> None:
    """Cut or senseless bytes of a real server are translated; the request has left."""
    with serving(answer) as port:
        transport = Transport(api=f"http://127.0.0.1:{port}", token=lambda: SECRET, parallel=1)
        error = call(transport)
        transport.close()
    assert isinstance(error, AnswerError)
    assert error.status is None
    assert "garbage" not in error.message


def test_a_real_refused_connection_has_sent_nothing() -> None:
    """Where nobody listens, nothing has left."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        transport = Transport(api=f"http://127.0.0.1:{bound.getsockname()[1]}", token=lambda: SECRET, parallel=1)
        error = call(transport)
        transport.close()
    assert isinstance(error, UnreachableError)
    assert not error.sent
    assert error.message.startswith("http://127.0.0.1:")
    assert error.message.endswith(": the connection was refused")


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"])
def test_an_answer_that_drips_is_given_up_in_its_headers_and_in_its_body(head: bytes) -> None:
    """Each byte comes in time, the whole does not; a connection that hangs is given up as soon."""
    ticks = iter(range(100_000))
    with serving(head + b"x" * 300, drips=True) as port:
        api, clock = f"http://127.0.0.1:{port}", lambda: float(next(ticks))
        transport = Transport(api=api, token=lambda: SECRET, parallel=1, timeout=5, clock=clock)
        error = call(transport)
        transport.close()
    assert isinstance(error, UnreachableError)
    assert error.sent
    assert "in time" in error.message or "not whole after 20 s" in error.message


def test_httpx_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The full URL, which httpx writes to its log, never gets there, and neither do httpcore's headers."""
    caplog.set_level(logging.DEBUG)
    with serving(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") as port:
        transport = Transport(api=f"http://127.0.0.1:{port}", token=lambda: SECRET, parallel=1)
        assert transport.send("GET", "/x").status == 204
        transport.close()
    assert caplog.records == []
