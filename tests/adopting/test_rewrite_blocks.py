"""Block scalars take the new text in their own manner, or give way to double quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adopting.reading import rewritten

A = ("a",)


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: |\n  x\n  y\nb: 1\n", "z\n", "a: |\n  z\nb: 1\n"),
        ("a: |\n  x\nb: 1\n", "z", "a: |-\n  z\nb: 1\n"),
        ("a: |-  # why\n    x\nb: 1\n", "z\n\nw\n", "a: |  # why\n    z\n\n    w\nb: 1\n"),
        ("a: >\n  x\n  y\n\n\nb: 1\n", "z\nw\n", "a: >\n  z\n\n  w\n\n\nb: 1\n"),
        ("a: >-\n  x", "z\n\nw", "a: >-\n  z\n\n\n  w"),
        ("a: |+\n  x\n\n\nb: 1\n", "z\n", "a: |\n  z\n\n\nb: 1\n"),
        ("a: |2\n    x\n   y\nb: 1\n", "z\n", "a: |\n   z\nb: 1\n"),
        ("a: &k |\n  x\nb: 1\n", "z\n", "a: &k |\n  z\nb: 1\n"),
        ("a: |\r\n  x\r\nb: 1\r\n", "z\nw\n", "a: |\r\n  z\r\n  w\r\nb: 1\r\n"),
        ("a: |\n  x\n# said\n", "#z: w\n", "a: |\n  #z: w\n# said\n"),
    ],
)
def test_the_block_stays(before: str, value: str, after: str) -> None:
    """Its indentation, its comment, the gaps behind it; only how it ends is told anew."""
    assert rewritten(before, (A, value)) == after


@pytest.mark.parametrize("value", ["", "\n", " z", "z ", "z\n w", "z\n\n", "\nz", "z\tw", "z\r", "z\u2028"])
def test_what_a_block_cannot_hold_stands_in_quotes(value: str) -> None:
    """On one line; the comment and the gaps stay."""
    after = rewritten("a: |- # why\n  x\n  y\n\nb: 1\n", (A, value))
    assert after.startswith('a: "')
    assert after.endswith('" # why\n\nb: 1\n')
    assert after.count("\n") == 3


def test_a_block_without_text_has_no_indentation_to_keep() -> None:
    """Its value stands in quotes."""
    assert rewritten("a: |\nb: 1\n", (A, "z")) == 'a: "z"\nb: 1\n'


def test_a_line_break_at_the_end_of_the_file_needs_one_there() -> None:
    """A text that ends in one stands in quotes where the file does not."""
    assert rewritten("a: |\n  x", (A, "z\n")) == 'a: "z\\n"'
    assert rewritten("a: |\n  x", (A, "z")) == "a: |-\n  z"


def test_null_stands_in_place_of_a_block() -> None:
    """And so does a number."""
    assert rewritten("a: >\n  x\nb: 1\n", (A, None)) == "a: null\nb: 1\n"


lines = st.text(st.sampled_from("ab#:-| \t"), max_size=6)


@given(
    st.sampled_from(["|", "|-", "|+", ">", ">-", ">+", "|1", "> # c"]),
    st.lists(st.sampled_from(["x", "  y", "", "# z"]), min_size=1, max_size=4),
    st.lists(lines, max_size=5),
    st.sampled_from(["", "\n", "\n\n"]),
)
def test_any_text_can_take_the_place_of_any_block(header: str, old: list[str], new: list[str], end: str) -> None:
    """It reads back as it was, and what stands around it stays."""
    body = "".join(f"   {line}\n" if line else "\n" for line in ["first", *old])
    after = rewritten(f"before: 1\na: {header}\n{body}after: 2\n", (A, "\n".join(new) + end))
    assert after.startswith("before: 1\na: ")
    assert after.endswith("\nafter: 2\n")
