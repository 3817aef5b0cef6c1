"""Small worlds, manifests and plans for the tests of applying; plans are made by the planner itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from reconciler.applying.api import Ask
from reconciler.applying.apply import EAGER, Applied, Care, Hand, apply_plan
from reconciler.live.decode import Decoder
from reconciler.model import Lifecycle, Live, Manifest, Outcome, Plan, SecretRef, Setting, Snapshot, Source
from reconciler.planning.guard import Guards
from reconciler.planning.planner import Asked, Context, make_plan
from reconciler.planning.settings import Place
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.applying.world_api import WorldApi

TOKEN = SecretRef("env", "HOOD_TOKEN")
OTHER = SecretRef("env", "HOOD_OTHER")
SECRETS = {TOKEN: "canary-token-7f3a", OTHER: "canary-other-99b1"}

SOLD = {"sending_domain": "one.example", "username": "post@one.example", "password": "canary-old-5501"}
"""The settings of a custom_email integration, as these tests have them at first."""


def is_secret(key: str) -> bool:
    """Whether a settings key is secret, in these tests."""
    return "token" in key or "password" in key


ASK = Ask(reveal=SECRETS.__getitem__, secret=is_secret)
ASKED = Asked(
    reveal=SECRETS.__getitem__, secret=is_secret, place=Place(lambda source, _: source, lambda source, _: source)
)


def make_world(*rows: Mapping[str, Any], faults: Sequence[Fault] = (), limited: bool = False, **switches: Any) -> World:
    """A World of these integrations, ids from 1 on; without limits unless `limited`. See row()."""
    if not limited:
        switches = {"per_second": 0, "per_minute": 0, **switches}
    numbered = [{"id": str(number), **one} for number, one in enumerate(rows, 1)]
    seed = {"company_id": "77", "integrations": numbered}
    return World(switches=Switches(**switches), faults=Faults(script=tuple(faults)), seed=seed)


def row(settings: Mapping[str, Any] = SOLD, **fields: Any) -> dict[str, Any]:
    """A custom_email integration as the World holds it."""
    return {"name": "Post", "provider_id": "1001", "settings": dict(settings), **fields}


def manifest(one: str, settings: Mapping[str, Setting] | None = None, **fields: Any) -> Manifest:
    """A manifest of an integration of row()."""
    told = {"address": f"custom_email/n{one}", "provider": "custom_email", "source": Source("m.yaml", 1, 1), **fields}
    return Manifest(id=one, settings=dict(settings or {}), **told)


def new(name: str = "Launch", settings: Mapping[str, Setting] | None = None, **fields: Any) -> Manifest:
    """A manifest of a custom_email integration that may be created."""
    told = {"address": f"custom_email/{name.lower()}", "provider": "custom_email", "source": Source("n.yaml", 1, 1)}
    held: Mapping[str, Setting] = {"username": "new", "password": TOKEN} if settings is None else settings
    return Manifest(id=None, name=name, settings=dict(held), lifecycle=Lifecycle(create=True), **{**told, **fields})


def look(world: World, size: int = 100) -> Snapshot:
    """What a read of the whole account shows, without a request to it."""
    shown = [world.lens.integration(item) for item in world.account.items.values()]
    page = Decoder().make_page(msgspec.json.encode({"total": len(shown), "items": shown}))
    objects = {live.id: live for live in page.items}
    told = Decoder().make_providers(
        msgspec.json.encode([world.lens.provider(one) for one in world.account.providers.values()])
    )
    providers = {provider.id: provider for provider in told.items}
    return Snapshot(objects, providers, complete=True, page_size=size, ids_in_order="number", catalogued=True)


def make_plan_of(
    world: World, *manifests: Manifest, size: int = 100, settings_patch: Any = "auto", when_hidden: Any = "warn"
) -> Plan:
    """The plan for a World; pages of `size`. A status may change as it likes."""
    context = Context(
        tool="0", api="a", account="main", company_id="77", created="", expires="", settings_patch=settings_patch,
        when_hidden=when_hidden, guards=Guards(overrides=("deactivate", "default-status")),
    )  # fmt: skip
    return make_plan(manifests, look(world, size), context, ASKED)


def run(
    world: World, plan: Plan, *, hand: bool = False, parallel: int = 1, care: Care = EAGER, **options: Any
) -> tuple[Applied, WorldApi]:
    """Applies a plan; hand: with what has just been read."""
    api = WorldApi(world, **options)
    own = Hand(look(world).objects, 0.0) if hand else None
    return apply_plan(plan, api, ASK, parallel=parallel, hand=own, care=care), api


def settings(world: World, one: str = "1") -> dict[str, Any]:
    """The settings as they are stored."""
    found: dict[str, Any] = world.objects()[one]["settings"]
    return found


def statuses(applied: Applied) -> dict[str, str]:
    """The status of each outcome by id."""
    return {str(outcome.id): outcome.status for outcome in applied.outcomes}


def only(applied: Applied) -> Outcome:
    """The one outcome."""
    (outcome,) = applied.outcomes
    return outcome


def verdicts(outcome: Outcome) -> dict[str, str]:
    """The verdict of each field by its last name."""
    return {field.path[-1]: field.verdict for field in outcome.fields}


def live_of(world: World, one: str = "1") -> Live:
    """One object as a read shows it."""
    return look(world).objects[one]


def make_many(count: int, how: str = "changed", size: int = 100, **switches: Any) -> tuple[World, Plan]:
    """So many objects, and a plan that changes a visible setting of each."""
    world = make_world(*[row()] * count, **switches)
    named = [manifest(str(number), {"username": "new"}) for number in range(1, count + 1)]
    return world, make_plan_of(world, *named, size=size, settings_patch=how)
