"""The last lines of a plan: what was counted, what could not be seen, and what the apply would take."""

from __future__ import annotations

from reconciler.model import Plan
from reconciler.reporting.style import Style, count, duration, escape, paint, wrap

Limits = tuple[int, int]
"""Requests a second and requests a minute, as a run takes them."""


def render_totals(plan: Plan, style: Style, *, show_unmanaged: bool, limits: Limits, word: str = "plan") -> list[str]:
    """The lines, without newlines. Never says that all is in sync where something could not be compared.

    word: plan or drift.
    """
    summary = plan.summary
    lines: list[str] = []
    pending = summary.create + summary.update
    if not pending:
        lines += wrap(_no_changes(plan), style, 0)
    if summary.unseen:
        lines += wrap(_unseen(plan), style, 0)
    if lines:
        lines.append("")
    total = wrap(_plan_line(plan, show_unmanaged=show_unmanaged, word=word), style, 0)
    lines += [paint(line, "bold", style) for line in total]
    if pending:
        second, minute = limits
        requests = count(summary.requests, "request")
        time = duration(summary.seconds)
        lines += wrap(f"Apply needs {requests}, about {time} within {second}/s and {minute}/min.", style, 0)
    return lines


def _no_changes(plan: Plan) -> str:
    summary = plan.summary
    objects = count(summary.unchanged, "manifest was", "manifests were")
    if not summary.unchanged:
        text = "No changes. Nothing was compared"
    elif summary.unseen or summary.dropped:
        text = f"No changes. {objects} compared, and what could be compared is live as declared"
    else:
        text = f"No changes. {objects} compared, and all that is declared is live"
    if summary.blocked:
        text += (
            f"; {count(summary.blocked, 'object is', 'objects are')} blocked and {_was(summary.blocked)} not compared"
        )
    return text + "."


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _unseen(plan: Plan) -> str:
    """Says how hidden settings are made comparable, or that only the API could."""
    number = plan.summary.unseen
    file = escape(plan.config_file or "reconciler.yaml")
    resent = {field.path for change in plan.changes for field in change.fields if field.path in change.unseen}
    text = f"{count(number, 'setting')} could not be compared: the API hides what is live."
    if resent:
        return f"{text} With secrets.when_hidden: resend they are sent again with each apply."
    return f"{text} To send them again with each apply, set secrets.when_hidden: resend in {file}."


def _plan_line(plan: Plan, *, show_unmanaged: bool, word: str) -> str:
    summary = plan.summary
    parts = [f"{summary.create} to create", f"{summary.update} to update", f"{summary.unchanged} unchanged"]
    if summary.dropped:
        parts.append(f"{count(summary.dropped, 'setting')} dropped")
    if summary.unseen:
        parts.append(f"{count(summary.unseen, 'setting')} not compared")
    if summary.blocked:
        parts.append(f"{summary.blocked} blocked")
    if summary.out_of_scope:
        parts.append(f"{summary.out_of_scope} out of scope")
    return f"{word.capitalize()}: {', '.join(parts)}{_unmanaged(plan, show_unmanaged=show_unmanaged)}."


def _unmanaged(plan: Plan, *, show_unmanaged: bool) -> str:
    number = plan.summary.unmanaged
    hint = " (--show-unmanaged)" if number and not show_unmanaged else ""
    if not plan.complete:
        seen = f"at least {number} not managed{hint}" if number else "what is not managed was not counted"
        return f"; {seen}, since the list of live objects was not read whole"
    return f"; {number} not managed{hint}" if number else ""
