"""Who moved, and what the commits touch, with real Git."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands import history
from reconciler.commands.history import blame, find_repository, find_revision, run_git
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model import Commit, Source
from tests.commands.repository import Repository
from tests.commands.stage import Stage
from tests.needs import need

ONE = 'key: one\nid: "1161"\nprovider: twilio\nname: {name}\nsettings:\n  default_phone_number: "{phone}"\n'


@pytest.fixture
def repository(stage: Stage) -> Repository:
    """The stage's folder as a repository with one manifest that is live."""
    need("git")
    stage.world.edit("1161", name="Main", now=1.0)
    stage.world.set_setting("1161", "default_phone_number", "+1", now=1.0)
    made = Repository(stage.folder)
    stage.write("manifests/main.yaml", ONE.format(name="Main", phone="+1"))
    made.commit("first")
    return made


def causes(stage: Stage, *argv: str, code: int = 0) -> dict[str, Any]:
    """Cause and author by path."""
    document = stage.run("plan", "--format", "json", *argv, code=code).document
    fields = [field for change in document["changes"] for field in change["fields"]]
    return {field["path"][-1]: (field["cause"], (field["changed_by"] or {}).get("author")) for field in fields}


def test_each_field_tells_who_moved(stage: Stage, repository: Repository) -> None:
    """Intended, drifted, both, new; with the author of the line, in every format."""
    base = repository.git("rev-parse", "HEAD").strip()
    stage.write("manifests/main.yaml", ONE.format(name="Main", phone="+2") + "status: paused\n")
    repository.commit("phone", author="John Roe")
    stage.world.edit("1161", name="By hand", now=2.0)
    found = causes(stage, "--base", base, "--override", "deactivate")
    assert found == {
        "default_phone_number": ("intended", "John Roe"),
        "name": ("drifted", "Jane Doe"),
        "status": ("new", "John Roe"),
    }
    stage.world.set_setting("1161", "default_phone_number", "+3", now=3.0)
    assert causes(stage, "--base", "main~1")["default_phone_number"][0] == "both"
    text = stage.run("plan", "--base", base).out
    assert "drifted: live changed, the manifest did not; line last changed in" in text
    assert "conflict: both the manifest and live changed" in text
    for form in ("markdown", "html", "github"):
        assert "conflict: both" in stage.run("plan", "--base", base, "--format", form).out
    assert set(causes(stage)) == set(found)
    assert causes(stage)["name"] == (None, None)


def test_what_left_git_while_it_is_active_is_said(stage: Stage, repository: Repository) -> None:
    """A warning, not a change."""
    stage.write("manifests/other.yaml", 'key: other\nid: "1163"\nprovider: twilio\n')
    repository.commit()
    (stage.folder / "manifests/other.yaml").unlink()
    ran = stage.run("plan", "--base", "HEAD", "--detailed-exitcode")
    assert "warning: left Git, still active: twilio/other (1163)" in ran.out


def test_only_what_the_commits_touch_is_planned(stage: Stage, repository: Repository) -> None:
    """Three of a thousand cost three requests and a page; a moved document is not touched; reconciler.yaml counts."""
    many = [f'key: k{number}\nid: "{5000 + number}"\nprovider: twilio\nname: Old\n' for number in range(300)]
    for number in range(300):
        stage.world.add(
            "twilio", "Old", {"account_sid": "a", "auth_token": "b", "default_phone_number": "c"}, id=5000 + number
        )
    stage.write("manifests/many.yaml", "---\n".join(many))
    repository.commit()
    stage.write("manifests/moved.yaml", "---\n".join(text.replace("name: Old", "name: New") for text in many[:3]))
    stage.write("manifests/many.yaml", "# a comment\n" + "---\n".join(many[3:]))
    stage.world.log.clear()
    document = stage.run("plan", "--changed-since", "main", "--format", "json").document
    assert (document["summary"]["update"], document["summary"]["out_of_scope"]) == (3, 298)
    assert len(stage.world.log) <= 3 + 4
    stage.run("plan", "--changed-since", "main~1", "--format", "json")


def test_a_repository_that_had_no_manifests_yet_makes_all_new(stage: Stage, repository: Repository) -> None:
    """The first commit had another account, no configuration, or files that were not valid."""
    stage.write("manifests/reconciler.yaml", "version: 1\naccounts:\n  main: {path: .}\n")
    stage.write("manifests/main.yaml", ONE.format(name="Other", phone="+1"))
    repository.commit()
    assert causes(stage, "--base", "HEAD~1")["name"][0] == "new"
    stage.write("manifests/main.yaml", "provider: [\n")
    repository.commit()
    stage.write("manifests/main.yaml", ONE.format(name="Other", phone="+1"))
    assert causes(stage, "--base", "HEAD")["name"] == ("new", None)


@pytest.mark.parametrize("flag", ["--base", "--changed-since"])
def test_a_revision_that_git_does_not_know_is_a_wrong_command_line(
    stage: Stage, repository: Repository, flag: str
) -> None:
    """Nor may it be an option of git's; and outside of a repository there is none."""
    for revision in ("nowhere", "--output=x"):
        assert "no such revision" in stage.run("plan", f"{flag}={revision}", code=64).err
    assert not (stage.folder / "x").exists()


def test_outside_of_a_repository_there_is_no_history(stage: Stage) -> None:
    """64, with git's own words."""
    need("git")
    assert "not a git repository" in stage.run("plan", "--base", "HEAD", code=64).err
    assert blame([Source("manifests/main.yaml", 1, 1)], stage.folder) == {}


def test_drift_exits_2_where_live_differs(stage: Stage, repository: Repository) -> None:
    """And 0 where it does not; with the formats of plan."""
    assert "Drift: 0 to create, 0 to update" in stage.run("drift").out
    stage.world.edit("1161", name="By hand", now=2.0)
    assert "Drift: 0 to create, 1 to update" in stage.run("drift", code=2).out
    document = json.loads(stage.run("drift", "--format", "json", "--base", "HEAD", code=2).out)
    assert document["changes"][0]["fields"][0]["cause"] == "drifted"
    assert stage.run("drift", "--format", "markdown", code=2).out.startswith("### reconciler drift")
    assert stage.patches == 0


def test_git_that_is_missing_or_hangs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback."""
    need("git")
    with pytest.raises(UsageError, match="gone"):
        run_git(tmp_path / "gone", "status")
    monkeypatch.setattr(history, "LONGEST", 0.000001)
    with pytest.raises(ReconcilerError, match="did not answer"):
        run_git(tmp_path, "--version")


def test_a_file_with_very_many_lines_is_blamed_in_parts(tmp_path: Path) -> None:
    """And a line that nobody has committed yet has no commit."""
    need("git")
    made = Repository(tmp_path)
    (tmp_path / "a.yaml").write_text("x\n" * 450)
    made.commit(author="J. Ünïcode")
    (tmp_path / "a.yaml").write_text("x\n" * 450 + "new\n")
    found = blame([Source("a.yaml", line, 1) for line in range(1, 452)], tmp_path)
    assert len(found) == 450
    assert found[Source("a.yaml", 450, 1)] == Commit(made.git("rev-parse", "HEAD")[:12], "J. Ünïcode")
    assert find_repository(tmp_path).samefile(tmp_path)
    assert find_revision(tmp_path, "main") == made.git("rev-parse", "HEAD").strip()


def test_variables_and_overlays_touch_what_they_make(stage: Stage, repository: Repository) -> None:
    """A commit to reconciler.yaml, or to an overlay, plans the manifests that it changes, and no other."""
    config = "version: 1\naccounts:\n  main:\n    path: .\n    overlay: ../over\n    variables: {{brand: {brand}}}\n"
    stage.write("manifests/reconciler.yaml", config.format(brand="Acme"))
    stage.write("manifests/main.yaml", ONE.format(name='"${var:brand} SMS"', phone="+1"))
    stage.write("manifests/two.yaml", 'key: two\nid: "1163"\nprovider: twilio\nname: Two\n')
    stage.write("over/two.yaml", "key: two\nprovider: twilio\nname: Over\n")
    repository.commit()

    def planned() -> set[str]:
        document = stage.run("plan", "--changed-since", "HEAD", "--format", "json").document
        return {change["address"] for change in document["changes"] if change["action"] == "update"}

    assert planned() == set()
    stage.write("manifests/reconciler.yaml", config.format(brand="Other"))
    assert planned() == {"twilio/one"}
    stage.write("manifests/reconciler.yaml", config.format(brand="Acme"))
    stage.write("over/two.yaml", "key: two\nprovider: twilio\nname: Laid over\n")
    assert planned() == {"twilio/two"}


def test_many_files_are_blamed_by_one_look_at_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same commits as one by one; files with a longer story, a dirty line or an odd name are blamed themselves."""
    need("git")
    made = Repository(tmp_path)
    names = [f"f{number}.yaml" for number in range(30)] + ["ü b.yaml"]
    for name in names:
        (tmp_path / name).write_text("x\ny\n")
    made.commit(author="First")
    (tmp_path / "f1.yaml").write_text("x\nz\n")
    made.commit(author="Second")
    (tmp_path / "f2.yaml").write_text("x\ndirty\n")
    (tmp_path / "new.yaml").write_text("x\n")
    sources = [Source(name, line, 1) for name in [*names, "new.yaml"] for line in (1, 2)]
    asked: list[str] = []
    real = history._blame_file

    def count(path: Path, file: str, numbers: Any) -> Any:
        asked.append(file)
        return real(path, file, numbers)

    monkeypatch.setattr(history, "_blame_file", count)
    many = blame(sources, tmp_path)
    assert sorted(asked) == ["f1.yaml", "f2.yaml", "new.yaml"]
    monkeypatch.setattr(history, "FEW", 1000)
    assert many == blame(sources, tmp_path)
    assert many[Source("f1.yaml", 2, 1)].author == "Second"
    assert Source("f2.yaml", 2, 1) not in many


def test_no_file_of_a_commit_is_written_outside(tmp_path: Path) -> None:
    """A tree made by hand may hold `..`; what has such a name is left out."""
    need("git")
    folder = tmp_path / "repository"
    folder.mkdir()
    repository = Repository(folder)
    (folder / "a.yaml").write_text("x")
    repository.git("add", "a.yaml")
    tree = repository.git("write-tree").strip()
    for name in ("..", "b"):
        row = f"040000 tree {tree}\t{name}\n"
        made = subprocess.run(
            ["git", "mktree"], cwd=folder, input=row.encode(), capture_output=True, check=True, timeout=60
        )
        tree = made.stdout.decode().strip()
    commit = repository.git("commit-tree", tree, "-m", "x").strip()
    assert "../a.yaml" in repository.git("ls-tree", "-r", "--name-only", commit)
    with history.tree_at(folder, commit) as found:
        assert [path.name for path in found.iterdir()] == [".git"]
