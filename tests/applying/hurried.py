"""A real account, with its gate and its threads, over a World; its clock runs faster than the machine's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx

from reconciler.live.account import Account
from reconciler.sandbox.messages import Request
from reconciler.sandbox.world import World
from tests.applying.world_api import EPOCH


class HurriedClock:
    """Monotonic seconds, and waiting, both in a hurry."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> float:
        """Seconds that only grow."""
        return time.monotonic() * self._speed

    def wait(self, condition: threading.Condition, timeout: float) -> None:
        """Waits until the condition is notified, or for a while."""
        condition.wait(min(timeout, 0.5) / self._speed)


def open_account(
    world: World,
    *,
    per_second: int,
    parallel: int,
    meanwhile: Callable[[Request], None] = lambda _: None,
    speed: float = 20.0,
) -> Account:
    """The account of a World. meanwhile: called with each request just before it lands."""
    lock, clock = threading.Lock(), HurriedClock(speed)

    def handle(request: httpx.Request) -> httpx.Response:
        made = Request(
            request.method, request.url.path, dict(request.url.params), dict(request.headers), request.content
        )
        meanwhile(made)
        with lock:
            answer = world.handle(made, EPOCH + clock.now())
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    return Account(
        api="https://api.example.com/v1/hood",
        token=lambda: "sandbox-token",
        per_second=per_second,
        per_minute=100 * per_second,
        parallel=parallel,
        token_name="OCAMBA_TOKEN",
        http=httpx.MockTransport(handle),
        clock=clock,
    )
