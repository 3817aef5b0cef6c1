"""YAML events -> plain data, with a stack of our own: strict, and with a limit on depth and expansion.

A mapping is a dict, a sequence a list; text is str, and an unquoted scalar that some YAML version reads as anything
else is Plain. What may not be is recorded as a Problem at its place, and reading goes on where that makes sense. No
message holds a value, a tag or the name of an anchor: each of them may be a secret that lacks its quotes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.desired.documents import MAX_DEPTH, Document, measure
from reconciler.desired.keys import KNOWN_KEYS, explain_key, is_fine_key, show_key
from reconciler.desired.parsers import EventSource
from reconciler.desired.scalars import SUSPECTS, resolve_plain
from reconciler.model import Json, Plain, Problem, Source

MAX_EXPANSION = 1024 * 1024
"""Characters that the aliases of one file may stand for."""
MAX_PROBLEMS = 100
"""After so many problems a file is not read further."""

_NO_KEY: Any = object()
_DROPPED: Any = object()

_State = tuple[Any, Callable[[Any], None] | None, Any, str | None]
"""A collection that is being read, its append (None for a mapping), the key that waits for its value, its anchor."""

_HALF = "[\ud800-\udfff]"
"""Lone surrogates, which only escapes make: no JSON or UTF-8 carries them."""


class StopReading(Exception):  # noqa: N818
    """The rest of the file is left unread; why is among the problems."""


class _Anchor(Struct, frozen=True):
    data: Json
    size: int
    height: int

    def __repr__(self) -> str:
        return f"_Anchor({self.size})"


class EventReader:
    """Reads all documents of one file: `documents` that could be built whole, `problems`, and `index`, their count.

    marked: whether the text may hold anchors, tags or escapes of characters; without `&`, `!` and a backslash with u
    it cannot.
    """

    def __init__(self, file: str, *, marked: bool = True) -> None:
        self.documents: list[Document] = []
        self.problems: list[Problem] = []
        self.index = 0
        self._file = file
        self._marked = marked
        self._whole = True
        self._expansion = 0
        self._anchors: dict[str, _Anchor | None] = {}
        self._stack: list[_State] = []

    def read(self, events: EventSource) -> None:
        """Reads to the end of the file. Raises StopReading, and whatever the parser raises."""
        get_event = events.get_event
        get_event()
        while get_event().__class__ is not StreamEndEvent:
            self._read_document(events)
            get_event()
            self.index += 1

    def _read_document(self, events: EventSource) -> None:
        self._whole = True
        self._anchors = {}
        event = events.get_event()
        kind = event.__class__
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if kind is MappingStartEvent:
            source = self._source(events.peek_event())
            if event.ctag is not None:
                self._refuse_tag(event)
            data: Json = {}
            self._fill(events, data, event.anchor)
            if self._whole:
                self.documents.append(Document(data, source, self.index))
            return
        if kind is SequenceStartEvent:
            self._fill(events, [], event.anchor)
        elif kind is ScalarEvent and not event.value and not event.style:
            self._refuse("empty-document", "is an empty document", event, "write a manifest, or remove the ---")
            return
        self._refuse(
            "not-a-mapping", "is not a mapping of keys to values", event, 'begin with a key, such as "name: …"'
        )

    def _fill(self, events: EventSource, container: Any, anchor: str | None) -> None:
        """Reads up to the end of the document's root collection."""
        get_event, scalar, no_key, known, marked = events.get_event, ScalarEvent, _NO_KEY, KNOWN_KEYS, self._marked
        state: _State | None = _begin(container, anchor)
        while state is not None:
            container, append, key, anchor = state
            while True:
                event = get_event()
                kind = event.__class__
                if kind is scalar:
                    data = event.value
                    if marked and (event.anchor is not None or event.ctag is not None or event.style == '"'):
                        data = self._read_marked(event)
                    elif key is no_key and data in known and data not in container:
                        key = known[data]
                        continue
                    elif not event.style and data[:1] in SUSPECTS:
                        data = self._resolve(event)
                elif kind is AliasEvent:
                    data = self._read_alias(event)
                else:
                    break
                if append is not None:
                    append(data)
                elif key is not no_key:
                    container[key] = data
                    key = no_key
                else:
                    key = self._take_key(event, data, container)
            state = self._turn(event, (container, append, key, anchor))

    def _turn(self, event: Any, state: _State) -> _State | None:
        """Ends the collection that is being read, or begins one within it; None at the end of the root."""
        kind = event.__class__
        if kind is not MappingEndEvent and kind is not SequenceEndEvent:
            return self._open(event, state)
        container, _, _, anchor = state
        if container.__class__ is dict and self.problems:
            container.pop(_DROPPED, None)
        if anchor is not None:
            self._anchors[anchor] = _Anchor(container, *measure(container))
        return self._stack.pop() if self._stack else None

    def _open(self, event: Any, parent: _State) -> _State:
        """Puts a new collection into its parent, which waits on the stack until it is complete."""
        if len(self._stack) + 2 > MAX_DEPTH:
            self._refuse_depth(event)
        if event.ctag is not None:
            self._refuse_tag(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        data: Any = {} if event.__class__ is MappingStartEvent else []
        container, append, key, anchor = parent
        if append is not None:
            append(data)
        elif key is not _NO_KEY:
            container[key] = data
            key = _NO_KEY
        else:
            key = self._take_key(event, data, container)
        self._stack.append((container, append, key, anchor))
        return _begin(data, event.anchor)

    def _read_marked(self, event: Any) -> str | Plain:
        if event.ctag is not None:
            self._refuse_tag(event)
        if not event.value.isascii() and re.search(_HALF, event.value):
            self._refuse("half-character", "holds half a character", event, "write the character itself")
            return ""
        data: str | Plain = event.value if event.style else self._resolve(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(data, *measure(data))
        return data

    def _resolve(self, event: Any) -> str | Plain:
        data = resolve_plain(event.value)
        if data.__class__ is Plain and data.value.__class__ is float and not math.isfinite(data.value):
            self._refuse("not-finite", "is a number that JSON cannot hold", event, "write a number, or text in quotes")
        return data

    def _read_alias(self, event: Any) -> Json:
        known = self._anchors.get(event.anchor)
        if known is None:
            self._whole = False
            cyclic = event.anchor in self._anchors
            self._refuse(
                "cyclic-alias" if cyclic else "undefined-alias",
                "is an alias within what it stands for" if cyclic else "is an alias without an anchor before it",
                event,
                "write the value itself; text that begins with * needs double quotes",
            )
            return ""
        self._expansion += known.size
        if self._expansion > MAX_EXPANSION:
            self._refuse("expansion", "aliases stand for more than 1 MiB", event, "write fewer aliases")
            raise StopReading
        if len(self._stack) + 1 + known.height > MAX_DEPTH:
            self._refuse_depth(event)
        return known.data

    def _take_key(self, event: Any, data: Json, container: dict[str, Json]) -> Any:
        """The key, or where it may not be one a stand-in, under which its value is thrown away."""
        scalar = event.__class__ is ScalarEvent
        container.pop(_DROPPED, None)
        if scalar and data.__class__ is str:
            if data in container:
                self._refuse("duplicate-key", f"{show_key(data)} is given twice", event, "remove one of them")
                return _DROPPED
            if is_fine_key(data, quoted=bool(event.style)):
                return data
        self._whole = False
        code, message, fix = explain_key(data, scalar=scalar)
        self._refuse(code, message, event, fix)
        return _DROPPED

    def _refuse_tag(self, event: Any) -> None:
        fix = "remove it; text that begins with ! needs double quotes"
        self._refuse("tag", "has a tag, and none is allowed", event, fix)

    def _refuse_depth(self, event: Any) -> None:
        self._refuse("too-deep", f"is nested deeper than {MAX_DEPTH} levels", event, "nest less")
        raise StopReading

    def _refuse(self, code: str, message: str, event: Any, fix: str) -> None:
        self.problems.append(Problem(code, message, self._source(event), fix))
        if len(self.problems) >= MAX_PROBLEMS:
            raise StopReading

    def _source(self, event: Any) -> Source:
        mark = event.start_mark
        return Source(self._file, mark.line + 1, mark.column + 1)


def _begin(container: Any, anchor: str | None) -> _State:
    return (
        (container, None, _NO_KEY, anchor)
        if container.__class__ is dict
        else (container, container.append, None, anchor)
    )
