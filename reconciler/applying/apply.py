"""Runs a plan: page by page read, write its objects, read again; a verdict per field; lagging reads settled at the end.

    prove (auto only) -> page: read · write · read -> page … -> create -> settle what lags -> outcomes

--all-or-nothing puts a look at every object before it, --first N does it for the first N changes and then for the rest.

One failing object is an outcome; 401, another company and a signal end the run, and what was not begun is skipped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from reconciler.applying.api import Api, Ask
from reconciler.applying.create import Creator
from reconciler.applying.proof import Proof
from reconciler.applying.readback import Readback
from reconciler.applying.result import Applied, is_well, make_applied
from reconciler.applying.work import Item, Merging, check_company
from reconciler.applying.write import Hand, Writer
from reconciler.errors import (
    AnswerError,
    ApiError,
    EndedError,
    ReconcilerError,
    RefusedError,
    StoppedError,
    UnauthorisedError,
    UnreachableError,
)
from reconciler.model import Change, Plan

__all__ = ["EAGER", "Applied", "Care", "Hand", "apply_plan"]


class Care(Struct, frozen=True):
    """How careful a run is. all_or_nothing: every object is looked at first, and one that is not as the plan saw it
    leaves all alone. first: so many changes are applied and verified before the rest is begun. doubt: monotonic
    seconds until which an earlier run, which was killed, may have created what no read shows yet.
    """

    all_or_nothing: bool = False
    first: int | None = None
    doubt: float | None = None


EAGER = Care()


class Run:
    """One apply of one plan."""

    def __init__(
        self, plan: Plan, api: Api, ask: Ask, care: Care, *, parallel: int, hand: Hand | None, tick: Callable[[], None]
    ) -> None:
        self._api, self._ask, self._parallel, self._tick = api, ask, parallel, tick
        self._care = care
        self._merging = Merging(plan.settings_patch)
        self._readback = Readback(api, ask, self._merging, lambda live: check_company(plan, live))
        self._writer = Writer(plan, api, ask, self._merging, hand)
        self._creator = Creator(plan, api, ask, care.doubt)
        self._proof = Proof(api, ask, self._writer, self._readback, self._merging)
        self._lock = threading.Lock()
        self._codes: set[int] = set()
        self._fatal: ReconcilerError | None = None
        self._bad: Item | None = None
        self._items = [_make_item(change) for change in plan.changes if change.error or change.action != "none"]

    def run(self) -> Applied:
        """Looks, proves, writes, reads back, settles; never raises a ReconcilerError."""
        for work in (self._write_all, self._read_rest, self._hear_signal):
            try:
                work()
            except ReconcilerError as error:
                self._end(error)
        return make_applied(self._items, self._merging.notes, self._fatal, self._codes, self._ask.secret)

    def _write_all(self) -> None:
        if self._care.all_or_nothing:
            self._look_at_all()
        begun = [item for item in self._items if item.status is None]
        number = self._care.first or len(begun)
        self._write(begun[:number])
        if begun[number:] and self._bad is None:
            self._bad = next((item for item in begun[:number] if not is_well(item)), None)
        if self._bad is None:
            self._write(begun[number:])
        self._hold_rest()

    def _write(self, items: Sequence[Item]) -> None:
        for item in self._proof.candidates(items):
            self._watched(item, lambda item: self._proof.prove(item, items))
            if item.status is not None:
                self._tick()
        several, alone = self._groups(items)
        with ThreadPoolExecutor(self._parallel) as pool:
            for page, held in several:
                self._write_page(pool, page, held)
            list(pool.map(self._write_alone, alone))
        for item in _creates(items):
            # One after the other, and last: each rests on a look of its own.
            self._watched(item, self._create)
            self._tick()
        self._check_ended()
        self._readback.settle(items)

    def _create(self, item: Item) -> None:
        self._creator.create(item)
        if item.unread:
            self._readback.read(None, [item])

    def _look_at_all(self) -> None:
        """Reads and judges every object before the first write."""
        several, alone = self._groups(self._items)
        rows = [(item, self._writer.view(page)) for page, held in several for item in held]
        rows += [(item, self._writer.view_alone(item.page)) for item in alone]
        with ThreadPoolExecutor(self._parallel) as pool:
            list(pool.map(lambda row: self._guarded(row[0], lambda item: self._writer.foresee(item, row[1])), rows))
        for item in _creates(self._items):
            self._guarded(item, self._creator.foresee)
        self._check_ended()
        decided = [item for item in self._items if item.status is not None]
        self._bad = next((item for item in decided if not is_well(item)), None)
        for _ in decided:
            self._tick()

    def _hold_rest(self) -> None:
        """What is not begun any more since one object is not as it should be."""
        if self._bad is None:
            return
        why = f"{self._bad.change.address} is {self._bad.outcome('').status}"
        rule = "--all-or-nothing" if self._care.all_or_nothing else f"--first {self._care.first}"
        for item in self._items:
            if item.status is None and not item.sent:
                item.held = self._care.all_or_nothing and self._bad.status == "stale"
                item.close("skipped", f"not begun ({rule}): {why}")

    def _read_rest(self) -> None:
        """Where an object of another company ended the run, what was sent before is still read back."""
        if isinstance(self._fatal, RefusedError):
            self._readback.read(None, [item for item in self._items if item.unread])

    def _hear_signal(self) -> None:
        """A signal that came with the last request has the last word all the same."""
        if self._api.stopped:
            self._api.ready()

    def _groups(self, items: Sequence[Item]) -> tuple[list[tuple[str, list[Item]]], list[Item]]:
        """Open items by the page that holds several, in the order of the list; and those that are read one by one."""
        pages: dict[str | None, list[Item]] = {}
        for item in items:
            if item.status is None and not item.sent and item.change.action != "create":
                pages.setdefault(item.page, []).append(item)
        several = [(page, items) for page, items in pages.items() if page and len(items) > 1]
        alone = [item for page, items in pages.items() if not page or len(items) == 1 for item in items]
        return sorted(several, key=lambda row: (len(row[0]), row[0])), alone

    def _write_page(self, pool: ThreadPoolExecutor, page: str, items: list[Item]) -> None:
        view = self._writer.view(page)
        list(pool.map(lambda item: self._watched(item, lambda item: self._writer.write(item, view)), items))
        self._check_ended()
        self._readback.read(page, [item for item in items if item.unread])
        for _ in items:
            self._tick()

    def _write_alone(self, item: Item) -> None:
        def write(item: Item) -> None:
            self._writer.write(item, self._writer.view_alone(item.page))
            if item.unread:
                self._readback.read(None, [item])

        self._watched(item, write)
        with self._lock:
            self._tick()

    def _guarded(self, item: Item, work: Callable[[Item], None]) -> None:
        """Never raises: what goes wrong with one object is its outcome, what ends the run is kept in `fatal`."""
        if self._fatal is not None or self._bad is not None:
            return
        try:
            work(item)
        except ApiError as error:
            item.trace_id = error.trace_id
            item.unheard = isinstance(error, (AnswerError, UnreachableError))
            item.close("unverified" if item.sent else "failed", error.message)
        except ReconcilerError as error:
            self._end(error)

    def _watched(self, item: Item, work: Callable[[Item], None]) -> None:
        """--all-or-nothing: once something goes wrong nothing more is begun, by threads that wait to begin neither."""
        self._guarded(item, work)
        if self._care.all_or_nothing and item.status is not None and not is_well(item):
            with self._lock:
                self._bad = self._bad or item
            self._api.end(RefusedError(f"{item.change.address} is {item.status}"), reads=True)

    def _end(self, error: ReconcilerError) -> None:
        if isinstance(error, EndedError) and self._bad is not None:
            return
        if not isinstance(error, StoppedError | EndedError):
            # Whoever waits for the windows is not to be sent. What was sent before another company showed is read back.
            self._api.end(error, reads=not isinstance(error, UnauthorisedError))
        with self._lock:
            self._codes.add(error.exit_code)
            if self._fatal is None or isinstance(self._fatal, StoppedError):
                self._fatal = error

    def _check_ended(self) -> None:
        if self._fatal is not None:
            raise self._fatal


def _creates(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.status is None and item.change.action == "create"]


def _make_item(change: Change) -> Item:
    """What the plan could not plan is skipped; what it found to have moved is stale."""
    if change.error is None:
        return Item(change)
    if isinstance(change.moved, tuple):
        return Item(
            change, status="stale", error="has moved since it was applied, and is left alone", moved=change.moved
        )
    return Item(change, status="stale" if change.error.code == "moved" else "skipped", error=change.error.message)


def apply_plan(
    plan: Plan,
    api: Api,
    ask: Ask,
    *,
    parallel: int = 4,
    hand: Hand | None = None,
    tick: Callable[[], None] = lambda: None,
    care: Care = EAGER,
) -> Applied:
    """Applies a plan. `hand`: reads not older than a minute serve as preconditions. `tick`: called once a change.

    Raises RefusedError where a guard refuses the plan, before anything is sent; no other ReconcilerError: what ended
    the run early is in `fatal`, and all that is known stands in the outcomes.
    """
    refused = [refusal for change in plan.changes for refusal in change.refused]
    if refused:
        raise RefusedError(f"refused by {refused[0].rule}: {refused[0].message}", refused[0].override)
    return Run(plan, api, ask, care, parallel=parallel, hand=hand, tick=tick).run()
