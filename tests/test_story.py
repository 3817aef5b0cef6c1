"""The stories of the README, played line by line as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.needs import need

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


class Step(NamedTuple):
    """One line of a story, what it printed on both streams, and its exit code."""

    line: str
    said: str
    code: int


def read_story(name: str) -> list[str]:
    """The lines under `<!-- story: NAME -->`."""
    (found,) = re.findall(rf"<!-- story: {name} -->\n```sh\n(.*?)```", README, re.DOTALL)
    return [line for line in str(found).splitlines() if line]


def play(lines: list[str], folder: Path) -> list[Step]:
    """Runs the lines in one shell."""
    program = folder / "bin" / "reconciler"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m reconciler "$@"\n')
    program.chmod(0o755)
    given = {key: value for key, value in os.environ.items() if key in ("LANG", "TMPDIR")}
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com"}
    who |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in who.items()}
    script = "exec 2>&1\n" + "".join(f"{line}\nprintf '\\n==%s==\\n' $?\n" for line in lines)
    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder,
        env={
            **given,
            **who,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    parts = re.split(r"\n==(\d+)==\n", ran.stdout)
    said, codes = parts[0::2], parts[1::2]
    return [Step(line, text, int(code)) for line, text, code in zip(lines, said, codes, strict=False)]


@pytest.mark.slow
def test_the_first_hour(tmp_path: Path) -> None:
    """Each line ends as the README says; what it tells is what the story is about."""
    need("git")
    steps = play(read_story("first-hour"), tmp_path)
    assert len(steps) == len(read_story("first-hour"))
    for step in steps:
        expected = re.search(r"# exit (\d+)", step.line)
        assert step.code == int(expected[1] if expected else 0), step
        assert "Traceback" not in step.said
    told = {" ".join(step.line.split()[1:2]): step.said for step in steps if step.line.startswith("reconciler ")}
    assert list(told) == ["init", "doctor", "import", "plan", "apply", "drift", "accept"]
    assert "made   hood/reconciler.yaml" in told["init"]
    assert "0 failures." in told["doctor"]
    assert "Import: 12 manifests written." in told["import"]
    planned, again = (step.said for step in steps if step.line.startswith("reconciler plan"))
    assert '"+13345550100" -> "+14445550100"' in planned
    assert "Plan: 0 to create, 1 to update, 11 unchanged" in planned
    assert "Apply: 1 applied." in told["apply"]
    assert '"NIGHT" -> "EXAMPLE"' in told["drift"]
    assert "Accepted 1 value into 1 file." in told["accept"]
    assert "No changes." in again
    assert git(tmp_path, "status", "--porcelain") == "?? plan.json\n"
    assert git(tmp_path, "log", "--format=%s").splitlines() == [
        "Accept the sender from the console",
        "Move the main number",
        "Import what is live",
    ]
    assert git(tmp_path, "diff", "--shortstat", "HEAD~2").split(", ")[0] == " 2 files changed"


def git(folder: Path, *words: str) -> str:
    """What Git says of the story's repository."""
    return subprocess.run(
        ["git", *words], cwd=folder / "hood", capture_output=True, text=True, check=True, timeout=60
    ).stdout
