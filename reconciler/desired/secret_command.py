"""`exec:NAME/ARG`: the output of a command that the operator declares (RECONCILER_EXEC): sops, op, vault, vals …

ARG replaces {arg} as text within one argument: no shell sees it, and it never becomes two. The command reads nothing,
what it says on stderr is shown to nobody, and of its failure only its name and exit code are told.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from difflib import get_close_matches
from typing import IO, cast

from reconciler.desired.secrets import LARGEST, Fault, make_text, matches_any, refuse
from reconciler.model import Allowed, Command

PARALLEL = 4
"""Commands that run at once."""

MARK = "{arg}"

_KNOB = "RECONCILER_EXEC"


def run_all(calls: Sequence[str], environ: Mapping[str, str], allowed: Allowed) -> dict[str, str | Fault]:
    """The output behind each distinct NAME/ARG, or what is wrong. An exception ends all commands that still run."""
    answers: dict[str, str | Fault] = {}
    wanted: list[tuple[str, Command]] = []
    for call in calls:
        judged = judge_call(call, allowed)
        if isinstance(judged, Fault):
            answers[call] = judged
        else:
            wanted.append((call, judged))
    if wanted:
        running = Running(make_environ(environ, allowed))
        with ThreadPoolExecutor(PARALLEL) as pool:
            try:
                answers.update(zip((call for call, _ in wanted), pool.map(running.run, wanted), strict=True))
            except BaseException:
                running.stop()
                raise
    return answers


def judge_call(call: str, allowed: Allowed) -> Command | Fault:
    """The command with ARG in place of {arg}, or why it may not be run."""
    name, _, arg = call.partition("/")
    what = f"exec:{call} may not be run"
    if allowed.commands is None:
        fix = f"set {_KNOB} to a file outside the repository that says how {name} is run"
        return refuse(f"{what}: no command is declared", fix)
    command = allowed.commands.get(name)
    if command is None:
        near = get_close_matches(name, sorted(allowed.commands), n=1)
        hint = f"did you mean exec:{near[0]}/…? Else " if near else ""
        return refuse(f"{what}: {name} is not declared", f"{hint}add {name} to commands in the file that {_KNOB} names")
    if command.args and not matches_any(arg, command.args):
        return refuse(what, f"add it to commands.{name}.args in the file that {_KNOB} names")
    if allowed.calls is not None and not matches_any(call, allowed.calls):
        return refuse(what, f'add "{call}" to secrets.exec in reconciler.yaml')
    if ".." in arg.split("/"):
        return refuse(f"{what}: it holds ..", "write it without ..")
    if arg.startswith("-") and any(part.startswith(MARK) for part in command.run):
        return refuse(f"{what}: {name} would take it for an option", "write it without - at its beginning")
    return Command(tuple(part.replace(MARK, arg) for part in command.run), command.timeout)


def make_environ(environ: Mapping[str, str], allowed: Allowed) -> dict[str, str]:
    """What a command finds in its environment: all but the API's token and the key."""
    return {name: value for name, value in environ.items() if not matches_any(name, allowed.withheld)}


class Running:
    """Runs commands and knows those that run, so that an interrupted run leaves none behind."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def stop(self) -> None:
        """Ends what runs, and lets nothing begin any more."""
        with self._lock:
            self._stopped = True
            for process in self._processes:
                _kill(process)

    def run(self, call: tuple[str, Command]) -> str | Fault:
        """The output of one command as text, or what is wrong."""
        (full, command), again = call, "run the command by hand to see why"
        what = f"exec:{full.partition('/')[0]}"
        process = self._start(command)
        if process is None:
            return Fault("secret-unreadable", f"{what}: its program cannot be started", "check its name and PATH")
        try:
            output = _read(process, time.monotonic() + command.timeout)
        finally:
            with self._lock:
                self._processes.discard(process)
        if output is None:
            fix = f"raise its timeout in the file that {_KNOB} names, or {again}"
            return Fault("secret-unreadable", f"{what}: was ended after {command.timeout:g} s without an answer", fix)
        if len(output) <= LARGEST and process.returncode != 0:
            end = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
            return Fault("secret-unreadable", f"{what}: ended with {end}", again)
        return make_text(output, f"{what}: its output")

    def _start(self, command: Command) -> subprocess.Popen[bytes] | None:
        """The process, in a group of its own; None where it cannot be started."""
        program = _find_program(command.run[0], self._environ)
        with self._lock:
            if self._stopped or program is None:
                return None
            with suppress(OSError, ValueError):
                process = subprocess.Popen(  # noqa: S603 - the operator says what is run; no shell
                    command.run,
                    executable=program,
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
                self._processes.add(process)
                return process
        return None


def _find_program(name: str, environ: Mapping[str, str]) -> str | None:
    """An absolute path as it is; a bare name from the absolute folders of PATH, so that no repository answers to it."""
    folders = (folder for folder in environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder))  # noqa: PTH117
    return shutil.which(name, path=os.pathsep.join(folders))


def _read(process: subprocess.Popen[bytes], until: float) -> bytes | None:
    """All that the process writes before it ends, cut off beyond LARGEST; None where it takes too long."""
    stream = cast("IO[bytes]", process.stdout)
    output = bytearray()
    with stream, selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while len(output) <= LARGEST:
            left = until - time.monotonic()
            if left <= 0:
                break
            ended = process.poll() is not None
            if selector.select(min(left, 0.05)):
                chunk = os.read(stream.fileno(), LARGEST)
                output += chunk
                if not chunk:
                    break
            elif ended:
                break  # what it left running in the background may hold the pipe for ever
        else:
            _kill(process)
    return _wait(process, until, bytes(output))


def _wait(process: subprocess.Popen[bytes], until: float, output: bytes) -> bytes | None:
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        _kill(process)
        process.wait()
        return None
    return output


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and all that it started; one that has been waited for has no id of its own any more."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
