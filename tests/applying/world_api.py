"""applying's Api over the emulator's World, in virtual time: waiting passes at once, and every request is counted.

Answers become errors as the table of live/client.py says, with its attempts; two threads may be in it at once. A
signal may come with the nth request, and somebody may change the World just before it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from reconciler.errors import (
    AnswerError,
    ApiError,
    EndedError,
    LateError,
    ReconcilerError,
    RejectedError,
    StoppedError,
    UnauthorisedError,
    UnknownOutcomeError,
    UnreachableError,
)
from reconciler.live.decode import Decoder, NotJsonError, ShapeError
from reconciler.live.lookup import Lookup
from reconciler.live.reader import make_shapes
from reconciler.model import Json, Live
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.world import TOKEN, World

T = TypeVar("T")

EPOCH = 1_700_000_040.0
"""The server's clock at virtual time 0: the beginning of a minute."""
ALL = "/v1/hood/integrations"
WAITS = (0.5, 1.5, 4.0)
ATTEMPTS = 4


class Sent(NamedTuple):
    """A request that left. what: an id, or a page."""

    time: float
    method: str
    what: str
    body: dict[str, Any] | None = None


class WorldApi:
    """One account. stop_at: the number of the request, from 1, during which the signal comes.

    meanwhile: called with the number of each request just before it lands. dead: whether a request never leaves.
    together: PATCHes that meet before any of them is carried out, to show that they run at once.
    """

    def __init__(
        self,
        world: World,
        *,
        stop_at: int | None = None,
        meanwhile: Callable[[int], None] = lambda _: None,
        dead: Callable[[str, str], bool] = lambda _method, _what: False,
        together: threading.Barrier | None = None,
        latency: float = 0.05,
        token: str = TOKEN,
    ) -> None:
        self.world, self.token, self.latency = world, token, latency
        self.stop_at, self.meanwhile, self.dead, self.together = stop_at, meanwhile, dead, together
        self.time = 0.0
        self.sent: list[Sent] = []
        self.waits: list[float] = []
        self.decoder = Decoder()
        self.lookup = Lookup(self, self.read_one, make_shapes())  # type: ignore[arg-type]
        self.repeats = 0
        self._hold = 0.0
        self._code: int | None = None
        self._ended: tuple[ReconcilerError, bool] | None = None
        self._lock = threading.RLock()
        self._local = threading.local()

    def count(self, method: str) -> int:
        """Requests of a method that left."""
        return sum(sent.method == method for sent in self.sent)

    def reads(self) -> list[str]:
        """What was read, in order."""
        return [sent.what for sent in self.sent if sent.method == "GET"]

    def patches(self, one: str | None = None) -> list[dict[str, Any]]:
        """The bodies that left, of one object or of all."""
        return [sent.body for sent in self.sent if sent.body is not None and one in (None, sent.what)]

    def trail(self) -> list[str]:
        """All that left: `GET 1161`, `GET 1,100`, `PATCH 1161`."""
        return [f"{sent.method} {sent.what}" for sent in self.sent]

    def stop(self, code: int = 130) -> None:
        """A signal."""
        self._code = code

    def hold_until(self, time: float) -> None:
        """Somebody else has used the windows up until then."""
        self._hold = time

    def end(self, error: ReconcilerError, *, reads: bool = False) -> None:
        """Nothing leaves any more; reads: no write."""
        with self._lock:
            if self._ended is None or self._ended[1]:
                self._ended = error, reads

    @property
    def stopped(self) -> bool:
        """Whether a signal came."""
        return self._code is not None

    def now(self) -> float:
        """Virtual seconds."""
        return self.time

    def ready(self, requests: int = 1, *, write: bool = False) -> None:
        """Waits for room in both windows."""
        with self._lock:
            self._check(write=write)
            self.time = self._when(requests)

    def wait(self, seconds: float) -> None:
        """Passes the time."""
        with self._lock:
            self._check()
            self.waits.append(seconds)
            self.time += seconds

    def pause(self, attempt: int) -> bool:
        """Passes the time before an attempt."""
        with self._lock:
            self._check()
            if not 2 <= attempt <= len(WAITS) + 1:
                return False
            self.time += WAITS[attempt - 2]
            return True

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Within it this thread is not stopped."""
        depth = getattr(self._local, "depth", 0)
        self._local.depth = depth + 1
        try:
            yield
        finally:
            self._local.depth = depth

    def read_page(self, page: str) -> dict[str, Live]:
        """One page of the list."""
        told = self._get(ALL, page, {"page": page, "sort": "id"}, self.decoder.make_page)
        return {live.id: live for live in told.items if live.id not in told.slim}

    def read_one(self, one: str) -> Live | None:
        """One object."""
        try:
            told = self._get(f"{ALL}/{one}", one, {}, self.decoder.make_objects)
        except RejectedError as error:
            if error.status in (400, 404):
                return None
            raise
        return next((live for live in told.items if live.id == one), None)

    def get(self, path: str, params: dict[str, str] | None, decode: Callable[[bytes], T]) -> T:
        """As live's client, for live's look-up."""
        told = "&".join(f"{key}={value}" for key, value in (params or {}).items() if key in ("page", "q"))
        return self._get("/v1/hood" + path, told, params or {}, decode)

    def find(self, providers: frozenset[str], name: str, *, sure: bool = False) -> tuple[Live, ...] | None:
        """By live's own look-up."""
        return self.lookup.find(providers, name, sure=sure)

    def create(
        self, body: dict[str, Json], *, quiet: bool, left: Callable[[], None], again: bool = False
    ) -> str | None:
        """One POST."""
        answer = self._write("POST", ALL, "new", body, left, None, quiet=quiet, again=again)
        return self.decoder.make_objects(answer).items[0].id if answer else None

    def send_patch(
        self,
        one: str,
        body: dict[str, Json],
        *,
        quiet: bool,
        left: Callable[[], None],
        by: float | None = None,
        again: bool = False,
        tries: int = ATTEMPTS,
    ) -> None:
        """One PATCH."""
        self._write("PATCH", f"{ALL}/{one}", one, body, left, by, quiet=quiet, again=again, tries=tries)

    def _write(
        self,
        method: str,
        path: str,
        what: str,
        body: dict[str, Json],
        left: Callable[[], None],
        by: float | None,
        *,
        quiet: bool,
        again: bool,
        tries: int = ATTEMPTS,
    ) -> bytes:
        """A 429 is sent again at once, a connection that fails after a pause."""
        attempt, throttled = 1, 0
        self.repeats += again
        if self.together is not None:
            self.together.wait(10)
        while True:
            if self.dead(method, what):
                attempt += 1
                if not self.pause(attempt):
                    raise UnreachableError("no connection", sent=False)
                continue
            answer = self._send(method, path, what, {}, body, by)
            left()
            if answer.fault in ("reset", "timeout", "truncated"):
                raise UnknownOutcomeError(answer.fault)
            if answer.status == 429:
                throttled += 1
                if throttled >= tries:
                    raise AnswerError("throttled", status=429)
            elif answer.status < 300:
                if answer.body.strip() and not answer.body.startswith((b"{", b"[")):
                    raise UnknownOutcomeError("not the API's answer")
                return answer.body.strip()
            else:
                raise _refusal(answer, quiet=quiet)

    def _get(self, path: str, what: str, query: dict[str, str], decode: Callable[[bytes], T]) -> T:
        attempt = 1
        while True:
            fault: ApiError
            if self.dead("GET", what):
                fault = UnreachableError("no connection", sent=False)
            else:
                answer = self._send("GET", path, what, query, None, None)
                if answer.fault in ("reset", "timeout", "truncated"):
                    fault = UnreachableError(answer.fault)
                elif answer.status in (429, 500, 502, 503, 504):
                    fault = AnswerError(f"answered {answer.status}", status=answer.status)
                elif answer.status >= 300:
                    raise _refusal(answer, quiet=False)
                else:
                    try:
                        return decode(answer.body)
                    except NotJsonError as error:
                        fault = AnswerError(str(error))
                    except ShapeError as error:
                        raise AnswerError(str(error)) from None
            attempt += 1
            if not self.pause(attempt):
                raise fault

    def _send(self, method: str, path: str, what: str, query: Mapping[str, str], body: Any, by: float | None) -> Answer:
        with self._lock:
            self._check(write=method != "GET")
            at = self._when(1)
            if by is not None and at > by:
                raise LateError("held for too long")
            self.time = at
            number = len(self.sent) + 1
            self.sent.append(Sent(at, method, what, body))
            self.meanwhile(number)
            if number == self.stop_at:
                self.stop()
            content = b"" if body is None else json.dumps(body).encode()
            headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
            answer = self.world.handle(Request(method, path, dict(query), headers, content), EPOCH + self.time)
            self.time += self.latency + answer.seconds
            if answer.status == 401:
                self.end(_refusal(answer, quiet=False))
            if answer.status == 429:
                self._hold = self.time + max(0, int(answer.headers.get("Retry-After", "1")))
            return answer

    def _check(self, *, write: bool = False) -> None:
        shielded = bool(getattr(self._local, "depth", 0))
        if self._code is not None and not shielded:
            raise StoppedError(self._code)
        if self._ended is not None and (not self._ended[1] or (write and not shielded)):
            raise EndedError(self._ended[0])

    def _when(self, requests: int) -> float:
        """When so many requests could leave: never more in any second or minute than the World admits."""
        switches, at = self.world.switches, max(self.time, self._hold)
        for limit, length in ((switches.per_second, 1.01), (switches.per_minute, 60.01)):
            if limit:
                wanted = min(requests, limit)
                times = [sent.time for sent in self.sent[-limit:]]
                late = len(times) + wanted - limit
                if late > 0:
                    at = max(at, times[late - 1] + length)
        return at


def _refusal(answer: Answer, *, quiet: bool) -> ReconcilerError:
    told = json.loads(answer.body) if answer.body.startswith(b"{") else {}
    words, trace = f"answered {answer.status}", told.get("trace_id")
    if answer.status in (401, 403):
        return UnauthorisedError(words)
    if answer.status < 500:
        said = "" if quiet else f" ({told.get('message')})"
        return RejectedError(words + said, status=answer.status, trace_id=trace)
    return UnknownOutcomeError(words, status=answer.status, trace_id=trace)
