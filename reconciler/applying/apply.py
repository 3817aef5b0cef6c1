"""Runs a plan: page by page read, write its objects, read again; a verdict per field; lagging reads settled at the end.

    prove (auto only) -> page: read · write · read -> page … -> settle what lags -> outcomes

One failing object is an outcome; 401, another company and a signal end the run, and what was not begun is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from reconciler.applying.api import Api, Ask
from reconciler.applying.judge import judge
from reconciler.applying.readback import Readback
from reconciler.applying.send import send_change
from reconciler.applying.verify import blind_keys
from reconciler.applying.work import Item, Merging, View, blocked_item, check_company
from reconciler.errors import (
    ApiError,
    ReconcilerError,
    RefusedError,
    StoppedError,
    UnauthorisedError,
    UnreachableError,
    worst,
)
from reconciler.model import Live, Outcome, Plan


class Hand(Struct, frozen=True):
    """What a run that has just planned has in hand: the objects, and when (monotonic seconds) they were read."""

    objects: dict[str, Live]
    read_at: float


class Applied(Struct, frozen=True):
    """What became of all changes; `code`: the exit code; `fatal`: what ended the run early."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    code: int
    fatal: ReconcilerError | None = None


class Run:
    """One apply of one plan."""

    def __init__(
        self, plan: Plan, api: Api, ask: Ask, *, parallel: int, hand: Hand | None, tick: Callable[[], None]
    ) -> None:
        self.plan, self.api, self.ask = plan, api, ask
        self.parallel, self.hand, self.tick = parallel, hand, tick
        self.merging = Merging(plan.settings_patch)
        self.codes: set[int] = set()
        self.fatal: ReconcilerError | None = None
        self.readback = Readback(api, ask, self.merging)
        self.items = [
            blocked_item(change, change.error) if change.error else Item(change)
            for change in plan.changes
            if change.error or change.action != "none"
        ]

    def run(self) -> Applied:
        """Proves, writes, reads back, settles; never raises a ReconcilerError."""
        try:
            self._prove()
            with ThreadPoolExecutor(self.parallel) as pool:
                pages, alone = self._groups()
                for page, items in pages:
                    self._write_page(pool, page, items)
                self._write_alone(pool, alone)
            self.readback.settle([item for item in self.items if item.status is None and item.sent])
        except ReconcilerError as error:
            self._end(error)
        return self._finish()

    def _end(self, error: ReconcilerError) -> None:
        if self.fatal is None or isinstance(self.fatal, StoppedError):
            self.fatal = error

    def _groups(self) -> tuple[list[tuple[str, list[Item]]], list[Item]]:
        """Open items by the page that holds several, in the order of the list; and those that are read one by one."""
        pages: dict[str, list[Item]] = {}
        for item in self.items:
            if item.status is None and not item.sent:
                pages.setdefault((item.change.seen.page if item.change.seen else None) or "", []).append(item)
        several = [(page, items) for page, items in pages.items() if page and len(items) > 1]
        alone = [item for page, items in pages.items() if not page or len(items) == 1 for item in items]
        return sorted(several, key=lambda row: [int(part) for part in row[0].split(",")]), alone

    def _view(self, page: str | None) -> View | None:
        """What serves as the precondition of writes without a read of their own."""
        if self.hand is not None:
            return View(self.api, page, self.hand.objects, self.hand.read_at)
        return View(self.api, page) if page else None

    def _write_page(self, pool: ThreadPoolExecutor, page: str, items: list[Item]) -> None:
        view = self._view(page)
        list(pool.map(lambda item: self._write(item, view), items))
        if self.fatal is not None:
            raise self.fatal
        self.readback.read(page, [item for item in items if item.status is None and item.sent])
        for _ in items:
            self.tick()

    def _write_alone(self, pool: ThreadPoolExecutor, items: list[Item]) -> None:
        view = self._view(None)

        def write(item: Item) -> None:
            self._write(item, view, then_read=True)
            self.tick()

        list(pool.map(write, items))
        if self.fatal is not None:
            raise self.fatal

    def _write(self, item: Item, view: View | None, *, then_read: bool = False) -> None:
        """Never raises: what goes wrong with one object is its outcome, what ends the run is kept in `fatal`."""
        if self.fatal is not None or self.api.stopped:
            return
        try:
            item.whole = self.merging.needs_whole(item.change)
            own = item.whole or item.change.is_delicate or view is None
            before = None if own or view is None else view.fresh(item.one)
            if self.prepare(item, before):
                self.send(item)
            if then_read and item.sent and item.status is None:
                self.readback.read(None, [item])
        except (UnauthorisedError, StoppedError, RefusedError) as error:
            self._end(error)
        except ApiError as error:
            self._fail(item, error)

    def _fail(self, item: Item, error: ApiError) -> None:
        item.trace_id = error.trace_id
        item.close("unverified" if item.sent else "failed", error.message)
        if isinstance(error, UnreachableError):
            self.codes.add(8)

    def prepare(self, item: Item, before: Live | None) -> bool:
        """Whether the item is to be sent: it is still what the plan saw. Reads the object where none is handed in."""
        if before is None:
            self.api.ready(2)
            before = self.api.read_one(item.one)
        if before is None:
            item.close("failed", f"the API no longer knows id {item.one}: plan again")
            return False
        check_company(self.plan, before)
        item.before = before
        judgement = judge(item.change, before, self.ask)
        if judgement.kind == "desired":
            item.close("unchanged")
        elif judgement.kind == "moved":
            item.close("stale", "; ".join(judgement.moved))
        elif item.whole and (blind := blind_keys(item.change, before, self.ask)):
            self.codes.add(4)
            names = ", ".join(blind)
            item.close(
                "skipped",
                f"the API masks {names}, and whole settings would erase what cannot be seen: name them in the manifest"
                " as references, or set settings_patch: changed in reconciler.yaml if PATCH merges",
            )
        return item.status is None

    def send(self, item: Item) -> None:
        """Sends the prepared item; what has left can only be judged by reading it back."""
        if item.before is None:
            return
        sent = send_change(item, item.before, self.api, self.ask)
        item.attempts, item.trace_id, item.before = sent.attempts, sent.trace_id, sent.before
        if sent.kind != "done":
            kinds = {"moved": "stale", "failed": "failed", "unknown": "unverified"}
            item.close(kinds[sent.kind], sent.error)  # type: ignore[arg-type]

    def _prove(self) -> None:
        """Sends changed keys only to an object whose every setting the manifest names, and sees if the others stay."""
        if self.merging.merges is not None:
            return
        fit = [item for item in self.items if item.status is None and item.change.can_prove]
        for item in sorted(fit, key=lambda item: (item.change.is_default is True, item.change.address)):
            if self.merging.merges is not None or self.api.stopped:
                return
            self._prove_with(item)

    def _prove_with(self, item: Item) -> None:
        try:
            # The read, the PATCH, its read-back and the repair must not be torn apart by a window that is full.
            self.api.ready(4)
            if not self.prepare(item, None) or not self.readback.can_prove(item):
                return
            with self.api.shield():
                self.send(item)
                if item.status is None:
                    self.readback.prove(item)
        except ApiError as error:
            self._fail(item, error)

    def _finish(self) -> Applied:
        ended = f"not begun: {self.fatal.message}" if self.fatal else "not begun"
        outcomes = tuple(item.outcome(ended) for item in self.items)
        codes = [*self.codes, *(_code_of(outcome) for outcome in outcomes)]
        if self.fatal is not None:
            codes.append(self.fatal.exit_code)
        return Applied(outcomes=outcomes, notes=tuple(self.merging.notes), code=worst(codes), fatal=self.fatal)


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
    """Applies a plan that no guard refuses. `hand`: reads not older than a minute serve as preconditions.

    `tick` is called once a change that is done. Never raises a ReconcilerError: what ended the run is in `fatal`.
    """
    refused = [refusal for change in plan.changes for refusal in change.refused]
    if refused:
        raise RefusedError(f"refused by {refused[0].rule}: {refused[0].message}", refused[0].override)
    return Run(plan, api, ask, parallel=parallel, hand=hand, tick=tick).run()
