"""Which plain scalars are text, judged by both versions of YAML."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.resolver import implicit_resolvers

from reconciler.desired.scalars import SUSPECTS, reads_as_text, resolve_plain
from reconciler.model import Plain

PIECES = (
    *"0123456789+-._eExobABf:tTzZ ~=<",
    *("2001-12-14", "21:59:43", "0x", "0o", "0b", ".inf", ".nan", "true", "yes", "Off", "null", "Nul"),
)
scalars = st.lists(st.sampled_from(PIECES), max_size=6).map("".join).map(str.strip)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("587", 587),
        ("+13345550100", 13345550100),
        ("-0", 0),
        ("00123", 123),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1f", -31),
        ("0b101", 5),
        ("1_000", 1000),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        (".5e3", 500.0),
        ("1e3", 1000.0),
        ("-1_0.0_1", -10.01),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("Null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("No", "No"),
        ("ON", "ON"),
        ("y", "y"),
        ("12:30:00", "12:30:00"),
        ("190:20:30.15", "190:20:30.15"),
        ("2001-12-14", "2001-12-14"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.10 -5"),
        ("<<", "<<"),
        ("=", "="),
        ("+_", "+_"),
        ("._", "._"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_what_a_version_reads_as_no_text_is_plain(text: str, value: object) -> None:
    """The value is that of YAML 1.2, the text is kept as it was written."""
    plain = resolve_plain(text)
    assert isinstance(plain, Plain)
    assert (type(plain.value), plain.value, plain.text) == (type(value), value, text)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "nul",
        "tRue",
        "yEs",
        "1.2.3",
        "10.0.0.1",
        "00:30:00",
        "12:60",
        "1-2",
        "+",
        "-",
        "0o9",
        "0xG",
        "1e",
        "AC12",
        "-a",
    ],
)
def test_what_no_version_reads_as_anything_else_is_text(text: str) -> None:
    """Addresses, versions, hosts and words stay as they are."""
    assert resolve_plain(text) == text
    assert reads_as_text(text)


@pytest.mark.parametrize(("text", "sign"), [(".inf", 1), ("+.INF", 1), ("-.Inf", -1), ("1e999", 1)])
def test_infinity_is_known(text: str, sign: int) -> None:
    """Infinity is a number to YAML, for the reader of events to refuse."""
    plain = resolve_plain(text)
    assert isinstance(plain, Plain)
    assert plain.value == sign * math.inf


def test_not_a_number_is_known() -> None:
    """So is what is not a number."""
    plain = resolve_plain(".NaN")
    assert isinstance(plain, Plain)
    assert isinstance(plain.value, float)
    assert math.isnan(plain.value)


def is_no_text(text: str) -> bool:
    """What ruamel's rules for YAML 1.1 or 1.2 say of a scalar; `.5e3` is a number by the letter of 1.2 alone."""
    return bool(re.fullmatch(r"[-+]?\.[0-9]+[eE][0-9]+", text)) or any(
        text[:1] in first and pattern.match(text) for _, _, pattern, first in implicit_resolvers
    )


@given(scalars)
def test_agrees_with_the_rules_of_both_versions(text: str) -> None:
    """Plain or text as the rules of YAML 1.1 and 1.2 say, and only where the first character gives reason."""
    assert isinstance(resolve_plain(text), Plain) == is_no_text(text)
    assert not is_no_text(text) or text[:1] in SUSPECTS


@given(scalars)
def test_values_are_those_of_the_safe_loader(text: str) -> None:
    """Where ruamel's safe loader makes a value of the scalar, ours is the same; a date stays text."""
    try:
        theirs: Any = YAML(typ="safe", pure=True).load(f"k: {text}\n")["k"]
    except Exception:  # not a scalar, or one that ruamel cannot make a value of
        return
    ours = resolve_plain(text)
    value = ours.value if isinstance(ours, Plain) else ours
    if isinstance(theirs, datetime.date) or re.fullmatch(r"[-+]?\.[0-9]+[eE][0-9]+", text):
        theirs = text if isinstance(theirs, datetime.date) else float(text)
    if isinstance(theirs, (dict, list)) or "#" in text:
        return
    assert repr(value) == repr(theirs)
