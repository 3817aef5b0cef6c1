"""One request at a time through the gate, counted; and the waits between the attempts of one request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from reconciler.errors import ApiError, ReconcilerError
from reconciler.live.headers import read_demand
from reconciler.live.refusals import TOKEN_NAME, make_refusal, read_trace_id
from reconciler.model import Requests

if TYPE_CHECKING:
    from reconciler.live.transport import Response, Transport

ATTEMPTS = 4
WAITS = (0.5, 1.5, 4.0)
"""Seconds before the second, third and fourth attempt; the jitter makes each 0.5 to 1.5 times as long."""


class Gate(Protocol):
    """What requests need of the gate; all of it may raise StoppedError and EndedError."""

    def acquire(self, by: float | None = None, *, write: bool = False) -> Any:
        """Waits until one more request may leave; a ticket for it. LateError where that is after `by`."""

    def answered(self, ticket: Any, status: int, headers: Mapping[str, str], /) -> None:
        """The request of the ticket was answered; names of headers in lower case."""

    def failed(self, ticket: Any, /) -> None:
        """The request of the ticket was given up without an answer."""

    def pause(self, seconds: float, /) -> None:
        """Waits."""

    def end(self, error: ReconcilerError, *, reads: bool = False) -> None:
        """From now on nothing passes; `reads`: but reads."""


class Exchange:
    """Sends requests and counts them. token_name, on_request: as in Client."""

    def __init__(
        self,
        transport: Transport,
        gate: Gate,
        *,
        rng: Random,
        token_name: str = TOKEN_NAME,
        on_request: Callable[[str, int | None, str | None], None] | None = None,
    ) -> None:
        self._transport, self._gate, self._rng = transport, gate, rng
        self._token_name, self._on_request = token_name, on_request
        self._counts = {"GET": 0, "PATCH": 0, "POST": 0, "throttled": 0, "retried": 0}
        self._lock = threading.Lock()

    @property
    def requests(self) -> Requests:
        """What has left so far."""
        with self._lock:
            return Requests(*self._counts.values())

    def pause(self, attempt: int) -> bool:
        """Waits before the attempt of that number (2 is the first retry), through the gate; False: no more attempts."""
        if not 2 <= attempt <= ATTEMPTS:
            return False
        with self._lock:
            jitter = 0.5 + self._rng.random()
        self._gate.pause(WAITS[attempt - 2] * jitter)
        return True

    def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        by: float | None = None,
        again: bool = False,
    ) -> Response:
        """One request and its answer, of whatever status. again: an attempt of the same request came before it.

        Raises what Transport.send raises, StoppedError, EndedError, and LateError where it could leave only after `by`.
        """
        ticket = self._gate.acquire(by, write=method != "GET")
        try:
            response = self._transport.send(method, path, params, body)
        except BaseException as error:
            self._gate.failed(ticket)
            if isinstance(error, ApiError) and getattr(error, "sent", True):
                self._count(method, None, again=again)
            raise
        if response.status == 401:
            # Before anything else: whoever waits in the gate would be refused as well.
            self._gate.end(self.refuse(name_request(method, path, params), response, sent=body))
        elif response.status == 429 and read_demand(response.headers) is not None:
            # Whoever knocked on would wait a minute each time. What has left already is still read back.
            fault = self.refuse(name_request(method, path, params), response, sent=body)
            self._gate.end(fault, reads=method != "GET")
        self._gate.answered(ticket, response.status, response.headers)
        self._count(method, response.status, again=again, trace_id=self._trace_id(response, body))
        return response

    def refuse(self, what: str, response: Response, *, sent: bytes | None = None) -> ReconcilerError:
        """The error for an answer that is not 2xx. sent: a body with secrets, of which nothing may be repeated."""
        return make_refusal(
            what, response, token_name=self._token_name, holds_token=self._transport.holds_token, sent=sent
        )

    def _trace_id(self, response: Response, body: bytes | None) -> str | None:
        if response.status < 400 or self._on_request is None:
            return None
        return read_trace_id(response, self._transport.holds_token, body)

    def _count(self, method: str, status: int | None, *, again: bool, trace_id: str | None = None) -> None:
        with self._lock:
            self._counts[method] += 1
            self._counts["throttled"] += status == 429
            self._counts["retried"] += again
        if self._on_request is not None:
            self._on_request(method, status, trace_id)


def name_request(method: str, path: str, params: Mapping[str, str] | None = None) -> str:
    """A request as messages name it."""
    return f"{method} {path}" + ("?" + "&".join(f"{key}={value}" for key, value in params.items()) if params else "")
