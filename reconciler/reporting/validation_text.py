"""Errors and warnings as people read them: at their place, and with what to type next."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UnsetType

from reconciler.errors import InvalidError, ReconcilerError, RefusedError
from reconciler.model import Problem, Validation
from reconciler.reporting.style import Style, cells, count, escape, fix_lines, paint, place_text, wrap


def render_problems(problems: Sequence[Problem], warnings: Sequence[Problem], style: Style) -> str:
    """`file:line:column: message` each, then `  -> what to type next`; errors first. Empty where there is none."""
    return "".join(line + "\n" for line in problem_lines(problems, warnings, style))


def problem_lines(problems: Sequence[Problem], warnings: Sequence[Problem], style: Style) -> list[str]:
    """The lines of `render_problems`, without newlines."""
    errors = [line for problem in problems for line in _one(problem, "error", style)]
    return errors + [line for warning in warnings for line in _one(warning, "warning", style)]


def _one(problem: Problem, word: str, style: Style) -> list[str]:
    message = escape(problem.message)
    if word == "warning" or problem.source is None:
        message = f"{word}: {message}"
    fix = fix_lines(problem.fix, 2, style)
    if problem.source is None:
        return [*wrap(message, style, 4), *fix]
    place = f"{place_text(problem.source)}:"
    # A place is there to be copied or clicked, so it is never cut: the message moves to the next line instead.
    room = style.width - cells(place) - 1
    alone = style.tty and room < 20
    text = wrap(message, style, 4, room=None if alone else room)
    start = [paint(place, "bold", style)]
    lines = [*start, "    " + text[0]] if alone else [f"{start[0]} {text[0]}"]
    return [*lines, *text[1:], *fix]


def render_validation(validation: Validation, style: Style, checked: int, files: int) -> str:
    """What was fixed, all errors and warnings, and a last line that counts them and what was checked (manifests, in so
    many files).
    """
    fixed = () if isinstance(validation.fixed, UnsetType) else validation.fixed
    lines = [line for problem in fixed for line in _one(problem, "fixed", style)]
    lines += problem_lines(validation.errors, validation.warnings, style)
    errors, warnings = len(validation.errors), len(validation.warnings)
    found = [count(errors, "error")] if errors else ["valid"]
    if warnings:
        found.append(count(warnings, "warning"))
    if fixed:
        found.append(f"{count(len(fixed), 'value')} put into quotes")
    total = f"Checked {count(checked, 'manifest')} in {count(files, 'file')}: {', '.join(found)}."
    last = [paint(line, "red" if errors else "green", style) for line in wrap(total, style, 0)]
    return "\n".join([*lines, *([""] if lines else []), *last]) + "\n"


def render_error(error: ReconcilerError, style: Style) -> str:
    """What ended a run: all problems at their places, or one line; then what to type next."""
    if isinstance(error, InvalidError) and error.problems:
        lines = problem_lines(error.problems, error.warnings, style)
        total = [count(len(error.problems), "error")]
        if error.warnings:
            total.append(count(len(error.warnings), "warning"))
        if len(error.problems) + len(error.warnings) > 1:
            lines += ["", ", ".join(total) + "."]
        return "\n".join(lines) + "\n"
    text = f"{'refused' if isinstance(error, RefusedError) else 'error'}: {escape(error.message)}"
    if error.trace_id:
        text += f" (trace id {escape(error.trace_id)})"
    lines = [paint(line, "red", style) for line in wrap(text, style, 4)]
    if isinstance(error, RefusedError) and error.problems:
        return "\n".join(_refused(error, lines, style)) + "\n"
    return "\n".join([*lines, *fix_lines(error.fix, 2, style)]) + "\n"


def _refused(error: RefusedError, head: list[str], style: Style) -> list[str]:
    """The head unless a problem says the same, the problems with their fixes, and their count where there are more.

    The error's own fix is what to type only where no problem has one.
    """
    repeats = any(problem.message == error.message for problem in error.problems)
    lines = [*([] if repeats else head), *problem_lines(error.problems, (), style)]
    if not any(problem.fix for problem in error.problems):
        lines += fix_lines(error.fix, 2, style)
    return [*lines, "", f"{count(len(error.problems), 'refusal')}."] if len(error.problems) > 1 else lines
