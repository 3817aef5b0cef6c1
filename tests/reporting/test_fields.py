"""Values, before and after."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Change, FieldChange, Source
from reconciler.reporting.fields import Pair, field_text, fit, path_text, unseen_text, value_text, wide
from reconciler.reporting.style import cells

FIELD = FieldChange(("settings", "x"), None, None, False, Source("a.yaml", 1, 1))


CHANGE = Change("update", "a/b", "1", "a", None, FIELD.source)


def shown(width: int = 200, /, *, resent: bool = False, rotated: bool = False, **fields: Any) -> str:
    """The text of a field with these values; resent: the API hides it; rotated: it is not as last applied."""
    unseen = (FIELD.path,) if resent or rotated else ()
    change = msgspec.structs.replace(CHANGE, unseen=unseen, rotated=unseen if rotated else ())
    return fit(field_text(msgspec.structs.replace(FIELD, **fields), change), width)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"before": "a", "after": "b"}, '"a" -> "b"'),
        ({"before": None, "after": "b"}, 'null -> "b"'),
        ({"before": None, "after": "b", "action": "add"}, '"b"'),
        ({"before": "a", "after": None, "action": "clear"}, '"a" -> (cleared)'),
        ({"before": 587, "after": "587"}, '587 -> "587"'),
        ({"before": True, "after": 1}, "true -> 1"),
        ({"before": {"b": 1, "a": [2]}, "after": []}, '{"a": [2], "b": 1} -> []'),
        ({"before": 'say "hi"\\', "after": "\n"}, '"say \\"hi\\"\\\\" -> "\\n"'),
        ({"before": "a b", "after": "a\u00a0b"}, '"a b" -> "a\\u00a0b"'),
    ],
)
def test_values_are_shown_as_json(fields: dict[str, Any], text: str) -> None:
    """Types stay apart, quotes are escaped, and what looks like a space but is none is told."""
    assert shown(**fields) == text


@pytest.mark.parametrize(
    ("fields", "resent", "text"),
    [
        ({"reference": "env:X"}, False, "secret(env:X) changes"),
        ({"reference": "env:X", "action": "add"}, False, "secret(env:X) is added"),
        ({"reference": "env:X"}, True, "secret(env:X) is sent again, the API hides what it is now"),
        ({"reference": "literal:a/b#settings.x"}, False, "(secret, changes)"),
        ({}, False, "(secret, differs from live)"),
        ({}, True, "(secret, is sent again, the API hides what it is now)"),
        ({"action": "clear"}, False, "(secret, is cleared)"),
        ({"reference": "env:\x1b"}, False, "secret(env:\\u001b) changes"),
    ],
)
def test_secrets_are_shown_as_words(*, fields: dict[str, Any], resent: bool, text: str) -> None:
    """Never a value, not even where one stands in the field by mistake."""
    assert shown(resent=resent, secret=True, before="hunter2", after="hunter3", **fields) == text


def test_a_rotated_secret_is_shown_as_words() -> None:
    """That it is not what was last applied, whatever is live."""
    said = "changes: it is not what was last applied"
    assert shown(secret=True, rotated=True, reference="env:X") == f"secret(env:X) {said}"
    assert shown(secret=True, rotated=True) == f"(secret, {said})"
    assert fit(field_text(msgspec.structs.replace(FIELD, secret=True)), 200) == "(secret, differs from live)"


def test_what_is_not_compared_says_why() -> None:
    """Hidden and unknown, hidden and as last applied, or not resolved, as asked."""
    path = ("settings", "x")
    assert unseen_text(msgspec.structs.replace(CHANGE, unseen=(path,)), path) == "not compared: the API hides it"
    remembered = msgspec.structs.replace(CHANGE, unseen=(path,), remembered=(path,))
    assert unseen_text(remembered, path) == "as last applied; the API hides what is live"
    unread = msgspec.structs.replace(CHANGE, unseen=(path,), unread=(path,))
    assert unseen_text(unread, path) == "not compared, as asked (--no-secrets)"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("name",), "name"),
        (("settings", "default_phone-number2"), "settings.default_phone-number2"),
        (("settings", "größe"), "settings.größe"),
        (("settings", "a.b"), 'settings."a.b"'),
        (("settings", ""), 'settings.""'),
        (("settings", "\u3164"), 'settings."\\u3164"'),
    ],
)
def test_paths_are_told_apart(path: tuple[str, ...], text: str) -> None:
    """A key with a dot, an empty key and an invisible one are quoted."""
    assert path_text(path) == text


def test_letters_that_look_the_same_are_written_as_codes() -> None:
    """A composed and a decomposed letter differ on the screen too."""
    assert shown(before="café", after="cafe\u0301") == '"caf\\u00e9" -> "cafe\\u0301"'


def test_what_is_no_json_is_still_shown() -> None:
    """A date in a list is shown as text rather than failing."""
    assert value_text([Source("a", 1, 2)]) == '["a:1:2"]'


def test_a_short_side_leaves_its_room_to_the_long_one() -> None:
    """Only what is too long is cut."""
    assert shown(30, before="ab", after="x" * 40) == '"ab" -> "xxxxxxxxxx…xxxxxxxxx"'
    assert shown(30, before="x" * 40, after="ab") == '"xxxxxxxxxx…xxxxxxxxx" -> "ab"'


def test_a_cut_in_the_middle_keeps_ends_that_differ() -> None:
    """Where the kept beginnings or ends differ, both ends are shown."""
    assert shown(30, before="a" + "x" * 40, after="b" + "x" * 40) == '"axxxx…xxxxx" -> "bxxxx…xxxxx"'
    assert shown(30, before="x" * 40 + "a", after="x" * 40 + "b") == '"xxxxx…xxxxa" -> "xxxxx…xxxxb"'


def test_a_cut_never_hides_the_difference() -> None:
    """Where the middle differs, the middle is shown."""
    before, after = ("x" * 50 + middle + "y" * 50 for middle in ("old", "new"))
    assert shown(30, before=before, after=after) == "…xxxxoldyyyy… -> …xxxxnewyyyy…"


def test_the_window_may_reach_the_beginning_or_the_end() -> None:
    """No sign of a cut where nothing was cut."""
    before, after = "x" * 8 + "ab" + "y" * 5, "x" * 8 + "cb" + "y" * 50
    text = fit(Pair(before, after), 24)
    assert "a" in text
    assert "c" in text
    assert cells(text) <= 24


@settings(deadline=None)
@given(st.text(), st.text(), st.integers(min_value=6, max_value=60))
def test_a_pair_fits_and_differs(before: str, after: str, width: int) -> None:
    """Whatever the values: within the width, whole where there is room."""
    text = field_text(msgspec.structs.replace(FIELD, before=before, after=after))
    assert cells(fit(text, width)) <= width
    whole = fit(text, wide(text))
    assert "…" not in whole or "…" in before + after


long_text = st.text(alphabet="ab", min_size=0, max_size=60)


@settings(deadline=None)
@given(long_text, long_text, st.integers(min_value=24, max_value=60))
def test_different_values_look_different(before: str, after: str, width: int) -> None:
    """Two values that differ never come out as the same text on both sides of the arrow."""
    if before != after:
        left, _, right = shown(width, before=before, after=after).partition(" -> ")
        assert left != right
