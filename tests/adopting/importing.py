"""Whole command lines against an emulator, for laws: each in a folder and an environment of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from reconciler.cli import guarded
from reconciler.sandbox.server import SandboxServer, serve
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World

CONFIG = "version: 1\nlimits: {per_second: 10000, per_minute: 100000, share: 1}\naccounts: {main: {path: manifests}}\n"
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH")


class Desk:
    """A folder with a configuration, an account, and the variables that were set."""

    def __init__(self, folder: Path, server: SandboxServer) -> None:
        self.folder, self.world = folder, server.world
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environ = {**kept, "OCAMBA_TOKEN": server.world.token, "RECONCILER_API": server.url}
        (folder / "reconciler.yaml").write_text(CONFIG)

    def run(self, *argv: str) -> tuple[int, str]:
        """The exit code and stdout of a command line."""
        out, err, before = io.StringIO(), io.StringIO(), Path.cwd()
        os.chdir(self.folder)
        try:
            with patch.dict(os.environ, self.environ, clear=True), redirect_stdout(out), redirect_stderr(err):
                code = guarded(argv)
        finally:
            os.chdir(before)
        assert "Traceback" not in err.getvalue()
        return code, out.getvalue() + (err.getvalue() if code else "")

    def document(self, *argv: str, code: int = 0) -> Any:
        """The answer as JSON."""
        given, out = self.run(*argv, "--format", "json")
        assert given == code, out
        return json.loads(out[: out.rindex("}\n") + 2])

    def files(self) -> dict[str, bytes]:
        """All manifests."""
        return {str(path): path.read_bytes() for path in sorted((self.folder / "manifests").rglob("*.yaml"))}

    def set_variables(self, imported: Mapping[str, Any]) -> None:
        """What a person does next: reads the dotenv in a shell, and makes up what the API hides."""
        self.environ |= {one["name"]: "made up" for one in imported["variables"] if not one["shown"]}
        if imported["secrets_file"]:
            script = f"set -a; . ./{imported['secrets_file']}; env -0"
            told = subprocess.run(["/bin/sh", "-c", script], cwd=self.folder, capture_output=True, check=True, env={})
            pairs = (os.fsdecode(row).partition("=") for row in told.stdout.split(b"\0") if row)
            self.environ |= {name: value for name, _, value in pairs if name.startswith("HOOD_")}


@contextmanager
def desk_of(rows: Sequence[Mapping[str, Any]], **switches: Any) -> Iterator[Desk]:
    """A desk whose account holds these rows."""
    made = Switches(**{"per_second": 0, "per_minute": 0, **switches})
    with tempfile.TemporaryDirectory() as folder:  # noqa: SIM117  # the server is closed first
        with serve(World(switches=made, seed={"integrations": [dict(row) for row in rows]})) as server:
            yield Desk(Path(folder), server)
