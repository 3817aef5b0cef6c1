"""List pages: which one holds an object (a hint in a saved plan, so that apply reads pages), and how many there are."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model import Snapshot
from reconciler.values import sort_ids


def make_pages(snapshot: Snapshot) -> Callable[[str], str | None]:
    """The list page that holds an object, by its rank: so that the server's order of rows changes no byte of a plan."""
    size = snapshot.page_size
    if not snapshot.complete or not snapshot.listed or not size:
        return lambda _: None
    ranks: dict[str, int] = {}

    def page(one: str) -> str | None:
        if not ranks:
            sort = sorted if snapshot.ids_in_order == "text" else sort_ids
            ranks.update((id_, rank) for rank, id_ in enumerate(sort(snapshot.objects)))
        return f"{ranks[one] // size + 1},{size}" if one in ranks else None

    return page


def count_pages(snapshot: Snapshot) -> int:
    """Pages of the list of live objects, as far as it was read; at least the one that tells that there are none."""
    return max(1, -(-len(snapshot.objects) // snapshot.page_size)) if snapshot.page_size else 1
