"""How single values are written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adopting.rewrite_scalars import UnwritableError, make_text, make_value, quote
from reconciler.desired.load import load_text
from reconciler.desired.scalars import reads_as_text
from reconciler.model import Json, Plain


def text_of(text: str, style: str, *, flow: bool = False) -> str:
    """As make_text writes it."""
    return make_text(text, style, flow=flow, is_text=reads_as_text)


@pytest.mark.parametrize("text", ["587", "+13345550100", "00123", "true", "yes", "12:30:00", "2024-01-02", "~", "null"])
def test_what_some_yaml_version_reads_as_another_thing_is_quoted(text: str) -> None:
    """The table of the contract."""
    assert text_of(text, "") == f'"{text}"'
    assert text_of(text, "'") == f"'{text}'"


@pytest.mark.parametrize(
    "text", ["active", "Example Integration", "https://example.com/x?y=1", "ÄÖ 日本", "a#b", "x:y"]
)
def test_plain_text_stays_plain(text: str) -> None:
    """Where every YAML version reads text."""
    assert text_of(text, "") == text


ENDS = ("", " a", "a ", ",a", "a: b", "a #b", "a:", "- a", "a\nb", "a\tb", "a\u00a0", "a\u200bb")
SIGNS = ("#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "'a", '"a', "?a", "{", "[")


@pytest.mark.parametrize("text", [*ENDS, *SIGNS])
def test_other_text_gets_double_quotes(text: str) -> None:
    """And reads back as it was."""
    written = text_of(text, "")
    assert written.startswith('"')
    assert read(f"a: {written}\n") == text


@pytest.mark.parametrize("text", ["a,b", "[a]", "a{b", "x:y", "a?b", "a#b"])
def test_between_brackets_more_is_quoted(text: str) -> None:
    """What would end the value there."""
    assert text_of(text, "", flow=True) == f'"{text}"'


def test_single_quotes_stay_where_they_can() -> None:
    """A quote is doubled; a line break, and what cannot be seen, needs escapes."""
    assert text_of("it's", "'") == "'it''s'"
    assert text_of("a\nb", "'") == '"a\\nb"'
    assert text_of("a\u202eb", "'") == '"a\\u202Eb"'


def test_escapes_are_short_where_there_is_a_short_one() -> None:
    """Others by their number."""
    assert quote('\t\n\r\x00\x85\u2028\U000e0041"\\é😀') == '"\\t\\n\\r\\x00\\x85\\u2028\\U000E0041\\"\\\\é😀"'


@pytest.mark.parametrize("style", ["", "'", '"'])
def test_half_a_character_cannot_be_written(style: str) -> None:
    """No file can hold it, and the reason does not either."""
    with pytest.raises(UnwritableError, match="half a character"):
        text_of("a\ud800", style)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (587, "587"),
        (1.5, "1.5"),
        (["a", 1, None], '["a", 1, null]'),
        ([], "[]"),
        ({"main": "1161", "no": "2"}, '{main: "1161", "no": "2"}'),
    ],
)
def test_other_values_are_written_as_json_would(value: Json, written: str) -> None:
    """Keys stay plain where they may."""
    assert make_value(value, "", flow=False, is_text=reads_as_text) == written


def read(text: str) -> Json:
    """The value of `a`."""
    for pure in (False, True):
        documents, problems = load_text(text.encode(), "m.yaml", pure=pure)
        assert problems == []
    return documents[0].data["a"]


@given(st.text(), st.sampled_from(["", "'", '"']), st.booleans())
def test_any_text_reads_back_as_it_was(text: str, style: str, flow: bool) -> None:
    """In all quotes, on a line of its own and between brackets, with the C parser and without."""
    written = text_of(text, style, flow=flow)
    assert read(f"a: {written}\n" if not flow else f"{{a: {written}, b: c}}\n") == text


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none())
def test_any_number_reads_back_as_it_was(value: Json) -> None:
    """And as its own text."""
    written = make_value(value, "", flow=False, is_text=reads_as_text)
    found = read(f"a: {written}\n")
    assert isinstance(found, Plain)
    assert json.dumps(found.value) == json.dumps(value)
