"""Asks a World as a client would: the token and the Content-Type are there unless a test takes them away."""

from __future__ import annotations

import json
from typing import Any

from reconciler.sandbox.faults import Faults
from reconciler.sandbox.seed import IntegrationSeed, Seed
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import Answer, Request, World

NOW = 1_700_000_000.0
HEADERS = {"authorization": "Bearer sandbox-token", "content-type": "application/json"}
ALL = "/v1/hood/integrations"
ONE = ALL + "/1161"
TWILIO = {"account_sid": "AC0", "auth_token": "fake-token", "default_phone_number": "+1555"}


def make_world(count: int = 0, *, faults: Faults | None = None, limited: bool = False, **switches: Any) -> World:
    """A World with so many integrations, from id 1161 on; without rate limits unless `limited`."""
    if not limited:
        switches = {"per_second": 0, "per_minute": 0, **switches}
    integrations = tuple(
        IntegrationSeed(str(1161 + number), f"n{number}", "1000", dict(TWILIO)) for number in range(count)
    )
    return World(switches=Switches(**switches), faults=faults, seed=Seed(integrations=integrations))


def ask(
    world: World,
    method: str = "GET",
    path: str = ALL,
    query: dict[str, str] | None = None,
    body: Any = None,
    *,
    now: float = NOW,
    headers: dict[str, str] | None = None,
) -> Answer:
    """The World's answer; a body that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return world.handle(Request(method, path, query or {}, HEADERS if headers is None else headers, data), now)


def get(world: World, path: str = ALL, *, now: float = NOW, **query: Any) -> Any:
    """The JSON of a GET that must succeed."""
    answer = ask(world, path=path, query=query, now=now)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def patch(world: World, body: Any, path: str = ONE, *, now: float = NOW) -> int:
    """The status of a PATCH."""
    return ask(world, "PATCH", path, body=body, now=now).status


def settings(world: World, key: str = "1161") -> dict[str, Any]:
    """The settings as they are stored."""
    found: dict[str, Any] = world.objects()[key]["settings"]
    return found


def ids(world: World, *, now: float = NOW, **query: Any) -> list[str]:
    """The ids of a list."""
    return [item["id"] for item in get(world, now=now, **query)["items"]]
