"""The references of a run: grants read once, all that is wrong told together, stand-ins for the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.commands.gathered import SeveralError
from reconciler.commands.resolved import resolve_all
from reconciler.desired.places import Places
from reconciler.desired.references import Reference
from reconciler.desired.secrets import Secrets
from reconciler.errors import InvalidError, RefusedError, UsageError
from reconciler.model import Manifest, SecretRef, Source
from reconciler.options import Options

MANIFEST = Manifest(address="a/one", provider="a", source=Source("gone.yaml", 1, 1))
ENV, EXEC, FILE = SecretRef("env", "HOOD_A"), SecretRef("exec", "say/x"), SecretRef("file", "b")


def run(folder: Path, *refs: SecretRef, environ: dict[str, str] | None = None, sandbox: bool = False) -> Secrets:
    """Resolves references in a folder."""
    found = [Reference(ref, ("settings", "token"), MANIFEST) for ref in refs]
    options = Options(api="https://api.ocamba.com/v1/hood", account="main", root=folder / "manifests")
    return resolve_all(found, options, environ or {}, folder, literals={}, places=Places(), sandbox=sandbox)


def declare(folder: Path, text: str) -> str:
    """A file of commands."""
    path = folder / "exec.yaml"
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def test_all_schemes_are_read(tmp_path: Path) -> None:
    """Each by its knob."""
    (tmp_path / "b").write_text("from file")
    path = declare(tmp_path, 'version: 1\ncommands: {say: {run: [/bin/echo, "{arg}"]}}\n')
    environ = {"HOOD_A": "a", "RECONCILER_EXEC": path, "RECONCILER_SECRET_FILES": "."}
    secrets = run(tmp_path, ENV, EXEC, FILE, environ=environ)
    assert [secrets.reveal(ref) for ref in (ENV, EXEC, FILE)] == ["a", "x", "from file"]


def test_a_wrong_file_of_commands_hides_no_other_fault(tmp_path: Path) -> None:
    """What needs no command is told with it; the worst exit code wins."""
    wrong = declare(tmp_path, "version: 1\n")
    with pytest.raises(SeveralError) as caught:
        run(tmp_path, ENV, EXEC, FILE, environ={"RECONCILER_EXEC": wrong})
    assert [type(error) for error in caught.value.errors] == [InvalidError, RefusedError]
    assert caught.value.exit_code == 4
    with pytest.raises(UsageError):
        run(tmp_path, ENV, EXEC, environ={"RECONCILER_EXEC": "gone", "HOOD_A": "a"})
    with pytest.raises(InvalidError):
        run(tmp_path, ENV, EXEC, environ={"RECONCILER_EXEC": wrong, "HOOD_A": "a"})


def test_the_sandbox_reads_nothing(tmp_path: Path) -> None:
    """It needs no knob, and refuses variables that no run may read."""
    secrets = run(tmp_path, ENV, EXEC, FILE, sandbox=True)
    assert secrets.reveal(FILE) == "stand-in for file:b"
    with pytest.raises(RefusedError):
        run(tmp_path, SecretRef("env", "PATH"), sandbox=True)
