"""A client whose requests meet one scripted answer after the other."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reconciler.errors import (
    ReconcilerError,
)
from reconciler.live.client import Client
from tests.live.worlds import OpenGate, make_client

Step = httpx.Response | BaseException


def script(*steps: Step, **more: Any) -> tuple[Client, OpenGate, list[httpx.Request]]:
    """A client whose nth request meets the nth step, or the last one."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        step = steps[min(len(seen), len(steps)) - 1]
        if isinstance(step, BaseException):
            raise step
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)

    client, gate = make_client(handle, **more)
    return client, gate, seen


def error_body(**fields: object) -> httpx.Response:
    """The documented body of a 400, with other fields."""
    body = {"code": 400, "title": "Bad request.", "message": "The request is not valid.", "trace_id": "99a84211-f73d"}
    return httpx.Response(400, json={**body, **fields})


def patch_error(step: Step, *, quiet: bool = False) -> ReconcilerError:
    """What a PATCH raises that meets this."""
    client, _, _ = script(step)
    with pytest.raises(ReconcilerError) as caught:
        client.send_patch("1", {"name": "x"}, quiet=quiet)
    assert caught.value.__context__ is None
    return caught.value
