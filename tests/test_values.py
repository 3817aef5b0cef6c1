"""What a value is: equality with types, masks, paths and order."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Json, Live, Provider, Unmanaged
from reconciler.values import (
    document_text,
    id_order,
    is_equal,
    is_mask,
    is_nothing,
    is_retyped,
    kind_of,
    mask_tail,
    path_order,
    printable,
    sort_ids,
    text_of,
    value_at,
)

LIVE = Live("1", "6", Provider("1000", "twilio"), "One", "active", {"phone": "+1", "none": None})


@pytest.mark.parametrize("value", ["***", "****1234", "••••-99", "AC●●●●99", "ACf********", "+1∗∗∗∗"])
def test_stars_and_dots_are_a_mask_everywhere(value: str) -> None:
    """Mask characters with at most four first and four last ones hide a value, secret or not."""
    assert is_mask(value, secret=False)
    assert is_mask(value, secret=True)


@pytest.mark.parametrize(
    "value", ["*", "**", "XXXXXXXX", "ad-xxxxxx", "...", "…", "####", "[hidden]", "<REDACTED>", "masked", "(secret)"]
)
def test_some_texts_are_masks_only_of_secrets(value: str) -> None:
    """What could be a value elsewhere is a mask where a secret stands."""
    assert is_mask(value, secret=True)
    assert not is_mask(value, secret=False)


@pytest.mark.parametrize("value", ["***SALE***", "a***b", "+1∗∗∗", "j···@example.com", "Sales ****", "****12345"])
def test_stars_within_a_text_hide_only_secrets(value: str) -> None:
    """A name may hold stars: it is a value, which is compared and changed."""
    assert is_mask(value, secret=True)
    assert not is_mask(value, secret=False)


@pytest.mark.parametrize("value", ["", None, 0, True, 12345, [], ["****"], {"a": "****"}, "abc", "xxx", "a.b", "hide"])
def test_other_values_are_no_masks(value: Json) -> None:
    """Nothing, other types and ordinary texts hide nothing."""
    assert not is_mask(value, secret=True)
    assert not is_mask(value, secret=False)


@pytest.mark.parametrize(
    ("value", "tail"),
    [
        ("****1234", "1234"),
        ("••••-99", "99"),
        ("XXXXXXab", "ab"),
        ("...z", "z"),
        ("****", None),
        ("••••••••", None),
        ("********", None),
        ("****12345", None),
        ("AC****", None),
        ("**12", None),
        ("", None),
        (1234, None),
        (None, None),
    ],
)
def test_a_mask_may_show_its_last_four_characters(value: Json, tail: str | None) -> None:
    """Only a mask with one to four characters behind it has a tail."""
    assert mask_tail(value) == tail


@pytest.mark.parametrize(("value", "nothing"), [(None, True), ("", True), (0, False), (False, False), ([], False)])
def test_nothing_is_null_or_empty_text(value: Json, nothing: bool) -> None:
    """Zero, false and an empty list are values."""
    assert is_nothing(value) is nothing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (False, 0),
        (2, 2.0),
        ("1", 1),
        ([True], [1]),
        ([2], [2.0]),
        ({"a": 1}, {"a": True}),
        (None, ""),
        ("", 0),
    ],
)
def test_equality_knows_types(one: Json, other: Json) -> None:
    """What Python calls equal, or reads alike, is not the same JSON value."""
    assert not is_equal(one, other)
    assert is_equal(one, one)


def test_the_order_of_keys_is_no_difference() -> None:
    """An object is the same however the server writes its keys; a list is not."""
    assert is_equal({"a": {"x": 1, "y": 2}, "b": 3}, {"b": 3, "a": {"y": 2, "x": 1}})
    assert not is_equal([1, 2], [2, 1])


def test_numbers_beyond_64_bits_have_a_text() -> None:
    """An unquoted id with thirty digits is still a value that can be compared."""
    assert text_of(10**30) == "1" + "0" * 30


@pytest.mark.parametrize(
    ("one", "other", "retyped"),
    [
        ("587", 587, True),
        (587, "587", True),
        ("true", True, True),
        ("1.5", 1.5, True),
        ('["a"]', ["a"], True),
        ("+1", 1, False),
        ("0587", 587, False),
        ("587", "587", False),
        (1, 1.0, False),
        (1, True, False),
        ("null", None, False),
        (None, "null", False),
        (None, None, False),
    ],
)
def test_retyped_is_the_same_text_of_another_type(one: Json, other: Json, retyped: bool) -> None:
    """One of the two is text, and the other reads the same."""
    assert is_retyped(one, other) is retyped


@pytest.mark.parametrize(
    ("value", "word"),
    [(1, "a number"), (1.5, "a number"), (True, "a boolean"), ("a", "text"), ([], "a list"), ({}, "another type")],
)
def test_kinds_have_words(value: Json, word: str) -> None:
    """People read what a value is."""
    assert kind_of(value) == word


@pytest.mark.parametrize(
    ("path", "value"),
    [(("name",), "One"), (("status",), "active"), (("settings", "phone"), "+1"), (("settings", "none"), None)],
)
def test_a_path_leads_to_its_live_value(path: tuple[str, ...], value: Json) -> None:
    """Absent and null are both None."""
    assert value_at(LIVE, path) == value
    assert value_at(LIVE, ("settings", "absent")) is None


def test_paths_are_sorted_as_people_read_them() -> None:
    """Name, status, then the settings by key."""
    paths = [("settings", "b"), ("status",), ("settings", "a"), ("name",)]
    assert sorted(paths, key=path_order) == [("name",), ("status",), ("settings", "a"), ("settings", "b")]


def test_ids_are_sorted_as_numbers() -> None:
    """Numbers of any length by value, then words."""
    ids = ["b", "10", "9", "012", "11", "²", "0", "a", "7" * 30]
    assert sort_ids(ids) == sorted(ids, key=id_order) == ["0", "9", "10", "11", "012", "7" * 30, "a", "b", "²"]


@settings(deadline=None)
@given(st.lists(st.text("0123456789", min_size=1), unique=True))
def test_the_order_of_ids_is_that_of_their_numbers(ids: list[str]) -> None:
    """However long they are and however many zeros lead."""
    numbers = [int(one) for one in sorted(ids, key=id_order)]
    assert numbers == sorted(numbers)
    assert sort_ids(ids) == sorted(ids, key=id_order)


def test_an_id_of_any_length_is_sorted() -> None:
    """Longer than what Python turns into a number, and empty."""
    for odd in ("9" * 5000, ""):
        assert sort_ids([odd, "10", "9"]) == sorted([odd, "10", "9"], key=id_order)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Büro ✓", "Büro ✓"), ("a\nb\x1b[31m", "a\\nb\\x1b[31m"), ("\u202eabc", "\\u202eabc"), ("\ud800", "\\ud800")],
)
def test_control_and_bidi_characters_are_shown_escaped(text: str, shown: str) -> None:
    """A live name cannot paint the terminal."""
    assert printable(text) == shown


@settings(deadline=None)
@given(st.text())
def test_printable_text_is_printable(text: str) -> None:
    """Whatever comes in."""
    assert printable(text).isprintable()


@pytest.mark.parametrize(
    "name", ["a\x7fb", "\u202eabc", "\u2028", "\ufeff", "Büro ✓", "\U000e0041", "\udcff and \u200b", "\x1b[31m"]
)
def test_a_document_is_safe_to_look_at_and_says_the_same(name: str) -> None:
    """What a terminal may obey, and what is no text at all, stands escaped; a reader gets it back."""
    text = document_text(Unmanaged("1", name, "twilio"))
    assert json.loads(text) == {"id": "1", "name": name, "provider": "twilio"}
    assert text.endswith("}\n")
    assert all(char.isprintable() or char == "\n" for char in text)
    text.encode()


def test_a_document_has_the_same_bytes_however_objects_are_ordered() -> None:
    """The server may write its keys in any order."""
    one, other = ({"b": 1, "a": {"d": 2, "c": 3}}, {"a": {"c": 3, "d": 2}, "b": 1})
    texts = {document_text(Live("1", None, Provider("1", "x"), None, None, there)) for there in (one, other)}
    odd = {document_text(Live("1", None, Provider("1", "\udcff"), None, None, there)) for there in (one, other)}
    assert len(texts) == len(odd) == 1


LEARNING = """
import sys, threading
import msgspec
from reconciler.model import Plan, Report
from reconciler.values import learn
sys.setswitchinterval(1e-6)
barrier = threading.Barrier(16)
def read(kind):
    barrier.wait()
    try:
        msgspec.convert({}, type=learn(kind))
    except msgspec.ValidationError:
        read_by.append(kind)
read_by = []
threads = [threading.Thread(target=read, args=(kind,)) for kind in (Plan, Report) * 8]
for one in threads: one.start()
for one in threads: one.join()
assert len(read_by) == 16
"""


def test_threads_may_read_a_type_for_the_first_time_together() -> None:
    """Without learn() most of these processes die."""
    for _ in range(5):
        ran = subprocess.run([sys.executable, "-c", LEARNING], capture_output=True, text=True, timeout=60, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
