"""Contract, section 3: the question on a terminal, the emulator as a server, and readers that go away."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.contract.account import mitto_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import Fault, StandIn


def talk(desk: Desk, answer: str, *args: str) -> tuple[int, str]:
    """Runs on a terminal, types an answer, returns exit code and screen."""
    leader, follower = pty.openpty()
    environ = {**desk.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    command = [sys.executable, "-m", "reconciler", *args]
    screen = b""
    with subprocess.Popen(
        command, cwd=desk.folder, env=environ, stdin=follower, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        os.write(leader, answer.encode() + b"\n")
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if select.select([leader], [], [], 0.05)[0]:
                try:
                    screen += os.read(leader, 65536)
                except OSError:
                    break
        process.wait(5)
    os.close(leader)
    return process.returncode, screen.decode()


@pytest.mark.parametrize(("answer", "code", "patches"), [("yes", 0, 1), ("no", 4, 0), ("", 4, 0), ("y e s", 4, 0)])
def test_apply_asks_on_a_terminal(desk: Desk, api: StandIn, answer: str, code: int, patches: int) -> None:
    """Yes applies; no and silence end 4 and write nothing. The plan stands above the question."""
    ended, screen = talk(desk, answer, "apply")
    assert ended == code, screen
    assert "main-sms" in screen
    assert len(api.sent("PATCH")) == patches


def test_a_plan_on_a_terminal_fits_it(desk: Desk, api: StandIn) -> None:
    """Colours, short places, lines no wider than the screen, progress that leaves nothing behind."""
    ended, screen = talk(desk, "", "plan")
    assert ended == 0
    assert "\x1b[" in screen
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    lines = [line.split("\r")[-1] for line in plain.replace("\r\n", "\n").split("\n")]
    assert max(map(len, lines)) <= 100
    assert any(line.endswith(" :8") for line in lines)


def test_nothing_to_apply_asks_nothing(desk: Desk, api: StandIn) -> None:
    """In sync: 0 without a question."""
    desk.write("manifests/main.yaml", MAIN.replace("+14445550100", "+13345550100"))
    assert talk(desk, "no", "apply")[0] == 0


def test_the_emulator_serves_the_same_api(desk: Desk, tmp_path: Path) -> None:
    """Reconciler sandbox --port 0 --state FILE says where; plan and apply work against it; SIGINT ends it in peace."""
    process = desk.start("sandbox", "--port", "0", "--state", "state.json", env={"RECONCILER_API": None})
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = ""
        while "Ctrl-C" not in said and select.select([process.stdout, process.stderr], [], [], 20)[0]:
            said += os.read(process.stdout.fileno(), 4096).decode()
        url, token = re.search(r"http://127\.0\.0\.1:\d+\S*", said), re.search(r"OCAMBA_TOKEN=(\S+)", said)
        assert url, said
        assert token, said
        env = {"OCAMBA_TOKEN": token.group(1)}
        desk.write("manifests/main.yaml", 'id: "1161"\nprovider: twilio\nname: Renamed\n')
        assert desk.plan("--api", url.group(), env=env)["summary"]["update"] == 1
        desk.apply("--api", url.group(), env=env)
        assert desk.plan("--api", url.group(), "--detailed-exitcode", env=env)["changes"] == []
        assert (tmp_path / "state.json").exists()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode in {0, 130}


def test_a_reader_that_goes_away_is_no_fault(desk: Desk, api: StandIn) -> None:
    """Plan | head -1 shows no traceback."""
    for number in range(300):
        api.account.items[str(3000 + number)] = mitto_item(str(3000 + number), "n" * 90)
    command = f"{sys.executable} -m reconciler plan --show-unmanaged | head -1"
    ran = subprocess.run(
        command, shell=True, cwd=desk.folder, env=desk.environ, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_told(desk: Desk, api: StandIn) -> None:
    """At --out and on stdout: an error with the name, no traceback."""
    ran = desk.run("plan", "--out", "/dev/full")
    assert ran.code not in {0, 2}
    assert "/dev/full" in ran.err
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "reconciler", "plan"]
        shown = subprocess.run(
            command, cwd=desk.folder, env=desk.environ, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert shown.returncode not in {0, 2}
    assert b"Traceback" not in shown.stderr


def test_links_in_a_circle_and_odd_files(desk: Desk, tmp_path: Path) -> None:
    """A folder that links to itself ends; a link to itself is told, a folder and a pipe do no harm."""
    (tmp_path / "manifests/loop").symlink_to(tmp_path / "manifests")
    (tmp_path / "manifests/self.yaml").symlink_to("self.yaml")
    (tmp_path / "manifests/folder.yaml").mkdir()
    os.mkfifo(tmp_path / "manifests/pipe.yaml")
    ran = desk.run("validate", code=3)
    assert "manifests/self.yaml" in ran.all


def test_rows_that_move_between_pages_are_read_again(desk: Desk, api: StandIn) -> None:
    """A list that tells fewer distinct ids than its total is read once more."""
    row = api.account.show(api.account.items["1170"])
    raw = json.dumps({"total": 2, "items": [row, row]}).encode()
    api.faults = [Fault("GET", status=200, raw=raw)]
    plan = desk.plan()
    assert plan["summary"]["update"] == 1
    assert plan["summary"]["blocked"] == 0
    assert plan["unmanaged"] == [{"id": "1170", "name": "Old", "provider": "mitto"}]


def test_odd_names_of_settings_survive(desk: Desk, api: StandIn) -> None:
    """Dots, quotes, brackets, blanks and leading underscores are names like any other."""
    names = ["a.b", "__init__", "it's", 'say "x"', "a[0]", "two words", "schlüssel-ä"]
    definitions = [{"title": n, "name": n, "type": "string", "required": False, "deprecated": False} for n in names]
    api.account.providers[2]["settings"] += definitions
    api.settings("1170").update(dict.fromkeys(names, "old"))
    lines = "".join(f"  {_quoted(name)}: new\n" for name in names)
    desk.write(
        "manifests/main.yaml", f'id: "1170"\nprovider: mitto\nname: Old\nsettings:\n  default_sender: OLD\n{lines}'
    )
    change = desk.plan()["changes"][0]
    assert {one["path"][-1] for one in change["fields"]} == set(names)
    report = desk.apply()
    assert {one["verdict"] for one in report["outcomes"][0]["fields"]} == {"applied"}
    assert api.settings("1170") == {"default_sender": "OLD", **dict.fromkeys(names, "new")}


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
