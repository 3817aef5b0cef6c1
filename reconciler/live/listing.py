"""One list of the API, read whole: page sizes found by trying, pages in parallel, and what to do when rows move.

A Found is complete when as many distinct ids were read as the last page's `total`, or, where the API tells no total,
when the end of the list was seen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeVar

from msgspec import Struct

from reconciler.errors import AnswerError, RejectedError
from reconciler.live.bounds import ADDRESS, MOST_OBJECTS, make_list_allowances
from reconciler.live.decode import Page
from reconciler.live.threads import run_all
from reconciler.model import Live, Provider

if TYPE_CHECKING:
    from reconciler.live.client import Client

T = TypeVar("T", bound=Live | Provider)

Progress = Callable[[int, int], None]
"""Told the pages read so far and the pages there are."""

ABSENT = frozenset({404, 405})
REFUSED = frozenset({400, 422})

MOST_PAGES = 10_000
WAVE = 32
"""Pages asked for together; a list that ends early or repeats itself is noticed after at most so many."""


class Shape(NamedTuple):
    """How pages are asked for. size None: the API's own. view None: the default one. words: to be found in names."""

    size: int | None
    sort: str | None
    view: str | None = None
    words: str | None = None

    def params(self, number: int) -> dict[str, str]:
        """The query of one page, numbered from 1."""
        made = {"page": f"{number},{self.size}" if self.size else str(number)}
        if self.sort:
            made["sort"] = self.sort
        if self.view:
            made["view"] = self.view
        if self.words:
            made |= {"q": self.words, "q_fields": "name"}
        return made


class Found(Struct, Generic[T], frozen=True):
    """What a list holds, by id; of two reads of an object the later one. order: ids as the list gave them."""

    items: dict[str, T]
    order: tuple[str, ...]
    complete: bool
    slim: frozenset[str] = frozenset()


class Listing(Generic[T]):
    """Reads one list. shapes: how to ask, the best first; each is left for the next when the API answers 400 to it."""

    def __init__(
        self,
        client: Client,
        path: str,
        decode: Callable[[bytes], Page[T]],
        shapes: Sequence[Shape],
        *,
        parallel: int = 1,
        progress: Progress | None = None,
    ) -> None:
        self._client, self._path = client, path
        self._decode: Callable[[bytes], Page[T]] = decode
        self._bytes, self._objects = make_list_allowances()
        self._shapes = list(shapes)
        self._parallel, self._progress = parallel, progress

    @property
    def shape(self) -> Shape:
        """How pages are asked for now; `size` is the server's once a page was smaller or larger than asked."""
        return self._shapes[0]

    def make_found(self, first: Page[T]) -> Found[T]:
        """What the first page alone tells."""
        return _found([first], ended=False)

    def in_view(self, view: str, *, alike: bool = False) -> Listing[T]:
        """The same list in another view. alike: asked for only as it was asked for here."""
        shapes = [shape._replace(view=view) for shape in (self._shapes[:1] if alike else self._shapes)]
        return Listing(self._client, self._path, self._decode, shapes, parallel=self._parallel, progress=self._progress)

    def read_first(self) -> Page[T] | None:
        """The first page; None where there is no such list, or none that the API would give."""
        while self._shapes:
            try:
                return self.read_page(1)
            except RejectedError as error:
                if error.status in ABSENT:
                    return None
                if error.status not in REFUSED:
                    raise
            del self._shapes[0]
        return None

    def read_all(self, first: Page[T]) -> Found[T] | None:
        """The whole list after its first page; None where a later page is refused in every shape."""
        page: Page[T] | None = first
        while page is not None:
            try:
                return self._read_settled(page)
            except RejectedError as error:
                if error.status not in REFUSED:
                    raise
            del self._shapes[0]
            page = self.read_first()
        return None

    def read_page(self, number: int) -> Page[T]:
        """One page; one after the first that is not there (404) is empty."""
        try:
            return self._client.get(self._path, self.shape.params(number), self._decode_bounded)
        except RejectedError as error:
            if number == 1 or error.status != 404:
                raise
        return Page(())

    def count_pages(self, first: Page[T]) -> int:
        """Pages of the list by its total, with the size that the server gave; 1 where it tells no total."""
        size, total = len(first.items), first.total or 0
        if not size or total <= size:
            return 1
        if self.shape.size:
            self._shapes[0] = self.shape._replace(size=size)
        count = ceil(total / size)
        if count > MOST_PAGES or total > MOST_OBJECTS:
            raise AnswerError(f"GET {self._path}: claims {total:,} objects on {count:,} pages", ADDRESS)
        return count

    def _decode_bounded(self, body: bytes) -> Page[T]:
        """A page, unless the list is beyond all bounds."""
        self._bytes.take(len(body))
        page = self._decode(body)
        self._objects.take(len(page.items))
        return page

    def _read_settled(self, first: Page[T]) -> Found[T]:
        """Rows may move between pages while they are read: where that shows, all pages are read once more."""
        pages, ended = self._read_pages(first)
        if not ended or _is_settled(pages):
            return _found(pages, ended=ended)
        again, _ = self._read_pages(self.read_page(1))
        return _found(again if _is_settled(again) else [*pages, *again], ended=True)

    def _read_pages(self, first: Page[T]) -> tuple[list[Page[T]], bool]:
        """All pages of one pass, and whether its end was seen."""
        if first.total is None and first.items:
            return self._read_to_end(first)
        pages, count = [first], self.count_pages(first)
        seen = {item.id for item in first.items}
        for start in range(2, count + 1, WAVE):
            numbers = range(start, min(start + WAVE, count + 1))
            wave = self._read_wave(numbers, count)
            ids = {item.id for page in wave for item in page.items}
            pages += wave
            if not all(page.items for page in wave):
                break
            if ids <= seen and numbers[-1] < count:
                raise AnswerError(
                    f"GET {self._path}: pages {start} to {numbers[-1]} repeat the objects of earlier ones",
                    ADDRESS,
                )
            seen |= ids
        self._tell(len(pages), len(pages))
        return pages, True

    def _read_wave(self, numbers: range, count: int) -> list[Page[T]]:
        """These pages at once, each told as it comes."""
        done, lock = numbers[0] - 1, threading.Lock()
        self._tell(done, count)

        def read(number: int) -> Page[T]:
            nonlocal done
            page = self.read_page(number)
            with lock:
                done += 1
                self._tell(done, count)
            return page

        return run_all(read, numbers, self._parallel)

    def _read_to_end(self, first: Page[T]) -> tuple[list[Page[T]], bool]:
        """Page after page where no total is told, until one is short, empty, refused or brings nothing new."""
        pages, size = [first], len(first.items)
        if self.shape.size:
            self._shapes[0] = self.shape._replace(size=size)
        seen = {item.id for item in first.items}
        for number in range(2, MOST_PAGES):
            self._tell(number - 1, number)
            try:
                page = self.read_page(number)
            except RejectedError as error:
                if error.status not in REFUSED:
                    raise
                return pages, True
            new = {item.id for item in page.items} - seen
            pages.append(page)
            if not new:
                return pages, not page.items
            if len(page.items) < size:
                return pages, True
            seen |= new
        raise AnswerError(f"GET {self._path}: the list does not end", ADDRESS)

    def _tell(self, done: int, count: int) -> None:
        if self._progress is not None:
            self._progress(done, count)


def _is_settled(pages: Sequence[Page[T]]) -> bool:
    """Whether one pass saw as many distinct ids as its total says, and one total throughout."""
    totals = {page.total for page in pages if page.total is not None}
    return not totals or (len(totals) == 1 and _found(pages, ended=True).complete)


def _found(pages: Sequence[Page[T]], *, ended: bool) -> Found[T]:
    items = {item.id: item for page in pages for item in page.items}
    slim = frozenset(one for page in pages for one in page.slim)
    total = next((page.total for page in reversed(pages) if page.total is not None), None)
    complete = ended and (total is None or len(items) >= total)
    return Found(items, tuple(item.id for page in pages for item in page.items), complete, slim)


def order_of(ids: Sequence[str]) -> Literal["number", "text"] | None:
    """How a list is ordered: ids as numbers, as text, or neither (None)."""
    if all(one.isdigit() for one in ids) and _rises([int(one) for one in ids]):
        return "number"
    return "text" if _rises(ids) else None


def _rises(values: Sequence[int] | Sequence[str]) -> bool:
    return list(values) == sorted(values)
