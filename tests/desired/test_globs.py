"""Globs against a slow reading of the same rules, and against time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.globs import compile_glob


def read_slowly(pattern: str, path: str) -> bool:
    """Tries everything: what a glob takes, by its rules alone."""
    pattern = pattern.removeprefix("./").strip("/")
    ends = {0}
    at = 0
    while at < len(pattern):
        rest = pattern[at:]
        found = re.match(r"\[!?[^\]!][^\]]*\]", rest)
        if rest.startswith("**/") and (at == 0 or pattern[at - 1] == "/"):
            ends = ends | {end for end in range(1, len(path) + 1) if path[end - 1] == "/" and end > min(ends)}
            at += 3
        elif rest.startswith("**"):
            ends = set(range(min(ends), len(path) + 1))
            at += len(rest) - len(rest.lstrip("*"))
        elif rest.startswith("*"):
            ends = {end + more for end in ends for more in range(len(path[end:].partition("/")[0]) + 1)}
            at += 1
        else:
            token = found[0] if found else rest[0]
            ends = {end + 1 for end in ends if end < len(path) and is_one(token, path[end])}
            at += len(token)
        if not ends:
            return False
    return any(end == len(path) or path[end] == "/" for end in ends)


def is_one(token: str, letter: str) -> bool:
    """Whether a token of one character takes a letter."""
    if token == "?":
        return letter != "/"
    if len(token) == 1:
        return token == letter
    others, inner = token[1] == "!", token[1:-1].removeprefix("!")
    held, at = False, 0
    while at < len(inner):
        ranged = inner[at + 1 : at + 2] == "-" and at + 2 < len(inner)
        held |= inner[at] <= letter <= inner[at + 2] if ranged else inner[at] == letter
        at += 3 if ranged else 1
    return letter != "/" and held is not others


patterns = st.lists(
    st.sampled_from(["a", "b", "/", "*", "**", "**/", "/**/", "?", "[ab]", "[!a]", "[a-b]", "[b-a]", ".", "[", "]"]),
    max_size=9,
).map("".join)


@given(patterns, st.text("ab/.", max_size=9))
def test_a_glob_takes_what_its_rules_say(pattern: str, path: str) -> None:
    """Whatever it is made of."""
    path = "/".join(filter(None, path.split("/")))
    assert (compile_glob(pattern).match(path) is not None) is read_slowly(pattern, path)


@given(st.text(max_size=20))
def test_any_text_is_a_glob(text: str) -> None:
    """None is an error, not even one with brackets that no expression takes."""
    compile_glob(text)


@pytest.mark.parametrize(
    ("pattern", "taken", "left"),
    [
        ("drafts/**", ["drafts/a", "drafts/a/b"], ["draft", "x/drafts/a"]),
        ("**/old/*.yaml", ["old/a.yaml", "x/old/a.yaml", "x/y/old/a.yaml"], ["old/x/a.yaml", "bold/a.yaml"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/c"], ["a/xb", "ab"]),
        ("a**b", ["ab", "a/x/b", "axb"], ["a", "ba"]),
        ("[\\d-\\w]x", ["wx"], ["dx", "ex", "1x"]),
    ],
)
def test_the_rules_by_example(pattern: str, taken: list[str], left: list[str]) -> None:
    """What is taken, and what is left."""
    glob = compile_glob(pattern)
    assert [path for path in (*taken, *left) if glob.match(path)] == taken


@pytest.mark.parametrize(
    "pattern", ["**/a" * 40 + "b", "*a" * 60 + "b", "/".join(["**"] * 60) + "/b", "**a" * 40 + "b"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    """The paths are those that a pattern with many stars fits almost."""
    glob = compile_glob(pattern)
    started = time.perf_counter()
    for path in ("/".join("a" * 300), "a" * 600, "a/" * 200 + "a" * 200):
        assert glob.match(path) is None
    assert time.perf_counter() - started < 2
