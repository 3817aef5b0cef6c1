"""Start-up: whole processes, against a bare Python and a bare click program, in CPU milliseconds.

What `validate` truly needs is its own row, against which it is judged: Python, click (the command line), msgspec (the
values, the configuration) and YAML's C parser, imported as cheaply as can be, with no collection of circles while they
load and none when the process ends, as the tool itself does. The parser cannot be had without ruamel.yaml: the
extension imports it. What these import from the standard library (typing, re, inspect, datetime, …) is in the row;
pathlib and signal, our own modules, the file, the checks and the answer are not, and come on top of it.
`the same without click` is for whoever holds that a validator needs no command line.

Bytecode goes to a folder of its own (PYTHONPYCACHEPREFIX) and is written before anything is measured: else a checkout
in which none may be written would be compiled at each start, which an installed wheel never is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.benchmarks.measure import environ_of_child

CLICK = "import click\n@click.group()\n@click.version_option('1')\ndef cli(): pass\ncli()"
WITHOUT_CLICK = "import gc; gc.disable(); import msgspec, _ruamel_yaml; gc.freeze()"
NEEDED = "import gc; gc.disable(); import click, msgspec, _ruamel_yaml; gc.freeze()"
MANIFEST = 'id: "1161"\nprovider: twilio\nname: Main\nsettings:\n  default_phone_number: "+13345550100"\n'


def find_commands(folder: Path) -> dict[str, list[str]]:
    """What is started, by its name in the table; writes the one manifest that `validate` reads."""
    (folder / "one.yaml").write_text(MANIFEST)
    return {
        "bare python": ["-c", "pass"],
        "bare click --version": ["-c", CLICK, "--version"],
        "what validate needs": ["-c", NEEDED],
        "the same without click": ["-c", WITHOUT_CLICK],
        "--version": ["-m", "reconciler", "--version"],
        "--help": ["-m", "reconciler", "--help"],
        "validate one.yaml": ["-m", "reconciler", "validate", "one.yaml"],
    }


def measure_startup(folder: Path, repeats: int) -> dict[str, float]:
    """The least CPU milliseconds of several starts of each; they take turns. Raises AssertionError if one fails."""
    commands = find_commands(folder)
    environ = {**environ_of_child(), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    for words in commands.values():
        _start(words, folder, environ)
    least = dict.fromkeys(commands, float("inf"))
    for _ in range(repeats):
        for name, words in commands.items():
            least[name] = min(least[name], 1000 * _start(words, folder, environ))
    return least


def _start(words: list[str], folder: Path, environ: dict[str, str]) -> float:
    """CPU seconds of one process."""
    sink = os.open(os.devnull, os.O_WRONLY)
    here = Path.cwd()
    try:
        os.chdir(folder)
        actions = [(os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, sink, 2)]
        child = os.posix_spawn(sys.executable, [sys.executable, *words], environ, file_actions=actions)
    finally:
        os.chdir(here)
        os.close(sink)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise AssertionError(f"python {' '.join(words)} failed")
    return used.ru_utime + used.ru_stime
