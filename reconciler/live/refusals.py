"""Answers that are not 2xx -> errors in our own words. Pure.

Of the API's body only `title`, `message` and `trace_id` are ever shown (the documentation's error shape), and only
where no secret could be echoed; a body that cannot be understood is told by its kind and length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.errors import AnswerError, ReconcilerError, RejectedError, UnauthorisedError
from reconciler.live.decode import NotJsonError, ShapeError, decode_json
from reconciler.live.headers import read_demand
from reconciler.values import printable

if TYPE_CHECKING:
    from reconciler.live.transport import Response

TOKEN_NAME = "OCAMBA_TOKEN"
"""The variable that holds the token, where none other is named."""

PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone at the next attempt."""

LONGEST = 200
"""Characters of the API's own words that are shown."""

_TRACE_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")
_CORRECT = "look the status up in the API's documentation, correct what it refuses, then run again"
_REFUSED = {
    404: "check the id and the API's address (--api), then run again",
    409: "run again: the object was changed at the same moment",
}
_LATER = "run again after that time; lower `limits` in reconciler.yaml where it happens again"
_SLOWER = "lower `limits` in reconciler.yaml, or run again when the account's other clients are done"


def make_refusal(
    what: str,
    response: Response,
    *,
    token_name: str,
    holds_token: Callable[[str], bool],
    sent: bytes | None = None,
) -> ReconcilerError:
    """The error for an answer that is not 2xx. what: method and path. sent: the request's body where it holds secrets,
    so that no word of the answer is shown, and no trace id that repeats any of it.
    """
    status = response.status
    if status in (401, 403):
        return _unauthorised(what, status, token_name, read_trace_id(response, holds_token, sent))
    words, trace_id = _read_body(response, holds_token)
    if sent is not None:
        words, trace_id = "", read_trace_id(response, holds_token, sent)
    said = f"{what}: answered {status}" + (f" ({words})" if words else "")
    if status == 429:
        asked = read_demand(response.headers)
        said, fix = (said, _SLOWER) if asked is None else (f"{said}, and asks to wait {asked:,} s", _LATER)
        return AnswerError(said, fix, status=status, trace_id=trace_id)
    if 300 <= status < 400:
        where = _target(response, holds_token) if sent is None else ""
        return AnswerError(
            f"{said}, a redirect{where}; it is not followed, so that the token stays with the API",
            "check the API's address (--api)",
            status=status,
        )
    if 400 <= status < 500:
        return RejectedError(said, _REFUSED.get(status, _CORRECT), status=status, trace_id=trace_id)
    return AnswerError(said, "run again later", status=status, trace_id=trace_id)


def is_passing(response: Response) -> bool:
    """Whether an answer may be another at the next attempt, in a time that a run can wait."""
    return response.status in PASSING and (response.status != 429 or read_demand(response.headers) is None)


def _unauthorised(what: str, status: int, token_name: str, trace_id: str | None) -> UnauthorisedError:
    if status == 401:
        return UnauthorisedError(
            f"{what}: the API does not accept the token (401)",
            f"check that {token_name} holds a valid API token of this account, one that has not expired",
            trace_id=trace_id,
        )
    return UnauthorisedError(
        f"{what}: the token is not allowed to do this (403)",
        f"use a token in {token_name} of a member who may manage integrations, from an address that may call the API",
        trace_id=trace_id,
    )


def read_trace_id(response: Response, holds_token: Callable[[str], bool], sent: bytes | None) -> str | None:
    """The trace id of an answer that is not 2xx, unless it repeats the token or any of what was sent."""
    _, trace_id = _read_body(response, holds_token)
    return None if trace_id is None or (sent is not None and repeats(trace_id, sent)) else trace_id


def _read_body(response: Response, holds_token: Callable[[str], bool]) -> tuple[str, str | None]:
    """The API's words, safe to print, and the trace id."""
    try:
        told = decode_json(response.body)
    except (NotJsonError, ShapeError):
        return tell_body(response.body), None
    if not isinstance(told, dict):
        return f"JSON of another shape, {len(response.body):,} bytes", None
    words = next((told[key] for key in ("message", "title") if isinstance(told.get(key), str) and told[key]), "")
    trace_id = told.get("trace_id")
    if not isinstance(trace_id, str) or not _TRACE_ID.fullmatch(trace_id) or holds_token(trace_id):
        trace_id = None
    return ("" if holds_token(words) else _shortened(words)), trace_id


def _shortened(text: str) -> str:
    return printable(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def tell_body(body: bytes) -> str:
    """A body that is not JSON, by its kind and length alone."""
    if not body:
        return "an empty body"
    kind = "HTML" if body.lstrip()[:1] == b"<" else "a body that is not JSON"
    return f"{kind}, {len(body):,} bytes"


def repeats(text: str, sent: bytes) -> bool:
    """Whether eight characters in a row of a text stand in what was sent."""
    text, whole = text.lower(), sent.decode(errors="replace").lower()
    return any(text[at : at + 8] in whole for at in range(max(1, len(text) - 7)))


def _target(response: Response, holds_token: Callable[[str], bool]) -> str:
    """Where a redirect points: scheme and host alone, since a path or query may hold anything."""
    try:
        parts = urlsplit(response.headers.get("location", ""))
        host, scheme = parts.hostname, parts.scheme
    except ValueError:
        return ""
    if not host or scheme not in ("http", "https") or holds_token(host):
        return ""
    return f" to {scheme}://{_shortened(host)}"
