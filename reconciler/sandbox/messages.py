"""Requests and answers of the emulator, and the error bodies of the documentation."""

from __future__ import annotations

import uuid
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

JSON_TYPE = "application/json"

TITLES = {
    400: "Bad request.",
    401: "Unauthorized.",
    404: "Not found.",
    405: "Method not allowed.",
    429: "Too many requests.",
    500: "Internal server error.",
}
"""400, 401 and 500 as documented; the other titles are the emulator's own."""

ActedFault = Literal["reset", "timeout", "truncated", "late"]
"""What the HTTP shell (or a test's transport) acts out instead of simply sending the answer."""


class Request(Struct):
    """path without the query; query decoded; headers with lower-case names.

    parallel: requests under way, this one included, as only the shell knows them.
    """

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    parallel: int = 1

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"


class Answer(Struct):
    """fault: what is acted out in place of, or with, this answer; seconds: how late a late answer is."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: ActedFault | None = None
    seconds: float = 0.0

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes, fault={self.fault})"


class Refusal(Exception):  # noqa: N818 -- an answer on its way out, not a failure of the emulator
    """The request is answered with an error: status and the documented message."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


SERVER = "reconciler-sandbox"
"""How the emulator calls itself in the header `Server`, so that nobody takes it for the real thing."""

INVALID = "The request is not valid."
INVALID_BODY = "The request body is not valid."


def make_json(status: int, data: Any) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, {"Content-Type": JSON_TYPE}, msgspec.json.encode(data))


def make_trace_id(number: int) -> str:
    """The trace_id of the nth error: the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"reconciler-sandbox/{number}"))


def make_error(status: int, message: str, trace_id: str, leave_out: str = "full") -> Answer:
    """The documented error body: code, title, message, trace_id; 500 has no message. leave_out: Switches.error_body."""
    body: dict[str, Any] = {"code": status, "title": TITLES[status]}
    if status != 500 and leave_out not in ("no-message", "bare"):
        body["message"] = message
    if leave_out not in ("no-trace-id", "bare"):
        body["trace_id"] = trace_id
    return make_json(status, body)


def parse_body(request: Request, message: str) -> dict[str, Any]:
    """The JSON object in the request's body; anything else, or another Content-Type, is a Refusal with 400."""
    if not request.headers.get("content-type", "").lower().startswith(JSON_TYPE):
        raise Refusal(400, message)
    try:
        data = msgspec.json.decode(request.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Refusal(400, message) from None
    if not isinstance(data, dict):
        raise Refusal(400, message)
    return data
