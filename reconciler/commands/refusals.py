"""What guards say against a plan ends an apply before anything is written."""

from __future__ import annotations

import shlex
from pathlib import Path

from reconciler.errors import RefusedError
from reconciler.model import Change, Plan, Problem, Refusal


def check_refusals(plan: Plan, file: Path | None = None) -> None:
    """Raises RefusedError where a guard refuses any change, each with its place and the override to type.

    What refuses the plan as a whole stands with each of its changes; it is told once, at the first. file: the saved
    plan, which holds its overrides, so that it has to be made again.
    """
    told: dict[tuple[str, str], Problem] = {}
    for change in plan.changes:
        for refusal in change.refused:
            which = "" if refusal.source is None else change.address
            told.setdefault((which, refusal.rule + refusal.message), _make_problem(change, refusal, file))
    if told:
        rules = ", ".join(sorted({problem.code for problem in told.values()}))
        raise RefusedError(f"refused by {rules}; nothing was written", None, list(told.values()))


def _make_problem(change: Change, refusal: Refusal, file: Path | None) -> Problem:
    message = refusal.message if refusal.source is None else f"{change.address}: {refusal.message}"
    fix = refusal.override
    if fix.startswith("--override"):
        verb = "apply" if file is None else f"plan --out {shlex.quote(str(file))}"
        fix = f"if it is meant: reconciler {verb} {fix}"
    return Problem(refusal.rule, message, refusal.source or change.source, fix)
