"""Is there an integration of this provider and name? Asked right before each create, and after each unknown outcome.

"None" must be the truth, or there will be two. So the list is read whole and compared here; only where it is long, and
only for plain names, the API's own search (?q=…&q_fields=name) serves in its place, once it has found an object that is
known to be there. The documentation tells of that search for Hood's lists, and does not show it for integrations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from reconciler.live.catalogue import make_fit
from reconciler.live.decode import Decoder, Page
from reconciler.live.listing import Found, Listing, Shape
from reconciler.live.reader import INTEGRATIONS
from reconciler.model import Live
from reconciler.values import id_order

if TYPE_CHECKING:
    from reconciler.live.client import Client

SHORT = 3
"""Pages of a list that is read whole in any case: trying the search would cost as much."""

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]{1,98}[A-Za-z0-9])")
"""Names that every search takes as they are; what it makes of others nobody knows."""


class Lookup:
    """Looks integrations up by provider and name. read_one: one object by its id."""

    def __init__(self, client: Client, read_one: Callable[[str], Live | None], shapes: Iterable[Shape]) -> None:
        self._client, self._read_one = client, read_one
        self._shapes = list(shapes)
        self._decoder = Decoder()
        self._searches: bool | None = None

    def find(self, providers: frozenset[str], name: str, *, sure: bool) -> tuple[Live, ...] | None:
        """All that have exactly this name and a provider of these ids or names, in the order of their ids.

        None where that cannot be told: there is no list, or it could not be read whole. sure: not by the API's search.
        Raises what Client.get raises.
        """
        plain = not sure and _PLAIN.fullmatch(name) is not None
        if plain and self._searches and (searched := self._search(providers, name)) is not None:
            return searched
        listing = self._open()
        first = listing.read_first()
        if first is None:
            return None
        self._shapes = [listing.shape]
        if plain and self._searches is None and listing.count_pages(first) > SHORT:
            self._searches = self._try_search(first)
            if self._searches and (searched := self._search(providers, name)) is not None:
                return searched
        return self._pick(listing.read_all(first), providers, name)

    def _open(self, words: str | None = None) -> Listing[Live]:
        shapes = [shape._replace(words=words) for shape in self._shapes]
        return Listing(self._client, INTEGRATIONS, self._decoder.make_page, shapes)

    def _search(self, providers: frozenset[str], name: str) -> tuple[Live, ...] | None:
        listing = self._open(name)
        first = listing.read_first()
        return None if first is None else self._pick(listing.read_all(first), providers, name)

    def _try_search(self, first: Page[Live]) -> bool:
        """Whether the search finds an object that is there, and fewer than all."""
        known = next((live for live in first.items if live.name and _PLAIN.fullmatch(live.name)), None)
        if known is None or known.name is None:
            return False
        listing = self._open(known.name)
        page = listing.read_first()
        if page is None or page.total is None or first.total is None or page.total >= first.total:
            return False
        return known.id in {live.id for live in page.items}

    def _pick(self, found: Found[Live] | None, providers: frozenset[str], name: str) -> tuple[Live, ...] | None:
        if found is None or not found.complete or any(live.name is None for live in found.items.values()):
            return None
        words = [(word, name) for word in providers]
        meant = list(filter(make_fit(words), found.items.values()))
        read = [self._read_one(live.id) if live.id in found.slim else live for live in meant]
        whole = sorted((live for live in read if live is not None), key=lambda live: id_order(live.id))
        if not all(live.provider.id for live in whole):
            return None
        # Where the list is slim it may not have told the provider.
        return tuple(live for live in whole if providers & {live.provider.id, live.provider.name})
