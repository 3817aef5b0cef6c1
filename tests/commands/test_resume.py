"""To resume is to apply the same plan again: after kill -9 at any request boundary all is as it should be."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands import execution
from reconciler.sandbox.server import serve
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.commands.killing import MOMENTS, Killer, Moment
from tests.commands.stage import Stage

KILLED = -9
SECRETS = {"HOOD_OLD": "canary-old-77", "HOOD_NEW": "canary-new-88"}
KEYS = ("default_sender_email", "default_sender_name", "sending_domain", "username")
FAST = {"RECONCILER_PER_SECOND": "10000", "RECONCILER_PER_MINUTE": "100000", **SECRETS}


class Scene:
    """An account, and manifests that change some of it. rows: as they were; wanted: by name, what is declared."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.rows: list[dict[str, Any]] = []
        self.wanted: dict[str, dict[str, Any]] = {}
        self.manifests: list[dict[str, Any]] = []
        for number in range(1, dice.randint(2, 4) + 1):
            self._add(str(number), dice)
        for number in range(dice.choice((0, 1, 1))):
            settings = {"username": f"made-{number}", "password": {"secret": "env:HOOD_NEW"}}
            self._declare(f"made{number}", None, f"Made {number}", settings, lifecycle={"create": True})
        self.switches = Switches(
            settings_patch=dice.choice(("merge", "replace")),
            post_201=dice.choice(("object", "empty")),
            listing=dice.choice(("full", "full", "slim", "slim-always")),
            envelope=dice.choice(("bare", "items")),
            per_second=0,
            per_minute=0,
        )
        self.parallel = dice.choice(("1", "4"))

    def _add(self, one: str, dice: random.Random) -> None:
        held = {key: f"old-{one}" for key in KEYS if dice.random() < 0.7} | {"password": SECRETS["HOOD_OLD"]}
        self.rows.append({"id": one, "name": f"Post {one}", "provider_id": "1001", "settings": held})
        whole = dice.random() < 0.5
        settings: dict[str, Any] = {key: held[key] for key in held if whole and key != "password"}
        settings |= dict.fromkeys(dice.sample(KEYS, dice.randint(1, 2)), f"new-{one}")
        if whole or dice.random() < 0.3:
            settings["password"] = {"secret": dice.choice(("env:HOOD_OLD", "env:HOOD_NEW"))}
        name = dice.choice((f"Post {one}", f"Post {one}", f"Mail {one}"))
        self._declare(f"n{one}", one, name, settings)

    def _declare(self, key: str, one: str | None, name: str, settings: dict[str, Any], **more: Any) -> None:
        told = {} if one is None else {"id": one}
        self.manifests.append(
            {"key": key, "provider": "custom_email", "name": name, "settings": settings, **told, **more}
        )
        self.wanted[name] = {
            key: SECRETS[value["secret"][4:]] if isinstance(value, dict) else value for key, value in settings.items()
        }

    def is_done(self, item: dict[str, Any]) -> bool:
        """Whether an object is as it is declared."""
        wanted = self.wanted.get(item["name"])
        return wanted is not None and wanted.items() <= item["settings"].items()

    def check(self, world: World) -> None:
        """All is as declared, once; what no manifest names is as it was."""
        items = world.objects()
        assert sorted(item["name"] for item in items.values()) == sorted(self.wanted)
        assert all(self.is_done(item) for item in items.values())
        for row in self.rows:
            named = self.wanted[items[row["id"]]["name"]]
            for key in {*row["settings"], *items[row["id"]]["settings"]} - named.keys():
                assert items[row["id"]]["settings"].get(key) == row["settings"].get(key)


@contextmanager
def staged(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Stage]:
    """The scene, served, and its plan saved."""
    # Nothing lags here, so that what a killed run has done shows at once.
    monkeypatch.setattr(execution, "SETTLED", 0.0)
    folder = tmp_path / "desk"
    folder.mkdir()
    world = World(switches=scene.switches, seed={"integrations": scene.rows})
    with serve(world) as server:
        stage = Stage(folder, server, monkeypatch, capsys)
        for name, value in FAST.items():
            monkeypatch.setenv(name, value)
        stage.write("manifests/all.yaml", "\n---\n".join(json.dumps(one) for one in scene.manifests))
        stage.run("plan", "--out", "plan.json")
        yield stage
        assert server.failures == []


def count_requests(stage: Stage, parallel: str) -> int:
    """How many requests an apply takes that nobody kills; afterwards all is as before."""
    account, before = stage.world.dump()["account"], len(stage.world.log)
    stage.run("apply", "plan.json", "--parallel", parallel)
    count = len(stage.world.log) - before
    stage.world.account.restore(account)
    return count


def resume(stage: Stage, scene: Scene) -> dict[str, str]:
    """Applies the same plan again; what was lost with a repair is planned and applied anew. Statuses by address."""
    done = {key for key, item in stage.world.objects().items() if scene.is_done(item)}
    before = len(stage.world.writes)
    ran = stage.attempt("apply", "plan.json", "--parallel", scene.parallel, "--format", "json")
    assert ran.code in (0, 5), ran.err
    outcomes = {outcome["address"]: outcome for outcome in ran.document["outcomes"]}
    again = [write.id for write in stage.world.writes[before:]]
    # What is there is not sent again; and nothing is sent twice in one run, but to put back what a proof has erased.
    assert not done & set(again)
    assert len(again) - len(set(again)) <= 1
    for outcome in outcomes.values():
        assert outcome["status"] == ("unchanged" if outcome["id"] in done else outcome["status"])
    if ran.code == 5:
        assert stage.world.switches.settings_patch == "replace"
        stage.run("apply", "--yes")
    scene.check(stage.world)
    stage.run("plan", "--detailed-exitcode")
    return {address: outcome["status"] for address, outcome in outcomes.items()}


def check_killed(seed: int, *desk: Any) -> None:
    """One scene, killed at one boundary, and resumed."""
    scene = Scene(seed)
    with staged(scene, *desk) as stage:
        count = count_requests(stage, scene.parallel)
        number, moment = random.Random(-seed).randint(1, count), MOMENTS[seed % 3]
        code = Killer(stage.server, number, moment).run("apply", "plan.json", "--parallel", scene.parallel)
        assert code == KILLED or (moment == "answered" and code == 0)
        resume(stage, scene)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_killed_apply_is_resumed_by_applying_the_same_plan(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a request, after it was carried out, after its answer: the end state is right, nothing is sent twice."""
    check_killed(seed, tmp_path, monkeypatch, capsys)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(20, 220))
def test_many_killed_applies_are_resumed(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same, two hundred times."""
    check_killed(seed, tmp_path, monkeypatch, capsys)


class Known(Scene):
    """One object whose every setting is declared, on an API that replaces settings, and one to be created."""

    def __init__(self) -> None:
        super().__init__(0)
        self.rows, self.wanted, self.manifests, self.parallel = [], {}, [], "1"
        held = {"username": "old", "sending_domain": "one.example", "password": SECRETS["HOOD_OLD"]}
        self.rows.append({"id": "1", "name": "Post", "provider_id": "1001", "settings": held})
        declared = {**held, "username": "new", "password": {"secret": "env:HOOD_OLD"}}
        self._declare("post", "1", "Post", declared)
        self._declare("made", None, "Made", {"username": "made"}, lifecycle={"create": True})
        self.switches = Switches(settings_patch="replace", per_second=0, per_minute=0)


TRAIL = ["GET", "PATCH", "GET", "PATCH", "GET", "GET", "POST", "GET"]
"""Read, prove, see the loss, repair, read back; look up, create, read back."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "moment", "post", "made"),
    [
        # between a vanished key and its repair: what the proof erased is planned anew
        (3, "answered", "stale", "applied"),
        (4, "arrived", "stale", "applied"),
        # the repair was carried out, and nobody heard of it
        (4, "done", "unchanged", "applied"),
        # the POST came and nothing was done; it was done and nobody heard of it
        (7, "arrived", "unchanged", "applied"),
        (7, "done", "unchanged", "unchanged"),
        # before the report
        (8, "answered", "unchanged", "unchanged"),
    ],
)
def test_each_boundary_that_matters_is_met(
    number: int,
    moment: Moment,
    post: str,
    made: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the number of its request; the statuses of the second run say where the first one was killed."""
    scene = Known()
    with staged(scene, tmp_path, monkeypatch, capsys) as stage:
        assert count_requests(stage, "1") == len(TRAIL)
        assert [entry.method for entry in stage.world.log[-len(TRAIL) :]] == TRAIL
        code = Killer(stage.server, number, moment).run("apply", "plan.json", "--parallel", "1")
        assert code == KILLED or number == len(TRAIL)
        assert resume(stage, scene) == {"custom_email/post": post, "custom_email/made": made}
