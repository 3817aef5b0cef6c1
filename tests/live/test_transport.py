"""The transport: what leaves, where it goes, and what becomes of every foreign exception."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reconciler import __version__
from reconciler.errors import AnswerError, ApiError, UnauthorisedError, UnreachableError
from reconciler.live.bounds import LARGEST
from reconciler.live.transport import FAULTS, Transport
from tests.live.worlds import API, SECRET, Handler, make_transport

FOREIGN = [kind for kind in vars(httpx).values() if isinstance(kind, type) and issubclass(kind, Exception)]


BEFORE_SENDING = {
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ConnectError,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
}


REQUEST = httpx.Request("GET", API, headers={"authorization": f"Bearer {SECRET}"})


def make_foreign(kind: type[Exception]) -> Exception:
    """An exception of httpx, with the token in its text and its request."""
    makers: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((f"text {SECRET}",), {"request": REQUEST, "response": httpx.Response(500)}),
        ((f"text {SECRET}",), {"request": REQUEST}),
        ((f"text {SECRET}",), {}),
        ((), {}),
    ]
    for args, kwargs in makers:
        try:
            return kind(*args, **kwargs)
        except TypeError:
            continue
    raise AssertionError(kind)


def raising(error: BaseException) -> Handler:
    """A server that never answers."""

    def handle(request: httpx.Request) -> httpx.Response:
        raise error

    return handle


def answering(*answers: httpx.Response) -> tuple[Handler, list[httpx.Request]]:
    """A server with one answer a request, and the requests that came."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answers[len(seen) - 1]

    return handle, seen


def call(transport: Transport, method: str = "GET") -> ApiError:
    """The error of one request."""
    with pytest.raises(ApiError) as caught:
        transport.send(method, "/integrations")
    return caught.value


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_no_exception_of_httpx_is_left_unmapped(kind: type[Exception]) -> None:
    """Every exception class that httpx exports is translated, with no chain and no word of its own."""
    assert kind in FAULTS or issubclass(kind, httpx.StreamError)
    error = call(make_transport(raising(make_foreign(kind))))
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "text" not in error.message
    assert SECRET not in f"{error!r} {error.message} {error.fix}"
    assert error.status is None
    assert getattr(error, "sent", True) is (kind not in BEFORE_SENDING)
    assert error.exit_code == 8


def test_an_operating_system_error_is_translated_too() -> None:
    """An OSError that httpx lets through is a broken connection."""
    error = call(make_transport(raising(OSError("x"))))
    assert isinstance(error, UnreachableError)
    assert error.sent


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (socket.gaierror(-2, "Name or service not known"), "name cannot be resolved"),
        (ConnectionRefusedError(111, "refused"), "connection was refused"),
        (OSError("?"), "no connection"),
    ],
)
def test_a_failed_connection_tells_why(cause: Exception, text: str) -> None:
    """The operating system's reason is found below httpx's exception."""
    error = httpx.ConnectError("x")
    error.__cause__ = cause
    assert text in call(make_transport(raising(error))).message


def test_a_certificate_that_is_not_trusted_is_named() -> None:
    """OpenSSL's own words are shown, with the variable that names more authorities."""
    cause = ssl.SSLCertVerificationError(1, "x")
    cause.verify_message = "self-signed certificate"
    error = httpx.ConnectError("x")
    error.__cause__ = cause
    got = call(make_transport(raising(error)))
    assert "not trusted: self-signed certificate" in got.message
    assert got.fix is not None
    assert "SSL_CERT_FILE" in got.fix


def test_a_proxy_that_refuses_is_named() -> None:
    """The fix for a proxy's no speaks of the proxy's variables."""
    error = call(make_transport(raising(httpx.ProxyError("407"))))
    assert "proxy" in error.message
    assert error.fix == "check HTTPS_PROXY and NO_PROXY"


def test_a_request_carries_token_agent_query_and_body() -> None:
    """What leaves is what the API's documentation asks for; commas of `page` stay readable."""
    handle, seen = answering(httpx.Response(204))
    transport = make_transport(handle)
    answer = transport.send("PATCH", "/integrations/1", {"page": "1,100", "sort": "id"}, b'{"name":"x"}')
    assert (answer.status, answer.body) == (204, b"")
    [request] = seen
    assert str(request.url) == f"{API}/integrations/1?page=1,100&sort=id"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["user-agent"] == f"reconciler/{__version__}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "gzip"
    assert request.content == b'{"name":"x"}'


def test_a_token_may_be_an_object_with_a_value() -> None:
    """Whoever holds the token may hand in an object that hides it, too."""

    class Hidden:
        value = SECRET

    handle, seen = answering(httpx.Response(200))
    transport = Transport(api=API, token=Hidden(), parallel=1, http=httpx.MockTransport(handle))
    transport.send("GET", "/x")
    assert seen[0].headers["authorization"] == f"Bearer {SECRET}"
    assert "content-type" not in seen[0].headers


def test_no_representation_shows_the_token() -> None:
    """The transport's repr tells the address alone."""
    transport = make_transport(raising(OSError()))
    assert repr(transport) == f"Transport(api='{API}')"
    assert SECRET not in str(vars(transport))


@pytest.mark.parametrize("path", ["@evil.example/x", "//evil.example/x", ".evil.example/x", ":8080/x"])
def test_the_token_goes_to_the_origin_of_the_api_only(path: str) -> None:
    """No path can lead to another host or port."""
    handle, seen = answering(httpx.Response(200))
    make_transport(handle).send("GET", path)
    assert (seen[0].url.host, seen[0].url.port) == ("api.example.com", None)


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    """A 3xx comes back as it is; nothing is asked at its target."""
    handle, seen = answering(httpx.Response(302, headers={"Location": "https://evil.example/"}))
    answer = make_transport(handle).send("GET", "/integrations")
    assert answer.status == 302
    assert answer.headers["location"] == "https://evil.example/"
    assert len(seen) == 1


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ключ", "nul\0", "tab\t"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    """An impossible token ends 7, names its variable and is not shown."""
    transport = make_transport(raising(AssertionError("sent")), token, token_name="OCAMBA_X")
    with pytest.raises(UnauthorisedError) as caught:
        transport.send("GET", "/x")
    assert "OCAMBA_X" in caught.value.message
    assert not token or token not in f"{caught.value.message} {caught.value.fix}"


def test_an_answer_beyond_the_limit_is_refused() -> None:
    """More than 64 MiB is not read to its end, and has a status, so that it is not asked for again."""
    sent = []

    def stream() -> Iterator[bytes]:
        for number in range(10 * LARGEST >> 20):
            sent.append(number)
            yield block

    block = bytes(1 << 20)
    handle, _ = answering(httpx.Response(200, content=stream()))
    error = call(make_transport(handle))
    assert isinstance(error, AnswerError)
    assert "64 MiB" in error.message
    assert error.status == 200
    assert len(sent) == 65


def test_an_answer_that_drips_is_given_up() -> None:
    """Four time-outs are the most that one answer may take in all."""
    ticks = iter(range(0, 1000, 50))
    handle, _ = answering(httpx.Response(200, content=iter([b"a"] * 10)))
    error = call(make_transport(handle, clock=lambda: float(next(ticks))))
    assert error.message == "the answer was not whole after 120 s"


def test_an_answer_that_cannot_be_unpacked_is_garbled() -> None:
    """Broken compression is an AnswerError without a status, which may be asked for again."""
    handle, _ = answering(httpx.Response(200, headers={"content-encoding": "gzip"}, content=iter([b"no gzip"])))
    error = call(make_transport(handle))
    assert isinstance(error, AnswerError)
    assert error.status is None
    assert error.fix == "run again later"


@pytest.mark.parametrize(
    ("date", "epoch"),
    [("Wed, 22 Nov 2023 10:00:00 GMT", "1700647200"), ("yesterday", None), ("Wed, 99 Nov 2023 10:00:00 GMT", None)],
)
def test_dates_become_epoch_seconds(date: str, epoch: str | None) -> None:
    """`date` is whole seconds as text, absent where it cannot be read; names of headers are in lower case."""
    handle, _ = answering(httpx.Response(200, headers={"Date": date, "X-RateLimit-Limit": "10"}))
    headers = make_transport(handle).send("GET", "/x").headers
    assert headers.get("date") == epoch
    assert headers["x-ratelimit-limit"] == "10"


def test_the_token_is_found_in_texts() -> None:
    """Eight characters of the token in a row are enough; short tokens count whole."""
    transport = make_transport(raising(OSError()))
    assert transport.holds_token(f"token {SECRET} is wrong")
    assert transport.holds_token(SECRET[4:12].upper())
    assert not transport.holds_token(SECRET[:7])
    assert make_transport(raising(OSError()), "abc").holds_token("xabcx")
