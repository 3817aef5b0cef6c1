"""The look at the bytes: what no parser may see, and what the pure one reads alone."""

from __future__ import annotations

import pytest

from reconciler.desired.load import load_text
from reconciler.desired.screen import screen


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        (b"a: \xff", "not-utf8", 1, 4),
        ("a: é\nb: ".encode() + b"\xc3(", "not-utf8", 2, 4),
        (b"\xff\xfea\x00", "not-utf8", 1, 1),
        (b"\xfe\xff\x00a", "not-utf8", 1, 1),
        (b"\x00\x00\xfe\xff", "not-utf8", 1, 1),
        (b"a: b\r\nc: \x00", "control-character", 2, 4),
        (b"\x7fELF\x01", "control-character", 1, 1),
        ("é: \x1b".encode(), "control-character", 1, 4),
        ("a: x\u0085".encode(), "odd-character", 1, 5),
        ("a: 1\rb: x\u2028y".encode(), "odd-character", 2, 5),
        ("a: \u2029".encode(), "odd-character", 1, 4),
        ("\ufeffa: \ufeff".encode(), "odd-character", 1, 4),
        ("a: \uffff".encode(), "odd-character", 1, 4),
        (b"%YAML 1.1\n---\na: 1\n", "directive", 1, 1),
        (b"%YAML 1.2\na: 1\n", "directive", 1, 1),
        (b"%TAG ! x\n---\na: 1\n", "directive", 1, 1),
        (b"%YAML 1.2\n%YAML 1.2\n---\na: 1\n", "directive", 1, 1),
        (b"a: 1\n...\n%YAML 1.2\n---\nb: 1\n", "directive", 3, 1),
        (b"a: 1\r%x", "directive", 2, 1),
    ],
)
def test_what_no_parser_may_see(text: bytes, code: str, line: int, column: int) -> None:
    """Such a file is refused as a whole, at the place of the first fault."""
    documents, problems = load_text(text, "f.yaml")
    assert documents == []
    assert [(problem.code, str(problem.source)) for problem in problems] == [(code, f"f.yaml:{line}:{column}")]


def test_five_mebibytes_are_the_limit() -> None:
    """A larger text is refused before anything else is asked of it."""
    limit = 5 * 1024 * 1024
    assert screen(b"#" * limit, "f.yaml")[1] is None
    problem = screen(b"\xff" * (limit + 1), "f.yaml")[1]
    assert problem is not None
    assert problem.code == "too-large"


def test_the_version_of_yaml_may_be_named() -> None:
    """`%YAML 1.2` at the top is a comment to us, and moves no place."""
    documents, problems = load_text(b"\xef\xbb\xbf# c\n%YAML 1.2 # c\n---\nb: '%'\n", "f.yaml")
    assert problems == []
    assert [str(document.source) for document in documents] == ["f.yaml:4:1"]


@pytest.mark.parametrize(
    ("text", "pure"),
    [
        (b"a: b\n", False),
        (b"a: &x |\n  b\nc: *x\nd: >-\n  e\n", False),
        (b"a: x&y=1 *.b|c>d\r\n", False),
        ("a: é\n".encode(), False),
        (b"a: [&x b, *x]\n", False),
        (b"a:\tb\n", True),
        (b"a: b\n...\n", True),
        (b"a: b\rc: d\n", True),
        (b"a: &x:b\n", True),
        (b"a: [*x:b]\n", True),
        (b"a: |#b\n", True),
        (b"a: |\n  b\n  \n", True),
    ],
)
def test_what_the_pure_parser_reads_alone(text: bytes, pure: bool) -> None:
    """Only what the C parser is known to read in another way pays for the slow one."""
    assert screen(text, "f.yaml") == (text, None, pure)
