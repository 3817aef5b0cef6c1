"""Finds the place of a value again, where there is something to say of it: nothing is kept while all is well."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from reconciler.desired.files import MAX_BYTES
from reconciler.desired.screen import screen
from reconciler.model import Path, Source

if TYPE_CHECKING:
    from reconciler.desired.nodes import Node, Place

_KEPT_FILES = 8
_KEPT_DOCUMENTS = 64
_NO_LAYER: tuple[frozenset[Path], Source] = (frozenset(), Source("", 0, 0))


@cache
def _anchor() -> re.Pattern[str]:
    return re.compile(r"&\S+[ \t]+(?=[^\s#])")


class Places:
    """The places of keys and values, found by parsing the named file again; the last few files are kept.

    `source` is a document's source, which names the file and the document; `path` its keys and indexes from the root.
    What stands behind an alias has its place at the anchor. Where the file is gone, or no longer holds such a
    document or path, the answer is `source` itself.
    """

    def __init__(self) -> None:
        self._files: dict[str, _File | None] = {}
        self._layers: dict[Source, tuple[frozenset[Path], Source]] = {}

    def redirect(self, source: Source, paths: frozenset[Path], overlay: Source) -> None:
        """From now on these paths of a document are looked for in the overlay that wrote them."""
        self._layers[source] = paths, overlay

    def _lead(self, source: Source, path: Sequence[str | int]) -> Source:
        paths, overlay = self._layers.get(source, _NO_LAYER)
        return overlay if tuple(path[:2]) in paths or tuple(path[:1]) in paths else source

    def value(self, source: Source, path: Sequence[str | int]) -> Source:
        """Where the value begins: the scalar, its quote, the indicator of a block. Of an empty value its key."""
        source = self._lead(source, path)
        found = self._find(source, path)
        return source if found is None else found[1]

    def key(self, source: Source, path: Sequence[str | int]) -> Source:
        """Where the key begins; of an item of a list, the item."""
        source = self._lead(source, path)
        found = self._find(source, path)
        return source if found is None else found[0]

    def text(self, source: Source, path: Sequence[str | int]) -> str | None:
        """The text of the scalar without quotes; None for anything else and where nothing is found. Not for secrets."""
        found = self._find(self._lead(source, path), path)
        return None if found is None else found[2]

    def _find(self, source: Source, path: Sequence[str | int]) -> tuple[Source, Source, str | None] | None:
        if source.file not in self._files:
            if len(self._files) >= _KEPT_FILES:
                del self._files[next(iter(self._files))]
            self._files[source.file] = _read_file(source.file)
        file = self._files[source.file]
        return None if file is None else file.find(source, path)


class _File:
    """A file that was read again: its lines, and the nodes of the documents last asked for.

    Of a document its own lines are parsed alone, where they can be told; else the whole file is, to tell them.
    """

    def __init__(self, name: str, text: bytes, *, pure: bool) -> None:
        from reconciler.desired.parsers import has_c_parser

        self._name = name
        self._text, self._lines = text, text.splitlines(keepends=True)
        self._pure = pure or not has_c_parser()
        self._documents: dict[Place, Place] | None = None
        self._nodes: dict[Place, tuple[int, Node] | None] = {}

    def find(self, source: Source, path: Sequence[str | int]) -> tuple[Source, Source, str | None] | None:
        """The places of key and value, and its text."""
        start = source.line - 1, source.column - 1
        if start not in self._nodes:
            if len(self._nodes) >= _KEPT_DOCUMENTS:
                self._nodes.clear()
            self._nodes[start] = self._guess_nodes(start) or self._find_nodes(start)
        found = self._nodes[start]
        if found is None:
            return None
        first, node = found
        place = (0, 0)
        for step in (0, *path):
            child = node.children.get(step)
            if child is None:
                return None
            place, node = child
        return self._source(place, first), self._source(self._behind_anchor(node, first), first), node.text

    def _guess_nodes(self, start: Place) -> tuple[int, Node] | None:
        from reconciler.desired.nodes import guess_document, try_nodes

        if self._pure or start[0] >= len(self._lines):
            return None
        first, behind = guess_document(self._lines, start[0])
        node = try_nodes(b"".join(self._lines[first:behind]), (start[0] - first, start[1]))
        return None if node is None else (first, node)

    def _find_nodes(self, start: Place) -> tuple[int, Node] | None:
        from reconciler.desired.nodes import find_documents, read_nodes

        if self._documents is None:
            self._documents, self._pure = find_documents(self._text, pure=self._pure)
        lines = self._documents.get(start)
        if lines is None:
            return None
        return lines[0], read_nodes(b"".join(self._lines[slice(*lines)]), pure=self._pure)

    def _behind_anchor(self, node: Node, first: int) -> Place:
        line, column = node.place
        if not node.anchored:
            return node.place
        text = self._lines[first + line].decode().removeprefix("\ufeff")
        anchor = _anchor().match(text, column)
        return (line, anchor.end()) if anchor else node.place

    def _source(self, place: Place, first: int) -> Source:
        return Source(self._name, first + place[0] + 1, place[1] + 1)


def _read_file(name: str) -> _File | None:
    """None where it cannot be read; a name may come from a saved plan, and so lead to anything."""
    path = pathlib.Path(name)
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        text, problem, pure = screen(path.read_bytes(), name)
    except (OSError, ValueError):
        return None
    return None if problem is not None else _File(name, text, pure=pure)
