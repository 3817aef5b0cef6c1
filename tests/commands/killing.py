"""A server that kills its client at an exact place: kill -9 at a request boundary.

arrived    the request has come, and nothing is done for it
done       it was carried out, and its answer never leaves
answered   its answer has left
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import reconciler
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.server import SandboxServer

Moment = Literal["arrived", "done", "answered"]
MOMENTS: tuple[Moment, ...] = ("arrived", "done", "answered")
REPOSITORY = Path(reconciler.__file__).parents[1]
SECONDS = 60


class Killer:
    """Kills the program at the nth request (from 1) that it sends, counted from here on."""

    def __init__(self, server: SandboxServer, number: int, moment: Moment) -> None:
        self._server, self._number, self._moment = server, number, moment
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._due = False
        self._handle, self._under_way = server.world.handle, server.under_way
        server.world.handle = self._take  # type: ignore[method-assign]
        server.under_way = self._watch  # type: ignore[method-assign]

    def run(self, *argv: str) -> int:
        """Runs the program in this folder and environment until it is killed, or ends before. Returns its code."""
        command = [sys.executable, "-m", "reconciler", *argv]
        environ = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        with subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            self._process = process
            try:
                return process.wait(SECONDS)
            finally:
                process.kill()
                self._server.world.handle = self._handle  # type: ignore[method-assign]
                self._server.under_way = self._under_way  # type: ignore[method-assign]

    def _take(self, request: Request, now: float) -> Answer:
        self._count += 1
        mine = self._count == self._number
        if mine and self._moment == "arrived":
            self._kill()
            return Answer(503)
        answer = self._handle(request, now)
        if mine and self._moment == "done":
            self._kill()
        self._due = self._due or (mine and self._moment == "answered")
        return answer

    @contextmanager
    def _watch(self) -> Iterator[Any]:
        with self._under_way() as count:
            yield count
        if self._due:
            self._due = False
            self._kill()

    def _kill(self) -> None:
        assert self._process is not None
        # It may have ended by itself after its last answer.
        self._process.kill()
        self._process.wait(SECONDS)
