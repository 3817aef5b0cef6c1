"""One HTTP connection pool an account: the only module that imports httpx.

The token goes to the API's own origin and nowhere else: redirects are not followed, paths cannot leave the origin, and
loopback is never asked through a proxy. Proxies and SSL_CERT_FILE of the environment work; TLS is always verified.
Every foreign exception is translated here, and none is chained: theirs hold the request with its headers.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from socket import gaierror
from typing import NamedTuple, Protocol
from urllib.parse import urlencode, urlsplit

import httpx

from reconciler import __version__
from reconciler.errors import AnswerError, ApiError, UnauthorisedError, UnreachableError
from reconciler.live.bounds import MOST, PACKINGS, Deadline, make_allowance, read_body
from reconciler.live.refusals import TOKEN_NAME
from reconciler.live.tls import make_tls
from reconciler.names import is_loopback

FAULTS: Mapping[type[Exception], tuple[bool, str]] = {
    httpx.ConnectTimeout: (False, "no connection in time"),
    httpx.PoolTimeout: (False, "no free connection in time"),
    httpx.ConnectError: (False, "no connection"),
    httpx.ProxyError: (False, "the proxy of the environment refused"),
    httpx.UnsupportedProtocol: (False, "the API's address is not one of https"),
    httpx.InvalidURL: (False, "the API's address is not valid"),
    httpx.ReadTimeout: (True, "no answer in time"),
    httpx.WriteTimeout: (True, "the request could not be sent in time"),
    httpx.TimeoutException: (True, "no answer in time"),
    httpx.ReadError: (True, "the connection broke before the answer was whole"),
    httpx.WriteError: (True, "the connection broke while the request was sent"),
    httpx.CloseError: (True, "the connection broke"),
    httpx.NetworkError: (True, "the connection broke"),
    httpx.LocalProtocolError: (True, "the connection was in no state to carry the request"),
    httpx.RemoteProtocolError: (True, "the connection ended before the answer was whole"),
    httpx.ProtocolError: (True, "the connection did not speak HTTP"),
    httpx.DecodingError: (True, "the answer could not be unpacked"),
    httpx.TooManyRedirects: (True, "the API redirects without an end"),
    httpx.HTTPStatusError: (True, "the API refused"),
    httpx.CookieConflict: (True, "the API's cookies contradict each other"),
    httpx.StreamError: (True, "the answer could not be read"),
    httpx.TransportError: (True, "the request failed"),
    httpx.RequestError: (True, "the request failed"),
    httpx.HTTPError: (True, "the request failed"),
    OSError: (True, "the connection broke"),
    UnicodeError: (False, "the API's address is not valid"),
}
"""What each foreign exception means: whether the request may have left, and our words for it."""

_GARBLED = (httpx.RemoteProtocolError, httpx.DecodingError)


class Token(Protocol):
    """Something that holds the token."""

    @property
    def value(self) -> str:
        """The token itself."""


class Response(NamedTuple):
    """An answer. headers: names in lower case; `date` as whole epoch seconds, absent where it could not be read."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Without its body, which holds live secrets."""
        return f"Response({self.status}, {len(self.body)} bytes)"


class Transport:
    """Sends one request at a time for each thread that calls it; safe to share among `parallel` threads.

    api: the base address. timeout: seconds for a connection, and each wait on it. http: for tests. most: bytes of all
    answers together. Raises UnreachableError where the environment's certificates or proxy cannot be used.
    """

    def __init__(
        self,
        *,
        api: str,
        token: Token | Callable[[], str],
        parallel: int,
        timeout: float = 30,
        http: httpx.BaseTransport | None = None,
        token_name: str = TOKEN_NAME,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._api, self._token, self._token_name = api.rstrip("/"), token, token_name
        self._timeout, self._clock, self._allowance = timeout, clock, make_allowance(most)
        self._client = _make_client(self._api, parallel, timeout, http)
        parts = urlsplit(self._api)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def __repr__(self) -> str:
        return f"Transport(api={self._api!r})"

    def close(self) -> None:
        """Closes all connections."""
        self._client.close()

    def holds_token(self, text: str) -> bool:
        """Whether a text holds the token or eight characters of it in a row."""
        token, text = self._secret().lower(), text.lower()
        return any(token[at : at + 8] in text for at in range(max(1, len(token) - 7)))

    def send(
        self, method: str, path: str, params: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        """Sends one request and reads its whole answer, of whatever status.

        Raises UnreachableError (`sent` False: nothing left), AnswerError (without a status: an answer that was cut
        off or garbled; with one: beyond one of the bounds) or UnauthorisedError (no header can carry the token).
        """
        fault: ApiError
        headers = {"authorization": f"Bearer {self._secret()}"}
        if body is not None:
            headers["content-type"] = "application/json"
        query = f"?{urlencode(params, safe=',')}" if params else ""
        try:
            request = self._client.build_request(
                method, f"{self._api}/{path.lstrip('/')}{query}", headers=headers, content=body
            )
            return self._exchange(request)
        except tuple(FAULTS) as error:
            fault = _translated(error, self._origin)
        raise fault  # outside of the except block, so that no context is chained

    def _exchange(self, request: httpx.Request) -> Response:
        deadline = Deadline(self._timeout, self._clock)
        # The library waits so long for each piece of an answer, its headers among them.
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": deadline}
        response = self._client.send(request, stream=True)
        try:
            chunks, packing = response.iter_raw(), response.headers.get("content-encoding", "")
            if response.is_stream_consumed:
                # Only a transport of tests has it all at once.
                chunks, packing = response.iter_bytes(), ""
            body = read_body(chunks, packing, response.status_code, self._allowance, deadline)
        finally:
            response.close()
        headers = {**_headers(response.headers), **response.extensions.get("hidden", {})}
        return Response(response.status_code, headers, body)

    def _secret(self) -> str:
        token = self._token() if callable(self._token) else self._token.value
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise UnauthorisedError(
                f"the token in {self._token_name} is empty or holds characters that no request can carry",
                f"set {self._token_name} to the token alone: no quotes, spaces or line breaks",
            )
        return token


def _make_client(api: str, parallel: int, timeout: float, http: httpx.BaseTransport | None) -> httpx.Client:
    fault: ApiError
    try:
        url = _make_url(api)
        return httpx.Client(
            headers={
                "user-agent": f"reconciler/{__version__}",
                "accept": "application/json",
                "accept-encoding": PACKINGS,
            },
            verify=make_tls(url, needed=http is None),
            trust_env=not is_loopback(url.host),
            timeout=timeout,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            limits=httpx.Limits(max_connections=parallel, max_keepalive_connections=parallel),
            event_hooks={"response": [_hide_location]},
            transport=http,
        )
    except httpx.InvalidURL:
        fault = UnreachableError("the API's address is not valid", "write it as https://host/path", sent=False)
    except (OSError, ValueError, ImportError) as error:
        certificates = isinstance(error, OSError)
        what = "certificates (SSL_CERT_FILE, SSL_CERT_DIR)" if certificates else "proxy (HTTPS_PROXY, ALL_PROXY)"
        fault = UnreachableError(
            f"the {what} named in the environment cannot be used", "correct these variables, or unset them", sent=False
        )
    raise fault


def _make_url(api: str) -> httpx.URL:
    url = httpx.URL(api)
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise httpx.InvalidURL("")
    return url


def _hide_location(response: httpx.Response) -> None:
    """Httpx prepares the next request even where it may not follow, and fails on a senseless target."""
    if "location" in response.headers:
        response.extensions["hidden"] = {"location": response.headers.pop("location")}


def _headers(headers: httpx.Headers) -> dict[str, str]:
    made = dict(headers.items())
    date = made.pop("date", "")
    with suppress(ValueError, TypeError, OverflowError):
        made["date"] = str(int(parsedate_to_datetime(date).timestamp()))
    return made


def _translated(error: Exception, origin: str) -> ApiError:
    sent, text = next(FAULTS[kind] for kind in type(error).__mro__ if kind in FAULTS)
    if isinstance(error, _GARBLED):
        return AnswerError(text, "run again later")
    return UnreachableError(f"{origin}: {_reason(error) or text}", _fix(error), sent=sent)


def _reason(error: BaseException | None) -> str | None:
    """Why no connection came about, from the operating system's or OpenSSL's own exception below httpx's."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the server's certificate is not trusted: {error.verify_message}"
        if isinstance(error, gaierror):
            return "the API's name cannot be resolved"
        if isinstance(error, ConnectionRefusedError):
            return "the connection was refused"
        error = error.__cause__ or error.__context__
    return None


def _fix(error: Exception) -> str:
    if isinstance(error, httpx.ProxyError):
        return "check HTTPS_PROXY and NO_PROXY"
    return "check the address (--api), the network and its proxy; SSL_CERT_FILE names additional authorities"
