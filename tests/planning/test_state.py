"""A state file: keyed fingerprints, the same bytes for the same content, and plain words for what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidError, RefusedError
from reconciler.planning.state import (
    UNSURE,
    Fingerprints,
    Remembered,
    State,
    check_company,
    load_state,
    make_empty_state,
    make_state_text,
    merge_marks,
)

KEY = b"k" * 40
PATH = ("settings", "auth_token")
MARK = Fingerprints(KEY, "main", "5").make("1161", PATH, "s3cret")


def test_a_fingerprint_depends_on_all_that_it_is_of() -> None:
    """Another key, account, company, id, path or value is another fingerprint; types count, hashes are keyed."""
    others = [
        Fingerprints(b"j" * 40, "main", "5").make("1161", PATH, "s3cret"),
        Fingerprints(KEY, "other", "5").make("1161", PATH, "s3cret"),
        Fingerprints(KEY, "main", "6").make("1161", PATH, "s3cret"),
        Fingerprints(KEY, "main", None).make("1161", PATH, "s3cret"),
        Fingerprints(KEY, "main", "5").make("1162", PATH, "s3cret"),
        Fingerprints(KEY, "main", "5").make("1161", ("settings", "password"), "s3cret"),
        Fingerprints(KEY, "main", "5").make("1161", PATH, "s3cre"),
        Fingerprints(KEY, "main", "5").make("1161", PATH, ["s3cret"]),
    ]
    assert len({MARK, *others}) == 9
    assert Fingerprints(KEY, "main", "5").make("1161", PATH, "s3cret") == MARK
    assert hashlib.sha256(b"s3cret").hexdigest() not in MARK
    assert repr(Fingerprints(KEY, "main", "5")) == "Fingerprints(main)"


def make_state() -> State:
    """Something remembered of two accounts."""
    state = merge_marks(make_empty_state(KEY), "main", "5", {("2", "b"): MARK, ("1", "z"): UNSURE, ("1", "a"): MARK})
    return merge_marks(state, "empty", None, {})


def test_a_state_comes_back_as_it_was() -> None:
    """From its own bytes, which are sorted and one fingerprint a line."""
    text = make_state_text(make_state())
    state = load_state(text.encode(), "s.json", KEY)
    assert make_state_text(state) == text
    assert state.accounts["main"].settings == {"1": {"a": MARK, "z": UNSURE}, "2": {"b": MARK}}
    assert list(json.loads(text)["accounts"]) == ["empty", "main"]
    assert text.endswith("}\n")
    assert all(line.count("hmac-sha256:") <= 1 for line in text.splitlines())


@given(st.permutations([("2", "b"), ("1", "z"), ("1", "a"), ("10", "a")]))
def test_the_order_of_marks_changes_no_byte(order: list[tuple[str, str]]) -> None:
    """Whatever was applied first."""
    state = make_empty_state(KEY)
    for place in order:
        state = merge_marks(state, "main", "5", {place: MARK})
    expected = merge_marks(make_empty_state(KEY), "main", "5", dict.fromkeys(sorted(order), MARK))
    assert make_state_text(state) == make_state_text(expected)


def test_marks_are_laid_over_and_taken_away() -> None:
    """Those of other accounts stay; an object without any is left out; the company is kept where none is told."""
    state = merge_marks(make_state(), "other", "7", {("1", "a"): MARK})
    state = merge_marks(state, "main", None, {("1", "a"): None, ("1", "z"): None, ("2", "c"): MARK, ("9", "x"): None})
    again = load_state(make_state_text(state).encode(), "s.json", KEY)
    assert again.accounts["main"] == Remembered("5", {"2": {"b": MARK, "c": MARK}})
    assert again.accounts["other"].settings == {"1": {"a": MARK}}


TEXT = make_state_text(make_state())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        TEXT[:-20],
        TEXT.replace("reconciler.state/1", "reconciler.state/2"),
        TEXT.replace('"format"', '"f"'),
        TEXT.replace(UNSURE, "s3cret"),
        TEXT.replace('"unsure"', "1"),
        TEXT.replace('"company_id"', '"more"'),
        "[" * 100_000,
        "\udcff",
    ],
)
def test_what_is_damaged_is_not_valid(text: str) -> None:
    """Told at the file's begin, without a piece of it."""
    with pytest.raises(InvalidError) as caught:
        load_state(text.encode(errors="surrogateescape"), "s.json", KEY)
    (problem,) = caught.value.problems
    assert str(problem.source) == "s.json:1:1"
    assert "s3cret" not in repr(problem)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_another_key_is_refused() -> None:
    """Its fingerprints would all seem to be of other values."""
    with pytest.raises(RefusedError, match="made with another key"):
        load_state(TEXT.encode(), "s.json", b"other")
    with pytest.raises(RefusedError):
        load_state(TEXT.replace(make_state().key, "ü").encode(), "s.json", KEY)


@pytest.mark.parametrize(
    ("one", "other", "fine"), [("5", "5", True), (None, "5", True), ("5", None, True), ("5", "6", False)]
)
def test_another_company_is_refused(one: Any, other: Any, fine: bool) -> None:
    """Where both are known."""
    remembered = msgspec.structs.replace(Remembered(), company_id=one)
    if fine:
        check_company(remembered, "main", other, "s.json")
        return
    with pytest.raises(RefusedError, match="remembers account main as company 5, this is company 6"):
        check_company(remembered, "main", other, "s.json")
