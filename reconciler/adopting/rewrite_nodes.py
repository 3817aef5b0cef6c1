"""YAML events -> the nodes of some documents of a text, each with the exact span of its characters.

Marks count characters behind a BOM. The span of a node begins at its anchor; `content` is where its own characters
begin. Both parsers agree on all marks but those of empty values, whose place is taken from the colon before them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Any, Literal

from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
)

Place = tuple[int, int]
"""Line and column, both from 0: of a document's first key."""

GAP = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")
"""What separates tokens: blanks, line breaks, comments."""

_KEEPS = re.compile(r"[|>][0-9]?\+")
_REST = re.compile(r"[^\r\n]*+")


class Node:
    """One value. style: the quote or block indicator of a scalar, "flow" or "block" of a collection, else empty.

    behind: where what separates it from its colon or anchor begins. end: behind its last character; of a block scalar
    behind its last line that is not blank. tail: the same, but behind blank lines that are part of the value (`|+`).
    colon: of a value in a mapping the index
    behind its colon, None where it has none (`{a}`). users: the aliases of its anchor. target: what an alias stands
    for. entries: key and value by the key's text.
    """

    __slots__ = (
        "anchored", "behind", "colon", "content", "end", "entries", "items", "kind", "start", "style", "tail", "target",
        "text", "users",
    )  # fmt: skip

    def __init__(self, kind: Literal["scalar", "mapping", "sequence", "alias"], start: int) -> None:
        self.kind = kind
        self.start = self.behind = self.content = self.end = self.tail = start
        self.style = self.text = ""
        self.anchored = False
        self.colon: int | None = None
        self.entries: dict[str, tuple[Node, Node]] = {}
        self.items: list[Node] = []
        self.users: list[Node] = []
        self.target: Node | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written: `key:` alone, with an anchor or without."""
        return self.kind == "scalar" and self.content == self.end

    @property
    def children(self) -> list[Node]:
        """Values of a mapping, items of a sequence."""
        return [value for _, value in self.entries.values()] if self.kind == "mapping" else self.items

    def find(self, step: str | int) -> Node | None:
        """The value of a key, or the item of that number."""
        if isinstance(step, str):
            return self.entries[step][1] if step in self.entries else None
        return self.items[step] if step < len(self.items) else None


def read_roots(text: str, events: Iterable[Any], wanted: Container[Place]) -> dict[Place, Node]:
    """The root mappings of the wanted documents, by the place of their first key."""
    roots: dict[Place, Node] = {}
    head: list[Any] = []
    builder: _Builder | None = None
    for event in events:
        kind = event.__class__
        if kind is DocumentStartEvent:
            head, builder = [], None
        elif builder is not None:
            builder.take(event)
        elif kind is MappingStartEvent and not head:
            head = [event]
        elif len(head) == 1:
            head.append(event)
            place = (event.start_mark.line, event.start_mark.column)
            if place in wanted:
                builder = _Builder(text)
                for one in head:
                    builder.take(one)
                roots[place] = builder.root
    return roots


class _Builder:
    """One document that is being built: on the stack each open collection, with the key that waits for its value."""

    def __init__(self, text: str) -> None:
        self._root: Node | None = None
        self._text = text
        self._stack: list[tuple[Node, Node | None]] = []
        self._anchors: dict[str, Node] = {}

    @property
    def root(self) -> Node:
        """The document's mapping."""
        assert self._root is not None
        return self._root

    def take(self, event: Any) -> None:
        """Adds what the next event says."""
        kind = event.__class__
        if issubclass(kind, CollectionEndEvent):
            self._close(event)
        elif kind is ScalarEvent:
            self._put(self._make_scalar(event))
        elif kind is AliasEvent:
            node = Node("alias", event.start_mark.index)
            node.end = node.tail = event.end_mark.index
            node.target = self._anchors[event.anchor]
            node.target.users.append(node)
            self._put(node)
        elif issubclass(kind, CollectionStartEvent):
            node = Node("mapping" if kind is MappingStartEvent else "sequence", event.start_mark.index)
            node.style = "flow" if event.flow_style else "block"
            self._skip_anchor(node, event)
            self._put(node)
            self._stack.append((node, None))

    def _make_scalar(self, event: Any) -> Node:
        node = Node("scalar", event.start_mark.index)
        node.style, node.text = event.style or "", event.value
        node.end = node.tail = event.end_mark.index
        self._skip_anchor(node, event)
        if node.style in ("|", ">"):
            last = node.content + len(self._text[node.content : node.end].rstrip(" \t\r\n"))
            node.end = _REST.match(self._text, last).end()  # type: ignore[union-attr]
            if not _KEEPS.match(self._text, node.content):
                node.tail = node.end
        return node

    def _skip_anchor(self, node: Node, event: Any) -> None:
        if event.anchor is None:
            return
        node.anchored = True
        self._anchors[event.anchor] = node
        node.behind = node.content = node.start + 1 + len(event.anchor)
        # What stands behind the anchor of an empty value belongs to the next one.
        if not (event.__class__ is ScalarEvent and not event.value and not event.style):
            node.content = _skip(self._text, node.behind)

    def _close(self, event: Any) -> None:
        node, _ = self._stack.pop()
        if node.style == "flow":
            node.end = node.tail = event.end_mark.index
        else:
            node.end, node.tail = node.children[-1].end, node.children[-1].tail

    def _put(self, node: Node) -> None:
        if not self._stack:
            self._root = self._root or node
            return
        parent, key = self._stack[-1]
        if parent.kind == "sequence":
            parent.items.append(node)
        elif key is None:
            self._stack[-1] = (parent, node)
        else:
            self._place_value(key, node)
            parent.entries[key.text] = (key, node)
            self._stack[-1] = (parent, None)

    def _place_value(self, key: Node, node: Node) -> None:
        colon = _skip(self._text, key.end)
        if self._text[colon : colon + 1] == ":":
            node.colon = colon + 1
        if not node.anchored:
            node.behind = key.end if node.colon is None else node.colon
            if node.is_empty:
                node.start = node.content = node.end = node.tail = node.behind


def _skip(text: str, index: int) -> int:
    found = GAP.match(text, index)
    return index if found is None else found.end()
