"""An environment variable behind env:NAME."""

from __future__ import annotations

import pytest

from reconciler.desired.secret_variable import judge_variable, read_variable
from reconciler.desired.secrets import Fault
from reconciler.model import Allowed


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("HOOD_A", Allowed(), False),
        ("hood_a", Allowed(), True),
        ("PATH", Allowed(), True),
        ("PATH", Allowed(granted=("HOOD_*", "PATH")), False),
        ("HOOD_A", Allowed(narrowed=("HOOD_B",)), True),
        ("PATH", Allowed(narrowed=("*",)), True),
    ],
)
def test_a_name_must_be_granted_and_not_narrowed_away(name: str, allowed: Allowed, refused: bool) -> None:
    """One glob of each list takes it."""
    assert (judge_variable(name, allowed) is not None) == refused
    answer = read_variable(name, {name: "s3cret"}, allowed)
    assert answer == ("s3cret" if not refused else judge_variable(name, allowed))


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "HOOD_A is not set"),
        ({"HOOD_A": ""}, "HOOD_A is empty"),
        ({"HOOD_A": "s3cret\udcff"}, "HOOD_A is not text in UTF-8"),
    ],
)
def test_what_is_missing_is_a_fault(environ: dict[str, str], message: str) -> None:
    """Not set, empty, or bytes that no text is made of."""
    fault = read_variable("HOOD_A", environ, Allowed())
    assert isinstance(fault, Fault)
    assert (fault.message, fault.is_refused) == (message, False)
