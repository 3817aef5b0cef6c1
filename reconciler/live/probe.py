"""Single requests whose answers are told as they came, for whoever looks at the server itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from reconciler.errors import ReconcilerError
from reconciler.live.exchange import Exchange, name_request
from reconciler.live.refusals import is_passing
from reconciler.live.transport import Response
from reconciler.model import Requests

VALIDATE = "/personal-api-keys/validate"
"""Tells whether a token is valid; below the core API of the same host, and so not below the API's own address."""

CORE = "/v2/ocamba"

THROTTLED = 429
TRIES = 3
"""Of a request that is answered 429; the gate waits as long as that asks for. Nothing else is tried again."""


class Answered(NamedTuple):
    """An answer, and when it was asked for and had come, in seconds since the epoch by this machine's clock."""

    what: str
    response: Response
    sent: float
    came: float


class Probe:
    """Asks through the account's gate. core: as `exchange`, for the core API of the same host."""

    def __init__(self, exchange: Exchange, core: Exchange, wall: Callable[[], float] = time.time) -> None:
        self._exchange, self._core, self._wall = exchange, core, wall

    @property
    def requests(self) -> Requests:
        """What has left so far."""
        own, core = (msgspec.structs.astuple(one.requests) for one in (self._exchange, self._core))
        return Requests(*map(sum, zip(own, core, strict=True)))

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answered:
        """One GET. Raises ReconcilerError where no answer came."""
        return self._ask(self._exchange, "GET", path, params)

    def validate(self) -> Answered:
        """Asks whether the token is valid: the one POST that writes nothing. Raises as get() does."""
        return self._ask(self._core, "POST", VALIDATE, None)

    def refuse(self, answered: Answered) -> ReconcilerError:
        """The error for an answer that is not 2xx."""
        return self._exchange.refuse(answered.what, answered.response)

    def _ask(self, exchange: Exchange, method: str, path: str, params: Mapping[str, str] | None) -> Answered:
        for _ in range(TRIES):
            sent = self._wall()
            response = exchange.send(method, path, params)
            answered = Answered(name_request(method, path, params), response, sent, self._wall())
            if response.status != THROTTLED or not is_passing(response):
                break
        return answered
