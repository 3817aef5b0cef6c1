"""One change's PATCH: its body, and what to do when nobody can tell whether it happened."""

from __future__ import annotations

from reconciler.applying.api import Api, Ask
from reconciler.applying.judge import judge, resolve
from reconciler.applying.verify import make_verdicts, vanished_keys, whole_settings
from reconciler.applying.work import JUST, Item
from reconciler.errors import (
    AnswerError,
    ApiError,
    EndedError,
    LateError,
    RejectedError,
    StoppedError,
    UnauthorisedError,
    UnknownOutcomeError,
)
from reconciler.model import Change, Json, Live


def make_request(change: Change, before: Live, ask: Ask, *, whole: bool) -> dict[str, Json]:
    """The body that leaves: secrets in it for the first time. whole: settings with what the live object holds."""
    body = {key: value for key, value in change.body.items() if key != "settings"}
    if "settings" in change.body:
        settings = whole_settings(change, before, ask) if whole else _changed_settings(change, ask)
        body["settings"] = dict(sorted(settings.items()))
    return body


def _changed_settings(change: Change, ask: Ask) -> dict[str, Json]:
    return {key: resolve(value, ask) for key, value in change.body["settings"].items()}


ATTEMPTS = 4
"""PATCHes of one change that may leave, those answered 429 among them."""


def send_counted(
    item: Item,
    body: dict[str, Json],
    api: Api,
    *,
    quiet: bool,
    by: float | None = None,
    again: bool = False,
    tries: int = ATTEMPTS,
) -> None:
    """One PATCH of Api.send_patch, each that leaves counted."""

    def left() -> None:
        item.attempts += 1

    api.send_patch(item.one, body, quiet=quiet, by=by, left=left, again=again, tries=tries)


def send_change(item: Item, before: Live, api: Api, ask: Ask, *, most: int | None = None) -> None:
    """Sends it, and leaves it open to be read back; closes it where that settles nothing any more. most: the number of
    item.attempts that may be reached; ATTEMPTS more than there are where it is None.

    After an unknown outcome the object is read before any second write: as desired is done, as planned is sent again,
    else it is stale. UnauthorisedError and EndedError pass; StoppedError and LateError where nothing was sent.
    """
    number, last, again = 1, before, False
    most = item.attempts + ATTEMPTS if most is None else most
    while not _send_once(item, last, api, ask, again=again, most=most):
        number, again = number + 1, True
        try:
            more = item.attempts < most and api.pause(number)
            api.ready(2)
            read_at = api.now()
            live = api.read_one(item.one)
        except (StoppedError, EndedError) as error:
            item.close("unverified", f"sent, not verified: {error.message}")
            return
        except ApiError as error:
            item.close("unverified", f"sent, and could not be read back: {error.message}")
            return
        if live is None:
            item.close("failed", f"the API no longer knows id {item.one}")
            return
        if _settle(item, before, live, ask) or not more:
            # Where no attempt is left, a read that lags may still show what was sent.
            return
        # What the first PATCH changed or erased shows against the object as it was before it.
        last, item.by = live, read_at + JUST


def _send_once(item: Item, last: Live, api: Api, ask: Ask, *, again: bool, most: int) -> bool:
    """One PATCH, made of the object as last read. False: it is to be read again, since nobody can tell whether it
    happened, or since the read is too old for it to leave.
    """
    body = make_request(item.change, last, ask, whole=item.whole)
    quiet = item.whole or any(field.secret for field in item.change.fields)
    try:
        send_counted(item, body, api, quiet=quiet, by=item.by, again=again, tries=most - item.attempts)
    except UnknownOutcomeError as error:
        item.sent, item.trouble, item.trace_id = True, error.message, error.trace_id
        return False
    except LateError:
        if not item.sent:
            raise
        return False
    except UnauthorisedError as error:
        item.trace_id = error.trace_id
        item.close("unverified" if item.sent else "failed", error.message)
        raise
    except (RejectedError, AnswerError) as error:
        item.trace_id = error.trace_id
        if item.sent:
            item.trouble = error.message
        else:
            item.close("failed", error.message)
    else:
        item.sent, item.trouble, item.trace_id = True, None, None
    return True


def _settle(item: Item, before: Live, live: Live, ask: Ask) -> bool:
    """Whether a read after an unknown outcome settles it; False: as planned."""
    change = item.change
    ignored = any(verdict.verdict == "dropped" for verdict in make_verdicts(change, before, live, ask))
    if vanished_keys(change, before, live) and not ignored:
        # It happened, and erased keys: what is gone is no one else's doing, and is put back by the read-back.
        item.after = live
        return True
    judgement = judge(change, live, ask)
    if judgement.kind == "moved":
        item.leave(judgement.moved)
    elif judgement.kind == "desired":
        item.after = live
    return judgement.kind != "planned"
