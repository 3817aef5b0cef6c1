"""The values of the YAML half: a document, and how large and deep its data is."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model import Json, Path, Plain, Source

MAX_DEPTH = 32
"""Mappings and sequences within each other, the document's own included."""


class Layer(Struct, frozen=True):
    """What an overlay has laid over a document: its place, the paths that it wrote, and the name as it was before."""

    source: Source
    paths: frozenset[Path]
    name: Json


class Document(Struct, frozen=True):
    """One YAML document. `source` is the place of its first key, `index` its number in the file from 0.

    variables: it may hold `${var:NAME}`. layer: an overlay that is part of its data.
    data: mappings as dict with text keys, sequences as list, text as str, and model.Plain for every unquoted scalar
    that YAML 1.1 or 1.2 reads as anything else. Aliases share the data of their anchor: it is not to be changed.
    """

    data: Json
    source: Source
    index: int
    variables: bool = False
    layer: Layer | None = None

    def __repr__(self) -> str:
        """Without its data: a secret may stand in it."""
        return f"Document({self.source})"

    def source_of(self, path: tuple[str | int, ...]) -> Source:
        """The document that a path was written in: this one, or the overlay."""
        if self.layer is not None and (path[:2] in self.layer.paths or path[:1] in self.layer.paths):
            return self.layer.source
        return self.source


def measure(data: Json) -> tuple[int, int]:
    """Characters of all scalars plus one for each node, aliases as often as they are used, and levels of nesting.

    A scalar has no level. The data is no deeper than MAX_DEPTH, or this recursion would be.
    """
    if data.__class__ is dict:
        size, children = sum(map(len, data)) + len(data), list(data.values())
    elif data.__class__ is list:
        size, children = 0, data
    else:
        return 1 + len(data.text if data.__class__ is Plain else data), 0
    height = 0
    for child in children:
        child_size, child_height = measure(child)
        size += child_size
        height = max(height, child_height)
    return size + 1, height + 1
