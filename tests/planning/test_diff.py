"""Desired against live: each row of the table in diff.py, and the traps of DeepDiff."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Json, Lifecycle, Path, Plain, SecretRef, Setting
from reconciler.planning.diff import Difference, diff_live, is_same, make_wanted
from reconciler.values import is_equal
from tests.planning.build import SECRETS, TOKEN, is_secret, make_live, make_manifest

ABSENT = object()
VALUE = SECRETS[TOKEN]
reveal = SECRETS.__getitem__


def diff(settings: dict[str, Setting], live: dict[str, Json], *, shown: bool = True, **rest: Any) -> Difference:
    """The difference of a manifest with these settings and an object with those."""
    wanted = make_wanted(make_manifest(settings, **rest))
    return diff_live(wanted, make_live(live), reveal, secret=is_secret, shown=shown)


def words(difference: Difference) -> dict[str, str]:
    """What is said of each key."""
    kinds = {"changed": difference.changed, "unseen": difference.unseen, "retyped": difference.retyped}
    return {path[-1]: kind for kind, paths in kinds.items() for path in paths}


@pytest.mark.parametrize(
    ("wanted", "have", "verdict"),
    [
        ("a", ABSENT, "changed"),
        ("a", None, "changed"),
        ("a", "", "changed"),
        ("a", "a", None),
        ("a", "b", "changed"),
        ("a", "***b", "unseen"),
        ("587", 587, "retyped"),
        ("true", True, "retyped"),
        ("a", ["a"], "changed"),
        ("", None, "changed"),
        ("****", "****", None),
        (["a", "b"], ABSENT, "changed"),
        (["a", "b"], ["a", "b"], None),
        (["a", "b"], ["b", "a"], "changed"),
        (["a"], "****", "unseen"),
        (["a"], '["a"]', "retyped"),
        ([True], [1], "changed"),
        ([2], [2.0], "changed"),
        ([1, 1, 2], [1, 2, 2], "changed"),
        (Plain(587, "587"), 587, None),
        (Plain(587, "587"), "587", "retyped"),
        (Plain(2, "2"), 2.0, "changed"),
        (Plain(True, "true"), 1, "changed"),
        (Plain(1, "1"), True, "changed"),
        (Plain(10**30, "1" + "0" * 30), 1, "changed"),
        (None, ABSENT, None),
        (None, None, None),
        (None, "a", "changed"),
        (None, "", "changed"),
        (None, "****", "changed"),
        (None, 587, "changed"),
    ],
)
@pytest.mark.parametrize("shown", [True, False])
def test_a_plain_setting(wanted: Setting, have: Json, verdict: str | None, shown: bool) -> None:
    """Text, lists, numbers and null against what may be live; whether secrets are shown plays no part."""
    live = {} if have is ABSENT else {"key": have}
    expected = {"key": verdict} if verdict else {}
    assert words(diff({"key": wanted}, live, shown=shown)) == expected


@pytest.mark.parametrize(
    ("have", "shown", "verdict"),
    [
        (ABSENT, True, "changed"),
        (None, True, "changed"),
        ("", True, "changed"),
        (ABSENT, False, "unseen"),
        (None, False, "unseen"),
        ("", False, "unseen"),
        (VALUE, True, None),
        ("other", True, "changed"),
        ("other", False, "changed"),
        ("****3a", True, "unseen"),
        ("XXXXXXXX", True, "unseen"),
        ("[hidden]", False, "unseen"),
        (7, True, "changed"),
    ],
)
def test_a_reference(have: Json, shown: bool, verdict: str | None) -> None:
    """Masks are never a difference; an absent twin is one only where the account shows secrets."""
    live = {} if have is ABSENT else {"token": have}
    expected = {"token": verdict} if verdict else {}
    assert words(diff({"token": TOKEN}, live, shown=shown)) == expected


def test_a_reference_of_another_type_with_the_same_text_is_retyped() -> None:
    """A number that reads as the secret is no change."""
    ref = SecretRef("env", "HOOD_PIN")
    wanted = make_wanted(make_manifest({"token": ref}))
    found = diff_live(wanted, make_live({"token": 1234}), lambda _: "1234", secret=is_secret, shown=True)
    assert words(found) == {"token": "retyped"}


@pytest.mark.parametrize(
    ("have", "expected"), [(None, {}), ("****", {"token": "changed"}), ("x", {"token": "changed"})]
)
@pytest.mark.parametrize("shown", [True, False])
def test_a_secret_that_is_cleared(have: Json, expected: dict[str, str], shown: bool) -> None:
    """Null on a secret key: a mask is cleared too, and nothing is no change."""
    assert words(diff({"token": None}, {"token": have}, shown=shown)) == expected


def test_what_is_not_named_is_not_compared() -> None:
    """Name, status and settings of the live object that the manifest leaves out do not matter."""
    assert diff({}, {"a": "1", "token": "x"}) == Difference()


def test_name_and_status_come_before_settings_by_key() -> None:
    """Paths are in the order in which people read."""
    found = diff({"b": "2", "a": "1"}, {}, name="New", status="paused")
    assert found.changed == [("name",), ("status",), ("settings", "a"), ("settings", "b")]


def test_ignored_and_undefined_paths_are_not_wanted() -> None:
    """What lifecycle.ignore names, or the provider does not define, is never compared."""
    ignore = Lifecycle(ignore=(("status",), ("settings", "a")))
    manifest = make_manifest({"a": "1", "b": "2", "c": "3"}, name="New", status="paused", lifecycle=ignore)
    wanted = make_wanted(manifest, frozenset({"c"}))
    assert wanted.top == {"name": "New"}
    assert wanted.settings == {"b": "2"}


ODD = ["__dunder", "__", "a.b", "a['b']", 'root["x"]', "it's", 'say "x"', "settings", "name", "0", "", "ключ", "a\nb"]


@pytest.mark.parametrize("key", ODD)
@pytest.mark.parametrize(("wanted", "have"), [("1", "2"), ("1", None), (None, "2")])
def test_odd_keys_are_found_whole(key: str, wanted: Setting, have: Json) -> None:
    """Keys that begin with two underscores, or hold dots, quotes and brackets, are compared and named as they are."""
    assert diff({key: wanted}, {key: have}).changed == [("settings", key)]


def test_when_most_settings_differ_each_is_a_field() -> None:
    """Nothing is folded into one change of all settings."""
    wanted: dict[str, Setting] = {f"k{number}": "new" for number in range(30)}
    found = diff(wanted, {"k0": "new", **{f"k{number}": "old" for number in range(1, 30)}})
    assert sorted(found.changed) == sorted(("settings", f"k{number}") for number in range(1, 30))


def test_what_is_unseen_or_retyped_is_told_in_order() -> None:
    """However the manifest orders its settings."""
    found = diff({"z": "1", "b": "x", "a": "x", "y": "1"}, {"a": "***", "b": "***", "y": 1, "z": 1})
    assert found.unseen == [("settings", "a"), ("settings", "b")]
    assert found.retyped == [("settings", "y"), ("settings", "z")]


def test_all_settings_new_are_fields_of_their_own() -> None:
    """An object without settings gets each of them added."""
    assert diff({"a": "1", "b": "2"}, {}).changed == [("settings", "a"), ("settings", "b")]


values = st.one_of(
    st.none(), st.sampled_from(["", "a", "b", "1", "true"]), st.integers(0, 2), st.booleans(), st.just(1.0)
)
keys = st.one_of(st.sampled_from(ODD), st.text(max_size=3))


@settings(deadline=None)
@given(st.dictionaries(keys, values), st.dictionaries(keys, values))
def test_deepdiff_tells_exactly_what_differs(one: dict[str, Json], other: dict[str, Json]) -> None:
    """The changed keys are those whose values are not equal, but for the same text of another type."""
    wanted: dict[str, Setting] = {k: v if v is None or isinstance(v, str) else Plain(v, str(v)) for k, v in one.items()}
    found = diff(wanted, other)
    differ = {("settings", key) for key, value in one.items() if not is_equal(value, other.get(key))}
    assert set(found.changed) == differ - set(found.retyped)
    assert not found.unseen


texts = st.one_of(st.sampled_from(["a", "b", ""]), st.just(TOKEN))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "token"]), texts), st.dictionaries(keys, values))
def test_the_quick_answer_never_contradicts_the_close_look(one: dict[str, Setting], live: dict[str, Json]) -> None:
    """Where is_same says yes there is no difference."""
    for there in (live, {k: reveal(v) if isinstance(v, SecretRef) else v for k, v in one.items()}):
        same = is_same(make_manifest(one), make_live(there), reveal)
        found = diff(one, there)
        assert not same or found == Difference()


@pytest.mark.parametrize(
    ("rest", "same"),
    [({}, True), ({"name": "One", "status": "active"}, True), ({"name": "Two"}, False), ({"status": "paused"}, False)],
)
def test_the_quick_answer_knows_name_and_status(rest: dict[str, str], same: bool) -> None:
    """What is not named agrees with anything."""
    assert (
        is_same(make_manifest({"a": "1", "token": TOKEN}, **rest), make_live({"a": "1", "token": VALUE}), reveal)
        is same
    )


@pytest.mark.parametrize("value", [None, Plain(1, "1"), ["a"], "b", TOKEN])
def test_the_quick_answer_leaves_the_rest_to_the_close_look(value: Setting) -> None:
    """Null, numbers, lists and differences are not for it."""
    assert not is_same(make_manifest({"a": value}), make_live({"a": "a"}), reveal)


def test_paths_are_plain_tuples() -> None:
    """A path is a tuple of texts, as it stands in a plan."""
    found: list[Path] = diff({"a": "1"}, {}, status="paused").changed
    assert all(type(path) is tuple and all(type(step) is str for step in path) for path in found)
