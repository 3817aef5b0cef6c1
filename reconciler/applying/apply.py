"""Runs a plan: page by page read, write its objects, read again; a verdict per field; lagging reads settled at the end.

    prove (auto only) -> page: read · write · read -> page … -> settle what lags -> outcomes

One failing object is an outcome; 401, another company and a signal end the run, and what was not begun is skipped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from reconciler.applying.api import Api, Ask
from reconciler.applying.image import with_image
from reconciler.applying.proof import Proof
from reconciler.applying.readback import Readback
from reconciler.applying.work import Item, Merging
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
    worst,
)
from reconciler.model import Change, Outcome, Plan, Problem

__all__ = ["Applied", "Hand", "apply_plan"]


class Applied(Struct, frozen=True):
    """What became of all changes; `code`: the exit code; `fatal`: what ended the run early; `refusal`: why it left
    single objects alone, each with what to type.
    """

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    code: int
    fatal: ReconcilerError | None = None
    refusal: RefusedError | None = None


class Run:
    """One apply of one plan."""

    def __init__(
        self, plan: Plan, api: Api, ask: Ask, *, parallel: int, hand: Hand | None, tick: Callable[[], None]
    ) -> None:
        self._api, self._ask, self._parallel, self._tick = api, ask, parallel, tick
        self._merging = Merging(plan.settings_patch)
        self._readback = Readback(api, ask, self._merging)
        self._writer = Writer(plan, api, ask, self._merging, hand)
        self._proof = Proof(api, ask, self._writer, self._readback, self._merging)
        self._lock = threading.Lock()
        self._codes: set[int] = set()
        self._fatal: ReconcilerError | None = None
        self._items = [_make_item(change) for change in plan.changes if change.error or change.action != "none"]

    def run(self) -> Applied:
        """Proves, writes, reads back, settles; never raises a ReconcilerError."""
        for work in (self._write_all, self._read_rest, self._hear_signal):
            try:
                work()
            except ReconcilerError as error:
                self._end(error)
        return self._finish()

    def _write_all(self) -> None:
        for item in self._proof.candidates(self._items):
            self._guarded(item, lambda item: self._proof.prove(item, self._items))
            if item.status is not None:
                self._tick()
        several, alone = self._groups()
        with ThreadPoolExecutor(self._parallel) as pool:
            for page, items in several:
                self._write_page(pool, page, items)
            list(pool.map(self._write_alone, alone))
        self._check_ended()
        self._readback.settle(self._items)

    def _read_rest(self) -> None:
        """Where an object of another company ended the run, what was sent before is still read back."""
        if isinstance(self._fatal, RefusedError):
            self._readback.read(None, [item for item in self._items if item.unread])

    def _hear_signal(self) -> None:
        """A signal that came with the last request has the last word all the same."""
        if self._api.stopped:
            self._api.ready()

    def _groups(self) -> tuple[list[tuple[str, list[Item]]], list[Item]]:
        """Open items by the page that holds several, in the order of the list; and those that are read one by one."""
        pages: dict[str | None, list[Item]] = {}
        for item in self._items:
            if item.status is None and not item.sent:
                pages.setdefault(item.page, []).append(item)
        several = [(page, items) for page, items in pages.items() if page and len(items) > 1]
        alone = [item for page, items in pages.items() if not page or len(items) == 1 for item in items]
        return sorted(several, key=lambda row: (len(row[0]), row[0])), alone

    def _write_page(self, pool: ThreadPoolExecutor, page: str, items: list[Item]) -> None:
        view = self._writer.view(page)
        list(pool.map(lambda item: self._guarded(item, lambda item: self._writer.write(item, view)), items))
        self._check_ended()
        self._readback.read(page, [item for item in items if item.unread])
        for _ in items:
            self._tick()

    def _write_alone(self, item: Item) -> None:
        def write(item: Item) -> None:
            self._writer.write(item, self._writer.view_alone(item.page))
            if item.unread:
                self._readback.read(None, [item])

        self._guarded(item, write)
        with self._lock:
            self._tick()

    def _guarded(self, item: Item, work: Callable[[Item], None]) -> None:
        """Never raises: what goes wrong with one object is its outcome, what ends the run is kept in `fatal`."""
        if self._fatal is not None:
            return
        try:
            work(item)
        except ApiError as error:
            item.trace_id = error.trace_id
            item.unheard = isinstance(error, (AnswerError, UnreachableError))
            item.close("unverified" if item.sent else "failed", error.message)
        except ReconcilerError as error:
            self._end(error)

    def _end(self, error: ReconcilerError) -> None:
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

    def _finish(self) -> Applied:
        ended = self._fatal.message if self._fatal else ""
        outcomes = tuple(with_image(item.outcome(ended), item, self._ask.secret) for item in self._items)
        codes = [*self._codes, *map(_code_of, outcomes)]
        refusal = _make_refusal(self._items)
        if refusal:
            codes.append(refusal.exit_code)
        tried = [item for item in self._items if item.status != "skipped"]
        if tried and all(item.unheard for item in tried):
            codes.append(ApiError.exit_code)
        return Applied(outcomes, self._merging.notes, worst(codes), self._fatal, refusal)


def _make_item(change: Change) -> Item:
    """What the plan could not plan is skipped, and so is what would have to be created; what has moved is stale."""
    if change.action == "create":
        return Item(change, status="skipped", error="not created: create it in the console, then write its id")
    if change.error is None:
        return Item(change)
    return Item(change, status="stale" if change.error.code == "moved" else "skipped", error=change.error.message)


def _make_refusal(items: list[Item]) -> RefusedError | None:
    problems = [
        Problem(
            item.refused.rule,
            f"{item.change.address}: {item.refused.message}",
            item.refused.source,
            item.refused.override,
        )
        for item in items
        if item.refused
    ]
    rules = ", ".join(sorted({problem.code for problem in problems}))
    number = f"{len(problems)} object{'s were' if len(problems) > 1 else ' was'} left alone"
    return RefusedError(f"{rules}: {number}", None, problems) if problems else None


def _code_of(outcome: Outcome) -> int:
    if any(field.verdict == "degraded" or not field.settled for field in outcome.fields):
        return 6
    return {"applied": 0, "unchanged": 0, "stale": 5}.get(outcome.status, 6)


def apply_plan(
    plan: Plan,
    api: Api,
    ask: Ask,
    *,
    parallel: int = 4,
    hand: Hand | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Applied:
    """Applies a plan. `hand`: reads not older than a minute serve as preconditions. `tick`: called once a change.

    Raises RefusedError where a guard refuses the plan, before anything is sent; no other ReconcilerError: what ended
    the run early is in `fatal`, and all that is known stands in the outcomes.
    """
    refused = [refusal for change in plan.changes for refusal in change.refused]
    if refused:
        raise RefusedError(f"refused by {refused[0].rule}: {refused[0].message}", refused[0].override)
    return Run(plan, api, ask, parallel=parallel, hand=hand, tick=tick).run()
