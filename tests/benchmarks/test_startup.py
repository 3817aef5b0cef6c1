"""Start-up: what a command does not need is not imported (the cost of each is in tests/benchmarks/bench.py)."""

from __future__ import annotations

import ast
import importlib.util
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


def modules_after(command: str, folder: Path) -> set[str]:
    """All modules that a command has loaded when it ends."""
    words = find_commands(folder)[command]
    code = TELL + f"from reconciler.cli import main; main({words[2:]!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environ_of_child(), capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


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
    assert not {name.partition(".")[0] for name in modules_after(command, tmp_path)} & unneeded


LATER = {
    "account_files",
    "adopting",
    "applying",
    "commands.faults",
    "commands.fleet",
    "commands.quoting",
    "commands.resolved",
    "desired.overlay",
    "desired.references",
    "desired.variables",
    "grants",
    "live",
    "model.fleet",
    "model.live",
    "model.plan",
    "model.report",
    "planning",
    "provider_schemas",
    "reporting.documents",
    "reporting.fields",
    "reporting.pages",
    "reporting.progress",
    "reporting.rows",
    "sandbox",
    "shards",
}
"""Modules of ours that `validate` of a good file asks nothing of."""
FLAGS = {"cli", "cli.completing", "cli.flags", "cli.program", "cli.verbs", "errors", "model", "model.common"} | {
    "commands",
    "commands.collecting",
    "commands.streams",
    "model.desired",
    "reporting",
    "reporting.style",
}
"""All of ours that `--version` may load."""


def ours_after(command: str, folder: Path) -> set[str]:
    """Our modules that a command has loaded, without the package's name."""
    return {name.partition(".")[2] for name in modules_after(command, folder) if name.startswith("reconciler.")}


def test_validate_loads_none_of_ours_that_it_does_not_ask(tmp_path: Path) -> None:
    """Our own modules cost as much as those of others: whole rooms and single modules stay out."""
    loaded = ours_after("validate one.yaml", tmp_path)
    assert not loaded & LATER


def test_version_loads_the_flags_alone(tmp_path: Path) -> None:
    """Neither a verb, nor the configuration, nor a room."""
    assert ours_after("--version", tmp_path) <= FLAGS


def test_nothing_slow_is_made_while_modules_load(tmp_path: Path) -> None:
    """Patterns are compiled when they are first asked; a NamedTuple takes as long to define as fifteen Structs."""
    for name in sorted(ours_after("validate one.yaml", tmp_path) - {"trust"}):
        found = importlib.util.find_spec(f"reconciler.{name}")
        assert found is not None
        assert found.origin is not None
        for node in ast.parse(Path(found.origin).read_bytes()).body:
            slow = isinstance(node, ast.Assign | ast.AnnAssign) and "re.compile(" in ast.unparse(node)
            slow |= isinstance(node, ast.ClassDef) and "NamedTuple" in map(ast.unparse, node.bases)
            assert not slow, f"{name}:{node.lineno}"


def test_each_command_starts_in_a_few_clicks(tmp_path: Path) -> None:
    """In the same run: the flags take under 2.5 bare click programs, `validate` at most 1.5 of what it must import."""
    least: dict[str, float] = {}
    for _ in range(4):  # what others do on the machine only makes a start longer: the least of more turns is truer
        measured = measure_startup(tmp_path, 3)
        least = {name: min(taken, least.get(name, taken)) for name, taken in measured.items()}
        click, needed = least["bare click --version"], least["what validate needs"]
        print({name: round(taken / click, 2) for name, taken in least.items()})
        if max(least["--version"], least["--help"]) < 2.5 * click and least["validate one.yaml"] <= 1.5 * needed:
            return
    pytest.fail(f"milliseconds: {least}")
