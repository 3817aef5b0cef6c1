"""A command's output behind exec:NAME/ARG: only what the operator declares, without a shell, within limits."""

from __future__ import annotations

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from reconciler.desired.secret_command import PARALLEL, Running, judge_call, make_environ, run_all
from reconciler.desired.secrets import LARGEST, Fault
from reconciler.model import Allowed, Command

ECHO = Command(("/bin/echo", "-n", "<{arg}>", "{arg}"))
PATH = {"PATH": os.environ["PATH"]}


def allow(run: tuple[str, ...] | Command = ECHO, **more: Any) -> Allowed:
    """One command, named c."""
    timeout = more.pop("timeout", 10.0)
    return Allowed(commands={"c": run if isinstance(run, Command) else Command(run, timeout)}, **more)


def python(code: str) -> tuple[str, ...]:
    """A command line of Python; sys.argv[1] is ARG."""
    return (sys.executable, "-S", "-c", "import os, sys, time\n" + code, "{arg}")


def run(allowed: Allowed, call: str = "c/x", environ: dict[str, str] | None = None) -> str | Fault:
    """The answer behind one call."""
    return run_all([call], {**PATH, **(environ or {})}, allowed)[call]


def fault(answer: str | Fault) -> str:
    """The message of a fault that is no refusal."""
    assert isinstance(answer, Fault)
    assert not answer.is_refused
    return answer.message


@pytest.mark.parametrize("arg", ["x", "a b", "$(id)", "a/b/c", "*", "'\"\\", "&& ls", "ü", "{arg}", "x-"])
def test_arg_stays_text_within_its_argument(arg: str) -> None:
    """Whatever it holds, nothing splits or reads it."""
    assert run(allow(), f"c/{arg}") == f"<{arg}> {arg}"


@pytest.mark.parametrize(
    ("call", "allowed", "knob"),
    [
        ("c/x", Allowed(), "set RECONCILER_EXEC"),
        ("cc/x", allow(), "did you mean exec:c/…?"),
        ("other/x", allow(), "add other to commands"),
        ("c/-x", allow(), "without - at its beginning"),
        ("c/../x", allow(), "without .."),
        ("c/x", allow(calls=("c/y*",)), 'add "c/x" to secrets.exec in reconciler.yaml'),
        ("c/x", allow(Command(("/bin/echo",), args=("y*",))), "add it to commands.c.args"),
    ],
)
def test_what_may_not_be_run_is_refused(call: str, allowed: Allowed, knob: str) -> None:
    """With the knob; and nothing is run."""
    judged = judge_call(call, allowed)
    assert isinstance(judged, Fault)
    assert judged.is_refused
    assert knob in judged.fix
    assert run(allowed, call) == judged


def test_an_arg_that_is_no_option_may_begin_with_a_dash() -> None:
    """Where {arg} does not begin its argument; globs of args and calls take what they match."""
    allowed = allow(Command(("/bin/echo", "-n", "--value={arg}"), args=("-*",)), calls=("c/*",))
    assert run(allowed, "c/-x") == "--value=-x"


def test_the_environment_lacks_what_is_withheld() -> None:
    """Globs of names; the rest is there."""
    allowed = allow(python("print(sorted(os.environ))"), withheld=("OCAMBA_*", "RECONCILER_KEY"))
    environ = {"OCAMBA_TOKEN": "t", "RECONCILER_KEY": "k", "HOOD_A": "a"}
    assert make_environ(environ, allowed) == {"HOOD_A": "a"}
    answer = str(run(allowed, environ=environ))
    assert "HOOD_A" in answer
    assert "OCAMBA" not in answer
    assert "RECONCILER_KEY" not in answer


def test_a_command_reads_nothing_and_its_stderr_is_discarded(capfd: pytest.CaptureFixture[str]) -> None:
    """Its input is at its end; one line break is taken off its output."""
    code = "sys.stderr.write('n0ise'); sys.stdout.write(repr(sys.stdin.read()) + '\\n\\n')"
    assert run(allow(python(code))) == "''\n"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("sys.stdout.write('s3cret'); sys.exit(7)", "exec:c: ended with exit code 7"),
        ("os.kill(os.getpid(), 9)", "exec:c: ended with signal 9"),
        ("pass", "exec:c: its output is empty"),
        ("sys.stdout.buffer.write(b's3cret\\xff')", "exec:c: its output is not text in UTF-8"),
        (f"sys.stdout.write('s3cret' * {LARGEST})", "exec:c: its output is larger than 64 KiB"),
        ("print('s3cret' * 99, flush=True); time.sleep(60)", "exec:c: was ended after 1 s without an answer"),
        ("os.close(1); time.sleep(60)", "exec:c: was ended after 1 s without an answer"),
    ],
)
def test_a_failure_tells_the_name_alone(code: str, message: str) -> None:
    """Neither ARG nor a piece of the output."""
    answer = run(allow(python(code), timeout=1.0))
    assert fault(answer) == message
    assert "s3cret" not in repr(answer)


@pytest.mark.parametrize("program", ["/nowhere/op", "no-such-program-here", "/", "a\0b"])
def test_what_cannot_be_started_is_a_fault(program: str) -> None:
    """A missing program, a folder, a name that no program has."""
    assert fault(run(allow((program,)))) == "exec:c: its program cannot be started"


def test_a_file_that_is_no_program_is_a_fault(tmp_path: Path) -> None:
    """The system refuses to run it."""
    (tmp_path / "tool").write_bytes(b"\x00no program\x00")
    (tmp_path / "tool").chmod(0o755)
    assert fault(run(allow((str(tmp_path / "tool"),)))) == "exec:c: its program cannot be started"


def test_what_has_ended_is_not_killed_again() -> None:
    """Its id may be another's by then."""
    running = Running(PATH)
    process = running._start(Command(("/bin/true",)))
    assert process is not None
    process.communicate()
    running.stop()
    assert process.returncode == 0


def test_a_bare_name_is_looked_for_in_absolute_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the working directory, whatever PATH says."""
    (tmp_path / "tool").write_text("#!/bin/sh\necho found\n")
    (tmp_path / "tool").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert "cannot be started" in fault(run(allow(("tool",)), environ={"PATH": f".{os.pathsep}"}))
    assert run(allow(("tool",)), environ={"PATH": str(tmp_path)}) == "found"


def test_what_stays_in_the_background_is_not_waited_for() -> None:
    """A daemon that keeps the pipe holds nobody up; it is not ended."""
    began = time.monotonic()
    code = "print('x', flush=True)\npid = os.fork()\nif not pid: time.sleep(3)"
    assert run(allow(python(code), timeout=30.0)) == "x"
    assert time.monotonic() - began < 3


def test_some_run_at_once(tmp_path: Path) -> None:
    """PARALLEL of them wait for each other; each distinct call is run once."""
    code = (
        f"open(os.path.join({str(tmp_path)!r}, sys.argv[1]), 'x')\n"
        f"while len(os.listdir({str(tmp_path)!r})) < {PARALLEL}: time.sleep(0.01)\n"
        "print(sys.argv[1])"
    )
    calls = [f"c/{number}" for number in range(PARALLEL)]
    answers = run_all(calls, PATH, allow(python(code), timeout=30.0))
    assert answers == {call: call[2:] for call in calls}


def test_an_interruption_ends_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs is killed, what waits is not begun, and the interruption goes on."""
    threads = threading.active_count()
    marks = tmp_path / "marks"
    marks.mkdir()
    code = f"open(os.path.join({str(marks)!r}, sys.argv[1]), 'x'); time.sleep(60)"
    began = time.monotonic()

    class Impatient(ThreadPoolExecutor):
        """A pool whose user is interrupted while it waits."""

        def map(self, fn: Any, *iterables: Any, timeout: float | None = None, chunksize: int = 1) -> Any:
            """Begins as always, then raises in the thread that waits."""
            super().map(fn, *iterables)
            while not list(marks.iterdir()):
                time.sleep(0.01)
            raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.desired.secret_command.ThreadPoolExecutor", Impatient)
    with pytest.raises(KeyboardInterrupt):
        run_all([f"c/{number}" for number in range(8)], PATH, allow(python(code), timeout=50.0))
    assert time.monotonic() - began < 30
    assert len(list(marks.iterdir())) <= PARALLEL
    assert threading.active_count() <= threads


def test_nothing_begins_after_the_end() -> None:
    """A command that comes too late is not started."""
    running = Running(PATH)
    running.stop()
    assert fault(running.run(("c/x", Command(("/bin/echo", "x"))))) == "exec:c: its program cannot be started"
