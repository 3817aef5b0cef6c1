"""Requests with retries, and errors in our own words; every request goes through the gate and is counted.

    answer                   to a GET                 to a PATCH or POST
    2xx                      decoded; not JSON: again done; a body that is no JSON: UnknownOutcomeError
    429                      again                    again at once (through the gate)
    429, asks for minutes    AnswerError              AnswerError; after it no write leaves any more
    500 502 503 504          again                    UnknownOutcomeError: read first
    3xx                      AnswerError              AnswerError
    other 5xx, 1xx, 408      AnswerError (408: Rejected) UnknownOutcomeError
    401 403                  UnauthorisedError        UnauthorisedError; after a 401 nothing leaves any more
    other 4xx                RejectedError            RejectedError
    no connection            again                    again: nothing has left
    time-out, reset, cut off again                    UnknownOutcomeError

"Again" means at most ATTEMPTS of one request, those answered 429 among them, with growing, jittered waits of less than
10 s together; what the windows and Retry-After ask for comes on top, in the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, TypeVar
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
from reconciler.live.exchange import ATTEMPTS, WAITS, Exchange, Gate, name_request
from reconciler.live.headers import read_demand
from reconciler.live.refusals import TOKEN_NAME, is_passing, tell_body
from reconciler.model import Json, Requests
from reconciler.values import encode_json

if TYPE_CHECKING:
    from reconciler.live.transport import Response, Transport

__all__ = ["ATTEMPTS", "WAITS", "Client"]

T = TypeVar("T")


class _AgainError(Exception):
    """One attempt of a GET failed in a way that may pass."""

    def __init__(self, fault: ReconcilerError) -> None:
        super().__init__()
        self.fault = fault


class Client:
    """The seam between the tool and the API of one account; safe to share among threads.

    token_name: the environment variable that holds the token, for messages. on_request: called after each request
    that left, with its method, status (None: no answer) and, where it failed, the API's trace id.
    """

    def __init__(
        self,
        transport: Transport,
        gate: Gate,
        *,
        rng: Random,
        token_name: str = TOKEN_NAME,
        on_request: Callable[[str, int | None, str | None], None] | None = None,
    ) -> None:
        self._exchange = Exchange(transport, gate, rng=rng, token_name=token_name, on_request=on_request)

    @property
    def requests(self) -> Requests:
        """What has left so far."""
        return self._exchange.requests

    def pause(self, attempt: int) -> bool:
        """Waits before the attempt of that number (2 is the first retry), through the gate; False: no more attempts."""
        return self._exchange.pause(attempt)

    def get(self, path: str, params: Mapping[str, str] | None = None, decode: Callable[[bytes], T] = decode_json) -> T:
        """One GET, retried. `decode` raises NotJsonError (asked again) or ShapeError (AnswerError).

        Raises RejectedError (400, 404, …), UnauthorisedError, AnswerError, UnreachableError, StoppedError, EndedError.
        """
        attempt = 1
        while True:
            try:
                return self._read(path, params, decode, again=attempt > 1)
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
        again: bool = False,
        tries: int = ATTEMPTS,
    ) -> None:
        """Changes one integration; see `_write`."""
        path = f"/integrations/{quote(integration, safe='')}"
        self._write("PATCH", path, body, by, left, quiet=quiet, again=again, tries=tries)

    def send_post(
        self,
        path: str,
        body: Mapping[str, Json],
        *,
        quiet: bool = False,
        by: float | None = None,
        left: Callable[[], None] = lambda: None,
        again: bool = False,
    ) -> bytes:
        """One POST; the answer's body, JSON or empty. See `_write`."""
        return self._write("POST", path, body, by, left, quiet=quiet, again=again)

    def _write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json],
        by: float | None,
        left: Callable[[], None],
        *,
        quiet: bool,
        again: bool,
        tries: int = ATTEMPTS,
    ) -> bytes:
        """The body of a 2xx. quiet: the request holds secrets, so no word of the answer is shown. again: sent before.
        tries: so many may leave. left: called for each that left, those answered 429 too.

        Raises UnknownOutcomeError where the write may or may not have happened, RejectedError, UnauthorisedError,
        AnswerError (throttled for good), UnreachableError (nothing left), StoppedError, EndedError, LateError (it could
        leave only after `by`, in seconds of the gate's clock; nothing was done).
        """
        what = name_request(method, path)
        content = encode_json(body)
        if content is None:
            raise RejectedError(f"{what}: the body holds text that JSON cannot carry; nothing was sent")
        attempt, throttled = 1, 0
        while True:
            answer = self._send(method, path, content, by, left, again=again or attempt + throttled > 1)
            if isinstance(answer, UnreachableError):
                attempt += 1
                if not self.pause(attempt):
                    raise answer
            elif answer.status == 429:
                throttled += 1
                if throttled >= tries or read_demand(answer.headers) is not None:
                    raise self._exchange.refuse(what, answer, sent=content if quiet else None)
            elif 200 <= answer.status < 300:
                return _check_body(what, answer)
            else:
                raise self._refuse_write(what, answer, content if quiet else None)

    def _read(self, path: str, params: Mapping[str, str] | None, decode: Callable[[bytes], T], *, again: bool) -> T:
        what = name_request("GET", path, params)
        fault: ReconcilerError
        passing = False
        try:
            response = self._exchange.send("GET", path, params, again=again)
            if 200 <= response.status < 300:
                return decode(response.body)
            fault, passing = self._exchange.refuse(what, response), is_passing(response)
        except UnreachableError as error:
            fault, passing = UnreachableError(f"{what}: {error.message}", error.fix, sent=error.sent), True
        except ApiError as error:
            # The transport gives a status to what will not pass by asking again (an answer that is too large).
            fault, passing = (
                AnswerError(f"{what}: {error.message}", error.fix, status=error.status),
                error.status is None,
            )
        except NotJsonError as error:
            fault, passing = AnswerError(f"{what}: the answer {error}", "check the API's address (--api)"), True
        except ShapeError as error:
            fault = AnswerError(f"{what}: the answer {error}", "check the API's address (--api)")
        raise _AgainError(fault) if passing else fault

    def _send(
        self, method: str, path: str, content: bytes, by: float | None, left: Callable[[], None], *, again: bool
    ) -> Response | UnreachableError:
        """The answer to a write, or the error of one that never left."""
        what = name_request(method, path)
        fault: ApiError
        try:
            response = self._exchange.send(method, path, None, content, by=by, again=again)
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

    def _refuse_write(self, what: str, response: Response, sent: bytes | None) -> ReconcilerError:
        fault = self._exchange.refuse(what, response, sent=sent)
        if response.status in range(300, 400):
            # Whoever redirects has not done it, and would do the same with the next one.
            return fault
        if isinstance(fault, AnswerError) or response.status == 408:
            trace_id = fault.trace_id if isinstance(fault, ApiError) else None
            return UnknownOutcomeError(fault.message, fault.fix, status=response.status, trace_id=trace_id)
        return fault


def _check_body(what: str, response: Response) -> bytes:
    """The body of a 2xx to a write, where it is the API's: a proxy or a login page may have answered in its place."""
    if response.body.strip():
        try:
            decode_json(response.body)
        except (NotJsonError, ShapeError):
            said = f"{what}: answered {response.status} ({tell_body(response.body)}), which is not the API's answer"
            fix = "check the API's address (--api), and whether a proxy or a login page answers in its place"
        else:
            return response.body
        raise UnknownOutcomeError(said, fix, status=response.status)
    return b""
