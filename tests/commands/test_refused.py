"""The report of an apply that a guard refuses."""

from __future__ import annotations

import errno
import json
import os

import pytest

from tests.commands.stage import Stage

GUARDED = 'key: backup\nid: "1162"\nprovider: twilio\nname: X\nlifecycle: {guard: [name]}\n'


@pytest.mark.parametrize("saved", [False, True])
def test_a_refused_apply_prints_its_report_too(stage: Stage, saved: bool) -> None:
    """Each change is skipped, with what refuses it; the file of --report says the same."""
    stage.write("manifests/main.yaml", GUARDED + '---\nprovider: twilio\nid: "99"\nname: Gone\n')
    stage.run("plan", "--out", "plan.json", code=3)
    argv = ["plan.json"] if saved else ["--yes"]
    ran = stage.run("apply", *argv, "--format", "json", "--report", "report.json", code=4)
    report = ran.document
    assert (report["format"], report["exit_code"]) == ("reconciler.report/1", 4)
    assert report["summary"] == {"applied": 0, "unchanged": 0, "failed": 0, "stale": 0, "unverified": 0, "skipped": 2}
    assert [(one["status"], one["attempts"]) for one in report["outcomes"]] == [("skipped", 0)] * 2
    assert report["outcomes"][0]["error"].startswith("refused by lifecycle.guard: ")
    assert "does not know id 99" in report["outcomes"][1]["error"]
    assert report["requests"]["patch"] == stage.patches == 0
    assert json.loads((stage.folder / "report.json").read_text()) == report
    assert "nothing was written" in ran.err


def test_as_text_the_plan_and_the_refusal_have_said_it_all(stage: Stage) -> None:
    """Only the copies that were asked for are written."""
    stage.write("manifests/main.yaml", GUARDED)
    ran = stage.run("apply", "--yes", "--write", "json=copy.json", code=4)
    assert "skipped" not in ran.out
    assert json.loads((stage.folder / "copy.json").read_text())["summary"]["skipped"] == 1


def test_a_report_that_cannot_be_kept_hides_no_refusal(stage: Stage) -> None:
    """Both are told, and the refusal decides."""
    stage.write("manifests/main.yaml", GUARDED)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "")

    stage.patch.setattr(os, "fsync", full)
    ran = stage.run("apply", "--yes", "--report", "report.json", code=4)
    assert "report.json: cannot be written" in ran.err
    assert "nothing was written" in ran.err
