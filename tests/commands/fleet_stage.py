"""A folder with several accounts, and one emulator that holds a world for each, told apart by their tokens."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.commands import fleet_task
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.server import SandboxServer
from reconciler.sandbox.world import World
from tests.commands.stage import Ran, Stage

ITEMS = [
    {"id": "1", "name": "One", "provider_id": "1002", "settings": {}},
    {"id": "2", "name": "Two", "provider_id": "1002", "settings": {}},
]


class FleetServer(SandboxServer):
    """An emulator of many accounts."""

    worlds: Mapping[str, World]
    interrupting: World | None = None

    def interrupt(self) -> None:
        """The signal, and no answer before the run has heard it: the main thread hears it when it gets its turn."""
        self.interrupting = None
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            if any(fleet.code is not None for fleet in fleet_task._FLEETS.values()):
                return
            time.sleep(0.01)

    def ask(self, request: Request) -> Answer:
        """The answer of the account whose token it is; of a token of nobody, that of the first."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        world = self.worlds.get(token, self.world)
        if world is self.interrupting:
            self.interrupt()
        with self._lock:
            return world.handle(request, self.clock())


class FleetStage:
    """`run` is the command line; `worlds` are the accounts by name."""

    def __init__(self, stage: Stage, server: FleetServer, worlds: Mapping[str, World]) -> None:
        self.stage, self.server, self.worlds, self.folder = stage, server, worlds, stage.folder

    def interrupt_at(self, account: str) -> None:
        """From now on a request to the account comes with a SIGINT for the run."""
        self.server.interrupting = self.worlds[account]

    def run(self, *argv: str, code: int = 0, **environ: str) -> Ran:
        """As Stage.run."""
        return self.stage.run(*argv, code=code, **environ)

    def declare(self, account: str, name: str = "Uno", one: str = "1") -> None:
        """A manifest of an account, which renames an integration of it."""
        text = f'key: one\nid: "{one}"\nprovider: mandrill\nname: {name}\n'
        self.stage.write(f"manifests/{account}/one.yaml", text)

    def name_of(self, account: str, one: str = "1") -> str:
        """The live name of an integration."""
        return str(self.worlds[account].account.items[one]["name"])


def token_of(account: str) -> str:
    """The token of an account."""
    return f"token-of-{account}"


def make_world(account: str, company: str) -> World:
    """An account with two integrations."""
    return World(seed={"company_id": company, "integrations": ITEMS}, token=token_of(account))


@contextmanager
def serve_fleet(worlds: Mapping[str, World]) -> Iterator[FleetServer]:
    """Serves these accounts."""
    first = next(iter(worlds.values()))
    server = FleetServer(first, "127.0.0.1", 0, None, time.time)
    server.worlds = {world.token: world for world in worlds.values()}
    with server.start():
        yield server


@contextmanager
def make_fleet(
    folder: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[FleetStage]:
    """Accounts that stand in files of their own, each with a manifest that renames its integration 1."""
    worlds = {name: make_world(name, str(100 + at)) for at, name in enumerate(names)}
    with serve_fleet(worlds) as server:
        stage = Stage(folder, server, monkeypatch, capsys)
        fleet = FleetStage(stage, server, worlds)
        stage.write("reconciler.yaml", "version: 1\naccounts_from: accounts\n")
        for name, world in worlds.items():
            variable = f"OCAMBA_{name.upper().replace('-', '_')}"
            monkeypatch.setenv(variable, token_of(name))
            stage.write(
                f"accounts/{name}.yaml",
                f'company_id: "{world.account.company_id}"\ntoken: {{secret: "env:{variable}"}}\n'
                f"path: manifests/{name}\n",
            )
            fleet.declare(name)
        yield fleet
