"""Runs the parsers over a file: C first, pure Python where C is missing or refuses."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from ruamel.yaml.events import StreamEndEvent

from reconciler.desired.documents import Document
from reconciler.desired.events import EventReader, StopReading
from reconciler.desired.parsers import has_c_parser, open_events
from reconciler.desired.syntax import make_syntax_problem
from reconciler.model import Problem, Source
from reconciler.values import VARIABLE

_VARIABLE = VARIABLE.encode()


def read_documents(text: bytes, file: str, *, pure: bool) -> tuple[list[Document], list[Problem]]:
    """The documents and problems of a text that passed the screen.

    Where the C parser refuses it, the pure one decides: some of what C refuses is YAML (`[http://a.b]`), and so an
    error is the same, at the same place, with and without C.
    """
    marked = b"&" in text or b"!" in text or b"\\u" in text or b"\\U" in text
    reader = EventReader(file, marked=marked)
    if pure or not has_c_parser() or _read(reader, text, pure=False) is not None:
        reader = EventReader(file, marked=marked)
        error = _read(reader, text, pure=True)
        if error is not None:
            reader.problems.append(make_syntax_problem(error, file))
    if not reader.index and not reader.problems:
        empty = Problem("empty-file", "is empty", Source(file, 1, 1), "write a manifest, or remove the file")
        return [], [empty]
    if _VARIABLE in text:
        return [msgspec.structs.replace(one, variables=True) for one in reader.documents], reader.problems
    return reader.documents, reader.problems


def list_events(text: bytes, *, pure: bool) -> list[Any]:
    """The events that make the documents of a text that passed the screen and has no fault, from the same parser."""
    if not pure and has_c_parser():
        with suppress(Exception):
            return _list_events(text, pure=False)
    return _list_events(text, pure=True)


def _list_events(text: bytes, *, pure: bool) -> list[Any]:
    source = open_events(text, pure=pure)
    events = [source.get_event()]
    while events[-1].__class__ is not StreamEndEvent:
        events.append(source.get_event())
    return events


def _read(reader: EventReader, text: bytes, *, pure: bool) -> Exception | None:
    try:
        reader.read(open_events(text, pure=pure))
    except StopReading:
        return None
    except Exception as error:  # the pure parser lets many kinds out: whatever it is, the text is at fault
        return error
    return None
