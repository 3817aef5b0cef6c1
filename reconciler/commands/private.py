"""Files that hold secrets in clear: never where Git could take them up."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from reconciler.configuration import holds
from reconciler.desired.files import make_file_name
from reconciler.errors import RefusedError, UsageError

LONGEST = 30
"""Seconds after which Git is given up."""


def check_private(path: Path) -> None:
    """Raises RefusedError for a file within a Git work tree that Git does not ignore, UsageError for what is no file.

    Without Git, or where it does not answer, every file below a .git is refused.
    """
    name, folder_name = make_file_name(path), make_file_name(path.parent)
    if holds(lambda: path.exists() and not path.is_file()):
        raise UsageError(f"{name}: is no ordinary file", "name a file")
    if not holds(path.parent.is_dir):
        raise UsageError(f"{name}: there is no folder {folder_name}", f"mkdir -p {folder_name}")
    real = path.resolve()
    if not any(holds((folder / ".git").exists) for folder in real.parents) or _is_ignored(real):
        return
    raise RefusedError(
        f"{name}: would hold secrets within a Git work tree, and Git does not ignore it",
        f"name a file elsewhere, or let Git ignore it: echo /{path.name} >> {folder_name}/.gitignore",
    )


def _is_ignored(path: Path) -> bool:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "core.fsmonitor=false", "check-ignore", "--quiet", "--", path.name]
    try:
        ran = subprocess.run(  # noqa: S603  # words of ours, and a name behind --
            command, cwd=path.parent, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0
