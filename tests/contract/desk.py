"""A user's desk: a folder with manifests, an environment, and the program run as a process.

Every run is searched for the canaries (token, desired, live and literal secrets, values of undefined keys) in its
streams and in every file that the test did not write itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import reconciler
from tests.contract.account import CANARIES, DESIRED_SECRET, TOKEN

REPOSITORY = Path(reconciler.__file__).parents[1]
SECONDS = 60

MAIN = """\
key: main-sms
id: "1161"
provider: twilio
name: Example Integration
status: active
settings:
  account_sid: ACf00000000000000000000000000000000
  default_phone_number: "+14445550100"
"""
WITH_SECRET = MAIN + '  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}\n'
PHONE = ["settings", "default_phone_number"]


@dataclass
class Ran:
    """One finished run."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Stdout as the one JSON document that it is."""
        return json.loads(self.out)

    @property
    def all(self) -> str:
        """Both streams."""
        return self.out + "\n" + self.err


def find_disguises(secret: str) -> Iterator[bytes]:
    """The secret as it is and as formats write it; a bare hash can be searched, so it counts too."""
    raw = secret.encode()
    for text in (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]):
        yield text.encode()
    for text in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield text.encode()
    yield raw.hex().encode()
    yield secret.encode("utf-16-le")
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        yield coded[4 if shift else 0 : -4]
    for name in ("md5", "sha1", "sha256", "sha512"):
        yield hashlib.new(name, raw).hexdigest().encode()


DISGUISES = tuple(bytes_ for canary in CANARIES for bytes_ in find_disguises(canary))


def find_leaks(content: bytes) -> list[str]:
    """The beginnings of canaries found."""
    return [one.decode(errors="replace")[:12] for one in DISGUISES if one in content]


@dataclass
class Desk:
    """A folder and an environment of its own."""

    folder: Path
    api: str | None
    environ: dict[str, str] = field(default_factory=dict)
    written: dict[Path, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keep = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "LANG") if key in os.environ}
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        given = {"PYTHONPATH": str(REPOSITORY), "HOME": str(self.folder), "PYTHONUTF8": "1"}
        given["XDG_RUNTIME_DIR"] = str(self.runtime)
        secrets = {"OCAMBA_TOKEN": TOKEN, "HOOD_TWILIO_AUTH_TOKEN": DESIRED_SECRET}
        self.environ = {**keep, **given, **secrets, **self.environ}
        if self.api:
            self.environ["RECONCILER_API"] = self.api

    @property
    def runtime(self) -> Path:
        """The user's runtime folder, beside the folder."""
        return self.folder.with_name(self.folder.name + ".run")

    def write(self, name: str, content: str | bytes) -> Path:
        """A file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.written[path] = path.read_bytes()
        return path

    def start(self, *args: str, env: Mapping[str, str | None] | None = None, cwd: str = ".") -> subprocess.Popen[bytes]:
        """The program, running. A variable that is None is taken away."""
        environ = {**self.environ, **(env or {})}
        command = [sys.executable, "-m", "reconciler", *args]
        given = {key: value for key, value in environ.items() if value is not None}
        return subprocess.Popen(
            command,
            cwd=self.folder / cwd,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, process: subprocess.Popen[bytes], code: int | None = None) -> Ran:
        """Waits, looks for leaks and tracebacks, and holds the exit code to what is expected."""
        with process:
            try:
                out, err = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
        ran = Ran(process.returncode, out.decode(), err.decode())
        assert not find_leaks(out), f"stdout shows {find_leaks(out)}: {ran.out}"
        assert not find_leaks(err), f"stderr shows {find_leaks(err)}: {ran.err}"
        self.check_files()
        assert "Traceback" not in ran.all, ran.all
        if code is not None:
            assert ran.code == code, f"exit {ran.code}, expected {code}\n{ran.out}\n{ran.err}"
        return ran

    def check_files(self) -> None:
        """No file that the run made or changed holds a canary."""
        for path in (*self.folder.rglob("*"), *self.runtime.rglob("*")):
            if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK):
                content = path.read_bytes()
                if self.written.get(path) != content:
                    assert not find_leaks(content), f"{path.name} holds {find_leaks(content)}"

    def run(
        self, *args: str, code: int | None = None, env: Mapping[str, str | None] | None = None, cwd: str = "."
    ) -> Ran:
        """Starts and finishes."""
        return self.finish(self.start(*args, env=env, cwd=cwd), code)

    def plan(self, *args: str, code: int = 0, env: Mapping[str, str | None] | None = None) -> Any:
        """The plan as JSON."""
        return self.run("plan", "--format", "json", *args, code=code, env=env).document

    def apply(self, *args: str, code: int = 0, env: Mapping[str, str | None] | None = None) -> Any:
        """The report as JSON."""
        return self.run("apply", "--yes", "--format", "json", *args, code=code, env=env).document
