"""A fleet on a real scheduler and real workers: the same answers, no value that travels, no worker that is needed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands.cluster_line import PULSE
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.world import World
from tests.commands.dask_desk import DaskDesk, await_true, open_dask
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
def desk(tmp_path: Path, server: HeldServer, request: pytest.FixtureRequest) -> Iterator[DaskDesk]:
    """A checkout that renames each integration, and two workers that have the tokens and secrets.

    A parameter is how many deaths of workers the scheduler allows to a task.
    """
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
        made.start([environ, environ], allowed=getattr(request, "param", 3))
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
    assert server.reached.wait(60)
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


@pytest.mark.slow
def test_what_a_worker_lacks_is_told_in_the_row(desk: DaskDesk, server: HeldServer) -> None:
    """Another checkout, a token; the other accounts are planned, and nobody asks an API for these."""
    for number in (0, 1):
        file = desk.copy_of(number) / "manifests/beta/1.yaml"
        file.write_text(file.read_text().replace("New 1", "Older 1"))
    gamma = desk.checkout / "accounts/gamma.yaml"
    for folder in (desk.checkout, desk.copy_of(0), desk.copy_of(1)):
        (folder / "accounts/gamma.yaml").write_text(gamma.read_text().replace("OCAMBA_GAMMA", "OCAMBA_OTHER"))
    ran = desk.run("plan", "--all-accounts", "--format", "json", code=7, RECONCILER_API=server.url)
    rows = {row["account"]: row for row in ran.document["accounts"]}
    assert {name: row["exit"] for name, row in rows.items()} == {"alpha": 0, "beta": 4, "gamma": 7, "delta": 0}
    assert "has another checkout: manifests/beta/1.yaml is another" in rows["beta"]["errors"][0]
    assert "OCAMBA_OTHER is not set" in rows["gamma"]["errors"][0]
    assert "gamma: " in ran.err
    assert server.world_of("beta").log == server.world_of("gamma").log == []
    # Verbs with flags of their own travel as well.
    two = ("--account", "alpha", "--account", "delta")
    drift = desk.run("drift", *two, "--format", "json", code=2, RECONCILER_API=server.url)
    assert [row["exit"] for row in drift.document["accounts"]] == [2, 2]
    assert "twilio/k1" in desk.run("show", "twilio/k1", *two, RECONCILER_API=server.url).out
    desk.run("snapshot", *two, "--out", "live", RECONCILER_API=server.url)
    assert {path.stem for path in (desk.checkout / "live").glob("*.json")} >= {"alpha", "delta"}


@pytest.mark.slow
def test_an_interrupted_run_ends_on_the_workers_too(desk: DaskDesk, server: HeldServer) -> None:
    """The request in flight ends, its account is reported, and what was not begun is told."""
    server.held = server.world_of("alpha")
    process = desk.begin(
        "apply", "--all-accounts", "--yes", "--format", "json", "--jobs", "1", RECONCILER_API=server.url
    )
    assert server.reached.wait(60)
    process.send_signal(signal.SIGTERM)
    await_true(lambda: b"reconciler-" in bytes(desk.wire.carried) and b"-stop" in bytes(desk.wire.carried))
    time.sleep(PULSE)
    server.released.set()
    ran = desk.finish(process, 143)
    rows = {row["account"]: row for row in ran.document["accounts"]}
    assert rows["alpha"]["exit"] == 143
    assert rows["alpha"]["failed"] > 0
    assert len(server.world_of("alpha").writes) < OBJECTS
    assert "the workers end after the request in flight" in ran.err
    assert rows["delta"]["exit"] is None
    assert "not begun" in rows["delta"]["errors"][0]


@pytest.mark.slow
@pytest.mark.parametrize("desk", [0], indirect=True)
def test_an_account_that_its_workers_die_of_is_a_row(desk: DaskDesk, server: HeldServer) -> None:
    """Exit 6, with what to type, and the others are done; where the scheduler dies, exit 8. What was written stands."""
    server.held = server.world_of("beta")
    words = ("apply", "--account", "beta", "--account", "gamma", "--yes", "--format", "json")
    process = desk.begin(*words, RECONCILER_API=server.url)
    assert server.reached.wait(60)
    desk.worker_of("beta").kill()
    server.released.set()
    rows = {row["account"]: row for row in desk.finish(process, 6).document["accounts"]}
    assert {name: row["exit"] for name, row in rows.items()} == {"beta": 6, "gamma": 0}
    assert "was lost while it did" in rows["beta"]["errors"][0]
    assert rows["beta"]["errors"][1].endswith("reconciler apply --account beta")
    assert len(server.world_of("beta").writes) == server.at

    server.held = server.world_of("alpha")
    server.reached.clear()
    server.released.clear()
    process = desk.begin(
        "apply", "--all-accounts", "--yes", "--format", "json", "--jobs", "1", RECONCILER_API=server.url
    )
    assert server.reached.wait(60)
    desk.end_scheduler()
    rows = {row["account"]: row for row in desk.finish(process, 8).document["accounts"]}
    server.released.set()
    assert {row["exit"] for row in rows.values()} == {8}
    assert "the Dask scheduler was lost" in rows["alpha"]["errors"][0]
