"""How large and how deep plain data is, aliases counted as often as they are used."""

from __future__ import annotations

from reconciler.model import Json, Plain

MAX_DEPTH = 32
"""Mappings and sequences within each other, the document's own included."""


def measure(data: Json) -> tuple[int, int]:
    """Characters of all scalars plus one for each node, and levels of nesting (0 for a scalar)."""
    if isinstance(data, dict):
        size, children = sum(len(key) + 1 for key in data if isinstance(key, str)), list(data.values())
    elif isinstance(data, list):
        size, children = 0, data
    else:
        return 1 + len(data.text if isinstance(data, Plain) else data), 0
    height = 0
    for child in children:
        child_size, child_height = measure(child)
        size += child_size
        height = max(height, child_height)
    return size + 1, height + 1
