"""What is kept of an apply: the report's file, with who applied it, whatever becomes of the run."""

from __future__ import annotations

import json
import signal
import stat
from typing import Any

import pytest

from tests.commands.stage import Stage
from tests.commands.test_apply import stop_at

CI: Any = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "alice", "GITHUB_SHA": "0" * 40, "GITHUB_JOB": "apply"}


def kept(stage: Stage, name: str = "report.json") -> Any:
    """The report's file."""
    return json.loads((stage.folder / name).read_text())


def test_the_report_is_kept_as_it_is_told(stage: Stage) -> None:
    """The bytes of stdout, for its owner alone, with what the object was before."""
    ran = stage.run("apply", "--yes", "--format", "json", "--report", "report.json", **CI)
    file = stage.folder / "report.json"
    assert file.read_text() == ran.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    report = kept(stage)
    assert report["applied_by"] == {"actor": "alice", "commit": "0" * 40, "pipeline": None, "job": "apply"}
    assert report["outcomes"][0]["before"] == [[["name"], "Backup SMS (old name)"]]
    assert report["outcomes"][0]["after"] == [[["name"], "Backup SMS"]]
    assert (report["api"], report["company_id"]) == (stage.server.url, stage.world.account.company_id)
    assert report["managed"] == 1
    assert report["created"].endswith("Z")


def test_who_applied_stands_in_the_text(stage: Stage) -> None:
    """Behind what it took."""
    assert stage.run("apply", "--yes", **CI).out.endswith("Run by alice, at commit 000000000000, job apply\n")


def test_it_is_kept_where_nothing_was_to_be_done(stage: Stage) -> None:
    """So that whoever reads it need not ask whether it is there."""
    stage.run("apply", "--yes")
    stage.run("apply", "--yes", "--report", "report.json")
    assert kept(stage)["outcomes"] == []


def test_an_interrupted_run_keeps_it_whole(stage: Stage) -> None:
    """What was sent has its before-image, what was not begun is skipped."""
    stage.write("manifests/more.yaml", 'key: ops\nid: "1174"\nprovider: telegram\nstatus: inactive\n')
    stop_at(stage, "PATCH", signal.SIGTERM)
    stage.run("apply", "--yes", "--parallel", "1", "--report", "report.json", code=143)
    report = kept(stage)
    assert report["exit_code"] == 143
    assert sorted(bool(one["before"]) for one in report["outcomes"]) == [False, True]


def test_a_file_that_cannot_be_written_comes_after_the_report(stage: Stage) -> None:
    """The answer is printed all the same; the run ends as a fault of the machine."""
    (stage.folder / "there").mkdir()
    target = stage.folder / "there" / "report.json"
    handle = stage.world.handle

    def remove(request: Any, now: float) -> Any:
        if target.parent.exists():
            target.parent.rmdir()
        return handle(request, now)

    stage.patch.setattr(stage.world, "handle", remove)
    ran = stage.run("apply", "--yes", "--report", "there/report.json", code=1)
    assert "Apply: 1 applied." in ran.out
    assert "cannot be written" in ran.err


@pytest.mark.parametrize("target", [".", "no/such/report.json", "manifests/main.yaml"])
def test_what_can_be_no_report_is_told_before_any_request(stage: Stage, target: str) -> None:
    """64."""
    stage.run("apply", "--yes", "--report", target, code=64)
    assert stage.world.log == []


def test_a_report_does_not_replace_the_plan_that_it_is_of(stage: Stage) -> None:
    """Whichever way its name is written."""
    stage.run("plan", "--out", "plan.json")
    ran = stage.run("apply", "plan.json", "--report", "./plan.json", code=64)
    assert "would replace what is applied" in ran.err
    assert stage.patches == 0
