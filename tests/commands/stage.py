"""A folder, an environment and a served emulator, in which whole command lines run in this process."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import guarded
from reconciler.sandbox.server import SandboxServer

BORING = ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "GITLAB_CI", "COLUMNS", "TERM")


@dataclass
class Ran:
    """One command line that has run."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Stdout as JSON."""
        return json.loads(self.out)


class Stage:
    """`run` is the command line; `server.world` what it met."""

    def __init__(
        self,
        folder: Path,
        server: SandboxServer,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.folder, self.server, self.world = folder, server, server.world
        self.patch, self._capsys = monkeypatch, capsys
        for name in list(os.environ):
            if name.startswith(("RECONCILER_", "OCAMBA_", "HOOD_")) or name in BORING:
                monkeypatch.delenv(name)
        self.runtime = folder.with_name(folder.name + ".run")
        self.runtime.mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(self.runtime))
        monkeypatch.setenv("OCAMBA_TOKEN", server.world.token)
        monkeypatch.setenv("RECONCILER_API", server.url)
        monkeypatch.setenv("HOOD_TWILIO_AUTH_TOKEN", "desired-token")
        monkeypatch.chdir(folder)

    def write(self, name: str, text: str) -> Path:
        """A file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *argv: str, code: int = 0, **environ: str) -> Ran:
        """Runs a command line and holds it to its exit code."""
        for name, value in environ.items():
            self.patch.setenv(name, value)
        ran = self.attempt(*argv)
        for name in environ:
            self.patch.delenv(name)
        assert ran.code == code, f"exit {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def attempt(self, *argv: str) -> Ran:
        """Runs a command line, whatever comes of it."""
        self._capsys.readouterr()
        given = guarded(argv)
        ran = Ran(given, *self._capsys.readouterr())
        assert "Traceback" not in ran.err
        return ran

    @property
    def patches(self) -> int:
        """PATCHes that the emulator took."""
        return len(self.world.writes)

    def name_of(self, one: str) -> Any:
        """The live name of an integration."""
        return self.world.account.items[one]["name"]
