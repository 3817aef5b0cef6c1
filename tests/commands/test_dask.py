"""A fleet on a real scheduler and real workers: the same answers, no value that travels, no worker that is needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.world import World
from tests.commands.dask_desk import DaskDesk, open_dask
from tests.commands.fleet_stage import FleetServer
from tests.contract.desk import find_disguises
from tests.needs import need_dask

NAMES = ("alpha", "beta", "gamma", "delta")
OBJECTS = 5
KEY = "key-CANARY-0f61d2a9c4"
SECRET = "desired-CANARY-3b77e1"


def token_of(account: str) -> str:
    """The token of an account."""
    return f"token-CANARY-{account}"


class HeldServer(FleetServer):
    """An emulator that does a write of one account, tells of it, and keeps the answer back until it may go."""

    held: World | None = None
    at = 2

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.reached, self.released = threading.Event(), threading.Event()

    def world_of(self, account: str) -> World:
        """An account."""
        return self.worlds[token_of(account)]

    def ask(self, request: Request) -> Answer:
        """As FleetServer.ask."""
        answer = super().ask(request)
        if self.held is not None and len(self.held.writes) == self.at and request.method == "PATCH":
            self.held = None
            self.reached.set()
            self.released.wait(60)
        return answer


def make_world(account: str, company: str) -> World:
    """An account with integrations of one provider, and a secret in each."""
    sid = "ACf00000000000000000000000000000000"
    items = [
        {
            "id": str(number),
            "name": f"Live {number}",
            "provider_id": "1000",
            "settings": {"account_sid": sid, "auth_token": "live", "default_phone_number": "+13345550100"},
        }
        for number in range(1, OBJECTS + 1)
    ]
    return World(seed={"company_id": company, "integrations": items}, token=token_of(account))


@pytest.fixture
def server() -> Iterator[HeldServer]:
    """The emulator of all accounts."""
    worlds = {name: make_world(name, str(100 + at)) for at, name in enumerate(NAMES)}
    served = HeldServer(worlds["alpha"], "127.0.0.1", 0, None, time.time)
    served.worlds = {world.token: world for world in worlds.values()}
    with served.start():
        yield served
        served.released.set()


@pytest.fixture
def desk(tmp_path: Path, server: HeldServer) -> Iterator[DaskDesk]:
    """A checkout that renames each integration, and two workers that have the tokens and secrets."""
    checkout = tmp_path / "checkout"
    for at, name in enumerate(NAMES):
        variable = f"OCAMBA_{name.upper()}"
        account = f'company_id: "{100 + at}"\ntoken: {{secret: "env:{variable}"}}\npath: manifests/{name}\n'
        _write(checkout / "accounts" / f"{name}.yaml", account)
        for number in range(1, OBJECTS + 1):
            text = f'key: k{number}\nid: "{number}"\nprovider: twilio\nname: New {number}\n'
            text += 'settings:\n  auth_token: {secret: "env:HOOD_AUTH"}\n'
            _write(checkout / "manifests" / name / f"{number}.yaml", text)
    _write(checkout / "reconciler.yaml", "version: 1\naccounts_from: accounts\n")
    python = need_dask()
    tokens = {f"OCAMBA_{name.upper()}": token_of(name) for name in NAMES}
    environ = {**tokens, "HOOD_AUTH": SECRET, "RECONCILER_KEY": KEY}
    with open_dask(python, tmp_path, checkout) as made:
        made.start([environ, environ])
        yield made


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_a_rerun(desk: DaskDesk, server: HeldServer) -> None:
    """Planned on workers, applied from the saved folder; killed between a write and its answer, written once."""
    desk.run("plan", "--all-accounts", "--out", "plans", RECONCILER_API=server.url)
    assert {path.stem for path in (desk.checkout / "plans").iterdir()} == {"fleet", *NAMES}
    assert not (desk.copy_of(0) / "plans").exists()

    server.held = server.world_of("beta")
    words = ("apply", "plans", "--yes", "--report", "reports", "--format", "json")
    process = desk.begin(*words, RECONCILER_API=server.url)
    assert server.reached.wait(30)
    desk.worker_of("beta").kill()
    server.released.set()
    ran = desk.finish(process, 0)
    rows = {row["account"]: row for row in ran.document["accounts"]}
    assert {name: row["exit"] for name, row in rows.items()} == dict.fromkeys(NAMES, 0)
    for name in NAMES:
        world = server.world_of(name)
        assert sorted(write.id for write in world.writes) == [str(number) for number in range(1, OBJECTS + 1)]
        assert {item["name"] for item in world.account.items.values()} == {f"New {n}" for n in range(1, OBJECTS + 1)}
        assert {item["settings"]["auth_token"] for item in world.account.items.values()} == {SECRET}
        assert (desk.checkout / "reports" / f"{name}.json").is_file()
    check_no_value(desk, server)


def check_no_value(desk: DaskDesk, server: HeldServer) -> None:
    """Nothing that travelled or was logged holds a token, a key or a secret, in any disguise."""
    travelled = bytes(desk.wire.carried)
    assert b"RECONCILER_API" in travelled, "what travels can be read here"
    assert b"manifests/alpha" in travelled
    told = travelled + desk.read_logs()
    for canary in (KEY, SECRET, *map(token_of, NAMES)):
        assert [one for one in find_disguises(canary) if one in told] == []
