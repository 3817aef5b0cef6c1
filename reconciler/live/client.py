"""Requests with retries, errors in our own words, and counts; every request goes through the gate.

    answer                   to a GET                 to a PATCH
    2xx                      decoded; not JSON: again done
    429                      again                    again at once (through the gate), THROTTLES times
    500 502 503 504          again                    UnknownOutcomeError: read the object first
    3xx                      AnswerError              AnswerError
    other 5xx, 1xx, 408      AnswerError (408: Rejected) UnknownOutcomeError
    401 403                  UnauthorisedError        UnauthorisedError
    other 4xx                RejectedError            RejectedError
    no connection            again                    again: nothing has left
    time-out, reset, cut off again                    UnknownOutcomeError

"Again" means at most ATTEMPTS of one request, with growing, jittered waits of less than 10 s together; what the windows
and Retry-After ask for comes on top, in the gate.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote

from reconciler.errors import (
    AnswerError,
    ApiError,
    LateError,
    ReconcilerError,
    RejectedError,
    UnknownOutcomeError,
    UnreachableError,
)
from reconciler.live.decode import NotJsonError, ShapeError, decode_json
from reconciler.live.refusals import PASSING, TOKEN_NAME, make_refusal
from reconciler.model import Json, Requests
from reconciler.values import encode_json

if TYPE_CHECKING:
    from reconciler.live.transport import Response, Transport

T = TypeVar("T")

ATTEMPTS = 4
WAITS = (0.5, 1.5, 4.0)
"""Seconds before the second, third and fourth attempt; the jitter makes each 0.5 to 1.5 times as long."""

THROTTLES = 8
"""Answers 429 to one PATCH after which it is given up."""


class Gate(Protocol):
    """What a client needs of the gate; all of it may raise StoppedError."""

    def acquire(self, by: float | None = None) -> Any:
        """Waits until one more request may leave; a ticket for it. LateError where that is after `by`."""

    def answered(self, ticket: Any, status: int, headers: Mapping[str, str], /) -> None:
        """The request of the ticket was answered; names of headers in lower case."""

    def failed(self, ticket: Any, /) -> None:
        """The request of the ticket was given up without an answer."""

    def pause(self, seconds: float, /) -> None:
        """Waits."""


class _AgainError(Exception):
    """One attempt of a GET failed in a way that may pass."""

    def __init__(self, fault: ReconcilerError) -> None:
        super().__init__()
        self.fault = fault


class Client:
    """The seam between the tool and the API of one account; safe to share among threads.

    token_name: the environment variable that holds the token, for messages. on_request: called after each request
    that left, with its method and status (None: no answer).
    """

    def __init__(
        self,
        transport: Transport,
        gate: Gate,
        *,
        rng: Random,
        token_name: str = TOKEN_NAME,
        on_request: Callable[[str, int | None], None] | None = None,
    ) -> None:
        self._transport, self._gate, self._rng = transport, gate, rng
        self._token_name, self._on_request = token_name, on_request
        self._counts = {"GET": 0, "PATCH": 0, "throttled": 0, "retried": 0}
        self._lock = threading.Lock()

    @property
    def requests(self) -> Requests:
        """What has left so far."""
        with self._lock:
            counts = self._counts
            return Requests(counts["GET"], counts["PATCH"], 0, counts["throttled"], counts["retried"])

    def pause(self, attempt: int) -> bool:
        """Waits before the attempt of that number (2 is the first retry), through the gate; False: no more attempts."""
        if not 2 <= attempt <= ATTEMPTS:
            return False
        with self._lock:
            self._counts["retried"] += 1
            jitter = 0.5 + self._rng.random()
        self._gate.pause(WAITS[attempt - 2] * jitter)
        return True

    def get(self, path: str, params: Mapping[str, str] | None = None, decode: Callable[[bytes], T] = decode_json) -> T:
        """One GET, retried. `decode` raises NotJsonError (asked again) or ShapeError (AnswerError).

        Raises RejectedError (400, 404, …), UnauthorisedError, AnswerError, UnreachableError, StoppedError.
        """
        what = f"GET {path}" + ("?" + "&".join(f"{key}={value}" for key, value in params.items()) if params else "")
        attempt = 1
        while True:
            try:
                return self._read(what, path, params, decode)
            except _AgainError as again:
                fault = again.fault
            attempt += 1
            if not self.pause(attempt):
                raise fault

    def send_patch(
        self,
        integration: str,
        body: Mapping[str, Json],
        *,
        quiet: bool = False,
        by: float | None = None,
        left: Callable[[], None] = lambda: None,
    ) -> None:
        """Changes one integration. `quiet`: the body holds secrets, so no word of the answer is shown.

        `left` is called for each PATCH that left, those answered 429 too.

        Raises UnknownOutcomeError where the write may or may not have happened, RejectedError, UnauthorisedError,
        AnswerError (throttled for good), UnreachableError (nothing left), StoppedError, LateError (it could leave only
        after `by`, in seconds of the gate's clock; nothing was done).
        """
        what = f"PATCH /integrations/{integration}"
        content = encode_json(body)
        if content is None:
            raise RejectedError(f"{what}: the body holds text that JSON cannot carry; nothing was sent")
        attempt, throttled = 1, 0
        while True:
            answer = self._write(what, f"/integrations/{quote(integration, safe='')}", content, by, left)
            if isinstance(answer, UnreachableError):
                attempt += 1
                if not self.pause(attempt):
                    raise answer
            elif answer.status == 429:
                throttled += 1
                if throttled == THROTTLES:
                    raise self._refusal(what, answer, quiet=quiet)
                self._count("retried")
            elif 200 <= answer.status < 300:
                return
            else:
                raise self._write_refusal(what, answer, quiet=quiet)

    def _read(self, what: str, path: str, params: Mapping[str, str] | None, decode: Callable[[bytes], T]) -> T:
        fault: ReconcilerError
        again = False
        try:
            response = self._exchange("GET", path, params, None)
            if 200 <= response.status < 300:
                return decode(response.body)
            fault, again = self._refusal(what, response), response.status in PASSING
        except UnreachableError as error:
            fault, again = UnreachableError(f"{what}: {error.message}", error.fix, sent=error.sent), True
        except ApiError as error:
            # The transport gives a status to what will not pass by asking again (an answer that is too large).
            fault, again = AnswerError(f"{what}: {error.message}", status=error.status), error.status is None
        except NotJsonError as error:
            fault, again = AnswerError(f"{what}: the answer {error}", "check the API's address (--api)"), True
        except ShapeError as error:
            fault = AnswerError(f"{what}: the answer {error}", "check the API's address (--api)")
        raise _AgainError(fault) if again else fault

    def _write(
        self, what: str, path: str, content: bytes, by: float | None, left: Callable[[], None]
    ) -> Response | UnreachableError:
        """The answer, or the error of a request that never left."""
        fault: ApiError
        try:
            response = self._exchange("PATCH", path, None, content, by)
        except LateError:
            raise
        except UnreachableError as error:
            fault = UnreachableError(f"{what}: {error.message}", error.fix, sent=error.sent)
            if not error.sent:
                return fault
        except ApiError as error:
            fault = error
        else:
            left()
            return response
        left()
        raise UnknownOutcomeError(f"{what}: {fault.message}", fault.fix, status=fault.status)

    def _write_refusal(self, what: str, response: Response, *, quiet: bool) -> ReconcilerError:
        fault = self._refusal(what, response, quiet=quiet)
        if response.status in range(300, 400):
            # Whoever redirects has not done it, and would do the same with the next one.
            return fault
        if isinstance(fault, AnswerError) or response.status == 408:
            trace_id = fault.trace_id if isinstance(fault, ApiError) else None
            return UnknownOutcomeError(fault.message, fault.fix, status=response.status, trace_id=trace_id)
        return fault

    def _refusal(self, what: str, response: Response, *, quiet: bool = False) -> ReconcilerError:
        return make_refusal(
            what, response, token_name=self._token_name, holds_token=self._transport.holds_token, quiet=quiet
        )

    def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: bytes | None,
        by: float | None = None,
    ) -> Response:
        ticket = self._gate.acquire() if by is None else self._gate.acquire(by)
        try:
            response = self._transport.send(method, path, params, body)
        except BaseException as error:
            self._gate.failed(ticket)
            if isinstance(error, ApiError) and getattr(error, "sent", True):
                self._count(method, None)
            raise
        self._gate.answered(ticket, response.status, response.headers)
        self._count(method, response.status)
        return response

    def _count(self, what: str, status: int | None = None) -> None:
        with self._lock:
            self._counts[what] += 1
            if status == 429:
                self._counts["throttled"] += 1
        if self._on_request is not None and what != "retried":
            self._on_request(what, status)
