"""Reads an account with as few requests as there can be: list pages first, objects by id only where those fall short.

the list                                       is read
full                                           page by page, in parallel
slim in the default view (no settings)         page by page with view=full
slim in both views                             page by page; what matters, by id
longer by more pages than ids are in scope     the first page; the other ids one by one
absent (404, 405), or every page refused       ids in scope one by one
lacks an id in scope                           that id by itself: only its own GET says that it is gone
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import quote

from reconciler.errors import AnswerError, RejectedError
from reconciler.live.catalogue import fill_providers, find_lacking, find_provider, make_fit, merge_providers
from reconciler.live.decode import Decoder, Page
from reconciler.live.listing import ABSENT, REFUSED, Found, Listing, Progress, Shape, order_of
from reconciler.live.threads import run_all
from reconciler.model import Live, Provider, Snapshot
from reconciler.values import sort_ids

if TYPE_CHECKING:
    from reconciler.live.client import Client

INTEGRATIONS = "/integrations"
PROVIDERS = "/providers"
SMALLER = (50, 20)
"""Page sizes tried where the API refuses the one asked for."""

UNKNOWN = frozenset({400, 404})
"""What a GET by id may answer for an id that does not exist (the documentation shows 400 only)."""

_ID = re.compile(r"[A-Za-z0-9_:-][A-Za-z0-9_:.-]{0,63}")
_PAGE = re.compile(r"([1-9][0-9]{0,8}),([1-9][0-9]{0,8})")


class Reader:
    """Reads one account through its client. page_size: items asked for on a page. parallel: requests at once."""

    def __init__(self, client: Client, *, page_size: int = 100, parallel: int = 4) -> None:
        self._client, self._parallel = client, parallel
        self._decoder = Decoder()
        self._shapes = make_shapes(page_size)
        self._view: str | None = None
        self._spoke = self._effective = self._catalogued = False
        self._ways: tuple[tuple[bool, bool], ...] = ((True, True), (False, True), (False, False))

    def read_snapshot(
        self,
        *,
        ids: frozenset[str],
        by_name: bool,
        need: frozenset[str] | None,
        names: Collection[tuple[str, str]] = (),
        progress: Progress | None = None,
        effective: bool = False,
        details: bool = False,
    ) -> Snapshot:
        """All that a plan needs. effective: with effective_status, where any view tells it. details: of all objects.

        ids: in scope. by_name: the list must be whole, for manifests without id. need: names or ids of the providers
        whose definitions are needed; None: of all objects'. names: (provider, name) of manifests without id, read by id
        where the list is slim. progress: told (done, of) requests. Raises what Client.get raises.
        """
        self._effective = effective
        listing, first = self._open(progress)
        found = self._read_list(listing, first, ids, by_name=by_name or bool(names))
        ids |= found.slim if details and found is not None else frozenset()
        objects, unknown = self._read_own(found, ids, names, progress)
        if found is None and unknown and not objects:
            self._check_address()
        shape = listing.shape if found is not None else self._shapes[0]
        providers = self._read_providers(objects, need, shape.size)
        if found is not None:
            self._view = shape.view
        size = shape.size or len(first.items) or None if found is not None and first is not None else None
        return Snapshot(
            objects=fill_providers(objects, providers),
            providers=providers,
            complete=found is not None and found.complete and not unknown & found.items.keys(),
            listed=found is not None,
            unknown=unknown,
            page_size=size,
            ids_in_order=order_of(found.order) if found is not None else None,
            catalogued=self._catalogued,
        )

    def read_page(self, page: str) -> dict[str, Live]:
        """The objects of one list page ("3,100"), by id; slim ones are left out. Empty where there is no such page."""
        match = _PAGE.fullmatch(page)
        if match is None:
            return {}
        number, size = int(match[1]), int(match[2])
        told: Page[Live] = Page(())
        for view in dict.fromkeys((self._view, "full")):
            told = self._read_numbered(number, size, view)
            if not _is_slim(told):
                self._view = view
                break
        return {live.id: live for live in told.items if live.id not in told.slim}

    def read_one(self, one: str, *, effective: bool = False) -> Live | None:
        """One object by its id, whatever the envelope; None where the API does not know it (400, 404, no items).

        effective: once more in the full view, where the default one does not tell effective_status.
        """
        live = self._read_view(one, None) if _ID.fullmatch(one) else None
        if effective and live is not None and live.effective_status is None:
            return self._read_view(one, {"view": "full"}) or live
        return live

    def _read_view(self, one: str, params: dict[str, str] | None) -> Live | None:
        try:
            told = self._client.get(f"{INTEGRATIONS}/{quote(one, safe='')}", params, self._decoder.make_objects)
        except RejectedError as error:
            if error.status in UNKNOWN:
                self._spoke = self._spoke or error.trace_id is not None
                return None
            raise
        return next((live for live in told.items if live.id == one), None)

    def _check_address(self) -> None:
        """Raises AnswerError where nothing under this address answers as the API does: then no id is unknown.

        A trace id is in the API's error bodies; the providers are asked where none was seen.
        """
        listing = Listing(self._client, PROVIDERS, self._decoder.make_providers, self._shapes[-1:], parallel=1)
        if not self._spoke and listing.read_first() is None:
            raise AnswerError(
                "neither the list nor any integration nor the providers are known here (400 or 404 to all)",
                "check the API's address (--api): it ends with /v1/hood",
            )

    def _open(self, progress: Progress | None) -> tuple[Listing[Live], Page[Live] | None]:
        """The list in the view that tells what is needed, or in the default one; None: there is no list."""
        listing = Listing(
            self._client,
            INTEGRATIONS,
            self._decoder.make_page,
            self._shapes,
            parallel=self._parallel,
            progress=progress,
        )
        first = listing.read_first()
        if first is None or not (_is_slim(first) or (self._effective and _lacks_effect(first))):
            return listing, first
        full = listing.in_view("full", alike=not _is_slim(first))
        page = full.read_first()
        return (listing, first) if page is None or _is_slim(page) else (full, page)

    def _read_list(
        self, listing: Listing[Live], first: Page[Live] | None, ids: frozenset[str], *, by_name: bool
    ) -> Found[Live] | None:
        if first is None:
            return None
        if not by_name and len(ids) < listing.count_pages(first) - 1:
            return listing.make_found(first)
        return listing.read_all(first)

    def _read_own(
        self,
        found: Found[Live] | None,
        ids: frozenset[str],
        names: Collection[tuple[str, str]],
        progress: Progress | None,
    ) -> tuple[dict[str, Live], frozenset[str]]:
        """The objects, those read by id among them, and the ids that the API does not know."""
        objects = dict(found.items) if found is not None else {}
        slim = found.slim if found is not None else frozenset()
        is_meant = make_fit(names)
        wanted = sort_ids((ids - objects.keys()) | {one for one in slim if one in ids or is_meant(objects[one])})
        done, lock = 0, threading.Lock()

        def read(one: str) -> Live | None:
            nonlocal done
            live = self.read_one(one, effective=self._effective)
            with lock:
                done += 1
                if progress is not None:
                    progress(done, len(wanted))
            return live

        told = dict(zip(wanted, run_all(read, wanted, self._parallel), strict=True))
        unknown = frozenset(one for one, live in told.items() if live is None)
        return {one: live for one, live in {**objects, **told}.items() if live is not None}, unknown

    def read_providers(self, size: int | None = None) -> dict[str, Provider] | None:
        """What GET /providers tells, by id; None where there is no such list. size: items on a page."""
        shapes = list(dict.fromkeys([Shape(size, None), Shape(None, None)]))
        listing = Listing(self._client, PROVIDERS, self._decoder.make_providers, shapes, parallel=self._parallel)
        first = listing.read_first()
        whole = listing.read_all(first) if first is not None else None
        return whole.items if whole is not None else None

    def _read_providers(
        self, objects: dict[str, Live], need: frozenset[str] | None, size: int | None
    ) -> dict[str, Provider]:
        """Definitions from the objects; then GET /providers, once; then one object of the provider by itself."""
        providers = merge_providers(live.provider for live in objects.values())
        need = frozenset(providers) if need is None else need
        if not find_lacking(providers, need):
            return providers
        catalogue = self.read_providers(size)
        told, self._catalogued = catalogue or {}, catalogue is not None
        providers = merge_providers([*providers.values(), *told.values()])
        lacking = {found.id for word in find_lacking(providers, need) if (found := find_provider(providers, word))}
        for one in sort_ids(lacking):
            if one in told and told[one].settings is not None:
                continue  # told, and empty
            of_it = sort_ids(key for key, live in objects.items() if live.provider.id == one)
            live = self.read_one(of_it[0]) if of_it else None
            if live is not None:
                providers = merge_providers([*providers.values(), live.provider])
        return providers

    def _read_numbered(self, number: int, size: int, view: str | None) -> Page[Live]:
        """One page, with a size if the API takes sizes, in order if it takes orders; what worked is remembered."""
        for sized, ordered in self._ways:
            shape = Shape(size if sized else None, "id" if ordered else None, view)
            try:
                told = self._client.get(INTEGRATIONS, shape.params(number), self._decoder.make_page)
            except RejectedError as error:
                if error.status in ABSENT:
                    break
                if error.status not in REFUSED:
                    raise
            else:
                self._ways = self._ways[self._ways.index((sized, ordered)) :]
                return told
        return Page(())


def make_shapes(page_size: int = 100) -> list[Shape]:
    """How to ask for the list of integrations, the best first."""
    sizes = [page_size, *(size for size in SMALLER if size < page_size), None]
    return [*(Shape(size, "id") for size in sizes), Shape(None, None)]


def _is_slim(page: Page[Live]) -> bool:
    return bool(page.items) and len(page.slim) >= len({live.id for live in page.items})


def _lacks_effect(page: Page[Live]) -> bool:
    return bool(page.items) and all(live.effective_status is None for live in page.items)
