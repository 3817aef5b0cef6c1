"""Creates one object: looks it up, sends a POST, and settles what came of it. Never two of one provider and name.

found before the first POST            as it was to be -> unchanged (an earlier run made it); else stale
another than the manifest names now    stale: its id was written there since the plan
the answer tells an id                 read back by it
an empty 201, or no answer             looked up at once and after 1, 3, 10 s; only then, once, a second POST
the list is absent or not read whole   nothing is sent: the object is refused
"""

from __future__ import annotations

from contextlib import suppress

from reconciler.applying.api import Api, Ask
from reconciler.applying.judge import wanted_at
from reconciler.applying.send import make_request
from reconciler.applying.verify import make_verdicts
from reconciler.applying.work import LAGS, Item, check_company
from reconciler.errors import (
    AnswerError,
    ApiError,
    EndedError,
    RejectedError,
    StoppedError,
    UnauthorisedError,
    UnknownOutcomeError,
)
from reconciler.model import Change, Live, Moved, Plan, Provider, Refusal
from reconciler.values import value_at

POSTS = 2
"""Requests for one object: a second one only after the first went unanswered, and no object has shown since."""

APPEARED = "it has appeared since the plan, is not as it was to be, and was left alone: plan again"
UNSEEN = "and no such object showed for 14 s: apply the plan again, which looks before it creates"


class Creator:
    """Creates the objects of one plan, one after the other.

    doubt: monotonic seconds until which an earlier run, which was killed, may have created what no read shows yet.
    """

    def __init__(self, plan: Plan, api: Api, ask: Ask, doubt: float | None) -> None:
        self._plan, self._api, self._ask, self._doubt = plan, api, ask, doubt

    def foresee(self, item: Item) -> None:
        """Closes an item that would not be created; leaves it open whatever else."""
        found = self._look(item)
        if found:
            self._meet(item, found)

    def create(self, item: Item) -> None:
        """Leaves it open to be read back, or closes it. Raises what ends the run, and ApiErrors."""
        if not self._is_free(item):
            return
        number = 1
        while not self._post(item, again=number > 1):
            # A signal waits until it is known what came of it.
            with self._api.shield():
                self._settle(item)
            known = item.created is not None or item.status is not None or item.trouble is None
            if known or number == POSTS or self._api.stopped:
                break
            number += 1
        if item.status is None:
            with self._api.shield():
                self._conclude(item, several=number > 1)

    def _is_free(self, item: Item) -> bool:
        """Whether nothing like it is there; closes the item where something is, or nobody can tell."""
        found = self._look(item)
        wait = (self._doubt or 0.0) - self._api.now()
        if found == () and wait > 0:
            self._api.wait(wait)
            found = self._look(item)
        if found == () and item.change.id is not None:
            item.close("stale", _tell_other(item.change))
        elif found:
            self._meet(item, found)
        return found == () and item.status is None

    def _look(self, item: Item, *, sure: bool = False) -> tuple[Live, ...] | None:
        found = self._find(item.change, sure=sure)
        if found is None:
            message = "the list of live objects is absent or could not be read whole, so one like it may exist already"
            item.refuse(
                Refusal("list-incomplete", message, "apply again, or create it in the console", item.change.source)
            )
        return found

    def _find(self, change: Change, *, sure: bool) -> tuple[Live, ...] | None:
        words = frozenset({str(change.body.get("provider_id")), change.provider})
        found = self._api.find(words, str(change.body.get("name")), sure=sure)
        for live in found or ():
            check_company(self._plan, live)
        return found

    def _meet(self, item: Item, found: tuple[Live, ...]) -> None:
        """It is there before anything was sent."""
        if len(found) > 1:
            item.close("stale", f"{_tell_twins(found)}: take one out of use, and write the id of the other")
            return
        live = found[0]
        if item.change.id not in (None, live.id):
            item.close("stale", _tell_other(item.change))
            return
        item.created = live.id
        verdicts = make_verdicts(item.change, make_nothing(live.id), live, self._ask)
        other = [
            verdict for verdict in verdicts if verdict.verdict not in {"applied", "masked"} and not verdict.settled
        ]
        if other:
            item.leave(tuple(self._make_moved(item.change, live, verdict.path) for verdict in other), APPEARED)
        else:
            item.verdicts = tuple(verdict for verdict in verdicts if verdict.verdict != "applied")
            item.close("unchanged")

    def _make_moved(self, change: Change, live: Live, path: tuple[str, ...]) -> Moved:
        field = next(field for field in change.fields if field.path == path)
        if field.secret or (path[0] == "settings" and self._ask.secret(path[1])):
            return Moved(path, None, None, None, secret=True)
        return Moved(path, None, value_at(live, path), wanted_at(change, path, self._ask))

    def _post(self, item: Item, *, again: bool) -> bool:
        """One POST. False: what came of it is to be looked up."""
        body = make_request(item.change, make_nothing(""), self._ask, whole=False)
        quiet = any(field.secret for field in item.change.fields)

        def left() -> None:
            item.attempts += 1

        try:
            item.created = self._api.create(body, quiet=quiet, left=left, again=again)
        except UnknownOutcomeError as error:
            item.sent, item.trouble, item.trace_id = True, "no POST was answered", error.trace_id
            return False
        except UnauthorisedError as error:
            item.trace_id = error.trace_id
            item.close("unverified" if item.sent else "failed", error.message)
            raise
        except (StoppedError, EndedError) as error:
            if item.sent:
                item.close("unverified", f"sent, not verified: {error.message}")
            raise
        except (RejectedError, AnswerError) as error:
            item.trace_id = error.trace_id
            if item.sent:
                # What refuses a second one may be that the first was carried out.
                item.trouble = error.message
                return False
            item.close("failed", error.message)
        else:
            item.sent, item.trouble = True, None
        return item.created is not None or item.status is not None

    def _settle(self, item: Item) -> None:
        """Looks for what a POST has made, at once and after the waits for lagging reads."""
        for seconds in (0.0, *LAGS):
            if seconds:
                self._api.wait(seconds)
            try:
                found = self._find(item.change, sure=True)
            except ApiError as error:
                item.close("unverified", f"sent, and could not be looked up: {error.message}")
                return
            if found is None:
                item.close("unverified", "sent, and the list could not be read whole to look it up")
                return
            self._take(item, found)
            if found:
                return

    def _take(self, item: Item, found: tuple[Live, ...]) -> None:
        if len(found) > 1:
            item.close("unverified", f"{_tell_twins(found)}: take one out of use, and write the id of the other")
        elif found:
            item.created, item.after = found[0].id, found[0]

    def _conclude(self, item: Item, *, several: bool) -> None:
        if item.created is None:
            item.close("unverified", f"{item.trouble or 'it was answered without an id'}, {UNSEEN}")
            return
        item.before = make_nothing(item.created)
        if several:
            # The first one may have been carried out late.
            with suppress(ApiError):
                self._take(item, self._find(item.change, sure=True) or ())


def make_nothing(one: str) -> Live:
    """What was there before it was created."""
    return Live(id=one, company_id=None, provider=Provider("", ""), name=None, status=None)


def _tell_other(change: Change) -> str:
    return f"its manifest names id {change.id} by now, which is no object of this provider and name: plan again"


def _tell_twins(found: tuple[Live, ...]) -> str:
    return f"{len(found)} live objects have this provider and name ({', '.join(live.id for live in found)})"
