"""YAML events -> the places of keys and values, for the few documents of which there is something to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.desired.documents import MAX_DEPTH
from reconciler.desired.parsers import has_c_parser, open_events

Place = tuple[int, int]
"""Line and column, both from 0."""

_STEPS = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}
"""Events that lead into a collection and out of it."""


class Node:
    """One value: where it begins, behind which anchor, its text if it is a scalar, its children with their keys."""

    __slots__ = ("anchored", "children", "place", "text")

    def __init__(self, place: Place, text: str | None = None, *, anchored: bool = False) -> None:
        self.place = place
        self.text = text
        self.anchored = anchored
        self.children: dict[str | int, tuple[Place, Node]] = {}


def find_documents(text: bytes, *, pure: bool) -> tuple[dict[Place, Place], bool]:
    """Each document by its place, as in Document.source: its first line, and the one behind its last.

    Also says whether only the pure parser may read the text: as asked for, or since the C parser refuses it.
    """
    pure = pure or not has_c_parser()
    starts: list[int] = []
    places: list[Place] = []
    event: Any = None
    for event in _walk(text, pure=pure):
        if event.__class__ is DocumentStartEvent:
            starts.append(event.start_mark.line)
        elif len(places) < len(starts) and event.__class__ is not MappingStartEvent:
            places.append(_place(event))
    if event.__class__ is not StreamEndEvent and not pure:
        return find_documents(text, pure=True)
    starts[:1] = [0]
    return dict(zip(places, zip(starts, [*starts[1:], len(text)], strict=True), strict=False)), pure


def guess_document(lines: Sequence[bytes], line: int) -> Place:
    """The lines of the document around a line of its own, as find_documents tells them, without parsing the others.

    Between two lines of `---`: for the C parser these mark documents, whatever stands around them.
    """
    first, behind = line, line + 1
    while first > 0 and not _is_marker(lines[first]):
        first -= 1
    while behind < len(lines) and not _is_marker(lines[behind]):
        behind += 1
    return first, behind


def _is_marker(line: bytes) -> bool:
    return line.startswith(b"---") and not line[3:4].strip()


def try_nodes(text: bytes, place: Place) -> Node | None:
    """As read_nodes, from the C parser; None unless it takes the text as one document whose first key stands there."""
    builder = _Builder()
    event: Any = None
    for event in _walk(text, pure=False):
        builder.take(event)
    _, root = builder.top.children.get(0, ((0, 0), builder.top))
    first = next(iter(root.children.values()), None)
    alone = event.__class__ is StreamEndEvent and len(builder.top.children) == 1
    return builder.top if alone and first is not None and first[0] == place else None


def read_nodes(text: bytes, *, pure: bool) -> Node:
    """The nodes of the document in `text`, as children[0] of what is returned; places count from its first line."""
    builder = _Builder()
    for event in _walk(text, pure=pure):
        builder.take(event)
    return builder.top


class _Builder:
    """Nodes that are being built: on the stack each open collection, with the key that waits for its value."""

    def __init__(self) -> None:
        self.top = Node((0, 0))
        self._stack: list[list[Any]] = [[self.top, False, None]]
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        """Adds what the next event says."""
        kind = event.__class__
        if kind is ScalarEvent:
            self._put(Node(_place(event), event.value, anchored=event.anchor is not None), event)
        elif kind is AliasEvent:
            self._put(self._anchors.get(event.anchor) or Node(_place(event)), event)
        elif kind in _STEPS:
            if _STEPS[kind] < 0:
                self._stack.pop()
                return
            node = Node(_place(event), anchored=event.anchor is not None)
            self._put(node, event)
            self._stack.append([node, kind is MappingStartEvent, None])

    def _put(self, node: Node, event: Any) -> None:
        if event.__class__ is not AliasEvent and event.anchor is not None:
            self._anchors[event.anchor] = node
        frame = self._stack[-1]
        parent, is_mapping, key = frame
        if not is_mapping:
            parent.children[len(parent.children)] = (node.place, node)
        elif key is None:
            frame[2] = (node.text, node.place)
        else:
            if node.text == "" and not event.style:  # an empty value, which the parsers place differently
                node.place = key[1]
            parent.children.setdefault(key[0], (key[1], node))
            frame[2] = None


def _walk(text: bytes, *, pure: bool) -> Iterator[Any]:
    """The events of a text up to its end, its first fault, or absurd depth."""
    depth = 0
    try:
        events = open_events(text, pure=pure)
        while depth <= MAX_DEPTH:
            event = events.get_event()
            yield event
            if event.__class__ is StreamEndEvent:
                return
            depth += _STEPS.get(event.__class__, 0)
    except Exception:  # the file changed since it was loaded without a fault: what was read has to do
        return


def _place(event: Any) -> Place:
    return event.start_mark.line, event.start_mark.column
