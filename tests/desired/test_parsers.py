"""The choice of the parser."""

from __future__ import annotations

import sys

import pytest

from reconciler.desired import parsers


def test_without_the_c_parser_there_is_the_pure_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ruamel.yaml.clib is not installed none is found, and the pure one gives the same events."""
    monkeypatch.setitem(sys.modules, "_ruamel_yaml", None)
    assert parsers.find_c_parser() is None
    names: list[str] = []
    events = parsers.open_events(b"a: 1", pure=True)
    while not names or names[-1] != "StreamEndEvent":
        names.append(type(events.get_event()).__name__)
    assert names == [
        "StreamStartEvent",
        "DocumentStartEvent",
        "MappingStartEvent",
        "ScalarEvent",
        "ScalarEvent",
        "MappingEndEvent",
        "DocumentEndEvent",
        "StreamEndEvent",
    ]


def test_the_c_parser_is_told_of() -> None:
    """Whether it is there is known without asking it."""
    assert parsers.has_c_parser() == (parsers.find_c_parser() is not None)
