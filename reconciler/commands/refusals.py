"""What guards say against a plan ends an apply before anything is written."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

from reconciler.commands.request import Request, retype
from reconciler.errors import RefusedError
from reconciler.model import Change, Plan, Problem, Refusal


def check_refusals(plan: Plan, request: Request, saved: Path | None = None, report: Path | None = None) -> None:
    """Raises RefusedError where a guard refuses any change, each with its place and the override to type.

    What refuses the plan as a whole stands with each of its changes; it is told once, at the first. saved: the plan's
    file, which holds its overrides, so that it has to be made again. report: what the plan undoes.
    """
    again = _make_command(plan, request, saved, report)
    refusals = [(change, refusal) for change in plan.changes for refusal in change.refused]
    every = {refusal.rule for _, refusal in refusals if _is_overridable(refusal)}
    told: dict[tuple[str, str], Problem] = {}
    for change, refusal in refusals:
        which = "" if refusal.source is None else change.address
        problem = _make_problem(change, refusal, again, _Flags(plan.overrides, frozenset(every)))
        told.setdefault((which, refusal.rule + refusal.message), problem)
    if told:
        rules = ", ".join(sorted({problem.code for problem in told.values()}))
        raise RefusedError(f"refused by {rules}; nothing was written", None, list(told.values()))


class _Flags(NamedTuple):
    """The rules that a plan lets pass, and all that refuse it and could be let pass."""

    kept: tuple[str, ...]
    every: frozenset[str]

    def make(self, *rules: str) -> str:
        """Flags for rules, and for those that the plan lets pass already."""
        return " ".join(f"--override {rule}" for rule in sorted({*self.kept, *rules}))


def _make_command(plan: Plan, request: Request, saved: Path | None, report: Path | None) -> str:
    """What made the plan, to be typed once more; the rules that it lets pass are not in it.

    Which manifests a saved plan was made of is known to whoever made it.
    """
    made, words = "apply" if saved is None else "plan", []
    if report is not None or plan.origin == "undo":
        made, words = "undo", [shlex.quote(str(report)) if report is not None else "REPORT"]
    elif saved is None:
        words = [shlex.quote(str(path)) for path in request.paths]
        words += ["--resend-secrets"] if request.resend_secrets else []
    if saved is None:
        words += [f"--target {shlex.quote(target)}" for target in request.targets]
    else:
        words.append(f"--out {shlex.quote(str(saved))}")
    return retype(request, made, *words)


def _is_overridable(refusal: Refusal) -> bool:
    return refusal.override.startswith("--override")


def _make_problem(change: Change, refusal: Refusal, again: str, flags: _Flags) -> Problem:
    message = refusal.message if refusal.source is None else f"{change.address}: {refusal.message}"
    fix = refusal.override
    if _is_overridable(refusal):
        otherwise = fix.removeprefix(f"--override {refusal.rule}")
        fix = f"if it is meant: {again} {flags.make(refusal.rule)}{otherwise}"
        if len(flags.every) > 1:
            fix += f"; if all that is refused is meant: {flags.make(*flags.every)}"
    return Problem(refusal.rule, message, refusal.source or change.source, fix)
