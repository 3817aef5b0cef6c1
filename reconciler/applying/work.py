"""One change on its way: what is known of it so far, and the outcome it becomes."""

from __future__ import annotations

import threading
from collections.abc import Callable

from msgspec import Struct

from reconciler.applying.api import Api
from reconciler.errors import ApiError, RefusedError
from reconciler.model import Change, FieldVerdict, Live, Moved, Outcome, OutcomeStatus, Plan, Refusal

FRESH = 60.0
"""Seconds for which a bulk read may serve as the precondition of a write."""

JUST = 10.0
"""Seconds for which a GET of the object is still a read just before."""

LAGS = (1.0, 3.0, 10.0)
"""Seconds after which what is not there yet is read again before it is called dropped."""

MOVED = "it is no longer what the plan saw, and was left alone: plan again"


class Item(Struct):
    """status None: not decided. before: the object as last read before a PATCH. by: when that is too old to write by.

    whole: goes out with whole settings. sent: a write may have happened, so that only reading back can tell. trouble:
    why no write is known to have happened. after: an object read since, which saves the read-back. created: the id of
    what a POST has made, or of what was found in its place. stored: as last read after a write. repaired: lost keys
    were put back. looks: reads again that did not show what was sent. attempts: writes that left. at_risk: settings
    that the proof of merging may have erased, as long as nobody knows. secured: whole settings went after such a proof.
    refused: why this object alone was not written. held: not begun since another one is stale. unheard: closed for want
    of an answer.
    """

    change: Change
    status: OutcomeStatus | None = None
    before: Live | None = None
    by: float = 0.0
    whole: bool = False
    sent: bool = False
    trouble: str | None = None
    after: Live | None = None
    created: str | None = None
    stored: Live | None = None
    repaired: bool = False
    looks: int = 0
    attempts: int = 0
    at_risk: tuple[str, ...] = ()
    secured: bool = False
    refused: Refusal | None = None
    held: bool = False
    unheard: bool = False
    verdicts: tuple[FieldVerdict, ...] = ()
    moved: tuple[Moved, ...] = ()
    error: str | None = None
    trace_id: str | None = None

    @property
    def one(self) -> str:
        """The id of the object."""
        return self.change.id or self.created or ""

    @property
    def page(self) -> str | None:
        """The list page that held the object when it was planned."""
        return self.change.seen.page if self.change.seen else None

    @property
    def unread(self) -> bool:
        """Whether it was sent, and what became of it is still to be read."""
        return self.sent and self.status is None

    @property
    def looked_enough(self) -> bool:
        """Whether no lag explains any more what is not there."""
        return self.looks >= len(LAGS)

    def close(self, status: OutcomeStatus, error: str | None = None) -> None:
        """Decides the status."""
        self.status = status
        self.error = error

    def leave(self, moved: tuple[Moved, ...], why: str = MOVED) -> None:
        """Leaves a stale object alone, and tells what moved."""
        self.moved = moved
        self.close("stale", why)

    def refuse(self, refusal: Refusal) -> None:
        """Leaves the object alone; the run goes on, and ends 4."""
        self.refused = refusal
        self.close("skipped", f"{refusal.message}: {refusal.override}")

    def outcome(self, ended: str) -> Outcome:
        """As it stands in the report; `ended`: why the run did not get to what is not decided."""
        status = self.status or ("unverified" if self.sent else "skipped")
        return Outcome(
            address=self.change.address,
            id=self.one or None,
            action=self.change.action,
            status=status,
            attempts=self.attempts,
            fields=self.verdicts,
            error=self._tell(ended),
            moved=self.moved,
            trace_id=self.trace_id,
            source=self.change.source,
        )

    def _tell(self, ended: str) -> str | None:
        left = "sent, not verified" if self.sent else "not begun"
        error = self.error or (None if self.status else f"{left}: {ended}")
        if error is None or not self.sent or not self.at_risk or any(one.verdict == "lost" for one in self.verdicts):
            return error
        keys = ", ".join(f"settings.{key}" for key in self.at_risk)
        return f"{error}; whether it erased {keys} cannot be told: plan again, and look at them in the console"


class View:
    """Objects as last read; a page is read again, once for all threads, where it is too old to write by.

    check: raises for an object that ends the run.
    """

    def __init__(
        self,
        api: Api,
        page: str | None,
        check: Callable[[Live], None],
        objects: dict[str, Live] | None = None,
        read_at: float = 0.0,
    ) -> None:
        self._api, self._page, self._check = api, page, check
        self._objects = objects
        self._read_at = read_at
        self._lock = threading.Lock()

    def look(self, one: str) -> tuple[Live | None, float]:
        """The object as of the last minute, and when it was read; None where only its own GET can tell."""
        # Waiting for the windows comes first: what was fresh before a pause of a minute is not after it.
        self._api.ready(write=True)
        with self._lock:
            if self._objects is None or self._api.now() - self._read_at > FRESH:
                self._read()
            return (self._objects or {}).get(one), self._read_at

    def renew(self) -> dict[str, Live]:
        """The page, read now; empty where that fails."""
        with self._lock:
            return self._read()

    def _read(self) -> dict[str, Live]:
        # Counted from before the request, so that it is never older than it says.
        read_at = self._api.now()
        objects = read_page(self._api, self._page)
        # What is refused is never kept: the threads that wait for this read would write by it.
        for live in objects.values():
            self._check(live)
        self._objects, self._read_at = objects, read_at
        return objects


def read_page(api: Api, page: str | None) -> dict[str, Live]:
    """One page of the list by id; empty where there is none or it cannot be read: each object has its own GET too."""
    if page is None:
        return {}
    try:
        return api.read_page(page)
    except ApiError:
        return {}


class Merging:
    """Whether PATCH merges settings: True, False, or None as long as nobody knows. A fact of the whole API."""

    def __init__(self, settings_patch: str) -> None:
        self.merges = {"changed": True, "whole": False}.get(settings_patch)
        self._asked = self.merges

    def needs_whole(self, change: Change) -> bool:
        """Whether the change goes out with whole settings."""
        return self.merges is not True and "settings" in change.body

    @property
    def surely_replaces(self) -> bool:
        """Whether the answers, not the configuration, say that PATCH replaces settings."""
        return self.merges is False and self._asked is not False

    @property
    def notes(self) -> tuple[str, ...]:
        """What the answers have shown, with the line to commit."""
        if self.merges is self._asked:
            return ()
        word = "changed" if self.merges else "whole"
        told = "merges settings" if self.merges else "replaces settings: keys that a PATCH does not name are lost"
        return (f"this API {told}; commit this line to reconciler.yaml:  settings_patch: {word}",)


def check_company(plan: Plan, live: Live) -> None:
    """Raises RefusedError where the object belongs to another company than the plan."""
    if plan.company_id is not None and live.company_id != plan.company_id:
        raise RefusedError(
            f"{live.id} belongs to company {live.company_id}, the plan was made for company {plan.company_id}",
            "use the token of the right account",
        )
