"""Secrets never go where Git could take them up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.commands.private import check_private
from reconciler.errors import RefusedError, UsageError
from tests.commands.stage import Stage
from tests.needs import need


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder within a work tree."""
    need("git")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "a").mkdir()
    return tmp_path


def test_only_an_ignored_file_may_lie_in_a_work_tree(repository: Path) -> None:
    """At any depth; a file that is tracked is not ignored, whatever .gitignore says."""
    path = repository / "a" / "secrets.env"
    with pytest.raises(RefusedError, match="Git does not ignore it") as caught:
        check_private(path)
    assert caught.value.fix is not None
    assert ".gitignore" in caught.value.fix
    (repository / ".gitignore").write_text("*.env\n")
    check_private(path)
    path.write_text("")
    subprocess.run(["git", "-C", str(repository), "add", "-f", "a/secrets.env"], check=True)
    with pytest.raises(RefusedError):
        check_private(path)


def test_a_link_is_judged_by_where_it_leads(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """From without into the work tree, and out of it."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "in").symlink_to(repository / "a" / "secrets")
    (repository / "out").symlink_to(outside / "secrets")
    with pytest.raises(RefusedError):
        check_private(outside / "in")
    check_private(repository / "out")


def test_without_git_every_work_tree_is_refused(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can tell what is ignored."""
    (repository / ".gitignore").write_text("*\n")
    check_private(repository / "secrets")
    monkeypatch.setenv("PATH", str(repository / "a"))
    with pytest.raises(RefusedError):
        check_private(repository / "secrets")


def test_variables_of_git_change_no_answer(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook runs with its own repository in them."""
    monkeypatch.setenv("GIT_DIR", str(repository / "nowhere"))
    (repository / ".gitignore").write_text("*\n")
    check_private(repository / "secrets")


def test_what_can_be_no_file_is_a_wrong_command_line(tmp_path: Path) -> None:
    """A folder, nothing at all, and a folder that is not there."""
    for path, message in ((tmp_path, "is no ordinary file"), (tmp_path / "a" / "b", "there is no folder")):
        with pytest.raises(UsageError, match=message):
            check_private(path)
    check_private(tmp_path / "secrets.env")


def test_the_refusal_comes_before_any_request(stage: Stage) -> None:
    """Exit 4; nothing is read, nothing is written."""
    need("git")
    subprocess.run(["git", "init", "-q", str(stage.folder)], check=True)
    ran = stage.run("import", "--all", "--secrets-to", "secrets.env", code=4)
    assert ran.err.startswith("refused: secrets.env: would hold secrets")
    assert stage.world.log == []
    assert not (stage.folder / "secrets.env").exists()
