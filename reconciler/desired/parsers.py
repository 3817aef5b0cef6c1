"""The two sources of YAML events: ruamel's C parser, and its pure Python one where the former is missing."""

from __future__ import annotations

import importlib
from typing import Any, Protocol

from ruamel.yaml import YAML


class EventSource(Protocol):
    """What both parsers offer; events are those of ruamel.yaml.events."""

    def get_event(self) -> Any:
        """The next event."""

    def peek_event(self) -> Any:
        """The next event, left where it is."""


def find_c_parser() -> Any:
    """The class CParser of ruamel.yaml.clib, or None where that is not installed."""
    try:
        return importlib.import_module("_ruamel_yaml").CParser
    except ImportError:
        return None


_C_PARSER = find_c_parser()


def has_c_parser() -> bool:
    """Whether ruamel.yaml.clib is installed."""
    return _C_PARSER is not None


def open_events(text: bytes, *, pure: bool) -> EventSource:
    """The events of a text, from the C parser or from the pure one (YAML 1.2). Raises what these raise."""
    parser: EventSource
    if pure:
        _, parser = YAML(typ="safe", pure=True, plug_ins=[]).get_constructor_parser(text)
    else:
        parser = _C_PARSER(text)
    return parser
