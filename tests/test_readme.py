"""The README cannot lie: its commands run, its examples are valid, and nothing that exists is missing from it."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reconciler.cli.verbs import VERBS, load_verb
from reconciler.configuration import make_config
from reconciler.desired.load import load_text
from reconciler.desired.manifests import make_manifests
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.grants import make_commands

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(name: str) -> str:
    """The one line under `<!-- command: NAME -->`."""
    (found,) = re.findall(rf"<!-- command: {name} -->\n```sh\n(.*)\n```", README)
    return str(found)


@pytest.mark.slow
def test_the_demo_tells_its_story(tmp_path: Path) -> None:
    """Changes, applied, no changes; and what stands at the end names a file to edit."""
    installation, _, story = command("demo").partition(" . && ")
    assert installation == "python3 -m venv .venv && .venv/bin/pip install --quiet"
    shutil.copytree(ROOT / "manifests", tmp_path / "manifests")
    program = f"{shlex.quote(sys.executable)} -m reconciler"
    script = story.replace(".venv/bin/reconciler", f"echo '==' && {program}")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("RECONCILER_", "OCAMBA_"))}
    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=tmp_path,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    _, planned, applied, again = ran.stdout.split("==\n")
    assert re.search(r"Plan: 1 to create, [1-9]\d* to update", planned)
    assert re.search(r"Apply: [1-9]\d* applied\.", applied)
    assert "No changes." in again
    last = again.splitlines()[-1]
    (file,) = re.findall(r"edit (\S+) ", last)
    assert (tmp_path / file).is_file()
    assert all(line.startswith("SANDBOX") for part in (planned, applied, again) for line in part.splitlines())


def test_what_the_demo_keeps_is_ignored_by_git() -> None:
    """The folder that the README names."""
    assert "`.reconciler/`" in README
    assert ".reconciler/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    """It is read from the README there, not copied."""
    script = (ROOT / ".ci" / "run").read_text()
    (found,) = re.findall(r"test_command=\$\((.*)\)\n", script)
    ran = subprocess.run(["/bin/bash", "-c", found], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout.strip() == command("test")
    assert 'bash -euo pipefail -c "$test_command"' in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def flags_of(verb: str) -> list[str]:
    """All names of the flags of a verb."""
    return [name for param in load_verb(verb).params if isinstance(param, click.Option) for name in param.opts]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_flag_is_described(verb: str) -> None:
    """The emulator's switches are described as one."""
    assert f"| `{verb}" in README
    options = [param for param in load_verb(verb).params if isinstance(param, click.Option)]
    named = [one for one in options if verb != "sandbox" or one.name in {"port", "state", "seed"}]
    assert len(named) >= 3
    assert [one.name for one in named if not any(f"`{name}" in README for name in one.opts)] == []


def test_no_flag_is_described_that_does_not_exist() -> None:
    """In the part of the verbs."""
    part = README.split("## The verbs")[1].split("## Exit codes")[0]
    flags = {flag for verb in VERBS for flag in flags_of(verb)} | {"--help"}
    assert set(re.findall(r"`(--[a-z-]+)", part)) <= flags


def test_every_exit_code_is_described() -> None:
    """The same as in the error tree and in the help."""
    table = README.split("## Exit codes")[1].split("\n## ")[0]
    codes = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in row.split(",")}
    assert codes == {0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 130, 143}
    assert "7, 8, 4, 3, 6, 5, 2" in table


def test_every_variable_that_the_code_reads_is_described() -> None:
    """Those written whole, and those put together from the names of flags and limits."""
    names = {"PER_SECOND", "PER_MINUTE", "SHARE", "PARALLEL", "COLOR", "LOG_FORMAT", "FORMAT"}
    names |= {"SANDBOX", "STRICT", "QUIET", "VERBOSE"}
    for path in (ROOT / "reconciler").rglob("*.py"):
        docstrings_too = ast.walk(ast.parse(path.read_bytes()))
        texts = [
            node.value for node in docstrings_too if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        names |= {name for text in texts for name in re.findall(r"(?<!_)RECONCILER_([A-Z_]*[A-Z])", text)}
    names -= {"WRITE"}  # read by the tests alone
    assert [name for name in sorted(names) if f"`RECONCILER_{name}`" not in README] == []


def examples() -> list[str]:
    """The YAML blocks, without the indentation of the list that they stand in."""
    found = re.findall(r"^( *)```yaml\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


@pytest.mark.parametrize("text", examples())
def test_every_example_is_valid(text: str) -> None:
    """Manifests as manifests, configurations as configurations, commands as commands."""
    documents, problems = load_text(text.encode(), "README.md")
    assert problems == []
    (document,) = documents
    if "commands:" in text:
        assert list(make_commands(document)) == ["op", "sops"]
    elif "version:" in text:
        assert make_config(document).version == 1
    else:
        places = Places()
        keys = SecretKeys()
        desired = make_manifests(documents, account="main", secret_keys=keys, offline=True, places=places)
        assert (desired.problems, desired.warnings) == ([], [])


def test_there_are_examples() -> None:
    """Of both kinds."""
    kinds = {"version:" in text for text in examples()}
    assert kinds == {True, False}


def test_what_the_map_names_exists() -> None:
    """Files and folders in the last part."""
    part = README.split("## Where things are")[1]
    assert [name for name in re.findall(r"`([\w./]+/[\w./]*)`", part) if not (ROOT / name).exists()] == []


def test_each_line_of_the_security_section_has_its_test() -> None:
    """And the tests that it names exist."""
    part = README.split("## Security")[1].split("\n## ")[0]
    rows = [row for row in part.splitlines() if row.startswith("| ") and not row.startswith(("| **", "| who"))]
    assert len(rows) > 15
    for row in rows:
        named = re.findall(r"<!-- test: (\S+) -->", row)
        assert named, row
        for one in named:
            file, _, name = one.partition("::")
            assert (ROOT / file).is_file(), one
            assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), one
