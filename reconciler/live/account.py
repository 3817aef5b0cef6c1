"""One account of the API, open: what a run reads, sends and waits with. The face of the room `live`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from random import Random, SystemRandom
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from reconciler.errors import ReconcilerError
from reconciler.live.client import Client
from reconciler.live.decode import Decoder, NotJsonError, ShapeError
from reconciler.live.exchange import ATTEMPTS, Exchange
from reconciler.live.gate import Clock, Gate
from reconciler.live.ledger import Ledger
from reconciler.live.listing import Progress
from reconciler.live.lookup import Lookup
from reconciler.live.pace import Windows
from reconciler.live.probe import CORE, Probe
from reconciler.live.reader import INTEGRATIONS, Reader, make_shapes
from reconciler.live.transport import Transport
from reconciler.model import Json, Live, Provider, Requests, Snapshot

if TYPE_CHECKING:
    import httpx


class Account:
    """Opens one account: one connection pool, one gate. per_second, per_minute: what the run takes of the limits.

    token: gives the token when a request needs it. http, clock, rng: for tests. on_request: as in
    Client. ledger, lost: as in Shared; the ledger is closed with the account. Raises UnreachableError where the
    environment's certificates or proxy cannot be used.
    """

    def __init__(
        self,
        *,
        api: str,
        token: Callable[[], str],
        per_second: int,
        per_minute: int,
        parallel: int,
        token_name: str,
        on_request: Callable[[str, int | None, str | None], None] | None = None,
        http: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
        rng: Random | None = None,
        ledger: Ledger | None = None,
        lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._transport = Transport(api=api, token=token, parallel=parallel, http=http, token_name=token_name)
        self._gate = Gate(Windows(per_second, per_minute, parallel), clock, ledger, lost)
        self._ask = partial(
            Exchange, gate=self._gate, rng=rng or SystemRandom(), token_name=token_name, on_request=on_request
        )
        self._connect = partial(Transport, token=token, parallel=1, http=http, token_name=token_name)
        self._origin = urljoin(api, "/").rstrip("/")
        self._client = Client(
            self._transport, self._gate, rng=rng or SystemRandom(), token_name=token_name, on_request=on_request
        )
        self._reader = Reader(self._client, parallel=parallel)
        self._lookup = Lookup(self._client, self._reader.read_one, make_shapes())
        self._decoder = Decoder()

    def close(self) -> None:
        """Closes all connections."""
        self._transport.close()
        self._gate.close()

    def stop(self, code: int) -> None:
        """After the requests in flight no more are sent; StoppedError(code) comes instead."""
        self._gate.stop(code)

    @property
    def stopped(self) -> bool:
        """Whether stop() was called."""
        return self._gate.stopped

    def end(self, error: ReconcilerError, *, reads: bool = False) -> None:
        """Nothing is sent any more: EndedError comes instead. reads: only writes are held back, but those in shield().

        A 401 does this by itself.
        """
        self._gate.end(error, reads=reads)

    @property
    def requests(self) -> Requests:
        """What has left so far."""
        return self._client.requests

    def now(self) -> float:
        """Monotonic seconds."""
        return self._gate.now()

    def ready(self, requests: int = 1, *, write: bool = False) -> None:
        """Waits until both windows have room for so many requests. write: one of them is no GET."""
        self._gate.ready(requests, write=write)

    def wait(self, seconds: float) -> None:
        """Waits."""
        self._gate.pause(seconds)

    def pause(self, attempt: int) -> bool:
        """Waits before attempt number `attempt` of one request; False: no more attempts."""
        return self._client.pause(attempt)

    def shield(self) -> AbstractContextManager[None]:
        """Within it, this thread's requests are sent in spite of stop()."""
        return self._gate.shield()

    def read_snapshot(
        self,
        *,
        ids: frozenset[str],
        by_name: bool,
        need: frozenset[str] | None,
        names: Collection[tuple[str, str]] = (),
        progress: Progress | None = None,
        effective: bool = False,
        details: bool = False,
    ) -> Snapshot:
        """All that a plan needs; see Reader.read_snapshot."""
        return self._reader.read_snapshot(
            ids=ids, by_name=by_name, need=need, names=names, progress=progress, effective=effective, details=details
        )

    def read_providers(self) -> dict[str, Provider] | None:
        """What GET /providers tells, by id; None where there is no such list."""
        return self._reader.read_providers()

    def read_page(self, page: str) -> dict[str, Live]:
        """The objects of one list page ("3,100"), by id."""
        return self._reader.read_page(page)

    def read_one(self, one: str, *, effective: bool = False) -> Live | None:
        """One object; None where the API does not know the id. effective: as in read_snapshot."""
        return self._reader.read_one(one, effective=effective)

    def find(self, providers: frozenset[str], name: str, *, sure: bool = False) -> tuple[Live, ...] | None:
        """Integrations by provider and name; see Lookup.find."""
        return self._lookup.find(providers, name, sure=sure)

    def create(
        self, body: dict[str, Json], *, quiet: bool, left: Callable[[], None], again: bool = False
    ) -> str | None:
        """One POST of an integration; its id, None where the answer does not tell it. See Client.send_post."""
        answer = self._client.send_post(INTEGRATIONS, body, quiet=quiet, left=left, again=again)
        try:
            made = self._decoder.make_objects(answer).items if answer else ()
        except (NotJsonError, ShapeError):
            return None
        return made[0].id if len(made) == 1 else None

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
        """One PATCH; see Client.send_patch."""
        self._client.send_patch(one, body, quiet=quiet, by=by, left=left, again=again, tries=tries)

    def send_test(self, integration: dict[str, Json], recipient: str) -> None:
        """Has the API send a real message with these settings. Never sent twice; raises as Client.send_post does."""
        self._client.send_post("/test-notification", {"integration": integration, "recipient": recipient}, quiet=True)

    @contextmanager
    def probing(self, wall: Callable[[], float] = time.time) -> Iterator[Probe]:
        """Single requests whose answers are told as they came. wall: seconds since the epoch."""
        core = self._connect(api=self._origin + CORE)
        try:
            yield Probe(self._ask(self._transport), self._ask(core), wall)
        finally:
            core.close()
