"""Syntax errors in our own words."""

from __future__ import annotations

import pytest
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from reconciler.desired.load import load_text
from reconciler.desired.syntax import make_syntax_problem


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: b: c\n", "is not YAML: a colon where no key may stand", "1:5"),
        ("a: [b\n", "is not YAML: a [ that is not closed, or items without a comma between", "2:1"),
        ("a: {b: c\nd: e\n", "is not YAML: a { that is not closed, or keys without a comma between", "2:2"),
        ("a: [\n", "is not YAML: something else where a value is expected", "2:1"),
        ("a: 'b\n", "is not YAML: a quote that is not closed", "1:4"),
        ('a: "b\n---\n', "is not YAML: a quote that is not closed before ---", "1:4"),
        ("a: @b\n", "is not YAML: a character that no value may begin with", "1:4"),
        ("a:\tb\n", "is not YAML: a tab where only blanks may stand", "1:3"),
        ("a: b\nc\nd: e\n", "is not YAML: a key without its colon", "3:1"),
        ("a: - b\n", "is not YAML: an item of a list where none may stand", "1:4"),
        ("a: 'b' c\n", "is not YAML: something that does not fit the indentation, or comes behind a value", "1:8"),
        ('a: "\\q"\n', "is not YAML: an escape that YAML does not know", "1:6"),
        ("a: |0\n", "is not YAML: a wrong indicator behind | or >", "1:5"),
        ("a: |x\n", "is not YAML: a wrong indicator behind | or >", "1:5"),
        ("a: | x\n", "is not YAML: text behind | or >", "1:6"),
        ("a: &\n", "is not YAML: a wrong name behind & or *", "1:5"),
        ("a: !x!y z\n", "is not YAML: a tag, and none is allowed", "1:4"),
        ("{a: b} c\n", "is not YAML: something behind the end of the document", "1:8"),
        ("a: |+\n  \n    ", "is not YAML: a blank line with more blanks than the block below it", "3:5"),
    ],
)
def test_a_fault_is_told_in_one_line(text: str, message: str, place: str, pure: bool) -> None:
    """What is wrong, where, and what to do, the same whichever parser is there."""
    _, problems = load_text(text.encode(), "f.yaml", pure=pure)
    assert [(problem.code, problem.message, str(problem.source)) for problem in problems] == [
        ("syntax", message, f"f.yaml:{place}")
    ]
    assert problems[0].fix


@pytest.mark.parametrize("error", [MarkedYAMLError(problem="hunter2"), YAMLError("hunter2"), IndexError("hunter2")])
def test_an_unknown_fault_is_still_one(error: Exception) -> None:
    """An error that has no words of ours, or no place, is told without its own words."""
    problem = make_syntax_problem(error, "f.yaml")
    assert (problem.message, str(problem.source)) == ("is not YAML", "f.yaml:1:1")
