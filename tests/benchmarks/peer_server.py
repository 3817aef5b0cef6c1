"""The emulator of one account, in a process of its own: `python -m tests.benchmarks.peer_server OBJECTS EVERY LIMITS`.

EVERY: each so many objects live with another name than is declared (0: none). LIMITS: on or off. Prints its address;
when its stdin ends, prints what it met as JSON.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from reconciler.sandbox.server import serve
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World

TOKEN = "emulated-token"
COMPANY = "4711"
OLD = " (old)"


class Met(Struct, frozen=True):
    """What a run came to. wrong: objects that are not as declared in the end. writes: PATCHes that were done."""

    requests: int
    throttled: int
    writes: int
    wrong: int


def make_objects(objects: int) -> list[dict[str, Any]]:
    """The objects as they are declared."""
    return [
        {
            "id": str(1000 + at),
            "name": f"Integration {at}",
            "settings": {"default_sender_email": f"news-{at}@mail.example.com"},
        }
        for at in range(objects)
    ]


def make_world(objects: int, every: int, *, limits: bool) -> World:
    """The account as it lives before a run."""
    items = make_objects(objects)
    for at, item in enumerate(items):
        item["provider_id"] = "1002"
        item["name"] += OLD if every and at % every == 0 else ""
    switches = Switches() if limits else Switches(per_second=0, per_minute=0)
    return World(seed={"company_id": COMPANY, "integrations": items}, token=TOKEN, switches=switches)


def look(world: World, objects: int) -> Met:
    """What a run has left."""
    declared = {one["id"]: one for one in make_objects(objects)}
    wrong = sum(
        item["name"] != declared[id_]["name"] or item["settings"] != declared[id_]["settings"]
        for id_, item in world.account.items.items()
    )
    throttled = sum(one.status == 429 for one in world.log)
    return Met(len(world.log), throttled, len(world.writes), wrong)


def main(argv: list[str]) -> None:
    """Serves until stdin ends."""
    objects, every, limits = int(argv[0]), int(argv[1]), argv[2] == "on"
    world = make_world(objects, every, limits=limits)
    with serve(world, clock=time.time) as server:
        print(server.url, flush=True)
        sys.stdin.read()
    print(encode(look(world, objects)).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
