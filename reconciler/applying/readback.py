"""Reads back what was sent: a page at once where it holds several, and again where reads lag; repairs lost keys."""

from __future__ import annotations

from reconciler.applying.api import Api, Ask
from reconciler.applying.judge import resolve
from reconciler.applying.verify import make_verdicts, vanished_keys, whole_settings
from reconciler.applying.work import Item, Merging
from reconciler.errors import ApiError, RejectedError, StoppedError, UnknownOutcomeError
from reconciler.model import FieldVerdict, Live
from reconciler.values import is_mask, is_nothing

LAGS = (1.0, 3.0, 10.0)
"""Seconds after which what is not there yet is read again before it is called dropped."""


class Readback:
    """Judges sent items by what the API shows afterwards."""

    def __init__(self, api: Api, ask: Ask, merging: Merging) -> None:
        self._api, self._ask, self._merging = api, ask, merging

    def read(self, page: str | None, items: list[Item]) -> None:
        """Reads the items back, several of one page with one request. What seems dropped stays open: it may lag."""
        objects: dict[str, Live] = {}
        if page is not None and len(items) > 1:
            try:
                objects = self._api.read_page(page)
            except ApiError:
                objects = {}
        for item in items:
            self._judge(item, objects.get(item.one), last=False)

    def settle(self, items: list[Item]) -> None:
        """Reads what seems dropped again after 1, 3 and 10 s, then says so."""
        for number, seconds in enumerate(LAGS):
            pages: dict[str | None, list[Item]] = {}
            for item in items:
                if item.status is None:
                    pages.setdefault(item.change.seen.page if item.change.seen else None, []).append(item)
            if not pages:
                return
            self._api.wait(seconds)
            for page, lagging in sorted(pages.items(), key=lambda row: row[0] or ""):
                objects = self._api.read_page(page) if page and len(lagging) > 1 else {}
                for item in lagging:
                    self._judge(item, objects.get(item.one), last=number == len(LAGS) - 1)

    def _judge(self, item: Item, after: Live | None, *, last: bool) -> None:
        try:
            after = after or self._api.read_one(item.one)
        except StoppedError:
            raise
        except ApiError as error:
            item.close("unverified", f"sent, and could not be read back: {error.message}")
            return
        if after is None:
            item.close("unverified", "sent, and the API no longer knows the object")
            return
        self._decide(item, after, last=last)

    def _decide(self, item: Item, after: Live, *, last: bool) -> None:
        if item.before is None:
            return
        gone = vanished_keys(item.change, item.before, after)
        lost: tuple[FieldVerdict, ...] = ()
        if gone:
            after, lost = self._repair(item, item.before, after, gone)
        item.verdicts = (*make_verdicts(item.change, item.before, after, self._ask), *lost)
        words = {verdict.verdict for verdict in item.verdicts}
        if "lost" in words:
            item.close("failed", "settings were lost and could not be put back: " + ", ".join(gone))
        elif "dropped" in words:
            if last:
                item.close("failed", _messages(item.verdicts, "dropped"))
        elif not all(verdict.settled for verdict in item.verdicts):
            item.close("unverified", _messages(item.verdicts, "coerced"))
        else:
            item.close("applied")

    def _repair(
        self, item: Item, before: Live, after: Live, gone: tuple[str, ...]
    ) -> tuple[Live, tuple[FieldVerdict, ...]]:
        """Puts back at once what a PATCH erased; a signal waits for it. Returns the object as it is then."""
        if not item.whole:
            self._merging.learn(merges=False)
        settings = {
            key: resolve(value, self._ask)
            for key, value in sorted(whole_settings(item.change, before, self._ask).items())
        }
        with self._api.shield():
            for attempt in range(2, 6):
                try:
                    self._api.send_patch(item.one, {"settings": settings}, quiet=True)
                    after = self._api.read_one(item.one) or after
                    break
                except UnknownOutcomeError:
                    if not self._api.pause(attempt):
                        break
                except (RejectedError, ApiError):
                    break
        still = [key for key in gone if is_nothing(after.settings.get(key))]
        told = "another key of the settings vanished and could not be put back: set it again in the console"
        return after, tuple(FieldVerdict(("settings", key), "lost", told, settled=False) for key in still)

    def can_prove(self, item: Item) -> bool:
        """Whether this object can show if PATCH merges, at no risk: all that it may lose can be put back."""
        if item.before is None or item.change.seen is None:
            return False
        sent = item.change.body.get("settings", {})
        there = {key for key, value in item.before.settings.items() if not is_nothing(value)}
        rest = there - sent.keys()
        hidden = {key for key in rest if is_mask(item.before.settings[key], secret=self._ask.secret(key))}
        if not rest or not there <= set(item.change.seen.keys) or not hidden <= item.change.along.keys():
            return False
        item.whole = False
        return True

    def prove(self, item: Item) -> None:
        """Reads the proof back: merging is concluded only when a changed key reads new and the others are there."""
        for seconds in (0.0, *LAGS):
            if seconds:
                self._api.wait(seconds)
            after = self._api.read_one(item.one)
            if after is None or item.before is None:
                break
            gone = vanished_keys(item.change, item.before, after)
            verdicts = make_verdicts(item.change, item.before, after, self._ask)
            if not gone and any(
                verdict.verdict in {"applied", "coerced"} and verdict.path[0] == "settings" for verdict in verdicts
            ):
                self._merging.learn(merges=True)
            last = seconds == LAGS[-1]
            if gone or last or all(verdict.verdict != "dropped" for verdict in verdicts):
                self._decide(item, after, last=True)
                return


def _messages(verdicts: tuple[FieldVerdict, ...], kind: str) -> str:
    return "; ".join(f"{'.'.join(verdict.path)}: {verdict.message}" for verdict in verdicts if verdict.verdict == kind)
