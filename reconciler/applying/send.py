"""One change's PATCH: its body, and what to do when nobody can tell whether it happened."""

from __future__ import annotations

import itertools
from typing import Literal

from msgspec import Struct

from reconciler.applying.api import Api, Ask
from reconciler.applying.judge import judge, resolve
from reconciler.applying.verify import whole_settings
from reconciler.applying.work import Item
from reconciler.errors import AnswerError, ApiError, RejectedError, StoppedError, UnknownOutcomeError
from reconciler.model import Change, Json, Live


class Sent(Struct, frozen=True):
    """What became of the sending; `done`: the API has it, or had it already. before: the object as last read before."""

    kind: Literal["done", "moved", "failed", "unknown"]
    attempts: int
    before: Live
    error: str | None = None
    trace_id: str | None = None


def make_request(change: Change, before: Live, ask: Ask, *, whole: bool) -> dict[str, Json]:
    """The body that leaves: secrets in it for the first time. whole: settings with what the live object holds."""
    settings = whole_settings(change, before, ask) if whole else change.body.get("settings", {})
    body = {key: value for key, value in change.body.items() if key != "settings"}
    if "settings" in change.body:
        body["settings"] = {key: resolve(value, ask) for key, value in sorted(settings.items())}
    return body


def send_change(item: Item, before: Live, api: Api, ask: Ask) -> Sent:
    """Sends it; after an unknown outcome the object is read before any second write. UnauthorisedError passes.

    item.sent becomes True as soon as a PATCH may have happened.
    """
    change = item.change
    quiet = item.whole or any(field.secret for field in change.fields)
    for attempt in itertools.count(1):
        trace: str | None = None
        try:
            api.send_patch(before.id, make_request(change, before, ask, whole=item.whole), quiet=quiet)
        except UnknownOutcomeError as error:
            item.sent = True
            trace = error.trace_id
        except (RejectedError, AnswerError) as error:
            return Sent("failed", attempt, before, error.message, error.trace_id)
        except StoppedError:
            if not item.sent:
                raise
            return Sent("unknown", attempt - 1, before, "interrupted before it could be read back")
        else:
            item.sent = True
            return Sent("done", attempt, before)
        settled = _settle(change, before, api, ask, attempt, trace)
        if isinstance(settled, Sent):
            return settled
        before = settled
    raise AssertionError("the attempts of a request are bounded by Api.pause")


def _settle(change: Change, before: Live, api: Api, ask: Ask, attempt: int, trace: str | None) -> Sent | Live:
    """Reads the object after an unknown outcome: a Sent where that settles it, else the object, to send again."""
    try:
        more = api.pause(attempt + 1)
        live = api.read_one(before.id)
    except StoppedError:
        return Sent("unknown", attempt, before, "interrupted before it could be read back", trace)
    except ApiError as error:
        return Sent("unknown", attempt, before, f"sent, and could not be read back: {error.message}", trace)
    if live is None:
        return Sent("failed", attempt, before, f"the API no longer knows id {before.id}", trace)
    judgement = judge(change, live, ask)
    if judgement.kind == "desired":
        return Sent("done", attempt, before)
    if judgement.kind == "moved":
        return Sent("moved", attempt, before, "; ".join(judgement.moved), trace)
    if not more:
        return Sent("failed", attempt, before, "no PATCH was answered, and the object still reads as before", trace)
    return live
