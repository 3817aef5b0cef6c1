"""SARIF for code scanning."""

from __future__ import annotations

import json

import pytest

from reconciler.model import Problem, Source, Validation
from reconciler.reporting.sarif import render_sarif
from tests.reporting.corpus import INJECTIONS

ONE = Problem("not-text", "settings.port: is a number", Source("manifests/a b.yaml", 12, 9), 'write "587"')
TWO = Problem("odd", "no place")


def test_each_problem_is_a_result_with_its_place_and_rule() -> None:
    """Errors before warnings; a rule once, with its index; what to type stands in the message."""
    (run,) = json.loads(render_sarif(Validation((ONE, ONE), (TWO,))))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["not-text", "odd"]
    first, _, last = run["results"]
    assert (first["level"], last["level"]) == ("error", "warning")
    assert (first["ruleIndex"], last["ruleIndex"]) == (0, 1)
    assert first["message"]["text"] == 'settings.port: is a number; write "587"'
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "manifests/a%20b.yaml"
    assert place["region"] == {"startLine": 12, "startColumn": 9}
    assert "locations" not in last


def test_nothing_found_is_a_run_without_results() -> None:
    """So that code scanning closes what was open."""
    document = json.loads(render_sarif(Validation(())))
    assert document["version"] == "2.1.0"
    assert document["runs"][0]["results"] == []


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_messages_hold_no_link_and_no_placeholder(text: str) -> None:
    """`[text](link)` and `{0}` mean something in SARIF's messages."""
    made = render_sarif(Validation((Problem("odd", text, Source("a", 1, 1), text),)))
    made.encode()
    message = json.loads(made)["runs"][0]["results"][0]["message"]["text"]
    bare = message.replace("\\\\", "").replace("\\[", "").replace("\\]", "")
    assert "[" not in bare
    assert message.replace("{{", "").replace("}}", "").count("{") == 0
