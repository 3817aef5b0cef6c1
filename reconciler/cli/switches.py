"""`reconciler sandbox`: one flag for each thing that the API's documentation leaves open."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal

import click
import msgspec

from reconciler.sandbox.switches import DOCS, Switches

AT_LEAST_ONE = frozenset({"page_maximum", "default_page_size", "parallel"})
LONGEST = 3600.0
"""Seconds that a switch may ask for."""


def add_switches(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --NAME for every field of Switches to a click command."""
    hints = typing.get_type_hints(Switches)
    for field in reversed(msgspec.structs.fields(Switches)):
        flag = "--" + field.name.replace("_", "-")
        help_ = f"{DOCS[field.name]}  [{_shown(field.default)}]"
        function = _make_option(flag, field.name, hints[field.name], help_)(function)
    return function


def _make_option(flag: str, name: str, hint: Any, help_: str) -> Callable[[Any], Any]:
    if typing.get_origin(hint) is Literal:
        choices = [str(one) for one in typing.get_args(hint)]
        return click.option(flag, name, type=click.Choice(choices), help=help_)
    if typing.get_origin(hint) is tuple:
        return click.option(flag, name, multiple=True, metavar="WORD", help=help_)
    if hint is bool:
        return click.option(f"{flag}/--no-{flag[2:]}", name, default=None, help=help_)
    plain = next((one for one in typing.get_args(hint) if one is not types.NoneType), hint)
    return click.option(flag, name, type=_make_type(name, plain), help=help_)


def _make_type(name: str, kind: type) -> click.ParamType[Any]:
    if kind is int:
        return click.IntRange(min=1 if name in AT_LEAST_ONE else 0)
    return click.FloatRange(0, LONGEST) if kind is float else click.STRING


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return "none" if default in (None, ()) else str(default)


def make_switches(given: Mapping[str, Any]) -> Switches | None:
    """The switches of a command line; None where none was given, so that a state file keeps its own."""
    hints = typing.get_type_hints(Switches)
    chosen: dict[str, Any] = {}
    for name, hint in hints.items():
        value = given.get(name)
        if value is None or value == ():
            continue
        numbers = typing.get_origin(hint) is Literal and all(isinstance(one, int) for one in typing.get_args(hint))
        chosen[name] = int(value) if numbers else value
    return Switches(**chosen) if chosen else None
