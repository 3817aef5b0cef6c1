"""An account, manifests and an environment full of canaries, and a desk that looks for them after each run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.commands.forge import ForgeServer
from tests.contract.account import Item, integration
from tests.contract.canaries import CANARIES, Canaries, find_canaries
from tests.contract.desk import Ran
from tests.contract.inside import InsideDesk
from tests.contract.stand_in import StandIn, serving

CONFIG = """\
version: 1
accounts:
  main: {company_id: "6197120", path: manifests}
"""
SECRETS = "for-me-alone.env"
"""The one file that may hold secrets: who asks for them names it."""

SCRIPT = "cat /dev/fd/3 3<$1; echo {stderr} >&2\n"


def make_items(canaries: Canaries) -> list[Item]:
    """Makes what is live: a secret in each integration, one that is as desired, and one that no manifest describes."""
    sid, sender = "ACf00000000000000000000000000000000", "+13345550100"
    mail = {"default_sender_email": "a@example.com", "port": "587", "username": "a"}

    def twilio(secret: str) -> Item:
        return {"account_sid": sid, "auth_token": secret, "default_phone_number": sender}

    return [
        integration("1161", "1000", "Plain", twilio(canaries.old_plain)),
        integration("1162", "1001", "Regex", {**mail, "password": canaries.old_regex}),
        integration("1163", "1003", "Quoted", {"api_key": canaries.old_quoted, "default_sender": "OLD"}),
        integration("1164", "1000", "Short", twilio(canaries.old_short)),
        integration("1165", "1001", "Same", {**mail, "password": canaries.same}),
        integration("1166", "1003", "File", {"api_key": canaries.old_file, "default_sender": "OLD"}),
        integration("1167", "1003", "Exec", {"api_key": canaries.old_exec, "default_sender": "OLD"}),
        integration("1170", "1003", "Unmanaged", {"api_key": canaries.unmanaged, "default_sender": "OLD"}),
    ]


def make_manifests(canaries: Canaries) -> dict[str, str]:
    """Makes what is desired, by file: six secrets that differ, one that does not, and keys that no provider defines."""

    def write(one: str, provider: str, name: str, *settings: str) -> str:
        return f'id: "{one}"\nprovider: {provider}\nname: {name}\nsettings:\n  ' + "\n  ".join(settings) + "\n"

    phone, sender = 'default_phone_number: "+14445550100"', "default_sender: NEW"
    undefined = f"defualt_sender: '{canaries.undefined}'"
    return {
        "plain.yaml": write("1161", "twilio", "Plain", 'auth_token: {secret: "env:HOOD_PLAIN"}', phone),
        "regex.yaml": write("1162", "custom_email", "Renamed", 'password: {secret: "env:HOOD_REGEX"}', 'port: "25"'),
        "quoted.yaml": write("1163", "mitto", "Quoted", 'api_key: {secret: "env:HOOD_QUOTED"}', sender, undefined),
        "short.yaml": write("1164", "twilio", "Short", 'auth_token: {secret: "env:HOOD_SHORT"}'),
        "same.yaml": write("1165", "custom_email", "Same", 'password: {secret: "env:HOOD_SAME"}'),
        "file.yaml": write("1166", "mitto", "File", 'api_key: {secret: "file:mail/key"}', sender),
        "exec.yaml": write("1167", "mitto", "Exec", 'api_key: {secret: "exec:vault/a/b"}'),
    }


@dataclass(repr=False)
class CanaryDesk(InsideDesk):
    """A desk with canaries. operator: a folder beside it, where mounted secrets and the file of commands lie.

    searches: whether canaries are looked for; those of one character stand everywhere.
    """

    canaries: Canaries = CANARIES
    searches: bool = True
    ran: list[tuple[tuple[str, ...], Ran]] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"CanaryDesk({self.folder})"

    @property
    def operator(self) -> Path:
        """The folder that belongs to whoever runs the tool, which no repository holds."""
        return self.folder.with_name(self.folder.name + ".operator")

    def plant(self, forge: str) -> None:
        """Writes the manifests, the operator's files and the environment."""
        canaries = self.canaries
        for name, text in make_manifests(canaries).items():
            self.write(f"manifests/{name}", text)
        self.write("reconciler.yaml", CONFIG)
        (self.operator / "mail").mkdir(parents=True, exist_ok=True)
        self.renew()
        (self.operator / "vault.sh").write_text(SCRIPT.format(stderr=canaries.stderr))
        command = f'["/bin/sh", "{self.operator}/vault.sh", "{self.operator}/answer", "{{arg}}"]'
        commands = f"version: 1\ncommands:\n  vault: {{run: {command}}}\n"
        (self.operator / "commands.yaml").write_text(commands)
        (self.operator / "commands.yaml").chmod(0o600)
        self.environ |= canaries.environ
        self.environ |= {
            "GITHUB_API_URL": forge,
            "RECONCILER_EXEC": str(self.operator / "commands.yaml"),
            "RECONCILER_SECRET_FILES": str(self.operator),
        }
        self.environ.pop("HOOD_TWILIO_AUTH_TOKEN", None)

    def renew(self) -> None:
        """Writes the secrets that the operator's files hold."""
        (self.operator / "mail" / "key").write_text(self.canaries.new_file + "\n")
        (self.operator / "answer").write_text(self.canaries.new_exec + "\n")

    def check(self, ran: Ran, args: tuple[str, ...]) -> None:
        """No canary in a stream or a file, and no traceback."""
        self.ran.append((args, ran))
        for stream in (ran.out, ran.err):
            found = self.find(stream.encode())
            assert not found, f"{args} shows {found}:\n{stream}"
            assert "Traceback" not in stream, stream
        self.check_files()

    def find(self, content: bytes) -> list[str]:
        """The names of the canaries in it."""
        return find_canaries(content, self.canaries) if self.searches else []

    def start_python(self, script: str) -> subprocess.Popen[bytes]:
        """A Python script in the desk's folder and environment."""
        return subprocess.Popen(
            [sys.executable, script],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def check_files(self) -> None:
        """No file that a run made or changed holds one, but that which was asked for."""
        for path in (*self.folder.rglob("*"), *self.runtime.rglob("*")):
            if path.name == SECRETS:
                assert path.stat().st_mode & 0o77 == 0
            elif path.is_file() and not path.is_symlink() and os.access(path, os.R_OK):
                content = path.read_bytes()
                before = self.written.get(path)
                if before != content:
                    found = set(self.find(content)) - set(self.find(before or b""))
                    assert not found, f"{path.name} holds {found}"

    def tidy(self) -> None:
        """Takes away what runs have left, but for what the test has written."""
        for path in sorted((*self.folder.rglob("*"), *self.runtime.rglob("*")), reverse=True):
            if path in self.written:
                if path.read_bytes() != self.written[path]:
                    path.write_bytes(self.written[path])
            elif path.is_file():
                path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()
        for path, content in self.written.items():
            if not path.exists():
                path.write_bytes(content)


@contextmanager
def planted(folder: Path, canaries: Canaries = CANARIES) -> Iterator[tuple[CanaryDesk, StandIn, ForgeServer]]:
    """A desk, the API and a forge that it speaks to."""
    with serving(make_items(canaries), token=canaries.token) as api, ForgeServer() as forge:
        thread = threading.Thread(target=forge.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        folder.mkdir(exist_ok=True)
        desk = CanaryDesk(folder, api.url, canaries=canaries)
        desk.plant(forge.url)
        try:
            yield desk, api, forge
        finally:
            forge.shutdown()
            thread.join()
