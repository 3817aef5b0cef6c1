"""A real Git repository around a Stage's folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class Repository:
    """Commits what stands in the folder; authors differ from commit to commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, author: str = "Jane Doe") -> str:
        """What git prints."""
        name = {"NAME": author, "EMAIL": "somebody@example.com", "DATE": "2026-01-02T03:04:05Z"}
        who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in name.items()}
        environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **who}
        ran = subprocess.run(
            ["git", *words], cwd=self.folder, env=environ, capture_output=True, text=True, check=True, timeout=60
        )
        return ran.stdout

    def commit(self, message: str = "x", author: str = "Jane Doe") -> str:
        """Everything, as one commit; its name."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, author=author)
        return self.git("rev-parse", "HEAD").strip()
