"""The example in the help of every verb works: as it stands there, in the sandbox, with the demo's manifests."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli.verbs import VERBS, load_verb
from reconciler.commands.console import Console
from tests.commands.forge import ForgeServer
from tests.commands.stage import Stage

ROOT = Path(__file__).parents[1]

BEFORE = {
    "apply": ["plan --out plan.json"],
    "comment": ["plan --out plan.json"],
    "report": [f"plan --all-accounts --shard {index}/2 --out shard-{index}" for index in (1, 2)],
    "undo": ["apply --yes --report report.json"],
}
"""What has to have happened before the example of a verb."""

CODES = {"drift": 2, "undo": 6}
"""The demo's manifests differ from what is live; of a secret that they change the old value is kept nowhere."""

SERVES = "sandbox"


def examples_of(verb: str) -> list[str]:
    """The lines of the help that show how it is used."""
    context = click.Context(load_verb(verb), info_name=verb, max_content_width=200, terminal_width=200)
    return re.findall(r"^ *Example: (.+)$", load_verb(verb).get_help(context), re.MULTILINE)


@pytest.fixture
def forge() -> Iterator[ForgeServer]:
    """What `comment` speaks to."""
    with ForgeServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def demo(stage: Stage, forge: ForgeServer) -> Stage:
    """The demo's manifests and its account, on a runner of GitHub, and somebody who says yes to every question."""
    shutil.rmtree(stage.folder / "manifests")
    shutil.copytree(ROOT / "manifests", stage.folder / "manifests")
    given = {
        "RECONCILER_SANDBOX": "1",
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": "forge-token-0123456789",
    }
    for name, value in given.items():
        stage.patch.setenv(name, value)
    stage.patch.setattr(Console, "asks", property(lambda _: True))
    stage.patch.setattr("builtins.input", lambda: "yes")
    return stage


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != SERVES])
def test_the_example_of_every_verb_works(demo: Stage, verb: str) -> None:
    """It is one command line of this verb, and it does what it says; the account itself is not asked."""
    (example,) = examples_of(verb)
    program, *words = shlex.split(example)
    assert (program, verb in words) == ("reconciler", True)
    for line in BEFORE.get(verb, ()):
        demo.run(*shlex.split(line))
    demo.run(*words, code=CODES.get(verb, 0))
    assert demo.world.log == []


@pytest.mark.slow
def test_the_example_of_the_verb_that_serves_works(tmp_path: Path) -> None:
    """It serves until it is told to end; the port is any free one here."""
    (example,) = examples_of(SERVES)
    words = shlex.split(re.sub(r"--port \d+", "--port 0", example))[1:]
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert b"127.0.0.1" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 130
