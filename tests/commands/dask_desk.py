"""A real Dask scheduler and workers on this machine, each a process with an environment and a checkout of its own.

What the command line and the workers say to the scheduler passes a wire that keeps every byte.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.commands.stage import BORING, Ran

SECONDS = 60
QUIET = {
    "DASK_DISTRIBUTED__COMM__COMPRESSION": "None",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def bare_environ(**more: str) -> dict[str, str]:
    """The environment of this process without anything that is about an account."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RECONCILER_", "OCAMBA_", "HOOD_", "DASK_", "CI_", "PYTEST_")) and name not in BORING
    }
    return {**kept, **QUIET, **more}


class Wire(socketserver.ThreadingTCPServer):
    """Hands bytes on to a port and back, and keeps them."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.target = ("127.0.0.1", port)
        self.carried = bytearray()

    @property
    def address(self) -> str:
        """HOST:PORT of this end."""
        return f"127.0.0.1:{self.server_address[1]}"


class _Relay(socketserver.BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as other:
            back = threading.Thread(target=self._carry, args=(other, self.request), daemon=True)
            back.start()
            self._carry(self.request, other)
            back.join(SECONDS)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.server.carried += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class DaskDesk:
    """`run` is the command line on a machine without tokens. workers: their processes. wire: what was said."""

    def __init__(self, python: str, folder: Path, checkout: Path) -> None:
        self.python, self.folder, self.checkout = python, folder, checkout
        self.workers: list[subprocess.Popen[bytes]] = []
        self._scheduler: subprocess.Popen[bytes] | None = None
        self.port = _find_port()
        self.wire = Wire(self.port)
        threading.Thread(target=self.wire.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """What --executor takes."""
        return f"dask://{self.wire.address}"

    def start(self, environs: list[Mapping[str, str]], allowed: int = 3) -> None:
        """Starts the scheduler, and a worker with each of these environments, in a copy of the checkout.

        allowed: how many workers may be lost with a task.
        """
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        self._scheduler = self._launch(
            "scheduler", options, self.folder, {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed)}
        )
        self._await("scheduler", "Scheduler at:")
        for environ in environs:
            self.add_worker(environ)

    def add_worker(self, environ: Mapping[str, str], *more: str) -> None:
        """One more worker, with one thread."""
        name = f"worker-{len(self.workers)}"
        copy = self.folder / name
        shutil.copytree(self.checkout, copy)
        runtime = self.folder / f"{name}.run"
        runtime.mkdir(mode=0o700)
        options = [self.wire.address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--name", name]
        options += ["--local-directory", str(self.folder / f"{name}.dask"), *more]
        given = {"XDG_RUNTIME_DIR": str(runtime), **environ}
        self.workers.append(self._launch("worker", options, copy, given, name))
        self._await(name, "Registered to:")

    def end_scheduler(self) -> None:
        """Kills it."""
        assert self._scheduler is not None
        self._scheduler.kill()

    def copy_of(self, worker: int) -> Path:
        """The checkout of a worker."""
        return self.folder / f"worker-{worker}"

    def worker_of(self, account: str) -> subprocess.Popen[bytes]:
        """The worker that applies to an account now, by its lease."""
        for number, worker in enumerate(self.workers):
            for lease in (self.folder / f"worker-{number}.run").rglob("*.lock"):
                held = json.loads(lease.read_text())
                if held["account"] == account and held.get("ended") is None and held["pid"] == worker.pid:
                    return worker
        raise AssertionError(account)

    def begin(self, *argv: str, **environ: str) -> subprocess.Popen[str]:
        """The command line as a process that runs on."""
        words = [self.python, "-m", "reconciler", *argv, "--executor", self.url]
        given = bare_environ(XDG_RUNTIME_DIR=str(self.folder), **environ)
        return subprocess.Popen(
            words,
            cwd=self.checkout,
            env=given,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, process: subprocess.Popen[str], code: int) -> Ran:
        """Waits for its end, and holds it to its exit code."""
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == code, f"exit {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err
        return Ran(process.returncode, out, err)

    def run(self, *argv: str, code: int = 0, **environ: str) -> Ran:
        """A whole command line."""
        return self.finish(self.begin(*argv, **environ), code)

    def read_logs(self) -> bytes:
        """What the scheduler and the workers wrote."""
        return b"".join(file.read_bytes() for file in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        """Ends all that was started here."""
        for process in (*self.workers, self._scheduler):
            if process is not None:
                process.send_signal(signal.SIGKILL)
                process.wait(SECONDS)
        self.wire.shutdown()
        self.wire.server_close()

    def _launch(
        self, kind: str, options: list[str], cwd: Path, environ: Mapping[str, str], name: str | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name or kind}.log").open("wb") as log:
            words = [self.python, "-m", "dask", kind, *options]
            return subprocess.Popen(words, cwd=cwd, env=bare_environ(**environ), stdout=log, stderr=subprocess.STDOUT)

    def _await(self, name: str, words: str) -> None:
        await_true(lambda: words in (self.folder / f"{name}.log").read_text())


def await_true(question: Callable[[], bool]) -> None:
    """Looks until it is so."""
    until = time.monotonic() + SECONDS
    while not question():
        assert time.monotonic() < until, question
        time.sleep(0.02)


def _find_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def open_dask(python: str, folder: Path, checkout: Path) -> Iterator[DaskDesk]:
    """A desk, whose processes end with it."""
    desk = DaskDesk(python, folder, checkout)
    try:
        yield desk
    finally:
        desk.close()
