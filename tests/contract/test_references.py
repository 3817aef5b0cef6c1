"""Where secrets come from: env, file and exec references, what allows them, and what no run ever shows."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.contract.account import DESIRED_SECRET, TOKEN
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import StandIn

FILE = MAIN + '  auth_token: {secret: "file:twilio/auth_token"}\n'
EXEC = MAIN + '  auth_token: {secret: "exec:vault/twilio/auth token"}\n'
COMMANDS = 'version: 1\ncommands:\n  vault: {run: ["/bin/sh", "-c", "%s", "sh", "{arg}"], timeout: %s}\n'


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the operator, outside of the desk's."""
    return tmp_path_factory.mktemp("operator")


def mount(folder: Path) -> None:
    """A secret as Kubernetes mounts it: the name is a link to a link of a folder."""
    (folder / "twilio" / "..2026").mkdir(parents=True)
    (folder / "twilio" / "..2026" / "auth_token").write_text(DESIRED_SECRET + "\n", encoding="utf-8")
    (folder / "twilio" / "..data").symlink_to("..2026")
    (folder / "twilio" / "auth_token").symlink_to("..data/auth_token")


def declare(folder: Path, script: str, timeout: str = "10s", mode: int = 0o600) -> str:
    """The operator's file with one command, vault, whose $1 is ARG."""
    path = folder / "exec.yaml"
    path.write_text(COMMANDS % (script.replace('"', '\\"'), timeout), encoding="utf-8")
    path.chmod(mode)
    return str(path)


def sent_token(api: StandIn) -> object:
    """The secret that arrived."""
    return api.sent("PATCH")[-1].body["settings"]["auth_token"]


def test_a_mounted_file_is_read(desk: Desk, api: StandIn, outside: Path) -> None:
    """Planned, saved and applied by its name; what arrives is the file's text without its last line break."""
    mount(outside)
    desk.write("manifests/main.yaml", FILE)
    env: dict[str, str | None] = {"RECONCILER_SECRET_FILES": f"/nowhere, {outside}"}
    text = desk.run("plan", "--out", "plan.json", code=0, env=env).out
    assert "secret(file:twilio/auth_token) changes" in text
    assert '"secret": "file:twilio/auth_token"' in (desk.folder / "plan.json").read_text()
    desk.run("apply", "plan.json", code=0, env=env)
    assert sent_token(api) == DESIRED_SECRET


def test_no_file_is_read_without_the_operators_word(desk: Desk, api: StandIn, outside: Path) -> None:
    """Exit 4 before any request, the knob named; a configuration cannot widen it, but narrow it."""
    mount(outside)
    desk.write("manifests/main.yaml", FILE)
    desk.write("reconciler.yaml", 'version: 1\nsecrets: {files: ["*"]}\naccounts: {main: {path: manifests}}\n')
    assert "RECONCILER_SECRET_FILES" in desk.run("plan", code=4).err
    desk.write("reconciler.yaml", 'version: 1\nsecrets: {files: ["mail/*"]}\naccounts: {main: {path: manifests}}\n')
    ran = desk.run("apply", "--yes", code=4, env={"RECONCILER_SECRET_FILES": str(outside)})
    assert "manifests/main.yaml:9:15" in ran.err
    assert "secrets.files in reconciler.yaml" in ran.err
    assert api.requests == []


@pytest.mark.parametrize("name", ["../outside", "twilio/../../outside", "/etc/hostname", "leaves", "leaves/passwd"])
def test_no_path_leaves_its_folder(desk: Desk, api: StandIn, outside: Path, name: str) -> None:
    """Neither by dots, nor by an absolute path, nor by a link."""
    (outside / "leaves").symlink_to("/etc")
    desk.write("manifests/main.yaml", FILE.replace("twilio/auth_token", name))
    ran = desk.run("plan", env={"RECONCILER_SECRET_FILES": str(outside)})
    assert ran.code == 4
    assert "manifests/main.yaml:9:15" in ran.err
    assert api.requests == []
    desk.run("validate", code=3 if ".." in name else 0)


def test_a_command_is_run(desk: Desk, api: StandIn, outside: Path) -> None:
    """ARG is one argument, whatever it holds; the command has neither token nor key nor input; its stderr is silent."""
    script = (
        'env >$0.env; cat >$0.in; echo \\"$2\\" >$0.more; echo noise >&2; printf \'%s\' \\"$1\\" >$0.arg; cat $0.out'
    )
    names = outside / "seen"
    (outside / "seen.out").write_text(DESIRED_SECRET + "\r\n", encoding="utf-8")
    path = outside / "exec.yaml"
    path.write_text(
        f'version: 1\ncommands:\n  vault: {{run: ["/bin/sh", "-c", "{script}", "{names}", "{{arg}}"]}}\n',
        encoding="utf-8",
    )
    desk.write("manifests/main.yaml", EXEC.replace("auth token", "$(id); x y"))
    env: dict[str, str | None] = {"RECONCILER_EXEC": str(path), "RECONCILER_KEY": "k" * 32, "HOOD_OTHER": "here"}
    ran = desk.run("apply", "--yes", "-v", code=0, env=env)
    assert sent_token(api) == DESIRED_SECRET
    assert (outside / "seen.arg").read_text() == "twilio/$(id); x y"
    assert (outside / "seen.in").read_text() == (outside / "seen.more").read_text().strip() == ""
    seen = (outside / "seen.env").read_text()
    assert "HOOD_OTHER=here" in seen
    assert TOKEN not in seen
    assert "RECONCILER_KEY" not in seen
    assert "noise" not in ran.all
    assert "secret(exec:vault/twilio/$(id); x y)" in ran.out


def test_each_reference_is_resolved_once(desk: Desk, api: StandIn, outside: Path) -> None:
    """Also where several manifests name it, and where its command fails."""
    twice = EXEC + "---\n" + EXEC.replace("main-sms", "other").replace("1161", "1170")
    desk.write("manifests/main.yaml", twice)
    script = f"echo x >>{outside}/count; echo {DESIRED_SECRET!r}; exit 9"
    ran = desk.run("plan", code=3, env={"RECONCILER_EXEC": declare(outside, script.replace("\\", "\\\\"))})
    assert (outside / "count").read_text() == "x\n"
    assert ran.err.count("exec:vault: ended with exit code 9") == 2
    assert api.requests == []


def test_a_command_that_takes_too_long_is_ended(desk: Desk, outside: Path) -> None:
    """With all that it started, after its time limit."""
    env = {"RECONCILER_EXEC": declare(outside, f"sleep 60 & echo $! >{outside}/child; wait", "1s")}
    desk.write("manifests/main.yaml", EXEC)
    began = time.monotonic()
    assert "exec:vault: was ended after 1 s" in desk.run("plan", code=3, env={**env}).err
    assert time.monotonic() - began < 30
    assert is_gone(int((outside / "child").read_text()))


def test_an_interrupted_run_leaves_no_command_behind(desk: Desk, outside: Path) -> None:
    """SIGTERM ends the commands that run, and the run with 143."""
    env = {"RECONCILER_EXEC": declare(outside, f"echo $$ >{outside}/pid; sleep 60", "60s")}
    desk.write("manifests/main.yaml", EXEC)
    process = desk.start("plan", env={**env})
    while not (outside / "pid").exists() or not (outside / "pid").read_text().strip():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    desk.finish(process, 143)
    assert is_gone(int((outside / "pid").read_text()))


def is_gone(process: int) -> bool:
    """Whether a process ends within a second; one that nobody waits for may be left as a name alone."""
    for _ in range(50):
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat")
            if state.exists() and state.read_text().rpartition(") ")[2][:1] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_commands_come_from_the_operator_alone(desk: Desk, api: StandIn, outside: Path) -> None:
    """Not from the repository, not from a file that others may write, not without RECONCILER_EXEC; 4, no request."""
    desk.write("manifests/main.yaml", EXEC)
    script = f"touch {outside}/ran; echo x"
    assert "RECONCILER_EXEC" in desk.run("plan", code=4).err
    (desk.folder / ".git").mkdir()
    inside = desk.folder / "ops"
    inside.mkdir()
    ran = desk.run("plan", code=4, env={"RECONCILER_EXEC": declare(inside, script)})
    assert "ops/exec.yaml lies in the repository" in ran.err
    (outside / "link.yaml").symlink_to(inside / "exec.yaml")
    desk.run("plan", code=4, env={"RECONCILER_EXEC": str(outside / "link.yaml")})
    ran = desk.run("plan", code=4, env={"RECONCILER_EXEC": declare(outside, script, mode=0o620)})
    assert "chmod go-w" in ran.err
    env: dict[str, str | None] = {"RECONCILER_EXEC": declare(outside, script)}
    desk.write("manifests/main.yaml", EXEC.replace("vault/", "other/"))
    assert "other is not declared" in desk.run("apply", "--yes", code=4, env=env).err
    assert not (outside / "ran").exists()
    assert api.requests == []


def test_all_that_cannot_be_read_is_told_at_once(desk: Desk, api: StandIn, outside: Path) -> None:
    """Refused, missing, failed, of all three kinds, each at its place: 4 before 3."""
    names = ("env:HOOD_NONE", "env:PATH", "file:none", "file:/etc/hostname", "exec:vault/x", "exec:other/x")
    documents = [
        f'key: k{number}\nid: "{number}"\nprovider: acme\nsettings:\n  token: {{secret: "{name}"}}\n'
        for number, name in enumerate(names)
    ]
    desk.write("manifests/main.yaml", "---\n".join(documents))
    env = {"RECONCILER_EXEC": declare(outside, "exit 3"), "RECONCILER_SECRET_FILES": str(outside)}
    ran = desk.run("plan", code=4, env={**env})
    assert [f":{5 + 6 * number}:10: settings.token: " in ran.err for number in range(6)] == [True] * 6
    assert api.requests == []
    desk.run("validate", code=0)


def test_the_file_of_commands_is_strict(desk: Desk, outside: Path) -> None:
    """Every error stands at its place, and what needs no command is told with it."""
    text = 'version: 1\ncommands:\n  vault:\n    run: ["./run", 1]\n    timeout: 10\n    shell: true\n'
    (outside / "exec.yaml").write_text(text)
    desk.write(
        "manifests/main.yaml", EXEC + '---\nprovider: acme\nid: "9"\nsettings:\n  token: {secret: "env:HOOD_B"}\n'
    )
    ran = desk.run("plan", code=3, env={"RECONCILER_EXEC": str(outside / "exec.yaml")})
    for place in (
        ":4:11: commands.vault.run[0]",
        ":4:20: commands.vault.run[1]",
        ":5:14: ",
        ":6:5: ",
        "main.yaml:14:10",
    ):
        assert place in ran.err, ran.err


def test_the_sandbox_reads_nothing(desk: Desk, outside: Path) -> None:
    """It sends a stand-in for each reference, and needs no word of the operator."""
    desk.write("manifests/main.yaml", FILE + "---\n" + EXEC.replace("main-sms", "other").replace("1161", "1162"))
    desk.run("apply", "--sandbox", "--yes", code=0, env={"RECONCILER_API": None})
    state = (desk.folder / ".reconciler" / "sandbox.json").read_text()
    assert "stand-in for file:twilio/auth_token" in state
    assert "stand-in for exec:vault/twilio/auth token" in state
