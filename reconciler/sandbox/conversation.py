"""One client's connection: HTTP/1.1 bytes in and out, faults acted out."""

from __future__ import annotations

import contextlib
import socket
import struct
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.sandbox.messages import SERVER, Answer, Request

if TYPE_CHECKING:
    from reconciler.sandbox.server import SandboxServer

LARGEST_BODY = 1 << 20


class Conversation(BaseHTTPRequestHandler):
    """Reads requests, asks the server's World, sends its answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def setup(self) -> None:
        """Let the server know the connection, so that close() can end it."""
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        """Let the server forget the connection."""
        self.server.ended(self.connection)
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in the class above
        """Say nothing: stderr belongs to the command."""

    def handle(self) -> None:
        """Answer until either side ends the connection."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    def converse(self) -> None:
        """One request and its answer."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > LARGEST_BODY:
            self._refuse(413)
            return
        try:
            url = urlsplit(self.path)
        except ValueError:
            self._refuse(400)
            return
        request = Request(
            self.command,
            unquote(url.path),
            dict(parse_qsl(url.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(length)),
        )
        with self.server.under_way() as count:
            request.parallel = count
            answer = self.server.ask(request)
            self.server.heard(request, answer)
            self._act(answer)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = converse  # noqa: N815

    def _act(self, answer: Answer) -> None:
        self.server.closing.wait(self.server.world.switches.latency)
        if answer.fault is None:
            self._send(answer)
        elif answer.fault == "late":
            self.server.closing.wait(answer.seconds)
            self._send(answer)
        else:
            self.close_connection = True
            if answer.fault == "timeout":
                self.connection.recv(1, socket.MSG_PEEK)  # returns when the client leaves, or close() ends it
            elif answer.fault == "truncated":
                whole = self._make_bytes(answer)
                self.connection.sendall(whole[: -(len(answer.body) // 2 or len(whole) // 2)])
            else:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.server.reset(self.connection)

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._send(Answer(status))

    def _send(self, answer: Answer) -> None:
        self.connection.sendall(self._make_bytes(answer))

    def _make_bytes(self, answer: Answer) -> bytes:
        reason = self.responses.get(answer.status, ("",))[0]
        headers = {"Server": SERVER, **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{key}: {value}" for key, value in headers.items())]
        if answer.status != 204:
            lines.append(f"Content-Length: {len(answer.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        return head if self.command == "HEAD" else head + answer.body
