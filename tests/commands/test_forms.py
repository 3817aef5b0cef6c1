"""Further copies of an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.commands.forms import Write, parse_writes, save_writes
from reconciler.errors import ReconcilerError, UsageError
from tests.commands.stage import Stage


@pytest.mark.parametrize("text", ["markdown", "=x", "markdown=", "yaml=x", "html=no/such/x"])
def test_what_is_no_format_and_file_is_a_wrong_command_line(stage: Stage, text: str) -> None:
    """64 before any request; the formats are named."""
    assert stage.run("plan", "--write", text, code=64).err.startswith("error: --write")
    assert stage.world.log == []


def test_one_run_writes_several_formats(stage: Stage) -> None:
    """All of the same plan, beside the answer on stdout."""
    stage.write("manifests/main.yaml", 'id: "1161"\nprovider: twilio\nname: New\n')
    ran = stage.run("plan", "--write", "markdown=p.md", "--write", "html=p.html", "--write", "gitlab=p.json")
    assert "1 to update" in ran.out
    assert "1 to update" in (stage.folder / "p.md").read_text()
    assert "<h1>reconciler plan: default</h1>" in (stage.folder / "p.html").read_text()
    assert json.loads((stage.folder / "p.json").read_text())["update"] == 1
    applied = stage.run("apply", "--yes", "--format", "markdown", "--write", "json=r.json")
    assert applied.out.startswith("### reconciler apply")
    assert json.loads((stage.folder / "r.json").read_text())["summary"]["applied"] == 1


def test_what_is_not_valid_is_written_too(stage: Stage) -> None:
    """So that a comment can say it; formats that a validation does not have are left out."""
    stage.write("manifests/bad.yaml", "provider: [\n")
    ran = stage.run("plan", "--write", "markdown=p.md", "--write", "terraform-json=t.json", code=3)
    assert ran.out == ""
    assert "manifests/bad.yaml:" in (stage.folder / "p.md").read_text()
    assert not (stage.folder / "t.json").exists()
    shown = stage.run("plan", "--format", "terraform-json", "--write", "markdown=q.md", code=3)
    assert shown.document["format"] == "reconciler.validate/1"
    assert (stage.folder / "q.md").exists()
    assert stage.run("plan", "--format", "github", code=3).out.startswith("::error file=manifests/bad.yaml,")
    assert json.loads(stage.run("validate", "--format", "sarif", code=3).out)["version"] == "2.1.0"


def test_a_file_is_named_once_and_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And every copy that can be written is, before the first failure is raised."""
    monkeypatch.chdir(tmp_path)
    for given in (["text=a", "json=a"], ["text=."]):
        with pytest.raises(UsageError):
            parse_writes(given, ("text", "json"))
    (tmp_path / "shut").mkdir()
    writes = (Write("text", Path("gone/a")), Write("text", Path("b")), Write("json", Path("c")))
    with pytest.raises(ReconcilerError, match="gone/a"):
        save_writes(writes, {"text": lambda: "x"})
    assert (tmp_path / "b").read_text() == "x"
    assert not (tmp_path / "c").exists()
