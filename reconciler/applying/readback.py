"""Reads back what was sent: a page at once where it holds several, and again where reads lag; repairs lost keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from reconciler.applying.api import Api, Ask
from reconciler.applying.send import send_change, send_counted
from reconciler.applying.verify import (
    AS_BEFORE,
    IGNORED,
    blind_keys,
    make_verdicts,
    reads_new,
    vanished_keys,
    whole_settings,
)
from reconciler.applying.work import JUST, LAGS, Item, Merging, View, read_page
from reconciler.errors import (
    ApiError,
    EndedError,
    RefusedError,
    StoppedError,
    UnauthorisedError,
    UnknownOutcomeError,
)
from reconciler.model import FieldVerdict, Json, Live
from reconciler.values import is_nothing

LOST = "another key of the settings vanished and could not be put back: set it again in the console"
ERASED = "the API hides this key, and replaced the settings without it: set it again in the console"


class Readback:
    """Judges sent items by what the API shows afterwards."""

    def __init__(self, api: Api, ask: Ask, merging: Merging, check: Callable[[Live], None] = lambda _: None) -> None:
        """Check: raises for an object that ends the run, where nobody could look at it before it was written."""
        self._api, self._ask, self._merging, self._check = api, ask, merging, check

    def read(self, page: str | None, items: list[Item]) -> None:
        """Reads the items back, several of one page with one request. What seems dropped stays open: it may lag."""
        unknown = [item for item in items if item.after is None]
        objects = read_page(self._api, page) if len(unknown) > 1 else {}
        for item in items:
            self._judge(item, item.after or objects.get(item.one))

    def settle(self, items: Sequence[Item]) -> None:
        """Reads what seems dropped again after 1, 3 and 10 s, all that lags together, then says so."""
        while open_items := [item for item in items if item.unread]:
            self._api.wait(LAGS[max(item.looks for item in open_items)])
            pages: dict[str | None, list[Item]] = {}
            for item in open_items:
                item.looks += 1
                pages.setdefault(item.page, []).append(item)
            for page, lagging in sorted(pages.items(), key=lambda row: row[0] or ""):
                objects = read_page(self._api, page) if len(lagging) > 1 else {}
                for item in lagging:
                    self._judge(item, objects.get(item.one))

    def prove(self, item: Item, view: View | None) -> None:
        """Reads the proof of merging back until it is decided. view: of the page whose other objects come next.

        A signal ends the waiting. But what the proof may have erased is put back first: an object of which nobody knows
        is sent its whole settings.
        """
        refused: RefusedError | None = None
        with self._api.shield():
            seen = item.after
            try:
                seen = seen or (view.renew().get(item.one) if view else None)
            except RefusedError as error:
                refused = error
            # Where a signal or a fault came between, it was given up too early.
            item.status = item.error = None
            self._judge(item, seen)
        self._wait_for(item)
        if item.at_risk and item.unread and item.before and item.stored:
            with self._api.shield():
                self._secure(item, item.before, item.stored)
            self._wait_for(item)
        if refused:
            raise refused

    def _wait_for(self, item: Item) -> None:
        """Reads it again while it may lag, or until the run ends."""
        while item.unread and not item.looked_enough:
            try:
                self._api.wait(LAGS[item.looks])
            except (StoppedError, EndedError):
                return
            item.looks += 1
            with self._api.shield():
                self._judge(item, None)

    def _secure(self, item: Item, before: Live, now: Live) -> None:
        """Sends the whole settings after a proof that shows nothing, so that nothing is lost whatever it did."""
        item.secured = True
        settings = whole_settings(item.change, before, self._ask, now)
        self._api.ready(2)
        item.whole, item.by = True, self._api.now() + JUST
        try:
            send_change(item, msgspec.structs.replace(before, settings=settings), self._api, self._ask)
        finally:
            item.whole = False
        if item.trouble is None:
            item.at_risk = ()
        item.looks = 0
        if item.unread:
            self._judge(item, None)

    def _judge(self, item: Item, after: Live | None) -> None:
        item.after = None
        try:
            after = after or self._api.read_one(item.one)
        except ApiError as error:
            item.close("unverified", f"sent, and could not be read back: {error.message}")
            return
        new = item.change.action == "create"
        if after is None or item.before is None:
            # What was just created may not be shown yet.
            if not new or item.looked_enough:
                item.close(
                    "unverified", f"sent, and the API {'does not show' if new else 'no longer knows'} the object"
                )
            return
        if new:
            self._check(after)
        self._decide(item, item.before, after)

    def _decide(self, item: Item, before: Live, after: Live) -> None:
        gone = vanished_keys(item.change, before, after)
        if gone and not item.repaired:
            after = self._repair(item, before, after)
            gone = vanished_keys(item.change, before, after)
        item.stored = after
        verdicts = make_verdicts(item.change, before, after, self._ask)
        dropped = any(verdict.verdict == "dropped" for verdict in verdicts)
        settings = [verdict for verdict in verdicts if verdict.path[0] == "settings"]
        new = reads_new(settings, before, after)
        if new and not gone:
            item.at_risk = ()
            if self._merging.merges is None and not (item.whole or item.repaired or item.secured):
                self._merging.merges = True
        if (dropped or gone) and not item.looked_enough:
            return
        if item.at_risk and not gone and not item.secured:
            return
        item.verdicts = (*verdicts, *_lost(gone, LOST), *self._find_erased(item, before, after, gone))
        _close(item, new=reads_new(verdicts, before, after))

    def _find_erased(self, item: Item, before: Live, after: Live, gone: tuple[str, ...]) -> tuple[FieldVerdict, ...]:
        """What nobody could see, and so nobody could put back."""
        if not item.repaired or item.whole:
            return ()
        blind = blind_keys(item.change, before, self._ask)
        return _lost({key for key in blind if is_nothing(after.settings.get(key))} - set(gone), ERASED)

    def _repair(self, item: Item, before: Live, after: Live) -> Live:
        """Puts back at once what a PATCH erased; a signal waits for it. Returns the object as it reads then."""
        if not item.whole:
            self._merging.merges = False
        item.repaired, item.looks = True, 0
        body = {"settings": dict(sorted(whole_settings(item.change, before, self._ask, after).items()))}
        try:
            with self._api.shield():
                return self._put_back(item, before, after, body)
        except ApiError as error:
            item.looks, item.trace_id = len(LAGS), error.trace_id
        except (UnauthorisedError, EndedError):
            item.verdicts = _lost(vanished_keys(item.change, before, after), LOST)
            _close(item, new=False)
            raise
        return after

    def _put_back(self, item: Item, before: Live, after: Live, body: dict[str, Json]) -> Live:
        number, again = 1, True
        while again:
            number, again = number + 1, False
            try:
                send_counted(item, body, self._api, quiet=True, again=number > 2)
            except UnknownOutcomeError:
                again = self._api.pause(number)
            after = self._api.read_one(item.one) or after
            again = again and bool(vanished_keys(item.change, before, after))
        return after


def _lost(keys: tuple[str, ...] | set[str], why: str) -> tuple[FieldVerdict, ...]:
    return tuple(FieldVerdict(("settings", key), "lost", why, settled=False) for key in sorted(keys))


def _close(item: Item, *, new: bool) -> None:
    """The status that the verdicts make. new: a changed field reads other than before."""
    words = {verdict.verdict for verdict in item.verdicts}
    if "lost" in words:
        item.close("failed", "settings were lost: " + _messages(item.verdicts, "lost"))
    elif "dropped" in words:
        told = _messages(item.verdicts, "dropped")
        if item.trouble:
            # Who answered with an error has not taken and dropped it.
            item.verdicts = tuple(verdict for verdict in item.verdicts if verdict.message != IGNORED)
            told = f"{item.trouble}; {told.replace(IGNORED, AS_BEFORE)}"
        item.close("failed", told)
    elif item.trouble and "masked" in words and not new:
        item.close("unverified", f"{item.trouble}, and the API hides what was sent")
    elif not all(verdict.settled for verdict in item.verdicts):
        item.close("unverified", _messages(item.verdicts, "coerced"))
    else:
        item.trace_id = None
        item.close("applied")


def _messages(verdicts: tuple[FieldVerdict, ...], kind: str) -> str:
    return "; ".join(f"{'.'.join(verdict.path)}: {verdict.message}" for verdict in verdicts if verdict.verdict == kind)
