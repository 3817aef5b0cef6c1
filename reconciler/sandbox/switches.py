"""One switch for each thing that the API documentation leaves open; the defaults are its likeliest reading.

Every field has a simple type (Literal, bool, int, float, str, tuple of str), so that `reconciler sandbox` makes one
flag of each; DOCS holds a line of help for every field.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

SECRET_KEYS = ("*token*", "*password*", "*api_key*", "*secret*")
"""Globs of the settings that `masks` hides where mask_keys is empty."""


class Switches(Struct, frozen=True, forbid_unknown_fields=True):
    """How the emulated server behaves where the documentation does not say. Times in seconds."""

    envelope: Literal["bare", "items"] = "bare"
    listing: Literal["full", "slim", "slim-always", "absent"] = "full"
    total: Literal["number", "string"] = "number"
    page_maximum: int = 100
    page_over_maximum: Literal["clamp", "refuse"] = "clamp"
    default_page_size: int = 20
    order: Literal["id", "name", "shuffled"] = "id"
    id_order: Literal["number", "text"] = "number"
    search: Literal["works", "ignored", "refused", "empty"] = "works"
    moving_rows: bool = False
    moving_seed: int = 0
    read_lag: float = 0.0
    unknown_id: Literal[400, 404] = 400
    id_type: Literal["string", "number"] = "string"
    default_flag: Literal["boolean", "number"] = "boolean"
    extra_fields: bool = False
    settings_patch: Literal["merge", "replace"] = "merge"
    undefined_key: Literal["dropped", "stored"] = "dropped"
    null_in_settings: Literal["clears", "stored", "ignored", "refused"] = "clears"
    required_settings: Literal["create", "always", "never"] = "create"
    coerce: Literal["none", "numbers", "trimmed", "both"] = "none"
    empty_patch: Literal["refused", "accepted"] = "refused"
    statuses: tuple[str, ...] = ()
    unique_names: bool = False
    post_201: Literal["object", "empty"] = "object"
    post_status: str = "active"
    effective_status: Literal["same", "falls", "hidden"] = "same"
    masks: Literal["none", "full", "last4", "absent", "null", "empty"] = "none"
    mask_keys: tuple[str, ...] = ()
    providers: Literal["list", "absent"] = "list"
    provider_settings: Literal["embedded", "providers-only", "empty"] = "embedded"
    error_body: Literal["full", "no-message", "no-trace-id", "bare"] = "full"
    per_second: int = 10
    per_minute: int = 150
    windows: Literal["aligned", "first"] = "aligned"
    window_headers: Literal["minute", "second", "tightest", "off"] = "minute"
    count_429: bool = False
    retry_after: bool = True
    parallel: int | None = None
    latency: float = 0.0


DOCS: dict[str, str] = {
    "envelope": "GET by id answers the bare object, or a list of one (items)",
    "listing": "what the list shows: all, no settings unless view=full (slim), never settings, or 404 (absent)",
    "total": "type of a list's total",
    "page_maximum": "most items on a page",
    "page_over_maximum": "a larger page is cut to the maximum, or refused with 400",
    "default_page_size": "items on a page where none is asked for",
    "order": "the list's order without ?sort; shuffled ignores ?sort too",
    "id_order": "ids sort as numbers or as text",
    "search": "?q of a list finds, is ignored, is refused with 400, or finds nothing",
    "moving_rows": "rows move once while the first listing of several pages is read",
    "moving_seed": "what moves, modulo 3: 0 a row jumps to the front, 1 a new row appears, 2 the first row is deleted",
    "read_lag": "seconds after which reads show a write",
    "unknown_id": "status for an id that does not exist",
    "id_type": "JSON type of ids",
    "default_flag": "JSON type of is_default",
    "extra_fields": "objects carry a field that no documentation names",
    "settings_patch": "PATCH merges the settings sent, or replaces all of them",
    "undefined_key": "a settings key that the provider does not define is dropped in silence, or stored",
    "null_in_settings": "null for a settings key clears it, is stored, is ignored, or is refused with 400",
    "required_settings": "when missing required settings are refused: on create, on every write, or never",
    "coerce": "how settings are changed when stored: digits to numbers, white space trimmed, or both",
    "empty_patch": "a PATCH without an updatable field is refused with 400, or accepted",
    "statuses": "the status words that are accepted (repeat it; none: every word)",
    "unique_names": "a name that another integration has is refused with 400",
    "post_201": "POST answers the new object, or nothing",
    "post_status": "the status of a new integration where none is sent",
    "effective_status": "equals the status, falls to error after a PATCH of settings, or is shown by view=full only",
    "masks": "how reads hide secret settings",
    "mask_keys": "globs of the settings keys to hide (repeat it; none: tokens, passwords, API keys, secrets)",
    "providers": "GET /providers exists, or answers 404",
    "provider_settings": "the settings' definitions are told in each integration, by GET /providers only, or nowhere",
    "error_body": "what error bodies leave out",
    "per_second": "requests admitted in a second (0: no limit)",
    "per_minute": "requests admitted in a minute (0: no limit)",
    "windows": "rate windows are aligned to the clock, or open with the first request",
    "window_headers": "the window that the X-RateLimit headers speak of",
    "count_429": "refused requests count in the windows too",
    "retry_after": "a 429 carries Retry-After",
    "parallel": "most requests at once; one more is answered 429 with Retry-After: -1",
    "latency": "seconds that the server takes for each answer",
}
"""A line of help for every field of Switches."""
