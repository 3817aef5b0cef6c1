"""The proof that PATCH merges settings: changed keys alone go to an object whose every setting the manifest names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.applying.api import Api, Ask
from reconciler.applying.readback import Readback
from reconciler.applying.send import send_change
from reconciler.applying.work import Item, Merging
from reconciler.applying.write import Writer
from reconciler.errors import LateError
from reconciler.model import Change, Live
from reconciler.values import is_mask, is_nothing


def is_proof(change: Change, before: Live, ask: Ask) -> bool:
    """Whether this object can show if PATCH merges, at no risk: all that it may lose can be put back."""
    named = set(change.seen.keys) if change.seen else set()
    rest = _rest(change, before)
    hidden = {key for key in rest if is_mask(before.settings[key], secret=ask.secret(key))}
    return bool(rest) and rest <= named and hidden <= change.along.keys()


def _rest(change: Change, before: Live) -> set[str]:
    """Settings that are there, and that a PATCH of changed keys alone does not name."""
    sent = change.body.get("settings", {})
    return {key for key, value in before.settings.items() if key not in sent and not is_nothing(value)}


class Proof:
    """Finds out whether PATCH merges settings, before anything else is written."""

    def __init__(self, api: Api, ask: Ask, writer: Writer, readback: Readback, merging: Merging) -> None:
        self._api, self._ask = api, ask
        self._writer, self._readback, self._merging = writer, readback, merging

    def candidates(self, items: Sequence[Item]) -> Iterator[Item]:
        """The items to try, one after the other until one was sent: one that shows nothing costs all the waits for
        lagging reads. Default integrations come last.
        """
        fit = [item for item in items if item.status is None and item.change.can_prove]
        for item in sorted(fit, key=lambda item: (item.change.is_default is True, item.change.address)):
            if self._merging.merges is not None:
                return
            yield item
            if item.sent:
                return

    def prove(self, item: Item, items: Sequence[Item]) -> None:
        """Sends the item as a proof and reads it back; leaves it as it was where it is none after all."""
        # The read, the PATCH, its read-back and the repair must not be torn apart by a window that is full.
        self._api.ready(5, write=True)
        item.whole = False
        before = self._writer.prepare(item, None)
        if before is None or not is_proof(item.change, before, self._ask):
            return
        item.at_risk = tuple(sorted(_rest(item.change, before)))
        try:
            send_change(item, before, self._api, self._ask)
        except LateError:
            item.at_risk = ()
            return
        if item.sent and item.status in (None, "unverified"):
            shared = Counter(other.page for other in items if other.status is None)[item.page] > 1
            self._readback.prove(item, self._writer.view(item.page) if shared and item.page else None)
        elif item.status == "failed":
            # Refused, or gone.
            item.at_risk = ()
