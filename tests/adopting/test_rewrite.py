"""Values are changed and keys added, and no other byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reconciler.adopting.rewrite import Edit, Yaml, rewrite
from reconciler.adopting.rewrite_check import find_difference
from reconciler.model import Plain, Problem, Source
from tests.adopting.reading import YAML, reasons, rewritten, set_values, sources_of

A = ("a",)
S = ("settings", "b")


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: old # why\n", "new", "a: new # why\n"),
        ("a: old", "new", "a: new"),
        ("a:  'o\tld'   # w\thy\n", "it's", "a:  'it''s'   # w\thy\n"),
        ('a:   "old"\r\nb: 1\r\n', "new", 'a:   "new"\r\nb: 1\r\n'),
        ("a: 587\n", "588", 'a: "588"\n'),
        ("a: old\n", 588, "a: 588\n"),
        ("a: 'old'\n", None, "a: null\n"),
        ("a: true\n", False, "a: false\n"),
        ("a:\n", "new", "a: new\n"),
        ("a: # why\n", "new", "a: new # why\n"),
        ("a: &k\n", "new", "a: &k new\n"),
        ("a: &k old\n", "new", "a: &k new\n"),
        ("a: &k\n  # why\n  'old'\n", "new", "a: &k\n  # why\n  'new'\n"),
        ("a: plain\n  over lines # why\nb: 1\n", "new", "a: new # why\nb: 1\n"),
        ("a:\n  'over\n\n  lines'\nb: 1\n", "new", "a:\n  'new'\nb: 1\n"),
        ("? a\n: old\n", "new", "? a\n: new\n"),
        ("{a: old, b: 1}\n", "x, y", '{a: "x, y", b: 1}\n'),
        ("{a: , b: 1}\n", "new", "{a: new , b: 1}\n"),
        ("{a, b: 1}\n", "new", "{a: new, b: 1}\n"),
        ('{"a":"old","b":1}', "new", '{"a":"new","b":1}'),
        ("b: &k old\na: *k # why\n", "new", 'b: &k old\na: "new" # why\n'),
        ("%YAML 1.2\n---\na: old\n...\n", "new", "%YAML 1.2\n---\na: new\n...\n"),
        ("\ufeffa: old\n", "new", "\ufeffa: new\n"),
        ("b: é😀 # é\na: old # 😀\n", "日本", "b: é😀 # é\na: 日本 # 😀\n"),
    ],
)
def test_only_the_characters_of_the_value_change(before: str, value: Any, after: str) -> None:
    """Comments, quotes, anchors, order, line breaks and a missing one at the end stay."""
    assert rewritten(before, (A, value)) == after


def test_a_key_may_be_asked_for_by_number() -> None:
    """Where a list is; in a mapping there is none of that name."""
    assert reasons("a: [x]\n", (("a", 3), "new")) == ["there is no mapping to put it into"]


def test_a_value_that_is_there_already_is_left_as_it_is() -> None:
    """In whatever way it is written."""
    text = "a: |-\n  old\nb: &k 'x'\nc: *k\nd: 1\n"
    assert rewritten(text, (A, "old"), (("c",), "x"), (("d",), 1)) == text


def test_without_edits_nothing_changes() -> None:
    """Not even where the file is no YAML."""
    assert rewrite(b"a: [", [], YAML).data == b"a: ["


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: [x, 'y', 1] # why\n", ["x", "z", 2], "a: [x, 'z', 2] # why\n"),
        ("a:\n- x # one\n- y # two\n", ["x", "z"], "a:\n- x # one\n- z # two\n"),
        ("a: [x, y]\n", ["x"], 'a: ["x"]\n'),
        ("a:\n- x\n- y # two\nb: 1\n", ["x", "y", "z"], 'a: ["x", "y", "z"] # two\nb: 1\n'),
        ("a: &k\n  - x\nb: 1\n", [], "a: &k []\nb: 1\n"),
        ("a: [\n  x,\n  y\n]\n", "new", 'a: "new"\n'),
        ("a: old\n", ["x", 1], 'a: ["x", 1]\n'),
        ("b: &k [x]\na: *k\n", ["y"], 'b: &k [x]\na: ["y"]\n'),
    ],
)
def test_lists_change_item_by_item_or_stand_in_brackets(before: str, value: Any, after: str) -> None:
    """The latter where items come or go."""
    assert rewritten(before, (A, value)) == after


@pytest.mark.parametrize("text", ["a:\n- x # one\n- y\n", "a: # why\n- x\n- y\n", "a: [ # why\n  x, y]\n"])
def test_a_list_with_comments_is_not_rewritten(text: str) -> None:
    """They would be lost; items are changed all the same."""
    assert reasons(text, (A, ["x"])) == ["it is a list with comments, which would be lost"]
    assert rewritten(text, (A, ["x", "z"])) == text.replace("y", "z").replace("whz", "why")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &k old\nb: *k\n", "line 2 uses its anchor, and would change too"),
        ("a: &k [x]\r\n\r\nb:\r\n- *k\r\n", "line 4 uses its anchor, and would change too"),
        ("a: [&k x]\nb: *k\n", "line 2 uses its anchor, and would change too"),
        ("a: {b: c}\n", "it is a mapping"),
        ("a: &k {b: c}\n", "it is a mapping"),
    ],
)
def test_what_would_change_other_values_is_refused(text: str, reason: str) -> None:
    """With the line that shares it."""
    assert reasons(text, (A, "new")) == [reason]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x-all: &k {b: old}\nsettings: *k\n", "it stands behind an alias, which other places share"),
        ("settings: &k {b: old}\nx-all: *k\n", "line 2 uses its anchor, and would change too"),
        ("settings: &k {c: d}\nx-all: *k\n", "line 2 uses its anchor, and would change too"),
        ("x-all: &k {c: d}\nsettings: *k\n", "it stands behind an alias, which other places share"),
        ("settings: [x]\n", "there is no mapping to put it into"),
        ("settings: x\n", "there is no mapping to put it into"),
    ],
)
def test_what_is_shared_or_no_mapping_takes_no_value(text: str, reason: str) -> None:
    """Neither a new one nor a changed one."""
    assert reasons(text, (S, "new")) == [reason]


def test_an_anchor_changes_once_nobody_uses_it() -> None:
    """All its aliases become values of their own in the same run."""
    text = "a: &k old\nb: *k\nc: [*k]\n"
    done = set_values(text.encode(), (A, "new"), (("b",), "new"), (("c",), ["new"]))
    assert [reason for _, reason in done.refused] == ["line 3 uses its anchor, and would change too"]
    assert done.data == b'a: &k old\nb: "new"\nc: ["new"]\n'
    assert rewritten("a: &k old\nb: *k\n", (A, "new"), (("b",), "newer")) == 'a: &k new\nb: "newer"\n'


def test_an_anchor_that_is_given_again_is_another() -> None:
    """The alias stands for the nearest before it."""
    assert rewritten("a: &k old\nb: &k x\nc: *k\n", (A, "new")) == "a: &k new\nb: &k x\nc: *k\n"


def test_refusals_leave_the_other_edits_alone() -> None:
    """Half a character cannot be written, the rest can."""
    done = set_values(b"a: old\nb: old\n", (A, "x\ud800"), (("b",), "new"))
    assert done.data == b"a: old\nb: new\n"
    assert [(edit.path, reason) for edit, reason in done.refused] == [
        (A, "the value holds half a character, which no file can hold")
    ]


def test_a_key_without_a_colon_between_no_brackets_takes_no_value() -> None:
    """There is no place for it."""
    assert reasons("b: 1\n? a\n", (A, "new")) == ["nothing is written there, not even a colon"]


@pytest.mark.parametrize(
    ("path", "before", "is_made"),
    [
        (("a",), ("old",), True),
        (("a",), ("other",), False),
        (("a",), (), False),
        (("b",), (["x", 1, None],), True),
        (("b",), (["x", "1", None],), False),
        (("c",), ({"d": True},), False),
        (("c", "d"), (True,), True),
        (("c", "d"), (1,), False),
        (("c", "e"), (), True),
        (("a", "e"), (), False),
    ],
)
def test_an_edit_may_ask_what_stands_there(path: tuple[str, ...], before: tuple[Any, ...], is_made: bool) -> None:
    """Where the file says something else by now, it is refused; True is not 1."""
    text = b"a: old\nb: [x, 1, ~]\nc: {d: true}\n"
    done = rewrite(text, [Edit(Source("m.yaml", 1, 1), path, "new", before=before)], YAML)
    assert (done.data != text) is is_made
    assert is_made or done.refused[0][1] in (
        "the file says something else there by now",
        "it is a mapping",
        "there is no mapping to put it into",
    )


def test_each_document_is_rewritten_for_itself() -> None:
    """In the file's order, whatever the order of the edits."""
    text = "# one\na: 1\n---\na: 2 # two\n--- # three\n\na: 3\n...\n"
    places = sources_of(text.encode())
    edits = [Edit(place, A, str(number)) for number, place in enumerate(places, 7)]
    done = rewrite(text.encode(), edits[::-1], YAML)
    assert done.data.decode() == '# one\na: "7"\n---\na: "8" # two\n--- # three\n\na: "9"\n...\n'


def test_of_several_wrong_documents_the_first_wrong_place_is_named() -> None:
    """Lists and their items among them."""
    assert find_difference({"a": ["x", "y"]}, {"a": ["x", "z"]}) == ("a", 1)
    assert find_difference({"a": ["x"]}, {"a": ["x", "z"]}) == ("a",)
    assert find_difference({"a": "1", "b": "2"}, {"b": "2", "a": "1"}) == ()
    assert find_difference({"a": Plain(1, "1")}, {"a": Plain(1, "01")}) == ("a",)


def test_a_document_that_has_gone_is_said() -> None:
    """The file is not what it was when its places were read."""
    done = rewrite(b"a: old\n", [Edit(Source("m.yaml", 7, 1), A, "new"), Edit(Source("m.yaml", 1, 1), A, "new")], YAML)
    assert done.data == b"a: new\n"
    assert [reason for _, reason in done.refused] == ["the file holds no such document any more"]
    assert rewrite(b"a: [", [Edit(Source("m.yaml", 1, 1), A, "new")], YAML).refused[0][1] == (
        "the file is not valid any more"
    )


class Doc:
    """What a reader tells of a document."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.source = Source("m.yaml", 1, 1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "the file would not read back as a valid one, so it stays as it is"),
        ([Doc({"a": "other"})], "a would not read back as it should, so the file stays as it is"),
        ([Doc({"b": "new"})], "b would not read back as it should, so the file stays as it is"),
        ([Doc([])], "the document would not read back as it should, so the file stays as it is"),
        ([Doc({"a": "new"}), Doc({})], "the file would not read back as a valid one, so it stays as it is"),
    ],
)
def test_what_does_not_read_back_is_not_written(answer: list[Doc], reason: str) -> None:
    """The engine trusts the reader of manifests, not itself."""
    texts: list[bytes] = []

    def load(data: bytes, file: str) -> tuple[Sequence[Doc], Sequence[Problem]]:
        texts.append(data)
        return ([Doc({"a": "old"})] if len(texts) == 1 else answer), []

    yaml = Yaml(load, YAML.events, YAML.is_text)
    edits = [Edit(Source("m.yaml", 1, 1), A, "new"), Edit(Source("m.yaml", 9, 1), A, "new")]
    done = rewrite(b"a: old\n", edits, yaml)
    assert done.data == b"a: old\n"
    assert [why for _, why in done.refused] == ["the file holds no such document any more", reason]
    assert texts == [b"a: old\n", b"a: new\n"]
