"""How many requests a plan takes: the real reader and client, answered by the emulator in memory."""

from __future__ import annotations

from math import ceil

from tests.live.worlds import make_world, snapshot

SIZES = (0, 1, 99, 100, 101, 1000)


def count_requests(objects: int) -> int:
    """GETs of a plan of so many objects, all in scope."""
    world = make_world(objects)
    found = snapshot(world)
    if len(found.objects) != objects or not found.complete:
        raise AssertionError(f"{len(found.objects)} of {objects} objects were read")
    if {entry.method for entry in world.log} - {"GET"}:
        raise AssertionError("a plan sends nothing but GETs")
    return len(world.log)


def budget_of(objects: int) -> int:
    """The most that such a plan may take: the list's pages and two."""
    return ceil(objects / 100) + 2
