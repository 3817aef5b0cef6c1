"""`init`: a folder to begin with, and nothing that was there before is touched."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.commands.console import Console
from reconciler.commands.init import IGNORED, POINTER, make_configuration
from reconciler.configuration import read_config
from reconciler.desired.load import load_text
from reconciler.desired.manifests import make_manifests
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from tests.commands.stage import Stage

ROOT = Path(__file__).parents[2]


def read_all(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_made_with_all_that_is_needed(stage: Stage) -> None:
    """Its configuration is valid and binds the company; what comes next works there."""
    ran = stage.run("init", "infra/hood", "--account", "prod", "--company", "6197120")
    files = read_all(stage.folder / "infra/hood")
    assert set(files) == {"reconciler.yaml", ".gitignore", "manifests/README.md"}
    config = read_config(stage.folder / "infra/hood/reconciler.yaml", stage.folder).content
    assert (list(config.accounts), config.accounts["prod"].company_id) == (["prod"], "6197120")
    assert config.accounts["prod"].path == "manifests"
    assert files[".gitignore"].decode().splitlines() == list(IGNORED)
    assert ran.out == (
        "made   infra/hood/reconciler.yaml\n"
        "made   infra/hood/.gitignore: .reconciler/, *.env\n"
        "made   infra/hood/manifests/README.md\n"
        "\n"
        "-> cd infra/hood\n"
        "-> export OCAMBA_TOKEN=…\n"
        "-> reconciler doctor\n"
        "-> reconciler import --all\n"
    )
    stage.patch.chdir(stage.folder / "infra/hood")
    assert "12 integrations" in stage.run("show", "--sandbox").out


def test_a_second_time_leaves_everything(stage: Stage) -> None:
    """And says so; flags that change nothing are told."""
    (stage.folder / "manifests" / "main.yaml").unlink()
    stage.run("init")
    before = read_all(stage.folder)
    ran = stage.run("init", "--account", "other", "--company", "1")
    assert read_all(stage.folder) == before
    assert [line.split()[0] for line in ran.out.splitlines()[:3]] == ["left"] * 3
    assert "left   reconciler.yaml: it is there already; --account and --company changed nothing\n" in ran.out
    assert "cd " not in ran.out
    assert "account: " not in before["reconciler.yaml"].decode()


def test_defaults_where_nobody_answers(stage: Stage) -> None:
    """The account is main, and no company is made up; the variable names another account."""
    stage.run("init", "a")
    config = read_config(stage.folder / "a/reconciler.yaml", stage.folder).content
    assert list(config.accounts) == ["main"]
    assert isinstance(config.accounts["main"].company_id, type(config.api))
    stage.run("init", "b", RECONCILER_ACCOUNT="blue")
    assert list(read_config(stage.folder / "b/reconciler.yaml", stage.folder).content.accounts) == ["blue"]


def test_a_configuration_below_manifests_counts(stage: Stage) -> None:
    """Another one above it would take its place."""
    stage.write("manifests/reconciler.yaml", "version: 1\n")
    ran = stage.run("init")
    assert "left   manifests/reconciler.yaml: it is there already\n" in ran.out
    assert not (stage.folder / "reconciler.yaml").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"dist", b"dist\n.reconciler/\n*.env\n"),
        (b"dist\r\n/.reconciler\r\n", b"dist\r\n/.reconciler\r\n*.env\r\n"),
        (b"\xff\n*.env\n", b"\xff\n*.env\n.reconciler/\n"),
        (b"*.env\n.reconciler/\n", b"*.env\n.reconciler/\n"),
    ],
)
def test_only_what_is_missing_is_appended_to_gitignore(stage: Stage, before: bytes, after: bytes) -> None:
    """In the file's own line breaks, behind what has none; every byte stays."""
    (stage.folder / ".gitignore").write_bytes(before)
    ran = stage.run("init")
    assert (stage.folder / ".gitignore").read_bytes() == after
    assert (".gitignore: it has what is needed" in ran.out) == (before == after)


@pytest.mark.parametrize(
    ("argv", "message"),
    [(["--account", "a b"], "the account's name is not made of"), (["--company", "x" * 65], "the company's id is not")],
)
def test_names_that_no_configuration_takes_are_a_wrong_command_line(
    stage: Stage, argv: list[str], message: str
) -> None:
    """64 before anything is made."""
    assert message in stage.run("init", "new", *argv, code=64).err
    assert not (stage.folder / "new").exists()


def test_what_cannot_be_made_is_told(stage: Stage) -> None:
    """A file where a folder should be, a folder where a file should be, a file that may not be read."""
    stage.write("file", "")
    assert "file/manifests: cannot be made" in stage.run("init", "file", code=64).err
    (stage.folder / "new" / ".gitignore").mkdir(parents=True)
    assert "new/.gitignore: cannot be written" in stage.run("init", "new", code=64).err
    (stage.folder / "gone").mkdir()
    (stage.folder / "gone" / ".gitignore").symlink_to("/proc/no/such")
    assert "gone/.gitignore: cannot be written" in stage.run("init", "gone", code=64).err
    (stage.folder / "odd" / "manifests").mkdir(parents=True)
    (stage.folder / "odd" / "manifests" / "README.md").symlink_to("/proc/self/no")
    assert "left   odd/manifests/README.md" in stage.run("init", "odd").out
    stage.run("init", "/proc/new", code=64)


def test_a_file_that_cannot_be_written_is_told(stage: Stage) -> None:
    """The system's word for it."""
    real = Path.open

    def refuse(path: Path, mode: str = "r", **rest: object) -> object:
        if mode == "x":
            raise PermissionError(13, "Permission denied")
        return real(path, mode)

    stage.patch.setattr(Path, "open", refuse)
    assert "new/reconciler.yaml: cannot be written: Permission denied" in stage.run("init", "new", code=64).err


def test_questions_are_asked_for_what_no_flag_tells(stage: Stage) -> None:
    """An empty answer is the default; a flag is not asked for again."""
    asked: list[str] = []
    answers = iter(["", "6197120", "github", "blue", "", ""])
    stage.patch.setattr(Console, "asks", property(lambda _: True))
    stage.patch.setattr(Console, "prompt", lambda _, text: asked.append(text))
    stage.patch.setattr("builtins.input", lambda: next(answers))
    stage.run("init", "a")
    assert [question.split("[")[0] for question in asked] == [
        "Name of the account ",
        "Its company id, if you know it ",
        "Pipeline files for github, gitlab or none ",
    ]
    assert 'company_id: "6197120"' in (stage.folder / "a/reconciler.yaml").read_text()
    stage.run("init", "b", "--company", "1")
    assert "  blue:\n" in (stage.folder / "b/reconciler.yaml").read_text()
    assert (stage.folder / "a/.github/workflows/reconciler-apply.yml").exists()
    stage.run("init", "b", "--ci", "none")
    assert len(asked) == 5


def test_the_sandbox_needs_no_token_in_what_comes_next(stage: Stage) -> None:
    """Every line is marked."""
    out = stage.run("init", "--sandbox").out
    assert out.splitlines()[-1] == "SANDBOX -> reconciler import --all --sandbox"
    assert "export" not in out


def test_what_is_written_is_valid() -> None:
    """The configuration with and without a company, and the manifest in the pointer."""
    for company in (None, "6197120"):
        documents, problems = load_text(make_configuration("main", company).encode(), "reconciler.yaml")
        assert (len(documents), problems) == (1, [])
    text = POINTER.split("```yaml\n")[1].split("```")[0]
    documents, problems = load_text(text.encode(), "a.yaml")
    made = make_manifests(documents, account="main", secret_keys=SecretKeys(), offline=True, places=Places())
    assert (problems, made.problems, made.warnings) == ([], [], [])


@pytest.mark.slow
def test_it_asks_on_a_real_terminal(tmp_path: Path) -> None:
    """Ctrl-C leaves nothing behind; answers are taken."""
    for typed, code in ((b"\x03", 130), (b"blue\n77\nnone\n", 0)):
        terminal, other = pty.openpty()
        name = os.ttyname(other)
        script = f"exec {sys.executable} -m reconciler init new < {name} > {name} 2>&1"
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        screen = b""
        with subprocess.Popen(["/bin/sh", "-c", script], cwd=tmp_path, env=environ, start_new_session=True) as process:
            while select.select([terminal], [], [], 0.2)[0] or process.poll() is None:
                if not select.select([terminal], [], [], 0)[0]:
                    continue
                before, screen = screen, screen + os.read(terminal, 4096)
                if b"[main]: " in screen and b"[main]: " not in before:
                    os.write(terminal, typed)
        os.close(terminal)
        os.close(other)
        assert process.returncode == code, screen
        assert (tmp_path / "new").exists() == (code == 0)
    assert '  blue:\n    company_id: "77"' in (tmp_path / "new/reconciler.yaml").read_text()
