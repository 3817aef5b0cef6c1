"""The World behind a real port: a thin HTTP/1.1 shell."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from types import FrameType, TracebackType
from typing import Any

from reconciler.errors import ReconcilerError, UsageError, reason_of
from reconciler.sandbox.conversation import Conversation
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.state import find_stamp, load_world, save_world
from reconciler.sandbox.world import World

__all__ = ["SandboxServer", "load_world", "main_loop", "make_banner", "serve"]


class SandboxServer(ThreadingHTTPServer):
    """Serves a World; one lock around it. `failures` holds what went wrong inside, which should be nothing.

    heard: called with each request and its answer, by several threads.
    """

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, world: World, host: str, port: int, state: Path | None, clock: Callable[[], float]) -> None:
        self.world, self.state, self.clock = world, state, clock
        self.closing = threading.Event()
        self.failures: list[BaseException | None] = []
        self._lock, self._counting = threading.Lock(), threading.Lock()
        self.heard: Callable[[Request, Answer], None] = _forget
        self._count, self._saved = 0, 0
        self._stamp = find_stamp(state)
        self._connections: set[socket.socket] = set()
        self._resets: set[socket.socket] = set()
        self._thread: threading.Thread | None = None
        try:
            super().__init__((host, port), Conversation)
        except OSError as error:
            raise UsageError(
                f"cannot listen on {host}:{port}: {reason_of(error)}", "choose another --port, or 0 for any free one"
            ) from None

    def server_bind(self) -> None:
        """Bind without asking the network for the host's name, which the class between does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def url(self) -> str:
        """What stands for https://api.ocamba.com/v1/hood."""
        return f"http://{self.server_name}:{self.server_port}/v1/hood"

    def start(self) -> SandboxServer:
        """Serve in a thread."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox")
        self._thread.start()
        return self

    def close(self) -> None:
        """End all connections and threads, and save the state; ReconcilerError where that fails."""
        if self.closing.is_set():
            return
        self.closing.set()
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        with self._counting:
            for connection in self._connections:
                _shut(connection)
        self.server_close()
        if self.state is not None and not self._is_overtaken():
            save_world(self.world, self.state)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: Request) -> Answer:
        """The World's answer; a write is on the disk before it is told."""
        with self._lock:
            if self._is_overtaken():
                self._catch_up()
            answer = self.world.handle(request, self.clock())
            if self.state is not None and len(self.world.writes) != self._saved:
                self._saved = len(self.world.writes)
                save_world(self.world, self.state)
                self._stamp = find_stamp(self.state)
            return answer

    def _is_overtaken(self) -> bool:
        """Whether another process has written the state since this one read or wrote it."""
        return find_stamp(self.state) not in (None, self._stamp)

    def _catch_up(self) -> None:
        """Goes on from what another process wrote; a file that cannot be read changes nothing."""
        self._stamp = find_stamp(self.state)
        with suppress(ReconcilerError):
            world = load_world(self.state, switches=self.world.switches, company_id=self.world.account.company_id)
            self.world, self._saved = world, len(world.writes)

    @contextmanager
    def under_way(self) -> Iterator[int]:
        """Counts the requests between their arrival and their answer."""
        with self._counting:
            self._count += 1
            count = self._count
        try:
            yield count
        finally:
            with self._counting:
                self._count -= 1

    def opened(self, connection: socket.socket) -> None:
        """A connection that close() has to end."""
        with self._counting:
            self._connections.add(connection)
        if self.closing.is_set():
            _shut(connection)

    def ended(self, connection: socket.socket) -> None:
        """A connection that close() need not end any more."""
        with self._counting:
            self._connections.discard(connection)

    def reset(self, connection: socket.socket) -> None:
        """Close this connection without the farewell that would come before a reset."""
        self._resets.add(connection)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; one that is to be reset at once."""
        if request in self._resets:
            self._resets.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 -- signature of the class above
        """Remember a failure instead of printing it."""
        self.failures.append(sys.exception())


def _forget(request: Request, answer: Answer) -> None:
    """Nobody listens."""


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def serve(
    world: World,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    state: Path | None = None,
    clock: Callable[[], float] = time.time,
) -> SandboxServer:
    """Serve a World until close(); port 0 takes a free one. Also a context manager. ReconcilerError: no such port."""
    return SandboxServer(world, host, port, state, clock).start()


def make_banner(server: SandboxServer) -> list[str]:
    """What a person needs to use a served World."""
    return [
        f"SANDBOX {server.url}",
        f"  token    {server.world.token}",
        f"  company  {server.world.account.company_id}, {len(server.world.account.items)} integrations",
        f"  state    {server.state or 'in memory'}",
        f"  use it   OCAMBA_TOKEN={server.world.token} reconciler --api {server.url} plan",
        "  end it   Ctrl-C",
    ]


def main_loop(
    world: World,
    *,
    say: Callable[[str], None],
    host: str = "127.0.0.1",
    port: int = 0,
    state: Path | None = None,
    heard: Callable[[Request, Answer], None] = _forget,
) -> int:
    """Serve until SIGINT or SIGTERM (call it in the main thread); says the banner. Returns 128 + the signal.

    heard: as in SandboxServer.
    """
    caught: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        caught.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with serve(world, host=host, port=port, state=state) as server:
            server.heard = heard
            for line in make_banner(server):
                say(line)
            while not caught:
                time.sleep(0.05)
    finally:
        for number, was in before.items():
            signal.signal(number, was)
    return 128 + caught[0]
