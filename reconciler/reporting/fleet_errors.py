"""What is said of one account below its row: why objects are blocked, refused, failed or not as they should be.

Each is a line, escaped; what to type next is a line of its own that begins with an arrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model import FieldVerdict, Outcome, Plan, Problem, Report
from reconciler.reporting.fields import path_text
from reconciler.reporting.style import NEXT, count, escape, place_text

MOST_ERRORS = 20
"""Lines that a row keeps."""
_BAD = frozenset({"dropped", "lost", "degraded"})


def cut_errors(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines, and how many there are more."""
    more = len(lines) - MOST_ERRORS
    rest = [f"… and {count(more, 'more line')}, in its own answer or on stderr"] if more > 0 else []
    return (*lines[:MOST_ERRORS], *rest)


def plan_errors(plan: Plan) -> tuple[str, ...]:
    """What blocks objects, and what an apply would refuse: each rule once, with the first object that it names."""
    lines = [line for problem in plan.errors for line in _problem_lines(problem)]
    refusals = {(one.rule, one.message): one for change in plan.changes for one in change.refused}
    for one in refusals.values():
        place = f"{place_text(one.source)}: " if one.source is not None else ""
        lines += [f"{place}refused by {escape(one.rule)}: {escape(one.message)}", f"{NEXT}{escape(one.override)}"]
    return tuple(lines)


def _problem_lines(problem: Problem) -> list[str]:
    place = f"{place_text(problem.source)}: " if problem.source is not None else ""
    fix = [f"{NEXT}{escape(problem.fix)}"] if problem.fix is not None else []
    return [f"{place}{escape(problem.message)}", *fix]


def report_errors(report: Report) -> tuple[str, ...]:
    """Objects that failed, are stale, unverified or skipped, and fields that did not become what was sent."""
    return tuple(line for outcome in report.outcomes for line in _outcome_lines(outcome))


def _outcome_lines(outcome: Outcome) -> Iterator[str]:
    address = escape(outcome.address)
    if outcome.error is not None or outcome.status not in ("applied", "unchanged"):
        moved = f"{', '.join(path_text(field.path) for field in outcome.moved)} moved" if outcome.moved else ""
        why = escape(outcome.error) if outcome.error is not None else moved
        yield f"{address}: {outcome.status}{': ' if why else ''}{why}"
    for field in outcome.fields:
        if field.verdict in _BAD or not field.settled:
            yield f"{address}: {path_text(field.path)}: {field.verdict}: {_words(field)}"


def _words(field: FieldVerdict) -> str:
    from reconciler.reporting.report_text import VERDICTS

    return escape(field.message) if field.message is not None else VERDICTS.get(field.verdict, "is not settled")
