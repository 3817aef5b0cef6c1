"""The two sources of YAML events: ruamel's C parser, and its pure Python one where the former is missing."""

from __future__ import annotations

import importlib
from typing import Any, Protocol

from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner


class EventSource(Protocol):
    """What both parsers offer; events are those of ruamel.yaml.events."""

    def get_event(self) -> Any:
        """The next event."""

    def peek_event(self) -> Any:
        """The next event, left where it is."""


def _find_c_parser() -> Any:
    try:
        return importlib.import_module("_ruamel_yaml").CParser
    except ImportError:
        return None


_C_PARSER = _find_c_parser()


def has_c_parser() -> bool:
    """Whether ruamel.yaml.clib is installed."""
    return _C_PARSER is not None


class _Pure(Reader, Scanner, Parser):
    """Reader, scanner and parser in one, for YAML 1.2, as ruamel composed them before its YAML class."""

    processing_version = (1, 2)

    def __init__(self, text: bytes) -> None:
        self._resolver = self
        Reader.__init__(self, text, loader=self)
        Scanner.__init__(self, loader=self)
        Parser.__init__(self, loader=self)


def open_events(text: bytes, *, pure: bool) -> EventSource:
    """The events of a text, in C where it is there and `pure` does not forbid it. Raises what ruamel raises."""
    parser: EventSource = _Pure(text) if pure or _C_PARSER is None else _C_PARSER(text)
    return parser
