"""Saved plans that somebody has changed and sealed anew, as anybody can where no key seals them."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

REFERENCE = {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    float("inf"),
    float("nan"),
    "",
    "x" * 5000,
    "../../etc/passwd",
    "/dev/zero",
    "\x1b[31mred",
    "\ud800",
    "__class__",
    "2999-01-01T00:00:00Z",
    [],
    {},
    [[[[[]]]]],
    ["name"],
    ["settings"],
    ["settings", "auth_token"],
    ["x", "y"],
    ["settings", "a", "b"],
    REFERENCE,
    {"secret": "env:OCAMBA_TOKEN"},
    {"secret": "literal:x"},
    {"secret": "file:/etc/passwd"},
    {"secret": "exec:sh/x"},
    {"secret": ["a"]},
)
"""What stands in place of any value of a plan."""


def seal(document: dict[str, Any]) -> bytes:
    """The file of a plan, with the seal that anybody can make."""
    data = (json.dumps({**document, "seal": ""}, indent=2) + "\n").encode()
    made = "sha256:" + hashlib.sha256(data).hexdigest()
    return data.replace(b'"seal": ""', b'"seal": "' + made.encode() + b'"', 1)


def find_paths(value: Any, start: Path = ()) -> Iterator[Path]:
    """Where anything stands in a document."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield (*start, step)
        yield from find_paths(item, (*start, step))


def forge(document: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The document with another value at a path."""
    made = copy.deepcopy(document)
    at: Any = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return made
