"""Start-up: what a command does not need is not imported (the cost of each is in tests/benchmarks/bench.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.measure import environ_of_child
from tests.benchmarks.startup import find_commands, measure_startup

COSTLY = {"httpx", "deepdiff", "jsonschema", "ruamel", "rich", "ssl", "asyncio"}
UNASKED = {"json", "tempfile", "shutil", "secrets", "hashlib", "difflib", "shlex", "socket", "email", "concurrent"}
"""What only other verbs, files to write or something wrong ask for."""
TELL = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "


@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        ("--version", COSTLY),
        ("--help", COSTLY),
        ("validate one.yaml", (COSTLY | UNASKED) - {"ruamel"}),
    ],
)
def test_nothing_costly_is_imported_without_need(tmp_path: Path, command: str, unneeded: set[str]) -> None:
    """A start pays for what it uses: no network without requests, no schemas where the quick check finds all well."""
    words = find_commands(tmp_path)[command]
    code = TELL + f"from reconciler.cli import main; main({words[2:]!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ_of_child(), capture_output=True, text=True, check=True
    )
    assert not {name.partition(".")[0] for name in done.stderr.split()} & unneeded


def test_each_command_starts_in_a_few_clicks(tmp_path: Path) -> None:
    """In the same run: the flags take under 2.5 bare click programs, `validate` hardly more than what it imports."""
    # The aim is 1.5, which the benchmark shows; a busy machine needs more room.
    least = measure_startup(tmp_path, 3)
    click = least["bare click --version"]
    print({name: round(taken / click, 2) for name, taken in least.items()})
    assert least["--version"] < 2.5 * click
    assert least["--help"] < 2.5 * click
    assert least["validate one.yaml"] < 1.8 * least["what validate needs"]
