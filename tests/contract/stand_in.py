"""A scriptable stand-in of the integrations API: threaded HTTP on 127.0.0.1 that records every request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.account import TOKEN, Account, Item

PREFIX = "/v1/hood"
ERRORS = {
    400: {"code": 400, "title": "Bad request.", "message": "The request is not valid.", "trace_id": "trace-400"},
    401: {"code": 401, "title": "Unauthorized.", "message": "Unauthorized.", "trace_id": "{}"},
    404: {"code": 404, "title": "Not found.", "message": "Not found.", "trace_id": "trace-404"},
    429: {"code": 429, "title": "Too many requests."},
    500: {"code": 500, "title": "Internal server error.", "trace_id": "trace-500"},
}


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    at: float = 0.0
    status: int = 0

    @property
    def id(self) -> str:
        """The integration's id in the path, or nothing."""
        parts = self.path.removeprefix(PREFIX + "/integrations").strip("/")
        return parts if "/" not in parts else ""


@dataclass
class Fault:
    """What happens instead of an answer, to the next `times` requests of a method (and id, where one is given).

    kind: answer (status, raw, headers), reset, truncated. written: the request takes effect first. echo: makes the
    body and headers of the answer from the request.
    """

    method: str
    kind: str = "answer"
    status: int = 500
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    id: str | None = None
    times: int = 1
    written: bool = False
    skip: int = 0
    echo: Callable[[Request], tuple[bytes, dict[str, str]]] | None = None


class StandIn:
    """The server. `requests` in the order of arrival; `watch` is called with each before it is answered."""

    def __init__(self, items: list[Item], *, token: str = TOKEN) -> None:
        self.account = Account(items)
        self.switches = self.account.switches
        self.token = token
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.watch: Callable[[Request], None] | None = None
        self.limits: tuple[int, int] | None = None
        self.lock = threading.RLock()
        self._http = _Http(("127.0.0.1", 0), self)
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}{PREFIX}"

    def serve(self) -> None:
        """Serves until `close`."""
        self._http.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        """Ends `serve` and frees the port."""
        self._http.shutdown()
        self._http.server_close()

    def sent(self, method: str | None = None) -> list[Request]:
        """The requests of a method, or all."""
        return [one for one in self.requests if method in (None, one.method)]

    def bodies(self) -> dict[str, Any]:
        """The last PATCH body by id."""
        return {one.id: one.body for one in self.sent("PATCH")}

    def settings(self, id_: str) -> Item:
        """The stored settings of an integration."""
        stored: Item = self.account.items[id_]["settings"]
        return stored

    def find_fault(self, request: Request) -> Fault | None:
        """The fault that strikes a request; it is used up."""
        for fault in self.faults:
            if fault.method != request.method or fault.id not in (None, request.id) or fault.times < 1:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                return None
            fault.times -= 1
            return fault
        return None

    def answer(self, request: Request) -> tuple[int, Any]:
        """Status and body of the true answer."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return 401, ERRORS[401]
        page, _, size = request.query.get("page", "1").partition(",")
        if request.method == "GET" and request.path == PREFIX + "/integrations":
            if self.switches.listing == "absent":
                return 404, ERRORS[404]
            view = request.query.get("view", "default")
            return 200, self.account.list_page(int(page), int(size) if size else None, view)
        if request.method == "GET" and request.path == PREFIX + "/providers":
            found = self.account.providers
            return (
                (200, {"total": len(found), "items": found}) if self.switches.providers_listed else (404, ERRORS[404])
            )
        if request.method == "GET" and request.id:
            shown = self.account.get(request.id)
            unknown = self.switches.unknown_status
            return (200, shown) if shown is not None else (unknown, ERRORS[unknown])
        if request.method == "POST" and request.path == PREFIX + "/integrations":
            made = self.account.post(request.body)
            if made is None:
                return 400, ERRORS[400]
            return 201, None if self.switches.empty_201 else self.account.show(made)
        if request.method == "PATCH" and request.id:
            status = self.account.patch(request.id, request.body)
            return status, None if status == 204 else ERRORS[status]
        if request.method == "POST" and request.path == PREFIX + "/test-notification":
            whole = isinstance(request.body, dict) and {"integration", "recipient"} <= set(request.body)
            return (204, None) if whole else (400, ERRORS[400])
        return 404, ERRORS[404]

    def find_room(self, at: float) -> dict[str, str] | None:
        """Rate headers of an answer in fixed windows of a second and a minute; None where the limit is reached."""
        if self.limits is None:
            return {}
        windows = ((1, self.limits[0]), (60, self.limits[1]))
        counts = [sum(int(one.at) // size == int(at) // size for one in self.requests) for size, _ in windows]
        if any(count > limit for count, (_, limit) in zip(counts, windows, strict=True)):
            return None
        left, reset = self.limits[1] - counts[1], 60 - int(at) % 60
        return {
            "X-RateLimit-Limit": str(self.limits[1]),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(reset),
        }


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        self.stand_in = stand_in
        super().__init__(address, _Exchange)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Silence."""

    def do_any(self) -> None:
        """Records, strikes or answers."""
        stand_in = self.server.stand_in
        request = self.read_request()
        if stand_in.watch:
            stand_in.watch(request)
        with stand_in.lock:
            stand_in.requests.append(request)
            fault = stand_in.find_fault(request)
            room = stand_in.find_room(request.at)
            if room is None:
                status, body, room = 429, ERRORS[429], {"Retry-After": "1"}
            elif fault is None or fault.written:
                status, body = stand_in.answer(request)
        if fault is None:
            request.status = status
            return self.send(status, None if body is None else json.dumps(body).encode(), room)
        request.status = fault.status
        return self.strike(fault, request)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = do_HEAD = do_any  # noqa: N815

    def read_request(self) -> Request:
        """What arrived."""
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        return Request(self.command, url.path, query, headers, json.loads(raw) if raw else None, time.time())

    def strike(self, fault: Fault, request: Request) -> None:
        """A fault instead of an answer."""
        if fault.kind == "reset":
            self.close_connection = True
            return
        raw = fault.raw if fault.raw is not None else json.dumps(ERRORS.get(fault.status, {})).encode()
        headers = fault.headers
        if fault.echo is not None:
            raw, headers = fault.echo(request)
        cut = len(raw) // 2 if fault.kind == "truncated" else None
        self.send(fault.status, raw, headers, cut)

    def send(self, status: int, raw: bytes | None, headers: dict[str, str], cut: int | None = None) -> None:
        """Writes an answer; `cut` bytes of the body only."""
        self.send_response(status)
        for key, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(key, value)
        if raw is not None or status != 204:
            self.send_header("Content-Length", str(len(raw or b"")))
        self.end_headers()
        self.wfile.write((raw or b"")[:cut])
        self.close_connection = self.close_connection or cut is not None


@contextmanager
def serving(items: list[Item], *, token: str = TOKEN) -> Iterator[StandIn]:
    """A running stand-in."""
    stand_in = StandIn(items, token=token)
    thread = threading.Thread(target=stand_in.serve, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        stand_in.close()
        thread.join()
