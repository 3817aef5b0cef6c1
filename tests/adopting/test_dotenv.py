"""Secrets in a dotenv come back as they were."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.adopting.dotenv import make_dotenv, quote_value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("fake-token_1.2/3:4@5%6+7=,", "fake-token_1.2/3:4@5%6+7=,"),
        ("", "''"),
        ("a b", "'a b'"),
        ('$HOME `id` "x"', "'$HOME `id` \"x\"'"),
        ("two\nlines\n", "'two\nlines\n'"),
        ("it's", '"it\'s"'),
        ('a\\b"c', '"a\\\\b\\"c"'),
        ("it's $5", "'it'\\''s $5'"),
        ("é", "'é'"),
        ("# no comment", "'# no comment'"),
    ],
)
def test_values_are_quoted_as_most_readers_read_them(value: str, written: str) -> None:
    """The simplest form that a shell reads back."""
    assert quote_value(value) == written


def test_the_file_is_sorted_and_says_what_it_is() -> None:
    """By name; a comment first."""
    assert make_dotenv({"HOOD_B": "2", "HOOD_A": "x y"}, "Secrets.") == "# Secrets.\nHOOD_A='x y'\nHOOD_B=2\n"


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
tricky = st.text(st.sampled_from("'\"\\$`!#= \n\r\t{}()&|;<>*?~é"), max_size=12)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(["HOOD_A", "HOOD_B", "HOOD_C"]), st.one_of(texts, tricky)))
def test_a_shell_reads_every_value_back(values: dict[str, str]) -> None:
    """Whatever stands in them."""
    script = make_dotenv(values, "x") + "env -0"
    ran = subprocess.run(["/bin/sh", "-ac", script], capture_output=True, check=True, env={"PATH": "/usr/bin:/bin"})
    told = dict(row.decode().split("=", 1) for row in ran.stdout.split(b"\0") if row)
    assert {name: told[name] for name in values} == values
