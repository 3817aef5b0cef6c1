"""Items that were sent to a World, to be read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.applying.readback import Readback
from reconciler.applying.send import send_change
from reconciler.applying.work import Item, Merging
from reconciler.sandbox.world import World
from tests.applying.bench import (
    ASK,
    look,
    make_plan_of,
    manifest,
)
from tests.applying.world_api import WorldApi

NEW = {"username": "new"}


class Bench:
    """Items that were sent, and who reads them back."""

    def __init__(
        self, world: World, *wanted: dict[str, Any], asked: str = "changed", whole: bool = False, **options: Any
    ) -> None:
        self.world, self.api, self.merging = world, WorldApi(world, **options), Merging(asked)
        self.readback = Readback(self.api, ASK, self.merging)
        named = [manifest(str(number), one) for number, one in enumerate(wanted, 1)]
        plan = make_plan_of(world, *named, settings_patch="changed", when_hidden="resend")
        objects = look(world).objects
        self.items = [Item(change, before=objects[str(change.id)], by=60.0, whole=whole) for change in plan.changes]
        for item in self.items:
            assert item.before is not None
            send_change(item, item.before, self.api, ASK)

    def read(self) -> Sequence[Item]:
        """Reads them back, as they come, and settles what lags."""
        self.readback.read("1,100", self.items)
        self.readback.settle(self.items)
        return self.items
