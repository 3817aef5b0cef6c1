"""Runs the parsers over a file: C first, pure Python where C is missing or refuses."""

from __future__ import annotations

from reconciler.desired.events import EventReader, StopReading
from reconciler.desired.parsers import has_c_parser, open_events
from reconciler.desired.syntax import make_syntax_problem


def parse(text: bytes, file: str, *, pure: bool) -> EventReader:
    """Reads a whole file. Where the C parser refuses it, the pure one decides, so that both say the same."""
    reader = EventReader(file)
    if has_c_parser() and not pure and _read(reader, text, pure=False) is None:
        return reader
    reader = EventReader(file)
    error = _read(reader, text, pure=True)
    if error is not None:
        reader.problems.append(make_syntax_problem(error, file))
    return reader


def _read(reader: EventReader, text: bytes, *, pure: bool) -> Exception | None:
    try:
        reader.read(open_events(text, pure=pure))
    except StopReading:
        return None
    except Exception as error:  # the pure parser lets many kinds out: whatever it is, the text is at fault
        return error
    return None
