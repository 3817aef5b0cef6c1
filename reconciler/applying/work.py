"""One change on its way: what is known of it so far, and the outcome it becomes."""

from __future__ import annotations

import threading

from msgspec import Struct

from reconciler.applying.api import Api
from reconciler.errors import RefusedError
from reconciler.model import Change, FieldVerdict, Live, Outcome, OutcomeStatus, Plan, Problem

FRESH = 60.0
"""Seconds for which a bulk read may serve as the precondition of a write."""


class Item(Struct):
    """status None: not decided. sent: a PATCH left, so that only reading back can tell. whole: with whole settings."""

    change: Change
    status: OutcomeStatus | None = None
    before: Live | None = None
    sent: bool = False
    whole: bool = False
    attempts: int = 0
    verdicts: tuple[FieldVerdict, ...] = ()
    error: str | None = None
    trace_id: str | None = None

    @property
    def one(self) -> str:
        """The id of the object."""
        return self.change.id or ""

    def close(self, status: OutcomeStatus, error: str | None = None) -> None:
        """Decides the status."""
        self.status = status
        self.error = error

    def outcome(self, ended: str) -> Outcome:
        """As it stands in the report; what was never begun was skipped, since the run `ended`."""
        left = "unverified" if self.sent else "skipped"
        return Outcome(
            address=self.change.address,
            id=self.change.id,
            action=self.change.action,
            status=self.status or left,  # type: ignore[arg-type]
            attempts=self.attempts,
            fields=self.verdicts,
            error=self.error or (None if self.status else ended),
            trace_id=self.trace_id,
            source=self.change.source,
        )


class View:
    """Objects as last read; a page is read again, once for all threads, where it is too old to write by."""

    def __init__(
        self, api: Api, page: str | None, objects: dict[str, Live] | None = None, read_at: float = 0.0
    ) -> None:
        self._api = api
        self._page = page
        self._objects = objects
        self._read_at = read_at
        self._lock = threading.Lock()

    def fresh(self, one: str) -> Live | None:
        """The object as of the last minute; None where only its own GET can tell."""
        # Waiting for the windows comes first: what was fresh before a pause of a minute is not after it.
        self._api.ready()
        with self._lock:
            if self._objects is None or self._api.now() - self._read_at > FRESH:
                self._objects = self._api.read_page(self._page) if self._page else {}
                self._read_at = self._api.now()
            return self._objects.get(one)


class Merging:
    """Whether PATCH merges settings: True, False, or None as long as nobody knows. A fact of the whole API."""

    def __init__(self, settings_patch: str) -> None:
        self.merges = {"changed": True, "whole": False}.get(settings_patch)
        self.asked = settings_patch
        self.notes: list[str] = []
        self._lock = threading.Lock()

    def learn(self, merges: bool) -> None:  # noqa: FBT001
        """Notes what an answer has shown, with the line to commit."""
        with self._lock:
            if self.merges is merges:
                return
            self.merges = merges
        word = "changed" if merges else "whole"
        told = "merges settings" if merges else "replaces settings: keys that a PATCH does not name are lost"
        self.notes.append(f"this API {told}; commit this line to reconciler.yaml:  settings_patch: {word}")

    def needs_whole(self, change: Change) -> bool:
        """Whether the change goes out with whole settings."""
        return self.merges is not True and "settings" in change.body


def check_company(plan: Plan, live: Live) -> None:
    """Raises RefusedError where the object belongs to another company than the plan."""
    if plan.company_id is not None and live.company_id != plan.company_id:
        raise RefusedError(
            f"{live.id} belongs to company {live.company_id}, the plan was made for company {plan.company_id}",
            "use the token of the right account",
        )


def blocked_item(change: Change, problem: Problem) -> Item:
    """What the plan could not plan is skipped."""
    return Item(change, status="skipped", error=problem.message)
