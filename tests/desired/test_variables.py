"""`${var:NAME}` becomes the account's text, within name and settings alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.variables import expand
from reconciler.model import Plain
from reconciler.values import as_declared

KNOWN = {"A": "1", "B": "two words", "EMPTY": "", "_x9": "${A}", "PHONE": "+1"}


def run(data: Any, secret: frozenset[str] = frozenset()) -> Any:
    """The expanded document, without its repr."""
    return expand(data, KNOWN, "main", secret.__contains__)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${var:A}", "1"),
        ("a ${var:B} b${var:A}${var:A}", "a two words b11"),
        ("${var:EMPTY}", ""),
        ("${var:_x9}", "${A}"),
        ("$${var:A}", "${var:A}"),
        ("$$${var:A}", "$${var:A}"),
        ("$${var:A} ${var:A}", "${var:A} 1"),
        ("$${var:", "${var:"),
        ("$var:A ${VAR:A} ${vars:A} {var:A}", "$var:A ${VAR:A} ${vars:A} {var:A}"),
        ("", ""),
    ],
)
def test_text_is_replaced(text: str, expanded: str) -> None:
    """Whole or within, once, without nesting; twice a dollar is the text itself."""
    out = run({"name": text, "settings": {"x": text, "list": [text, Plain(1, "1")], "plain": Plain(True, "true")}})
    assert out.findings == []
    assert out.data == {
        "name": expanded,
        "settings": {"x": expanded, "list": [expanded, Plain(1, "1")], "plain": Plain(True, "true")},
    }
    assert repr(out).startswith("Expanded(")


def test_the_names_are_told_by_their_path() -> None:
    """Each once, in order; an escape makes a value no other's."""
    out = run(
        {"name": "${var:B}${var:A}${var:B}", "settings": {"x": ["${var:A}", "${var:B}"], "y": "$${var:A}", "z": "-"}}
    )
    assert out.names == {("name",): ("B", "A"), ("settings", "x"): ("A", "B"), ("settings", "y"): ()}


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("${var:PHNOE}", "unknown-variable", "did you mean ${var:PHONE}?"),
        ("${var:SOMETHING}", "unknown-variable", "add SOMETHING to accounts.main.variables of reconciler.yaml"),
        ("${var:A", "not-a-variable", "write ${var:NAME}"),
        ("${var:}", "not-a-variable", "write ${var:NAME}"),
        ("${var:A B}", "not-a-variable", "write ${var:NAME}"),
        ("${var:${var:A}}", "not-a-variable", "write ${var:NAME}"),
        ("${var:A-B}", "not-a-variable", "write ${var:NAME}"),
    ],
)
def test_what_is_no_variable_is_an_error(text: str, code: str, said: str) -> None:
    """At the value's place, in name, settings and the items of a list; the text stays as it is."""
    data = {"name": f"x {text}", "settings": {"x": text, "list": ["a", text]}}
    out = run(data)
    assert out.data == data
    assert out.names == {}
    assert [one.path for one in out.findings] == [("name",), ("settings", "x"), ("settings", "list", 1)]
    assert {one.code for one in out.findings} == {code}
    assert all(said in str(one.fix) for one in out.findings)
    assert all("A B" not in one.message for one in out.findings)


def test_elsewhere_a_variable_is_an_error() -> None:
    """What identifies a document and decides over it holds none; what is for people is left alone."""
    mark = "${var:A}"
    data = {
        "key": mark,
        "provider": mark,
        "id": {"main": mark},
        "status": mark,
        "lifecycle": {"ignore": [mark]},
        "x-note": mark,
        "settings": Plain(None, ""),
    }
    out = run(data)
    assert out.data == data
    assert [one.path for one in out.findings] == [
        ("key",),
        ("provider",),
        ("id", "main"),
        ("status",),
        ("lifecycle", "ignore", 0),
    ]


def test_references_hold_none_and_secrets_stay() -> None:
    """A secret key fed by a variable is a literal secret, which is told elsewhere."""
    data = {"settings": {"token": "${var:A}", "auth": {"secret": "file:${var:A}"}, "pwd": {"secret": "env:X"}}}
    out = run(data, frozenset({"token", "auth", "pwd"}))
    assert out.data == data
    assert [(one.path, one.code) for one in out.findings] == [(("settings", "auth"), "variable-in-reference")]


@pytest.mark.parametrize("data", [None, [], "text", Plain(1, "1")])
def test_what_is_no_mapping_comes_back(data: Any) -> None:
    """The schema says what is wrong with it."""
    assert run(data) == (data, [], {})


@given(st.text(alphabet="${}:varA x", max_size=12))
def test_what_is_escaped_comes_back(text: str) -> None:
    """Whatever an import writes of a live value is read as that value, unless a dollar stands right before a mark."""
    out = run({"name": as_declared(text)})
    if "$${var:" not in text:
        assert (out.findings, out.data["name"]) == ([], text)
