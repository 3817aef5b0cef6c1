"""Writes one object: reads it, judges whether it still is what the plan saw, sends."""

from __future__ import annotations

from msgspec import Struct

from reconciler.applying.api import Api, Ask
from reconciler.applying.judge import judge
from reconciler.applying.send import ATTEMPTS, send_change
from reconciler.applying.verify import blind_keys
from reconciler.applying.work import FRESH, JUST, Item, Merging, View, check_company
from reconciler.errors import LateError, tell_hidden
from reconciler.model import Change, Live, Plan, Refusal
from reconciler.values import is_nothing

AGAIN = 4
"""Times that an object is read for one write, where the windows hold the write until the read is too old."""


class Hand(Struct, frozen=True):
    """What a run that has just planned has in hand: the objects, and when (monotonic seconds) they were read."""

    objects: dict[str, Live]
    read_at: float


class Writer:
    """Writes the objects of one plan; keeps what was read of them."""

    def __init__(self, plan: Plan, api: Api, ask: Ask, merging: Merging, hand: Hand | None) -> None:
        self._plan, self._api, self._ask, self._merging, self._hand = plan, api, ask, merging, hand
        self._views: dict[str | None, View] = {}

    def view(self, page: str | None) -> View:
        """What serves as the precondition of writes without a read of their own; the same for the same page."""
        if page not in self._views:
            hand = self._hand
            objects, read_at = (hand.objects, hand.read_at) if hand else (None if page else {}, 0.0)
            self._views[page] = View(self._api, page, self._check, objects, read_at)
        return self._views[page]

    def view_alone(self, page: str | None) -> View:
        """The same for the only object of a page: what is in hand, else its own GET."""
        return self._views.get(page) or self.view(None)

    def write(self, item: Item, view: View) -> None:
        """Leaves it open to be read back, or closes it. Raises what ends the run, and ApiErrors."""
        most = item.attempts + ATTEMPTS
        for _ in range(AGAIN):
            item.whole = self._merging.needs_whole(item.change)
            own = item.whole or item.change.is_delicate
            before = self.prepare(item, None if own else view)
            if before is None:
                return
            try:
                send_change(item, before, self._api, self._ask, most=most)
            except LateError:
                item.before = None
            else:
                return
        item.close("failed", "the limits held it until what was read of it was too old: run again")

    def foresee(self, item: Item, view: View) -> None:
        """Closes an item that would not be written; whatever else it is left open. Only its own GET is kept of it."""
        # Where merging may still be proven nobody knows yet whether whole settings go.
        item.whole = self._merging.merges is False and "settings" in item.change.body
        shown, _ = view.look(item.one)
        if shown is None:
            self.prepare(item, None)
        else:
            self._judge(item, shown)

    def prepare(self, item: Item, view: View | None) -> Live | None:
        """The object, where it is to be sent: it is still what the plan saw. Closes the item where it is not.

        view: what may serve instead of a GET of the object.
        """
        before = self._look(item, view)
        if before is None:
            item.close("failed", f"the API no longer knows id {item.one}: plan again")
            return None
        self._judge(item, before)
        return before if item.status is None else None

    def _judge(self, item: Item, before: Live) -> None:
        self._check(before)
        judgement = judge(item.change, before, self._ask)
        if judgement.kind == "desired":
            item.close("unchanged")
        elif judgement.kind == "moved":
            item.leave(judgement.moved)
        elif "status" in item.change.body and before.is_default and not self._may_change_default(item.change):
            item.refuse(_refuse_default(item.change))
        elif item.whole and (blind := blind_keys(item.change, before, self._ask)):
            item.refuse(_refuse_blind(item.change, blind, before, replaces=self._merging.surely_replaces))

    def _look(self, item: Item, view: View | None) -> Live | None:
        if item.before is not None and self._api.now() < item.by:
            return item.before
        item.before = None
        if view is not None:
            item.before, read_at = view.look(item.one)
            item.by = read_at + FRESH
        if item.before is None:
            self._api.ready(2, write=True)
            item.by = self._api.now() + JUST
            item.before = self._api.read_one(item.one)
        return item.before

    def _may_change_default(self, change: Change) -> bool:
        """Whether whoever made the plan knew that the integration is a default one, or let it pass in any case."""
        return change.is_default is True or "default-status" in self._plan.overrides

    def _check(self, live: Live) -> None:
        check_company(self._plan, live)


def _refuse_default(change: Change) -> Refusal:
    message = "it has become a default integration since the plan, and its status would change"
    return Refusal(
        "default-status", message, "plan again, with --override default-status if it is meant", change.source
    )


def _refuse_blind(change: Change, keys: tuple[str, ...], before: Live, *, replaces: bool) -> Refusal:
    masked = [key for key in keys if not is_nothing(before.settings.get(key))]
    unsure = [key for key in keys if key not in masked]
    message, fix = tell_hidden(masked, unsure, replaces=replaces)
    return Refusal("hidden-unmanaged", message, fix, change.source)
