"""A desk whose command lines run in this process: quick enough for thousands of runs, and open to be looked into."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from reconciler.cli import guarded
from reconciler.live import gate
from tests.contract.desk import Desk, Ran, find_leaks

HASTE = {"RECONCILER_PER_SECOND": "5000", "RECONCILER_PER_MINUTE": "100000", "RECONCILER_SHARE": "1"}


class QuickClock(gate.RealClock):
    """The machine's clock, but whoever waits for a moment that is known has waited already."""

    skipped = 0.0

    def now(self) -> float:
        """Seconds that only grow."""
        return time.monotonic() + QuickClock.skipped

    def wait(self, condition: threading.Condition, timeout: float) -> None:
        """Passes the time; only for another thread, or an answer, there is waiting."""
        if timeout < gate.LOOK:
            QuickClock.skipped += timeout
        condition.wait(0.0005)


class InsideDesk(Desk):
    """`run` as of a desk, without a process. Waits pass at once."""

    def run(
        self, *args: str, code: int | None = None, env: Mapping[str, str | None] | None = None, cwd: str = "."
    ) -> Ran:
        """Runs a command line and looks for leaks and tracebacks."""
        given = {**self.environ, **HASTE, "TMPDIR": str(self.runtime), **(env or {})}
        environ = {key: value for key, value in given.items() if value is not None}
        with inside(environ, self.folder / cwd) as (out, err):
            ended = guarded(args)
        ran = Ran(ended, out.getvalue().decode(), err.getvalue().decode())
        self.check(ran, args)
        if code is not None:
            assert ran.code == code, f"exit {ran.code}, expected {code}\n{ran.out}\n{ran.err}"
        return ran

    def check(self, ran: Ran, args: tuple[str, ...]) -> None:
        """No canary in a stream or a file, and no traceback."""
        for stream in (ran.out, ran.err):
            assert not find_leaks(stream.encode()), f"{args} shows {find_leaks(stream.encode())}:\n{stream}"
        self.check_files()
        assert "Traceback" not in ran.all, ran.all


@contextmanager
def inside(environ: Mapping[str, str], folder: Path) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Makes this process one that starts in a folder, with an environment and two streams of its own."""
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(raw, "utf-8", errors="reconciler.escape", write_through=True) for raw in (out, err)]
    before = Path.cwd()
    with (
        mock.patch.dict(os.environ, environ, clear=True),
        mock.patch.multiple(sys, stdout=streams[0], stderr=streams[1]),
        mock.patch.object(tempfile, "tempdir", None),
        mock.patch.object(gate, "RealClock", QuickClock),
        mock.patch.object(os, "fsync", return_value=None),
    ):
        os.chdir(folder)
        try:
            yield out, err
        finally:
            os.chdir(before)
            for stream in streams:
                stream.detach()
