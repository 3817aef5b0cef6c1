"""Completion: click's protocol as the shells speak it, with what the files at hand tell, and never with an error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reconciler.cli import guarded
from reconciler.cli.completing import SHELLS, complete_providers, make_script
from reconciler.cli.verbs import VERBS, cli
from reconciler.errors import ReconcilerError
from tests.commands.stage import Stage
from tests.needs import need

ROOT = Path(__file__).parents[1]
TWO = "version: 1\naccounts:\n  main: {path: main}\n  blue: {path: blue}\n"


def complete(stage: Stage, *words: str, shell: str = "bash") -> list[str]:
    """What is offered for the last word of a command line."""
    stage.patch.setenv("_RECONCILER_COMPLETE", f"{shell}_complete")
    stage.patch.setenv("COMP_WORDS", " ".join(["reconciler", *words]))
    stage.patch.setenv("COMP_CWORD", str(len(words)))
    with pytest.raises(SystemExit) as caught:
        guarded([])
    assert caught.value.code == 0
    shown = stage._capsys.readouterr()
    assert shown.err == ""
    stage.patch.delenv("_RECONCILER_COMPLETE")
    return [line.partition(",")[2] for line in shown.out.splitlines() if line]


def test_verbs_and_flags_are_offered(stage: Stage) -> None:
    """As click knows them."""
    assert complete(stage, "") == list(VERBS)
    assert "--target" in complete(stage, "plan", "--t")
    assert complete(stage, "completion", "") == list(SHELLS)


@pytest.mark.parametrize(
    "words", [("show", "tw"), ("plan", "--target", "tw"), ("apply", "--target", ""), ("-v", "show", "twilio/b")]
)
def test_addresses_are_offered(stage: Stage, words: tuple[str, ...]) -> None:
    """Of the manifests at hand, broken ones beside them or not; no token is needed, and the API is not asked."""
    stage.patch.delenv("OCAMBA_TOKEN")
    stage.write("manifests/bad.yaml", "provider: [\n")
    assert complete(stage, *words) == ["twilio/backup"]
    assert complete(stage, "show", "x") == []
    assert stage.world.log == []


def test_every_account_is_looked_at_until_one_is_named(stage: Stage) -> None:
    """By a flag before or after the verb, or by the variable; accounts are offered as well."""
    stage.write("reconciler.yaml", TWO)
    for name in ("main", "blue"):
        stage.write(f"{name}/a.yaml", f"key: {name}\nprovider: mitto\nname: A\n")
    assert complete(stage, "show", "") == ["mitto/blue", "mitto/main"]
    assert complete(stage, "show", "--account", "blue", "") == ["mitto/blue"]
    assert complete(stage, "--account", "main", "show", "") == ["mitto/main"]
    assert complete(stage, "show", "--account", "b") == ["blue"]
    stage.write("elsewhere.yaml", TWO.replace("blue", "red"))
    assert complete(stage, "show", "--config", "elsewhere.yaml", "--account", "") == ["main", "red"]
    stage.patch.setenv("RECONCILER_ACCOUNT", "main")
    assert complete(stage, "show", "") == ["mitto/main"]


def test_what_is_wrong_offers_nothing(stage: Stage) -> None:
    """A configuration that is none, one that is missing, no folder at all."""
    stage.write("reconciler.yaml", "nonsense: [\n")
    assert complete(stage, "show", "") == []
    assert complete(stage, "show", "--config", "no.yaml", "") == []
    (stage.folder / "reconciler.yaml").unlink()
    shutil.rmtree(stage.folder / "manifests")
    assert complete(stage, "show", "") == []
    assert complete(stage, "show", "--account", "") == []


def test_providers_are_offered(stage: Stage) -> None:
    """Those whose settings are known offline, and those that manifests use; by name."""
    stage.write("manifests/main.yaml", "provider: mitto\nname: A\n---\nprovider: '1000'\nname: B\n")
    context, parameter = click.Context(cli), click.Argument(["provider"])
    assert complete_providers(context, parameter, "") == ["custom_email", "mandrill", "mitto", "twilio"]
    assert complete_providers(context, parameter, "tw") == ["twilio"]
    assert complete(stage, "new", "m") == ["mandrill", "mitto"]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_script(stage: Stage, shell: str) -> None:
    """It asks this program, and is the same whatever the environment says of the answer's looks."""
    script = stage.run("completion", shell).out
    assert f"_RECONCILER_COMPLETE={shell}_complete" in script
    assert stage.run("completion", shell, RECONCILER_SANDBOX="1").out == script


def test_a_shell_that_click_does_not_know_is_told() -> None:
    """It can come from the code alone."""
    with pytest.raises(ReconcilerError):
        make_script(cli, "tcsh")


def test_a_real_bash_completes(tmp_path: Path) -> None:
    """The script is sourced, and its function fills COMPREPLY."""
    need("bash")
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "a.yaml").write_text("key: main-sms\nprovider: twilio\nname: A\n")
    program = tmp_path / "bin" / "reconciler"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(reconciler completion bash)"\n'
        "COMP_WORDS=(reconciler plan --target tw); COMP_CWORD=3; _reconciler_completion reconciler\n"
        'printf "%s\\n" "${COMPREPLY[@]}"; complete -p reconciler\n'
    )
    ran = subprocess.run(
        ["bash", "--norc", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[0] == "twilio/main-sms"
    assert "_reconciler_completion" in ran.stdout.splitlines()[1]
