"""`apply` as a whole command line: saved plans, questions, refusals, reports."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

import msgspec
import pytest

from reconciler.commands.stopping import Stopping
from tests.commands.stage import Stage

SECRET = 'key: main\nid: "1161"\nprovider: twilio\nsettings:\n  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}\n'
BOUND = 'version: 1\naccounts:\n  main: {company_id: "999999999", path: manifests}\n'


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def sit_down(stage: Stage, answer: str) -> Terminal:
    """Somebody sits there who will type the answer; what they see."""
    seen = Terminal()
    stage.patch.setattr(sys, "stdin", Terminal(answer))
    stage.patch.setattr(sys, "stderr", seen)
    return seen


def test_it_applies_and_then_nothing_is_left_to_do(stage: Stage) -> None:
    """Changes, applied, no changes; applied again there is nothing to ask and nothing to send."""
    ran = stage.run("apply", "--yes")
    assert "Plan: 0 to create, 1 to update" in ran.out
    assert "Apply: 1 applied." in ran.out
    assert stage.name_of("1162") == "Backup SMS"
    assert "No changes" in stage.run("apply", "--yes").out
    assert stage.patches == 1


def test_the_report_as_json_is_the_whole_answer(stage: Stage) -> None:
    """The plan for people goes to stderr."""
    ran = stage.run("apply", "--yes", "--format", "json")
    assert ran.document["format"] == "reconciler.report/1"
    assert ran.document["summary"]["applied"] == 1
    assert "1 to update" in ran.err


def test_nobody_to_ask_is_a_wrong_command_line(stage: Stage) -> None:
    """64 before any request."""
    ran = stage.run("apply", code=64)
    assert ran.err.endswith("-> add --yes, or apply a plan file\n")
    assert stage.world.log == []


@pytest.mark.parametrize(("answer", "code"), [("yes\n", 0), (" YES \n", 0), ("no\n", 4), ("y\n", 4), ("", 4)])
def test_only_yes_is_yes(stage: Stage, answer: str, code: int) -> None:
    """Anything else, and the end of the input, writes nothing and ends 4."""
    seen = sit_down(stage, answer)
    stage.run("apply", code=code)
    assert "Apply this? Only yes is yes: " in seen.getvalue()
    assert stage.patches == (1 if code == 0 else 0)


def test_the_question_of_the_sandbox_is_marked_and_no_other_step_is_named(stage: Stage) -> None:
    """All that --sandbox prints begins with SANDBOX."""
    seen = sit_down(stage, "no\n")
    ran = stage.run("apply", "--sandbox", code=4)
    assert "SANDBOX Apply this?" in seen.getvalue()
    assert "apply it:" not in ran.out


def test_input_that_is_no_text_is_no_yes(stage: Stage) -> None:
    """Bytes that cannot be decoded."""
    seen = sit_down(stage, "")

    def fail(_size: int = -1) -> str:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    stage.patch.setattr(sys.stdin, "readline", fail)
    stage.run("apply", code=4)
    assert "the answer was not yes" in seen.getvalue()


def test_a_signal_while_it_asks_ends_the_run_at_once(stage: Stage) -> None:
    """SIGTERM: 143, nothing written."""
    seen = sit_down(stage, "")

    def interrupt(_size: int = -1) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return "yes\n"

    stage.patch.setattr(sys.stdin, "readline", interrupt)
    stage.run("apply", code=143)
    assert "error: interrupted" in seen.getvalue()
    assert stage.patches == 0


def stop_at(stage: Stage, method: str, number: signal.Signals) -> None:
    """The first request of a kind brings a signal."""
    handle, on_signal = stage.world.handle, Stopping._on_signal
    told = threading.Event()

    def tell(stopping: Stopping, number: int, frame: FrameType | None) -> None:
        on_signal(stopping, number, frame)
        told.set()

    def handle_and_stop(request: Any, now: float) -> Any:
        if request.method == method and not told.is_set():
            os.kill(os.getpid(), number)
            assert told.wait(10)
        return handle(request, now)

    stage.patch.setattr(Stopping, "_on_signal", tell)

    stage.patch.setattr(stage.world, "handle", handle_and_stop)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("argv", [["plan"], ["plan", "--format", "json", "--out", "p.json"], ["apply", "--yes"]])
def test_a_signal_while_reading_prints_no_half_answer(
    stage: Stage, number: signal.Signals, code: int, argv: list[str]
) -> None:
    """Nothing on stdout, no plan file, no write."""
    stop_at(stage, "GET", number)
    ran = stage.run(*argv, code=code)
    assert ran.err == "error: interrupted\n"
    assert ran.out == ""
    assert not (stage.folder / "p.json").exists()
    assert stage.patches == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_applying_ends_after_the_request_in_flight(
    stage: Stage, number: signal.Signals, code: int
) -> None:
    """The report is printed whole: what was sent is told, what was not begun is skipped."""
    stage.write("manifests/more.yaml", 'key: ops\nid: "1174"\nprovider: telegram\nstatus: inactive\n')
    stop_at(stage, "PATCH", number)
    ran = stage.run("apply", "--yes", "--parallel", "1", "--format", "json", code=code)
    statuses = sorted(outcome["status"] for outcome in ran.document["outcomes"])
    assert "skipped" in statuses
    assert stage.patches == 1
    assert ran.document["exit_code"] == code
    assert ran.err.endswith("error: interrupted\n")


def test_a_saved_plan_is_applied_as_it_is(stage: Stage) -> None:
    """Without a question, whatever its name, and whatever other documents say by now; --target narrows it."""
    stage.write("manifests/more.yaml", 'key: ops\nid: "1174"\nprovider: telegram\nstatus: inactive\n')
    stage.run("plan", "--out", "plan.yaml")
    stage.write("manifests/broken.yaml", "nonsense: [")
    report = stage.run("apply", "plan.yaml", "--target", "telegram/*", "--format", "json").document
    assert [outcome["address"] for outcome in report["outcomes"]] == ["telegram/ops"]
    assert "1 applied" in stage.run("apply", "plan.yaml", "--target", "1162").out
    assert stage.run("apply", "plan.yaml", "--target", "nothing", code=64).out == ""


def test_a_saved_plan_stands_alone(stage: Stage) -> None:
    """No second path, and no flag that would make it another plan."""
    stage.run("plan", "--out", "plan.json")
    assert "alone" in stage.run("apply", "plan.json", "manifests", code=64).err
    assert "changes no saved plan" in stage.run("apply", "plan.json", "--settings-patch", "whole", code=64).err
    assert "is not a saved plan" in stage.run("apply", str(stage.write("x.json", "{}")), code=3).err
    assert "does not exist" in stage.run("apply", "--yes", "missing.json", code=3).err
    assert stage.patches == 0


def test_the_sandbox_applies_its_own_plans_only(stage: Stage) -> None:
    """A plan of the sandbox is refused elsewhere, with or without a configuration."""
    stage.run("plan", "--sandbox", "--out", "plan.json")
    stage.run("apply", "plan.json", code=4)
    stage.patch.delenv("RECONCILER_API")
    assert "sandbox" in stage.run("apply", "plan.json", code=4).err
    assert "SANDBOX Apply: 1 applied." in stage.run("apply", "plan.json", "--sandbox").out
    assert stage.world.log == []


def test_a_changed_configuration_is_a_warning(stage: Stage) -> None:
    """The plan records the file and its digest."""
    stage.write("reconciler.yaml", BOUND)
    stage.run("plan", "--out", "plan.json")
    stage.write("reconciler.yaml", BOUND + "plan: {expires: 1d}\n")
    ran = stage.run("apply", "plan.json")
    assert ran.err == "warning: reconciler.yaml is not as it was when this plan was made\n"


def test_the_secret_of_a_saved_plan_is_read_when_it_is_applied(stage: Stage) -> None:
    """Missing: 3 before any write. There: sent, and in no output."""
    stage.write("manifests/main.yaml", SECRET)
    stage.run("plan", "--out", "plan.json")
    stage.patch.delenv("HOOD_TWILIO_AUTH_TOKEN")
    assert "HOOD_TWILIO_AUTH_TOKEN is not set" in stage.run("apply", "plan.json", code=3).err
    ran = stage.run("apply", "plan.json", HOOD_TWILIO_AUTH_TOKEN="another-value")
    assert stage.world.account.items["1161"]["settings"]["auth_token"] == "another-value"
    assert "another-value" not in ran.out + ran.err


def test_what_ends_the_run_early_comes_after_the_whole_report(stage: Stage) -> None:
    """401 in the middle: 7, the outcome and the error."""
    handle = stage.world.handle

    def withdraw(request: Any, now: float) -> Any:
        if request.method == "PATCH":
            stage.world.token = "another"
        return handle(request, now)

    stage.patch.setattr(stage.world, "handle", withdraw)
    ran = stage.run("apply", "--yes", code=7)
    assert "twilio/backup" in ran.out
    assert ran.err.startswith("error: ")


def test_a_guard_refuses_before_any_write(stage: Stage) -> None:
    """4 with the place and the way out; the plan itself only shows it."""
    stage.write(
        "manifests/main.yaml", 'key: backup\nid: "1162"\nprovider: twilio\nname: X\nlifecycle: {guard: [name]}\n'
    )
    assert "refused" in stage.run("plan").out
    ran = stage.run("apply", "--yes", code=4)
    assert "nothing was written" in ran.err
    assert "manifests/main.yaml:" in ran.err
    assert stage.patches == 0


def test_quiet_hides_progress_and_warnings_and_never_the_answer(stage: Stage) -> None:
    """The flag works before the verb."""
    ran = stage.run("-q", "apply", "--yes")
    assert "Apply: 1 applied." in ran.out
    assert ran.err == ""


PROVING = """
key: main
id: "1161"
provider: twilio
settings:
  account_sid: ACf00000000000000000000000000000000
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: "+14445550100"
---
key: backup
id: "1162"
provider: twilio
settings: {default_phone_number: "+14445550101"}
"""


def test_an_object_that_is_left_alone_is_told_on_stderr_with_what_to_type(stage: Stage) -> None:
    """Proving that PATCH replaces settings bars the way to one whose unmanaged secret is hidden: 4, and a line."""
    stage.write("manifests/main.yaml", PROVING)
    stage.world.account.masked["1162"] = ("auth_token",)
    stage.world.switches = msgspec.structs.replace(stage.world.switches, settings_patch="replace")
    ran = stage.run("apply", "--yes", "--format", "json", code=4, HOOD_TWILIO_AUTH_TOKEN="fake-token-of-the-seed")
    assert ran.document["summary"] | {"applied": 1, "skipped": 1} == ran.document["summary"]
    told = ran.err[ran.err.index("refused: ") :]
    assert "manifests/main.yaml:10:1: twilio/backup: the API hides auth_token" in told
    assert told.startswith("refused: hidden-unmanaged: 1 object was left alone")
    assert "name it in the manifest" in told
    assert "settings_patch" not in told
