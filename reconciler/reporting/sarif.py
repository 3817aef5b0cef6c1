"""A validation as SARIF 2.1.0 (OASIS), for code scanning."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.model import Problem, Validation
from reconciler.reporting.style import escape

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(validation: Validation) -> str:
    """The log with one run; errors and warnings in their order, each rule once."""
    problems = [*(("error", one) for one in validation.errors), *(("warning", one) for one in validation.warnings)]
    codes = sorted({one.code for _, one in problems})
    run = {
        "tool": {
            "driver": {
                "name": "reconciler",
                "semanticVersion": __version__,
                "informationUri": "https://docs.ocamba.com/",
                "rules": [{"id": code, "name": _name(code)} for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(level, one, codes) for level, one in problems],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _name(code: str) -> str:
    return "".join(word.capitalize() for word in code.split("-"))


def _result(level: str, problem: Problem, codes: list[str]) -> dict[str, Any]:
    # A message is plain text unless it holds placeholders or links, which begin with these signs.
    text = escape(problem.message) + (f"; {escape(problem.fix)}" if problem.fix is not None else "")
    for sign in "\\{}[]":
        text = text.replace(sign, "\\" + sign if sign in "\\[]" else sign * 2)
    made: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": level,
        "message": {"text": text},
    }
    if problem.source is not None:
        uri = quote(problem.source.file.encode(errors="surrogateescape"), safe="/.-_~")
        region = {"startLine": problem.source.line, "startColumn": problem.source.column}
        made["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}]
    return made
