"""Two applies to one account on one host: one waits for the other, whatever becomes of that one."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.account import mitto_item, twilio_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import Request, StandIn

pytestmark = pytest.mark.slow

OTHER = 'id: "1170"\nprovider: mitto\nname: New\n'


@contextmanager
def held_back(api: StandIn) -> Iterator[threading.Event]:
    """The first PATCH is answered when the event is set, or at the end."""
    arrived, go = threading.Event(), threading.Event()

    def watch(request: Request) -> None:
        if request.method == "PATCH" and not arrived.is_set():
            arrived.set()
            go.wait(30)

    api.watch = watch
    try:
        yield go
    finally:
        go.set()


def until(condition: Callable[[], object]) -> None:
    """Waits for what must come."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def read_line(process: subprocess.Popen[bytes]) -> str:
    """The next line of stderr, which the process goes on after."""
    assert process.stderr is not None
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(process.stderr.fileno(), 1)
        assert byte, line
        line += byte
    return line.decode()


def start_first(desk: Desk, api: StandIn) -> subprocess.Popen[bytes]:
    """An apply whose PATCH is under way."""
    first = desk.start("apply", "--yes")
    until(lambda: lease_of(desk))
    return first


def lease_of(desk: Desk) -> list[Path]:
    """The files of the leases."""
    return list((desk.runtime / "reconciler").glob("*.lock"))


def test_the_second_waits_for_the_first(desk: Desk, api: StandIn) -> None:
    """It says for whom, sends nothing meanwhile, and writes by what it reads afterwards."""
    with held_back(api) as go:
        first = start_first(desk, api)
        second = desk.start("apply", "--yes")
        line = read_line(second)
        assert line.startswith(f"waiting: pid {first.pid} is applying to account default since 20")
        before = len(api.requests)
        time.sleep(0.6)
        assert len(api.requests) <= before + 1
        go.set()
        desk.finish(first, 0)
        ran = desk.finish(second, 0)
    assert "1 unchanged" in ran.out
    assert len(api.sent("PATCH")) == 1


def test_a_killed_apply_frees_the_account(desk: Desk, api: StandIn) -> None:
    """Kill -9 while its PATCH is under way: whoever waits goes on at once."""
    with held_back(api):
        first = start_first(desk, api)
        second = desk.start("apply", "--yes")
        assert f"pid {first.pid} " in read_line(second)
        first.kill()
        first.communicate()
        desk.finish(second, 0)
    assert api.settings("1161")["default_phone_number"] == "+14445550100"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_waiting(desk: Desk, api: StandIn, number: signal.Signals, code: int) -> None:
    """Nothing was written by it, and its report says of each change that it was not begun."""
    with held_back(api) as go:
        first = start_first(desk, api)
        second = desk.start("apply", "--yes", "--format", "json")
        while "waiting: pid" not in read_line(second):
            pass
        second.send_signal(number)
        report = desk.finish(second, code).document
        assert [one["status"] for one in report["outcomes"]] == ["skipped"]
        assert report["requests"]["patch"] == 0
        go.set()
        desk.finish(first, 0)


def test_another_account_waits_for_nobody(desk: Desk, api: StandIn) -> None:
    """The company tells accounts apart; a plan waits for nobody either."""
    with held_back(api) as go:
        first = start_first(desk, api)
        desk.run("plan", code=0)
        api.account.items["1170"] = mitto_item(company_id="7")
        del api.account.items["1161"]
        desk.write("manifests/main.yaml", OTHER)
        ran = desk.run("apply", "--yes", code=0)
        assert "waiting" not in ran.err
        api.account.items["1161"] = twilio_item()
        go.set()
        desk.finish(first)
    assert len(lease_of(desk)) == 2


def test_the_sandboxs_state_is_the_account(desk: Desk, api: StandIn) -> None:
    """Applies of one folder's sandbox tell one story: neither loses what the other wrote."""
    company = 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n'
    desk.write("reconciler.yaml", company)
    for number, name in enumerate(("One", "Two")):
        text = f'id: "{1161 + number}"\nprovider: twilio\nname: {name}\n'
        desk.write(f"{name}/reconciler.yaml", company.replace("manifests", "."))
        desk.write(f"{name}/a.yaml", text)
    runs = [desk.start("apply", "--sandbox", "--yes", "--config", f"{name}/reconciler.yaml") for name in ("One", "Two")]
    for process in runs:
        desk.finish(process, 0)
    for name in ("One", "Two"):
        again = desk.run("plan", "--sandbox", "--detailed-exitcode", "--config", f"{name}/reconciler.yaml", code=0)
        assert "No changes" in again.out


def test_a_planted_lease_is_refused(desk: Desk, api: StandIn) -> None:
    """A link in its place: 4 before any write, and nothing is written through it."""
    (desk.folder / "aim").write_text("theirs")
    desk.run("apply", "--yes", code=0)
    (lease,) = lease_of(desk)
    lease.unlink()
    lease.symlink_to(desk.folder / "aim")
    desk.write("manifests/main.yaml", MAIN.replace("+14445550100", "+15555550100"))
    ran = desk.run("apply", "--yes", code=4)
    assert f"rm {lease}" in ran.err
    assert len(api.sent("PATCH")) == 1
    assert (desk.folder / "aim").read_text() == "theirs"
