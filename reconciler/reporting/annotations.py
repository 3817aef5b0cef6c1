"""Annotations of GitHub's runner, and GitLab's Code Quality and terraform reports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Literal

from reconciler.model import Change, Plan, Problem, Report, Source, Validation
from reconciler.reporting.fields import Pair, cause_text, field_text, path_text
from reconciler.reporting.style import cut, escape

Level = Literal["error", "warning", "notice"]
LONGEST = 300
"""Characters of one value."""

_GITLAB = {"error": "major", "warning": "minor", "notice": "info"}


def render_github_plan(plan: Plan) -> str:
    """A workflow command for each field that changes, each refusal, each warning."""
    rows = [row for change in plan.changes for row in _change_rows(change)]
    rows += [("warning", one.code, one.message, one.source) for one in plan.warnings]
    return "".join(map(_command, rows))


def render_github_validation(validation: Validation) -> str:
    """A workflow command for each error and warning."""
    return "".join(map(_command, _problem_rows(validation)))


def render_github_report(report: Report) -> str:
    """A workflow command for each object that is not as it should be."""
    rows: list[_Row] = [
        ("error", f"apply-{one.status}", f"{one.address}: {one.status}: {one.error or ''}".rstrip(": "), one.source)
        for one in report.outcomes
        if one.status not in ("applied", "unchanged")
    ]
    rows += [
        (
            "error" if not field.settled else "warning",
            f"field-{field.verdict}",
            _verdict(one.address, field),
            one.source,
        )
        for one in report.outcomes
        if one.status in ("applied", "unchanged")
        for field in one.fields
        if field.verdict not in ("applied", "masked")
    ]
    return "".join(map(_command, rows))


def render_gitlab_plan(plan: Plan) -> str:
    """The counts of a terraform report (`artifacts: reports: terraform`); nothing is ever deleted."""
    return json.dumps({"create": plan.summary.create, "update": plan.summary.update, "delete": 0}) + "\n"


def render_gitlab_validation(validation: Validation) -> str:
    """A Code Quality report (`artifacts: reports: codequality`)."""
    return json.dumps([_quality(*row) for row in _problem_rows(validation)], indent=2) + "\n"


_Row = tuple[Level, str, str, Source | None]


def _problem_rows(validation: Validation) -> list[_Row]:
    return [
        *(("error", one.code, _sentence(one), one.source) for one in validation.errors),
        *(("warning", one.code, _sentence(one), one.source) for one in validation.warnings),
    ]


def _sentence(problem: Problem) -> str:
    return problem.message + (f"; {problem.fix}" if problem.fix is not None else "")


def _change_rows(change: Change) -> Iterator[_Row]:
    for field in change.fields:
        said = field_text(field, change)
        if isinstance(said, Pair):
            said = f"{cut(said.before, LONGEST)} -> {cut(said.after, LONGEST)}"
        cause = cause_text(field)
        text = f"{change.address}: {path_text(field.path)}: {said}" + (f" ({cause})" if cause else "")
        yield "notice", f"plan-{field.action}", text, field.source
    for refusal in change.refused:
        text = f"{change.address}: refused by {refusal.rule}: {refusal.message}; {refusal.override}"
        yield "error", f"refused-{refusal.rule}", text, refusal.source or change.source
    for one in change.overridden:
        text = f"{change.address}: let through by --override {one.rule}: {one.message}"
        yield "warning", f"overridden-{one.rule}", text, one.source or change.source
    if change.error is not None:
        yield "error", change.error.code, _sentence(change.error), change.error.source or change.source


def _verdict(address: str, field: Any) -> str:
    return f"{address}: {path_text(field.path)}: {field.verdict}: {field.message or 'not as it should be'}"


def _command(row: _Row) -> str:
    """`::error file=…,line=…,col=…,title=…::message`: nothing in it can end the line or begin another command."""
    level, code, message, source = row
    pairs = {"title": code}
    if source is not None:
        pairs = {"file": source.file, "line": str(source.line), "col": str(source.column), **pairs}
    properties = ",".join(f"{key}={_property(value)}" for key, value in pairs.items())
    return f"::{level} {properties}::{_data(cut(escape(message), 4 * LONGEST))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(escape(text)).replace(":", "%3A").replace(",", "%2C")


def _quality(level: Level, code: str, message: str, source: Source | None) -> dict[str, Any]:
    place = source or Source("reconciler.yaml", 1, 1)
    # The same fault at the same place is the same finding in the next run.
    mark = "\0".join((code, escape(message), str(place)))
    return {
        "description": escape(message),
        "check_name": code,
        "fingerprint": hashlib.sha256(mark.encode(errors="surrogatepass")).hexdigest(),
        "severity": _GITLAB[level],
        "location": {"path": escape(place.file), "lines": {"begin": place.line}},
    }
