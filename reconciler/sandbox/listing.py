"""The query parameters of a list: page, sort, q and filters (documentation: view-providers; AdEx API overview)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from reconciler.sandbox.messages import INVALID, Refusal
from reconciler.sandbox.shapes import Item
from reconciler.sandbox.switches import Switches

SORTABLE = ("id", "name", "type", "status", "create_time", "update_time")
FILTERABLE = (*SORTABLE, "provider_id", "company_id", "effective_status", "is_default")


def parse_page(query: dict[str, str], switches: Switches) -> tuple[int, int]:
    """(number from 1, size) of `page=N` or `page=N,M`; 400 for anything else, and for a size that is refused."""
    number, _, size = query.get("page", "1").partition(",")
    if not (_is_count(number) and (_is_count(size) or "," not in query.get("page", ""))):
        raise Refusal(400, INVALID)
    wanted = int(size) if size else switches.default_page_size
    if size and wanted > switches.page_maximum and switches.page_over_maximum == "refuse":
        raise Refusal(400, INVALID)
    return int(number), min(wanted, switches.page_maximum)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0


def select_rows(items: Iterable[Item], query: dict[str, str], switches: Switches) -> list[Item]:
    """The items that match q and every filter, in the order asked for."""
    rows = list(items)
    for name in FILTERABLE:
        if name in query:
            fits = _make_filter(query[name])
            rows = [item for item in rows if fits(_as_text(item.get(name)))]
    if query.get("q") and switches.search != "ignored":
        if switches.search == "refused":
            raise Refusal(400, INVALID)
        fields = [name.strip() for name in query.get("q_fields", "name").split(",")]
        wanted = query["q"].lower()
        found = [item for item in rows if any(wanted in str(item.get(name, "")).lower() for name in fields)]
        rows = found if switches.search == "works" else []
    return _sort(rows, query.get("sort"), switches)


def _sort(rows: list[Item], sort: str | None, switches: Switches) -> list[Item]:
    if switches.order == "shuffled":
        return sorted(rows, key=lambda item: hashlib.sha256(item["id"].encode()).digest())
    names = sort.split(",") if sort else [switches.order]
    rows = sorted(rows, key=_make_key("id", switches))
    for name in reversed(names):
        plain = name.strip().removeprefix("-")
        if plain not in SORTABLE:
            raise Refusal(400, INVALID)
        rows.sort(key=_make_key(plain, switches), reverse=name.strip().startswith("-"))
    return rows


def _make_key(name: str, switches: Switches) -> Callable[[Item], Any]:
    if name == "id" and switches.id_order == "number":
        return lambda item: (int(item["id"]) if item["id"].isdecimal() else 0, item["id"])
    return lambda item: str(item[name])


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    """Two decimal texts are compared as numbers, any other two as text."""

    def compare(value: str, wanted: str) -> bool:
        return test(int(value), int(wanted)) if value.isdecimal() and wanted.isdecimal() else test(value, wanted)

    return compare


_gt, _gte = _compare(lambda a, b: a > b), _compare(lambda a, b: a >= b)

OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "neq": lambda value, wanted: value != wanted,
    "in": lambda value, wanted: value in wanted.split(","),
    "nin": lambda value, wanted: value not in wanted.split(","),
    "gt": _gt,
    "gte": _gte,
    "lt": lambda value, wanted: _gt(wanted, value),
    "lte": lambda value, wanted: _gte(wanted, value),
    "rl": _gte,
    "rr": lambda value, wanted: _gte(wanted, value),
    "r": lambda value, wanted: _gt(value, wanted.partition(",")[0]) and _gt(wanted.partition(",")[2], value),
    "rf": lambda value, wanted: _gte(value, wanted.partition(",")[0]) and _gte(wanted.partition(",")[2], value),
}
"""`is:` (is not null) and `isn:` (is null) take no value and stand in _make_filter."""


def _make_filter(text: str) -> Callable[[str | None], bool]:
    operator, colon, wanted = text.partition(":")
    if colon and operator in ("is", "isn"):
        return lambda value: (value is None) == (operator == "isn")
    if not colon or operator not in OPERATORS:
        operator, wanted = "eq", text
    test = OPERATORS[operator]
    return lambda value: value is not None and test(value, wanted)
