"""Finds the place of a value again, where there is something to say of it: nothing is kept while all is well."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.desired.files import MAX_BYTES
from reconciler.desired.screen import screen
from reconciler.model import Path, Source

if TYPE_CHECKING:
    from reconciler.desired.nodes import Node, Place

_KEPT_FILES = 8
_KEPT_DOCUMENTS = 64
_NO_LAYER: tuple[frozenset[Path], Source] = (frozenset(), Source("", 0, 0))
_ANCHOR = re.compile(r"&\S+[ \t]+(?=[^\s#])")


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
    """A file that was read again: its lines, and the nodes of the documents last asked for."""

    def __init__(self, name: str, text: bytes, *, pure: bool) -> None:
        from reconciler.desired.nodes import find_documents

        self._name = name
        self._lines = text.splitlines(keepends=True)
        self._documents, self._pure = find_documents(text, pure=pure)
        self._nodes: dict[Place, Node] = {}

    def find(self, source: Source, path: Sequence[str | int]) -> tuple[Source, Source, str | None] | None:
        """The places of key and value, and its text."""
        lines = self._documents.get((source.line - 1, source.column - 1))
        if lines is None:
            return None
        if lines not in self._nodes:
            self._load_nodes(lines)
        place, node = (0, 0), self._nodes[lines]
        for step in (0, *path):
            child = node.children.get(step)
            if child is None:
                return None
            place, node = child
        return self._source(place, lines[0]), self._source(self._behind_anchor(node, lines[0]), lines[0]), node.text

    def _load_nodes(self, lines: Place) -> None:
        from reconciler.desired.nodes import read_nodes

        if len(self._nodes) >= _KEPT_DOCUMENTS:
            self._nodes.clear()
        self._nodes[lines] = read_nodes(b"".join(self._lines[slice(*lines)]), pure=self._pure)

    def _behind_anchor(self, node: Node, first: int) -> Place:
        line, column = node.place
        if not node.anchored:
            return node.place
        text = self._lines[first + line].decode().removeprefix("\ufeff")
        anchor = _ANCHOR.match(text, column)
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
