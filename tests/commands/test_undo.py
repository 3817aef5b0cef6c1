"""`undo` as a whole command line in one process: questions, formats, signals, and what it leaves."""

from __future__ import annotations

import json
import signal

import pytest

from tests.commands.stage import Stage
from tests.commands.test_apply import sit_down, stop_at

OLD, NEW = "Backup SMS (old name)", "Backup SMS"


@pytest.fixture
def applied(stage: Stage) -> Stage:
    """The name of 1162 is changed, and the report kept."""
    stage.run("apply", "--yes", "--report", "report.json")
    assert stage.name_of("1162") == NEW
    return stage


@pytest.mark.parametrize(("answer", "code", "name"), [("yes\n", 0, OLD), ("no\n", 4, NEW)])
def test_it_asks_like_apply(applied: Stage, answer: str, code: int, name: str) -> None:
    """Only yes is yes; what it would do is shown before."""
    seen = sit_down(applied, answer)
    ran = applied.run("undo", "report.json", code=code)
    assert f'"{NEW}" -> "{OLD}"' in ran.out
    assert "Apply this? Only yes is yes: " in seen.getvalue()
    assert applied.name_of("1162") == name


def test_the_report_as_json_is_the_whole_answer(applied: Stage) -> None:
    """The plan for people goes to stderr."""
    ran = applied.run("undo", "report.json", "--yes", "--format", "json")
    assert ran.document["summary"]["applied"] == 1
    assert "1 to update" in ran.err
    assert ran.document["outcomes"][0]["before"] == [[["name"], NEW]]


def test_what_cannot_be_is_told_before_any_request(applied: Stage) -> None:
    """Nobody to ask; a plan or a report in the place of the report."""
    applied.world.log.clear()
    assert "nobody is there to answer" in applied.run("undo", "report.json", code=64).err
    assert "would replace the report" in applied.run("undo", "report.json", "--out", "report.json", code=64).err
    assert applied.world.log == []


def test_saved_it_is_not_applied(applied: Stage) -> None:
    """In text, and as JSON the bytes of the file; what to type next is said, and that is a plan file."""
    ran = applied.run("undo", "report.json", "--out", "plan.json")
    assert "reconciler apply plan.json" in ran.err
    assert "only a plan of undo that RECONCILER_KEY has sealed" in ran.err
    key = "0123456789abcdef0123"
    ran = applied.run("undo", "report.json", "--out", "plan.json", "--format", "json", RECONCILER_KEY=key)
    assert "RECONCILER_KEY" not in ran.err
    assert ran.out == (applied.folder / "plan.json").read_text()
    assert applied.patches == 1


def test_a_second_undo_has_nothing_to_do(applied: Stage) -> None:
    """It neither asks nor sends."""
    applied.run("undo", "report.json", "--yes")
    seen = sit_down(applied, "")
    assert "No changes" in applied.run("undo", "report.json").out
    assert "Apply this?" not in seen.getvalue()
    assert applied.patches == 2


def test_a_signal_ends_it_like_an_apply(applied: Stage) -> None:
    """143; its own report tells what was not begun."""
    stop_at(applied, "PATCH", signal.SIGTERM)
    ran = applied.run("undo", "report.json", "--yes", "--format", "json", "--report", "undo.json", code=143)
    assert json.loads((applied.folder / "undo.json").read_text()) == ran.document


def test_a_whole_apply_comes_back_in_spite_of_a_percentage(stage: Stage) -> None:
    """The percentage counts of all that the account manages, as for the apply that is undone."""
    stage.write("reconciler.yaml", "version: 1\naccounts: {main: {path: manifests}}\nguard: {max_percent: 30}\n")
    for number, one in enumerate(sorted(stage.world.objects())[:9]):
        item = stage.world.objects()[one]
        provider = stage.world.lens.integration(stage.world.account.items[one])["provider"]["name"]
        text = f'key: k{number}\nid: "{one}"\nprovider: {provider}\nname: {json.dumps(item["name"])}\n'
        if one != "1162":
            stage.write(f"manifests/{one}.yaml", text)
    stage.run("apply", "--yes", "--report", "report.json")
    assert json.loads((stage.folder / "report.json").read_text())["managed"] >= 9
    stage.run("undo", "report.json", "--yes")
    assert stage.name_of("1162") == OLD


def test_what_a_manifest_guards_is_not_undone_either(applied: Stage) -> None:
    """By the manifest at hand; --override lets it through, and where there is none nothing holds."""
    text = (applied.folder / "manifests/main.yaml").read_text()
    applied.write("manifests/main.yaml", text + "lifecycle: {guard: [name]}\n")
    before = applied.patches
    assert "refused by lifecycle.guard" in applied.run("undo", "report.json", "--yes", code=4).err
    assert applied.patches == before
    applied.write("manifests/main.yaml", "provider: [\n")
    applied.run("undo", "report.json", "--out", "undo.json")
    applied.write("manifests/main.yaml", text + "lifecycle: {guard: [name]}\n")
    applied.run("undo", "report.json", "--yes", "--override", "lifecycle.guard")
    assert applied.patches == before + 1
