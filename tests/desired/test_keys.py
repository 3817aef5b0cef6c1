"""What may be a key."""

from __future__ import annotations

import pytest

from reconciler.desired import keys
from reconciler.desired.keys import explain_key, is_fine_key, show_key
from reconciler.desired.load import load_text
from reconciler.model import Json, Plain


def test_a_colon_needs_quotes() -> None:
    """Quotes make any text a key; without them a colon in it is a blank forgotten."""
    assert is_fine_key("a", quoted=False)
    assert is_fine_key("a:b", quoted=True)
    assert not is_fine_key("a:b", quoted=False)
    assert is_fine_key("no", quoted=True)


def test_quotes_teach_nothing_about_plain_keys() -> None:
    """A quoted key that was fine does not let the same word pass without quotes, in this file or the next."""
    assert load_text(b"'no': 1\n\"x:1\": 2\n", "f.yaml")[1] == []
    assert [problem.code for problem in load_text(b"no: 1\nx:1: 2\n", "f.yaml")[1]] == [
        "not-text-key",
        "key-with-colon",
    ]


def test_memory_of_keys_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many keys there are, only so many are kept, and all are read."""
    monkeypatch.setattr(keys, "_KNOWN_LIMIT", len(keys.KNOWN_KEYS) + 1)
    documents, problems = load_text(b"new_1: a\nnew_2: b\nnew_3: c\n", "f.yaml")
    assert problems == []
    assert documents[0].data == {"new_1": "a", "new_2": "b", "new_3": "c"}
    assert "new_1" in keys.KNOWN_KEYS
    assert "new_2" not in keys.KNOWN_KEYS


@pytest.mark.parametrize(
    ("data", "scalar", "code", "fix"),
    [
        (["a"], False, "not-text-key", "write a word as the key"),
        ("aliased", False, "not-text-key", "write a word as the key"),
        ("a:b", True, "key-with-colon", "put a blank behind the colon, or quotes around the key"),
        (Plain("<<", "<<"), True, "merge-key", "write the keys themselves"),
        (Plain(None, ""), True, "not-text-key", "write a key before the colon"),
        (Plain("no", "no"), True, "not-text-key", 'write "no":'),
    ],
)
def test_each_refusal_has_its_fix(data: Json, scalar: bool, code: str, fix: str) -> None:
    """What to write instead depends on what was written."""
    found, message, way_out = explain_key(data, scalar=scalar)
    assert (found, way_out) == (code, fix)
    assert "aliased" not in message


@pytest.mark.parametrize(
    ("key", "shown"), [("name", '"name"'), ("ключ-1", '"ключ-1"'), ("a\x1b", "this key"), ("x" * 65, "this key")]
)
def test_only_what_looks_like_a_key_is_shown(key: str, shown: str) -> None:
    """Control characters and long texts never reach a terminal."""
    assert show_key(key) == shown
