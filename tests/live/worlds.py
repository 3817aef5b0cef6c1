"""What the tests of live/ share: a gate without time, the emulator behind httpx's mock transport, and small fakes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

import httpx

from reconciler.errors import ReconcilerError
from reconciler.live.client import Client
from reconciler.live.reader import Reader
from reconciler.live.transport import Transport
from reconciler.model import Snapshot
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.messages import Request
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import TOKEN, World

API = "https://api.example.com/v1/hood"


SECRET = "0123456789abcdef0123456789abcdef01234567"


Handler = Callable[[httpx.Request], httpx.Response]


class OpenGate:
    """Lets everything through at once and remembers what it was told."""

    def __init__(self) -> None:
        self.acquired = 0
        self.answers: list[tuple[int, Mapping[str, str]]] = []
        self.failures = 0
        self.pauses: list[float] = []
        self.ended: ReconcilerError | None = None
        self.reads = False

    def end(self, error: ReconcilerError, *, reads: bool = False) -> None:
        """Remember what ended the run."""
        self.ended, self.reads = error, reads

    def acquire(self, by: float | None = None, *, write: bool = False) -> float:
        """A ticket."""
        self.acquired += 1
        return float(self.acquired)

    def answered(self, ticket: float, status: int, headers: Mapping[str, str]) -> None:
        """Remember an answer."""
        self.answers.append((status, headers))

    def failed(self, ticket: float) -> None:
        """Remember a failure."""
        self.failures += 1

    def pause(self, seconds: float) -> None:
        """Remember a wait."""
        self.pauses.append(seconds)


def make_transport(handler: Handler, token: str = SECRET, **more: Any) -> Transport:
    """A transport whose answers a function makes."""
    return Transport(api=API, token=lambda: token, parallel=4, http=httpx.MockTransport(handler), **more)


def make_client(handler: Handler, token: str = SECRET, **more: Any) -> tuple[Client, OpenGate]:
    """A client whose answers a function makes, and its gate."""
    gate = OpenGate()
    return Client(make_transport(handler, token), gate, rng=Random(1), **more), gate


def make_world(count: int = 0, faults: Faults | None = None, **switches: Any) -> World:
    """An account without rate limits, with so many twilio integrations from id 1001 on."""
    limits = {"per_second": 0, "per_minute": 0}
    rows = [make_row(1001 + number) for number in range(count)]
    return World(switches=Switches(**{**limits, **switches}), faults=faults, seed={"integrations": rows})


def make_row(one: int, **fields: Any) -> dict[str, Any]:
    """An integration of the emulator's seed."""
    settings = {"account_sid": f"AC{one}", "auth_token": f"secret-{one}", "default_phone_number": f"+1{one}"}
    return {"id": str(one), "name": f"Number {one}", "provider_id": "1000", "settings": settings, **fields}


def answer_from(world: World) -> Handler:
    """The emulator as httpx sees it, faults acted out; a second passes with each request."""

    def handle(request: httpx.Request) -> httpx.Response:
        made = Request(
            request.method, request.url.path, dict(request.url.params), dict(request.headers), request.content
        )
        answer = world.handle(made, 1_700_000_000.0 + len(world.log))
        if answer.fault == "timeout":
            raise httpx.ReadTimeout("no answer", request=request)
        if answer.fault == "reset":
            raise httpx.ReadError("reset", request=request)
        if answer.fault == "truncated":
            raise httpx.RemoteProtocolError("peer closed connection", request=request)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    return handle


def make_reader(world: World, *, parallel: int = 1) -> Reader:
    """A reader of the emulator."""
    client, _ = make_client(answer_from(world), TOKEN)
    return Reader(client, parallel=parallel)


def ids_of(rows: Iterable[int]) -> frozenset[str]:
    """Ids as text."""
    return frozenset(str(row) for row in rows)


TWILIO = frozenset({"twilio"})


TOLD: list[dict[str, Any]] = [{"name": "auth_token", "type": "string"}]


def snapshot(world: World, ids: frozenset[str] | None = None, **more: Any) -> Snapshot:
    """A snapshot of the emulator; without ids, of all its objects."""
    asked: dict[str, Any] = {"by_name": False, "need": TWILIO, **more}
    return make_reader(world).read_snapshot(ids=frozenset(world.objects()) if ids is None else ids, **asked)


def expected(world: World, ids: frozenset[str]) -> dict[str, tuple[Any, ...]]:
    """What the emulator holds of these objects."""
    return {
        one: (item["name"], item["status"], item["settings"], item["company_id"], item["provider_id"])
        for one, item in world.objects().items()
        if one in ids
    }


def read(found: Snapshot, ids: frozenset[str]) -> dict[str, tuple[Any, ...]]:
    """The same of a snapshot."""
    return {
        one: (live.name, live.status, live.settings, live.company_id, live.provider.id)
        for one, live in found.objects.items()
        if one in ids
    }


def paths(world: World) -> list[str]:
    """What was asked, in order."""
    return [f"{entry.path.rpartition('/hood')[2]}?{entry.query.get('page', '')}".rstrip("?") for entry in world.log]


def item(one: Any, **fields: Any) -> dict[str, Any]:
    """An integration as the API shows it."""
    provider = {"id": "1000", "name": "twilio", "settings": TOLD}
    return {"id": one, "company_id": "1", "name": f"n{one}", "provider": provider, "settings": {"a": "b"}, **fields}


def fake(answer: Callable[[str, dict[str, str]], Any]) -> tuple[Reader, list[str]]:
    """A reader of an API made of one function: path and query -> JSON, a Response, or a status."""
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/hood")
        seen.append(f"{path}?{request.url.params.get('page', '')}".rstrip("?"))
        told = answer(path, dict(request.url.params))
        if isinstance(told, httpx.Response):
            return told
        return httpx.Response(told) if isinstance(told, int) else httpx.Response(200, content=json.dumps(told))

    client, _ = make_client(handle)
    return Reader(client, parallel=1), seen


def read_fake(answer: Callable[[str, dict[str, str]], Any], *ids: str, **more: Any) -> tuple[Snapshot, list[str]]:
    """A snapshot of such an API, and what was asked."""
    reader, seen = fake(answer)
    asked: dict[str, Any] = {"by_name": True, "need": frozenset(), **more}
    return reader.read_snapshot(ids=frozenset(ids), **asked), seen
