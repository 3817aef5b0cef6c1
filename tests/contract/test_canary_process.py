"""The canary law where a process of its own is needed: full disks, signals, kills, and faults that nobody catches."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.canary_desk import planted
from tests.contract.canary_rows import LOGS, ROWS, Line, add_form, forms_of
from tests.contract.forking import FAULTY, Child, fork, run_forked
from tests.contract.stand_in import Request
from tests.contract.test_canary import DRIVEN, Scene, begin


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One desk for all: each run begins with it as it was."""
    with planted(tmp_path_factory.mktemp("process") / "desk") as made:
        yield made


def limit_files(size: int) -> Callable[[], object]:
    """No file may grow beyond so many bytes, as on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def fill(number: int) -> Callable[[], object]:
    """A stream of the process takes nothing."""
    return lambda: os.dup2(os.open("/dev/full", os.O_WRONLY), number)


FULL: dict[str, Callable[[], object]] = {
    "no-file": limit_files(0),
    "short-file": limit_files(700),
    "no-stdout": fill(1),
    "no-stderr": fill(2),
}


@pytest.mark.parametrize("full", FULL)
def test_no_full_disk_shows_a_secret(scene: Scene, full: str) -> None:
    """No file at all, files that are cut off, and streams that take nothing."""
    codes = set()
    for number, verb in enumerate(DRIVEN):
        line = ROWS[verb].lines[0]
        begin(scene, verb)
        forms = forms_of(line[0])
        words = (*LOGS[number % len(LOGS)], *add_form(line, forms[number % len(forms)]))
        ran = run_forked(scene[0], *words, prepare=FULL[full])
        assert ran.code not in {FAULTY, -signal.SIGXFSZ}, (verb, ran)
        codes.add(ran.code)
    assert (1 in codes) is (full != "no-stderr")


def strike_at(scene: Scene, line: Line, method: str, nth: int, sign: signal.Signals) -> int:
    """A run that gets a signal while its nth request of a method is answered; the exit code."""
    desk, api, _forge = scene
    begin(scene, line[0])
    api.requests.clear()
    begun, children = threading.Event(), list[Child]()

    def watch(request: Request) -> None:
        begun.wait(20)
        if request.method == method and len(api.sent(method)) == nth - 1:
            os.kill(children[0].pid, sign)

    api.watch = watch
    children.append(fork(desk, *line))
    begun.set()
    ran = children[0].finish()
    api.watch = None
    desk.check(ran, line)
    return ran.code


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)
def test_no_interrupted_apply_shows_a_secret(scene: Scene, sign: signal.Signals) -> None:
    """Between any two requests; a kill leaves its files as they are."""
    code = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[sign]
    line = ("apply", "--yes", "--parallel", "1", "--report", "kept.json", "--write", "json=copy.json")
    for method, nth in (("GET", 1), ("PATCH", 1), ("PATCH", 3), ("GET", 3)):
        assert strike_at(scene, line, method, nth, sign) == code
    for other in (("plan", "--out", "saved.json"), ("send-test", "1161", "--recipient", "+1", "--yes")):
        assert strike_at(scene, other, "GET", 1, sign) == code


ENDLESS = [(verb, line) for verb, row in ROWS.items() if row.endless for line in row.lines]


@pytest.mark.parametrize(("verb", "line"), ENDLESS, ids=[verb for verb, _ in ENDLESS])
def test_what_serves_shows_no_secret(scene: Scene, verb: str, line: Line) -> None:
    """Until a signal ends it; what it is asked holds none, since its clients are the tests' own."""
    begin(scene, verb)
    child = fork(scene[0], *line)
    assert child.spoke.wait(20)
    os.kill(child.pid, signal.SIGTERM)
    ran = child.finish()
    assert ran.code == 143
    scene[0].check(ran, line)


FAULTS = {
    "in the program itself": "program.guarded = throw",
    "while a fault is told": "program.tell = throw; program.cli.main = throw",
    "in a thread": "program.guarded = lambda words: threading.Thread(target=throw).start()",
    "in a destructor": "Odd = type('Odd', (), {'__del__': throw}); program.guarded = lambda words: (Odd(), 0)[1]",
    "at the end": "import atexit; atexit.register(throw)",
    "a signal before anything runs": "program.guarded = lambda words: os.kill(os.getpid(), signal.SIGINT)",
}
PATCH = """
import os, signal, sys, threading
from reconciler.cli import program
def throw(*_): raise RuntimeError(os.environ["HOOD_PLAIN"] + os.environ["HOOD_REGEX"] + os.environ["OCAMBA_TOKEN"])
{fault}
program.main(["plan"])
"""


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_that_nobody_catches_shows_a_secret(scene: Scene, tmp_path: Path, fault: str) -> None:
    """One line instead of a traceback."""
    desk = scene[0]
    begin(scene, "plan")
    (tmp_path / "patched.py").write_text(PATCH.format(fault=FAULTS[fault]))
    process = desk.start_python(str(tmp_path / "patched.py"))
    out, err = process.communicate(timeout=60)
    for stream in (out, err):
        assert b"Traceback" not in stream, stream
        assert desk.find(stream) == [], stream
