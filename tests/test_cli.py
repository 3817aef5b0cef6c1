"""The command line: flags, environment, errors in one form, streams that break, faults of the tool itself."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Any

import click
import pytest

from reconciler import __version__
from reconciler.cli import cli, guarded, main
from reconciler.cli.program import hide_faults, make_usage_error, tell_thread
from reconciler.commands.faults import make_fault
from reconciler.errors import UsageError
from reconciler.sandbox.faults import Fault, Faults
from tests.commands.stage import Stage

ROOT = Path(__file__).parents[1]


def test_version_and_help(stage: Stage) -> None:
    """Help names every verb and every exit code."""
    assert stage.run("--version").out == f"reconciler, version {__version__}\n"
    shown = stage.run("--help").out
    assert all(f"  {verb} " in shown for verb in ("validate", "plan", "apply", "sandbox"))
    assert all(code in shown for code in ("64 ", "130, 143", "8 the API"))


@pytest.mark.parametrize(
    ("argv", "message", "fix"),
    [
        ([], "a command is missing, such as plan or apply", "reconciler --help"),
        (["nonsense"], "no such command 'nonsense'", "reconciler --help"),
        (["plan", "--nonsense"], "no such option '--nonsense'", "reconciler plan --help"),
        (["--color", "red", "plan"], "invalid value for '--color': 'red' is not one of", "reconciler --help"),
        (["plan", "--parallel", "0"], "invalid value for '--parallel'", "reconciler plan --help"),
        (["apply", "--target"], "option '--target' requires an argument", "--help"),
        (["sandbox", "--latency", "-1"], "invalid value for '--latency'", "reconciler sandbox --help"),
    ],
)
def test_a_wrong_command_line_is_told_as_every_error(stage: Stage, argv: list[str], message: str, fix: str) -> None:
    """64, what is wrong, what to type next; nothing on stdout."""
    ran = stage.run(*argv, code=64)
    assert ran.err.startswith(f"error: {message}")
    assert ran.err.splitlines()[-1].startswith("  -> reconciler ")
    assert ran.err.endswith(f"{fix}\n")
    assert ran.out == ""


def test_a_wrong_command_line_speaks_as_it_was_asked_to(stage: Stage) -> None:
    """As JSON by flag or variable, in either spelling; with SANDBOX before it."""
    for argv in (["--log-format", "json", "plan", "--x"], ["plan", "--x", "--log-format=json"]):
        assert json.loads(stage.run(*argv, code=64).err)["exit"] == 64
    assert json.loads(stage.run("plan", "--x", code=64, RECONCILER_LOG_FORMAT="json").err)["level"] == "error"
    assert stage.run("plan", "--sandbox", "--x", code=64).err.startswith("SANDBOX error: ")


def test_an_error_of_click_without_a_context_still_says_where_to_read() -> None:
    """Sentences lose their full stop, and line breaks."""
    made = make_usage_error(click.UsageError("Something\n is wrong."))
    assert (made.message, made.fix) == ("something is wrong", "reconciler --help")


def test_global_flags_work_before_and_after_the_verb(stage: Stage) -> None:
    """The one after wins; a flag beats its variable."""
    assert "\x1b[" in stage.run("--color", "always", "plan").out
    assert "\x1b[" in stage.run("--color", "never", "plan", "--color", "always").out
    assert "\x1b[" not in stage.run("plan", "--color", "never", RECONCILER_COLOR="always").out
    assert "\x1b[" in stage.run("plan", RECONCILER_COLOR="always").out
    for argv in (["--sandbox", "plan"], ["plan", "--sandbox"]):
        assert stage.run(*argv).out.startswith("SANDBOX")


def test_variables_stand_for_flags(stage: Stage) -> None:
    """RECONCILER_FORMAT, _STRICT, _QUIET, _VERBOSE, _SANDBOX."""
    assert stage.run("plan", RECONCILER_FORMAT="json").document["format"] == "reconciler.plan/1"
    assert stage.run("plan", RECONCILER_SANDBOX="yes").out.startswith("SANDBOX")
    assert not stage.run("plan", RECONCILER_SANDBOX="0").out.startswith("SANDBOX")
    assert "request method=GET status=200" in stage.run("plan", RECONCILER_VERBOSE="1").err
    stage.write("manifests/main.yaml", 'id: "1161"\nprovider: twilio\nsettings:\n  nonsense: "1"\n')
    stage.run("plan", code=3, RECONCILER_STRICT="on")


@pytest.mark.parametrize("name", ["RECONCILER_COLOR", "RECONCILER_LOG_FORMAT", "RECONCILER_STRICT"])
def test_a_variable_with_another_word_is_a_usage_error(stage: Stage, name: str) -> None:
    """64, also where the error itself would have been written so; the value is not shown."""
    ran = stage.run("plan", code=64, **{name: "perhaps"})
    assert ran.err.startswith(f"error: {name} is ")
    assert "perhaps" not in ran.err


def test_errors_as_json_lines(stage: Stage) -> None:
    """One line each, with place, fix and exit code; remarks likewise."""
    stage.write("manifests/bad.yaml", "provider: [\n")
    rows = [json.loads(row) for row in stage.run("plan", "--log-format", "json", code=3).err.splitlines()]
    assert rows[0]["source"].startswith("manifests/bad.yaml:")
    assert {row["exit"] for row in rows} == {3}
    (stage.folder / "manifests/bad.yaml").unlink()
    rows = [json.loads(row) for row in stage.run("plan", "--log-format=json", "--out", "p").err.splitlines()]
    assert [row["event"] for row in rows if "text" in row] == ["message"]
    assert {row.get("method") for row in rows} == {"GET", None}


def test_the_log_tells_the_trace_id_of_each_request_that_failed(stage: Stage) -> None:
    """Also of one that was sent again, so that the API's support can be asked about it."""
    stage.world.faults = Faults(script=(Fault("500", method="GET"),))
    rows = [json.loads(row) for row in stage.run("plan", "--log-format", "json").err.splitlines()]
    traced = [row for row in rows if row["event"] == "request" and "trace_id" in row]
    assert [row["status"] for row in traced] == [500]
    assert traced[0]["trace_id"]


def test_a_fault_of_the_tool_itself_is_one_line_without_values(stage: Stage) -> None:
    """1, the kind and the place."""

    def fail(*_: object, **__: object) -> Any:
        raise KeyError("secret-value")

    stage.patch.setattr("reconciler.commands.request.make_request", fail)
    stage.patch.setattr("reconciler.commands.validate.run_validate", fail)
    ran = stage.run("validate", code=1)
    assert ran.err.startswith("error: a fault of reconciler itself: ")
    assert "KeyError at test_cli.py:" in ran.err
    assert "secret-value" not in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (click.Abort(), 130), (PermissionError(13, "x"), 1)]
)
def test_whatever_a_command_raises_becomes_a_code(stage: Stage, error: BaseException, code: int) -> None:
    """A signal before the handlers stand, and an error of the system that no stream brought."""

    def fail(*_: object, **__: object) -> Any:
        raise error

    stage.patch.setattr(cli, "main", fail)
    ran = stage.run("plan", code=code)
    assert ("PermissionError" in ran.err) == (code == 1)


def test_a_stream_that_is_full_is_told(stage: Stage) -> None:
    """Also where click writes the help itself."""

    def fail(*_: object, **__: object) -> Any:
        raise OSError(28, "No space left on device")

    stage.patch.setattr(cli, "main", fail)
    ran = stage.run("--help", code=1)
    assert (
        ran.err == "error: cannot write the answer: No space left on device\n  -> make room, or send stdout elsewhere\n"
    )


def test_a_fault_in_a_thread_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """And one without a trace has no place."""
    tell_thread(threading.ExceptHookArgs((ValueError, ValueError("secret-value"), None, None)), [])
    assert (
        capsys.readouterr().err == "error: a fault of reconciler itself: ValueError; please report it with this line\n"
    )
    assert make_fault(KeyError, None).exit_code == 1


def keep_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the entry point replaces comes back after the test."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)


def test_what_nobody_catches_is_one_line_without_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a destructor, while another fault is told; Ctrl-C needs no words at all."""
    keep_hooks(monkeypatch)
    hide_faults([])
    line = "error: a fault of reconciler itself: ValueError; please report it with this line\n"
    sys.excepthook(ValueError, ValueError("secret-value"), None)
    sys.unraisablehook(types.SimpleNamespace(exc_type=ValueError, exc_traceback=None))
    assert capsys.readouterr().err == line * 2
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    monkeypatch.setattr(sys, "stderr", None)
    sys.excepthook(ValueError, ValueError("secret-value"), None)
    assert capsys.readouterr().err == ""


def test_the_entry_point_exits(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the code of the command line, given or of the process."""
    keep_hooks(monkeypatch)
    with pytest.raises(SystemExit) as caught:
        main(["nonsense"])
    assert caught.value.code == 64
    monkeypatch.setattr(sys, "argv", ["reconciler", "--version"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    assert threading.excepthook is not threading.__excepthook__
    threading.excepthook(threading.ExceptHookArgs((ValueError, None, None, None)))
    assert "ValueError" in capsys.readouterr().err


def test_the_entry_point_tells_of_a_closed_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 before anything is done."""
    keep_hooks(monkeypatch)
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 1
    sys.stdout.close()
    assert "stdout is closed" in capsys.readouterr().err


def test_usage_errors_of_our_own_have_the_same_form() -> None:
    """What guarded returns for them is 64."""
    assert UsageError.exit_code == 64
    assert guarded(["plan", "--account", "nobody", "--sandbox"]) == 64


def run_shell(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """A piece of shell in which $R is the program; no stream of it may show a traceback."""
    (folder / "manifests").mkdir(exist_ok=True)
    (folder / "manifests" / "a.yaml").write_text('id: "1162"\nprovider: twilio\nname: "Z\\u00fcrich \\U0001f600"\n')
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "R": f"{sys.executable} -m reconciler", **environ}
    ran = subprocess.run(["/bin/sh", "-c", script], cwd=folder, env=given, capture_output=True, check=False, timeout=60)
    assert b"Traceback" not in ran.stderr + ran.stdout
    assert b"Exception" not in ran.stderr
    return ran


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_on_stdout(tmp_path: Path) -> None:
    """1 and one error, for the answer, the help and a document that ends 3."""
    ran = run_shell("$R plan --sandbox > /dev/full; echo $?; $R --help > /dev/full; echo $?", tmp_path)
    assert ran.stdout.split() == [b"1", b"1"]
    assert ran.stderr.count(b"cannot write the answer: No space left") == 2
    bad = "echo [ > manifests/b.yaml; $R validate --format json > /dev/full; echo $?"
    assert run_shell(bad, tmp_path).stdout == b"1\n"


@pytest.mark.slow
def test_a_reader_that_has_gone_and_closed_streams(tmp_path: Path) -> None:
    """No word for a broken pipe; 1 for a closed stdout; a closed stdin and stderr do no harm."""
    assert run_shell("$R plan --sandbox | true", tmp_path).stderr == b""
    ran = run_shell("$R plan --sandbox >&-; echo $?", tmp_path)
    assert ran.stdout == b"1\n"
    assert ran.stderr.startswith(b"SANDBOX error: stdout is closed")
    assert b"1 to update" in run_shell("$R plan --sandbox <&- 2>&-", tmp_path).stdout
    assert run_shell("$R apply --sandbox <&-; echo $?", tmp_path).stdout == b"64\n"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_stream_can_carry_any_text(tmp_path: Path, encoding: str) -> None:
    """What it cannot encode is escaped; a document is the same data in all of them."""
    ran = run_shell("$R plan --sandbox --format json && $R plan --sandbox >&2", tmp_path, PYTHONIOENCODING=encoding)
    assert json.loads(ran.stdout)["changes"][0]["fields"][0]["after"] == "Z\u00fcrich \U0001f600"
    assert (b"Z\xc3\xbcrich" in ran.stderr) == (encoding == "utf-8")
    assert (b"\\ud83d\\ude00" in ran.stderr) == (encoding != "utf-8")


def test_a_working_directory_that_is_gone(stage: Stage) -> None:
    """64 with what to do."""
    gone = stage.folder / "gone"
    gone.mkdir()
    stage.patch.chdir(gone)
    gone.rmdir()
    ran = stage.run("plan", code=64)
    stage.patch.chdir(stage.folder)
    assert ran.err == "error: the working directory does not exist any more\n  -> cd to one that does\n"


@pytest.mark.slow
def test_a_signal_ends_the_emulator_in_peace(tmp_path: Path) -> None:
    """143 as a shell counts it, and no word on stderr."""
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", "sandbox", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert b"127.0.0.1" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert err == b""


def test_a_signal_ends_validate_too(stage: Stage) -> None:
    """It has no request under way, so that it ends where it stands."""

    def interrupt(*_: object, **__: object) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    stage.patch.setattr("reconciler.commands.validate.run_validate", interrupt)
    assert stage.run("validate", code=143).err == "error: interrupted\n"


def talk(folder: Path, typed: bytes) -> tuple[int, bytes]:
    """`apply --sandbox` on a terminal where something is typed once it asks; its code, and what was on the screen."""
    terminal, other = pty.openpty()
    # A shell that leads a session and opens a terminal gets it as its own, so that Ctrl-C reaches the program.
    name = os.ttyname(other)
    script = f"exec {sys.executable} -m reconciler apply --sandbox < {name} > {name} 2>&1"
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    screen = b""
    with subprocess.Popen(["/bin/sh", "-c", script], cwd=folder, env=environ, start_new_session=True) as process:
        while select.select([terminal], [], [], 0.2)[0] or process.poll() is None:
            if not select.select([terminal], [], [], 0)[0]:
                continue
            before, screen = screen, screen + os.read(terminal, 4096)
            if b"Only yes is yes: " in screen and b"Only yes is yes: " not in before:
                os.write(terminal, typed)
    os.close(terminal)
    os.close(other)
    return process.returncode, screen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "code"), [(b"yes\n", 0), (b"no\n", 4), (b"\x04", 4), (b"\x03", 130)], ids=["yes", "no", "end", "ctrl-c"]
)
def test_apply_asks_on_a_terminal(tmp_path: Path, typed: bytes, code: int) -> None:
    """Only yes applies; no and the end of the input are refusals; Ctrl-C ends it."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "a.yaml").write_text('id: "1162"\nprovider: twilio\nname: Backup SMS\n')
    ended, screen = talk(tmp_path, typed)
    assert ended == code, screen
    assert (b"1 applied" in screen) == (code == 0)
    assert b"Traceback" not in screen
