"""A stand-in for the three calls of GitHub and of GitLab that a sticky comment needs, over real HTTP."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LIST = re.compile(r"/repos/o/r/issues/7/comments|/projects/42/merge_requests/7/notes")
ONE = re.compile(r"/repos/o/r/issues/comments/(\d+)|/projects/42/merge_requests/7/notes/(\d+)")


class ForgeServer(ThreadingHTTPServer):
    """`comments`: id -> text. calls: method and path of each request. answer: what a call gets instead, by its number.

    before: called before each call with its number. files: what else a GET finds, by path.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.comments: dict[int, str] = {}
        self.calls: list[tuple[str, str]] = []
        self.tokens: set[str | None] = set()
        self.answer: dict[int, tuple[int, Any]] = {}
        self.before: Callable[[int], None] = lambda _number: None
        self.files: dict[str, Any] = {}
        self.lock = threading.Lock()
        self.next = 1

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, text: str) -> int:
        """A comment of somebody."""
        self.comments[self.next] = text
        self.next += 1
        return self.next - 1


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ForgeServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in the class above
        """Say nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}

        def answer() -> tuple[int, Any]:
            if url.path in self.server.files:
                return 200, self.server.files[url.path]
            if not LIST.fullmatch(url.path):
                return 404, {"message": "Not Found"}
            size, page = int(query["per_page"]), int(query["page"])
            rows = [{"id": one, "body": text, "user": {}} for one, text in sorted(self.server.comments.items())]
            return 200, rows[(page - 1) * size : page * size]

        self._serve(answer)

    def do_POST(self) -> None:
        def answer() -> tuple[int, Any]:
            one = self.server.add(self._body())
            return 201, {"id": one, "body": self.server.comments[one]}

        self._serve(answer)

    def do_PATCH(self) -> None:
        def answer() -> tuple[int, Any]:
            found = ONE.fullmatch(self.path)
            one = int(found[1] or found[2]) if found else 0
            if one not in self.server.comments:
                return 404, {"message": "Not Found"}
            self.server.comments[one] = self._body()
            return 200, {"id": one, "body": self.server.comments[one]}

        self._serve(answer)

    do_PUT = do_PATCH  # noqa: N815 -- the name that the class above calls

    def _body(self) -> str:
        text: str = json.loads(self._data)["body"]
        return text

    def _serve(self, answer: Callable[[], tuple[int, Any]]) -> None:
        self._data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        server = self.server
        with server.lock:
            number = len(server.calls) + 1
            server.calls.append((self.command, self.path))
            server.tokens.add(self.headers.get("Authorization"))
            server.before(number)
            status, told = server.answer[number] if number in server.answer else answer()
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
