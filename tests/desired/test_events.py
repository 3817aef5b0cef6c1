"""Strictness of the event reader: each thing that may not be is found at its place, and says nothing of values."""

from __future__ import annotations

import time

import pytest

from reconciler.desired.load import load_text
from reconciler.model import Plain

REFUSED = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1),
    "duplicate key in another style": ("a: 1\n'a': 3\n", "duplicate-key", 2, 1),
    "duplicate key deep down": ("s:\n  - {p: 1, p: 2}\n", "duplicate-key", 2, 12),
    "duplicate of a collection": ("a: {b: c}\na: [d]\ne: f\n", "duplicate-key", 2, 1),
    "custom tag": ("a: !env NAME\n", "tag", 1, 4),
    "tag of Python": ("a: !!python/object/apply:os.system [x]\n", "tag", 1, 4),
    "tag of text": ("a: !!str 587\n", "tag", 1, 4),
    "tag that says nothing": ("a: ! 587\n", "tag", 1, 4),
    "tag at the root": ("!x {a: b}\n", "tag", 1, 1),
    "tag on a mapping": ("a: !x {b: c}\n", "tag", 1, 4),
    "tag on a key": ("!x a: b\n", "tag", 1, 1),
    "merge": ("a: &x {b: c}\nd:\n  <<: *x\n", "merge-key", 3, 3),
    "number as a key": ("1: a\n", "not-text-key", 1, 1),
    "word of YAML 1.1 as a key": ("no: a\n", "not-text-key", 1, 1),
    "boolean as a key": ("true: a\n", "not-text-key", 1, 1),
    "null as a key": ("null: a\n", "not-text-key", 1, 1),
    "no key": (": a\n", "not-text-key", 1, 1),
    "list as a key": ("[a, b]: c\n", "not-text-key", 1, 1),
    "mapping as a key": ("? {a: b}\n: c\n", "not-text-key", 1, 3),
    "alias as a key": ("a: &x b\n*x : c\n", "not-text-key", 2, 1),
    "blank forgotten": ("a: {x:1}\n", "key-with-colon", 1, 5),
    "infinity": ("a: -.inf\n", "not-finite", 1, 4),
    "not a number": ("a: [.NaN]\n", "not-finite", 1, 5),
    "beyond all numbers": ("a: 1e999\n", "not-finite", 1, 4),
    "unknown alias": ("a: *x\n", "undefined-alias", 1, 4),
    "alias of the document before": ("a: &x 1\n---\nb: *x\n", "undefined-alias", 3, 4),
    "alias within itself": ("a: &x [*x]\n", "cyclic-alias", 1, 8),
    "alias of the document": ("&x a: 1\nb: &y {c: *y}\n", "cyclic-alias", 2, 11),
    "alias of the root": ("--- &x\na: *x\n", "cyclic-alias", 2, 4),
    "empty document": ("a: 1\n---\n---\nb: 1\n", "empty-document", 3, 1),
    "list at the root": ("- a\n", "not-a-mapping", 1, 1),
    "text at the root": ("token:abc\n", "not-a-mapping", 1, 1),
    "null at the root": ("--- ~\n", "not-a-mapping", 1, 5),
    "alias at the root": ("--- *x\n", "not-a-mapping", 1, 5),
    "33 levels": ("a: " + "[" * 32 + "]" * 32, "too-deep", 1, 35),
    "33 levels through an alias": (
        "a: &x " + "[" * 20 + "]" * 20 + "\nb: " + "[" * 12 + "*x" + "]" * 12,
        "too-deep",
        2,
        16,
    ),
}


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED.values(), ids=REFUSED.keys())
def test_what_may_not_be_is_refused_at_its_place(text: str, code: str, line: int, column: int, pure: bool) -> None:
    """Each refusal is the only problem, has its code and place, and says what to type instead."""
    _, problems = load_text(text.encode(), "f.yaml", pure=pure)
    assert [(problem.code, str(problem.source)) for problem in problems] == [(code, f"f.yaml:{line}:{column}")]
    assert problems[0].fix


def test_all_problems_of_a_file_are_found() -> None:
    """Reading goes on behind a problem, so that one run shows them all."""
    text = b"a: 1\na: 2\nb: !x y\nc: .inf\n1: z\nd:\n  <<: {e: f}\n  e: *g\n---\n- h\n"
    _, problems = load_text(text, "f.yaml")
    assert [(problem.code, problem.source and problem.source.line) for problem in problems] == [
        ("duplicate-key", 2),
        ("tag", 3),
        ("not-finite", 4),
        ("not-text-key", 5),
        ("merge-key", 7),
        ("undefined-alias", 8),
        ("not-a-mapping", 10),
    ]


def test_a_hundred_problems_are_enough() -> None:
    """A file of nothing but faults is not read to its end."""
    _, problems = load_text(b"a: 1\n" * 5000, "f.yaml")
    assert len(problems) == 100


def test_a_duplicate_leaves_the_first_value() -> None:
    """What comes twice is dropped with all that hangs on it; the rest of the document is there to be judged."""
    documents, _ = load_text(b"a: b\na: {c: d}\ne: f\na: g\n", "f.yaml")
    assert [document.data for document in documents] == [{"a": "b", "e": "f"}]


@pytest.mark.parametrize("text", ["<<: {a: b}\nc: d\n", "1: a\nc: d\n", "c: *x\n", "c: {x:1}\n", "[a]: b\nc: d\n"])
def test_a_document_that_lost_something_is_held_back(text: str) -> None:
    """A document whose keys could not all be read is not judged further, or it would lack what the user wrote."""
    documents, problems = load_text(f"{text}---\nz: w\n".encode(), "f.yaml")
    assert [document.data for document in documents] == [{"z": "w"}]
    assert len(problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        "password: !hunter2\n",
        "password: *hunter2\n",
        "password: &hunter2 *hunter2\n",
        "password: &hunter2 .inf\n",
        "password: {hunter2:hunter2}\n",
        "password: 'hunter2\n",
        "password: %hunter2\n",
        "password: @hunter2\n",
        "password: hunter2: hunter2\n",
        'password: "\\hunter2"\n',
        "password: |hunter2\n",
        "password: !hunter2!x y\n",
        "password: ['hunter2\n",
        'password: "hunter2" hunter2\n',
        "password: hunter2\x00\n",
        "password: hunter2\u2028\n",
        "hunter2\n",
        "- hunter2\n",
        "%hunter2\n---\n",
        "password:\thunter2\n",
    ],
)
def test_no_message_holds_a_value(text: str) -> None:
    """A secret that lacks its quotes may look like a tag, an alias or a fault: it is never repeated."""
    _, problems = load_text(text.encode(), "f.yaml")
    assert problems
    assert "hunter2" not in repr(problems)


def test_odd_keys_are_not_shown() -> None:
    """A key with control characters, or longer than a key is, is not repeated on a terminal."""
    text = b'"a\\e[31m": 1\n"a\\e[31m": 2\n'
    _, problems = load_text(text, "f.yaml")
    assert [problem.message for problem in problems] == ["this key is given twice"]
    _, problems = load_text(b"name: 1\nname: 2\n", "f.yaml")
    assert [problem.message for problem in problems] == ['"name" is given twice']


def test_a_key_may_be_quoted_to_be_text() -> None:
    """What is refused without quotes is an ordinary key with them."""
    documents, problems = load_text(b"'1': a\n\"<<\": b\n'x:1': c\n'': d\n", "f.yaml")
    assert problems == []
    assert documents[0].data == {"1": "a", "<<": "b", "x:1": "c", "": "d"}


def test_the_last_anchor_of_a_name_counts() -> None:
    """An anchor may be given again; an alias stands for the one before it."""
    documents, problems = load_text(b"a: &x b\nc: *x\nd: &x [e]\nf: *x\n", "f.yaml")
    assert problems == []
    assert documents[0].data == {"a": "b", "c": "b", "d": ["e"], "f": ["e"]}


def test_null_and_nothing_are_told_apart() -> None:
    """`null` clears a setting, an empty value is an error: the text tells which was written."""
    documents, _ = load_text(b"a:\nb: null\nc: ~\nd: ''\n", "f.yaml")
    assert documents[0].data == {"a": Plain(None, ""), "b": Plain(None, "null"), "c": Plain(None, "~"), "d": ""}


def test_32_levels_are_allowed() -> None:
    """The limit is 32 with the document's own mapping, also where an alias stands for some of them."""
    deep = "a: " + "[" * 31 + "]" * 31
    aliased = "a: &x " + "[" * 20 + "]" * 20 + "\nb: " + "[" * 11 + "*x" + "]" * 11
    for text in (deep, aliased):
        assert load_text(text.encode(), "f.yaml")[1] == []


def test_aliases_may_stand_for_one_mebibyte() -> None:
    """Expansion is counted as aliases are used, over the whole file, before any of it exists."""
    line = "a: &x " + "y" * 1023 + "\n"
    within = line + "b: [" + ", ".join(["*x"] * 1024) + "]\n"
    beyond = line + "b: [" + ", ".join(["*x"] * 1025) + "]\n"
    assert load_text(within.encode(), "f.yaml")[1] == []
    documents, problems = load_text(beyond.encode(), "f.yaml")
    assert documents == []
    assert [problem.code for problem in problems] == ["expansion"]


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b"a: " + b"{a: " * 100_000,
        b"- " * 100_000,
        b"? " * 100_000,
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(20)),
    ],
    ids=["brackets", "braces", "dashes", "question marks", "laughs"],
)
def test_bombs_end_at_once(text: bytes, pure: bool) -> None:
    """Absurd nesting and expansion end with an error within a moment, and without a crash."""
    begin = time.process_time()
    _, problems = load_text(text, "f.yaml", pure=pure)
    assert problems[-1].code in {"too-deep", "expansion"}
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("pure", [False, True])
def test_half_a_character_is_refused_at_its_place(pure: bool) -> None:
    """Only an escape can make a lone surrogate, and neither JSON nor UTF-8 can carry it."""
    documents, problems = load_text(b'provider: a\nname: "x\\uD800y"\nid: "1"\n', "m.yaml", pure=pure)
    assert [(one.code, str(one.source)) for one in problems] == [("half-character", "m.yaml:2:7")]
    assert documents == [] or "\ud800" not in str(documents[0].data)
    fine, problems = load_text(b"name: \"\\u00e9\"\nprovider: '\\uD800'\n", "m.yaml", pure=pure)
    assert problems == []
    assert fine[0].data == {"name": "\u00e9", "provider": "\\uD800"}
