"""Command lines in a process of their own that has loaded everything already: a twentieth of the time of a new one."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.cli import main
from reconciler.live import gate
from tests.contract.canary_desk import CanaryDesk
from tests.contract.desk import Ran
from tests.contract.inside import HASTE, QuickClock

FAULTY = 70
"""The exit code of a child that never came to run the program."""


@dataclass
class Child:
    """A process that runs a command line, and what it writes. spoke: once it has written a line, or ended."""

    pid: int
    pipes: tuple[int, int]
    read: dict[int, bytes] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)
    spoke: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Reads both streams, so that neither fills up."""

        def keep(number: int) -> None:
            with os.fdopen(self.pipes[number], "rb") as stream:
                first = stream.readline()
                self.spoke.set()
                self.read[number] = first + stream.read()

        self.threads = [threading.Thread(target=keep, args=(number,)) for number in (0, 1)]
        for thread in self.threads:
            thread.start()

    def finish(self) -> Ran:
        """Waits for its end."""
        _, status = os.waitpid(self.pid, 0)
        for thread in self.threads:
            thread.join()
        return Ran(os.waitstatus_to_exitcode(status), self.read[0].decode(), self.read[1].decode())


def fork(
    desk: CanaryDesk,
    *args: str,
    env: Mapping[str, str | None] | None = None,
    prepare: Callable[[], object] = lambda: None,
) -> Child:
    """Starts a command line. prepare: called in the new process, before anything else."""
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    with warnings.catch_warnings():
        # The threads of the stand-ins stay in the parent, and the child asks nothing of them but over the network.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        _run(desk, args, env or {}, prepare, (out_end, err_end))
    os.close(out_end)
    os.close(err_end)
    child = Child(pid, (out, err))
    child.watch()
    return child


def _run(
    desk: CanaryDesk,
    args: tuple[str, ...],
    env: Mapping[str, str | None],
    prepare: Callable[[], object],
    ends: tuple[int, int],
) -> None:
    """Never returns."""
    code: object = FAULTY
    try:
        for number, end in enumerate(ends, 1):
            os.dup2(end, number)
            os.close(end)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
        given = {**desk.environ, **HASTE, "TMPDIR": str(desk.runtime), **env}
        os.environ.clear()
        os.environ.update({key: value for key, value in given.items() if value is not None})
        os.chdir(desk.folder)
        gate.RealClock = QuickClock  # type: ignore[misc]
        prepare()
        main(list(args))
    except SystemExit as ended:
        code = ended.code
    finally:
        os._exit(code if isinstance(code, int) else FAULTY)


def run_forked(
    desk: CanaryDesk,
    *args: str,
    env: Mapping[str, str | None] | None = None,
    prepare: Callable[[], object] = lambda: None,
) -> Ran:
    """Starts, waits, and looks for canaries."""
    ran = fork(desk, *args, env=env, prepare=prepare).finish()
    desk.check(ran, args)
    return ran
