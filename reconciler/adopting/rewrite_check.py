"""What a rewritten file has to say: the old data but for the edits, in the same order, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reconciler.model import Json, Plain

Steps = tuple[str | int, ...]


def make_data(value: Json) -> Json:
    """A value as the reader of manifests tells it: numbers, booleans and null as Plain."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [make_data(one) for one in value]
    if isinstance(value, dict):
        return {key: make_data(one) for key, one in value.items()}
    return Plain(value, json.dumps(value))


def bare_data(data: Json) -> Json:
    """Data as JSON has it: each Plain as its value."""
    if isinstance(data, dict):
        return {key: bare_data(one) for key, one in data.items()}
    if isinstance(data, list):
        return [bare_data(one) for one in data]
    return data.value if isinstance(data, Plain) else data


def edit_data(data: Json, path: Steps, value: Json, behind: str | None) -> Json:
    """The data with another value at a path; what is new stands behind a sibling, at the top or at the end.

    The old data stays as it is: aliases share it.
    """
    step, *rest = path
    if isinstance(data, list):
        items = list(data)
        items[int(step)] = edit_data(items[int(step)], tuple(rest), value, behind) if rest else make_data(value)
        return items
    if rest:
        inner = edit_data(data.get(step, {}), tuple(rest), value, behind)
        behind = None
    else:
        inner = make_data(value)
    if step in data or behind is None:
        return {**data, step: inner}
    before = list(data)[: list(data).index(behind) + 1] if behind in data else []
    return {**{key: data[key] for key in before}, step: inner, **data}


def find_difference(expected: Json, found: Json) -> Steps | None:
    """The path of the first value that is not as expected, in type, text or order; None where all is."""
    if expected.__class__ is not found.__class__:
        return ()
    if isinstance(expected, dict):
        if list(expected) != list(found):
            return next(((key,) for key in found if key not in expected), ())
        pairs: Sequence[tuple[str | int, Json, Json]] = [(key, expected[key], found[key]) for key in expected]
    elif isinstance(expected, list):
        if len(expected) != len(found):
            return ()
        pairs = [(number, one, found[number]) for number, one in enumerate(expected)]
    else:
        return None if expected == found else ()
    for step, one, other in pairs:
        rest = find_difference(one, other)
        if rest is not None:
            return (step, *rest)
    return None
