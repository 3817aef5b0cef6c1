"""The last lines of a plan: what was counted, what could not be seen, and what the apply would take."""

from __future__ import annotations

from datetime import datetime

from reconciler.model import Plan
from reconciler.reporting.style import Style, count, duration, escape, paint, wrap

Limits = tuple[int, int]
"""Requests a second and requests a minute, as a run takes them."""


UNSEEN_CODES = frozenset({"unseen-setting", "secrets-not-compared"})
"""Warnings that the totals say for all settings at once."""


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
    if plan.origin == "snapshot":
        lines += wrap(_age(plan), style, 0)
    elif pending:
        second, minute = limits
        requests = count(summary.requests, "request")
        time = duration(summary.seconds)
        lines += wrap(f"Apply needs {requests}, about {time} within {second}/s and {minute}/min.", style, 0)
    rules = sorted({refusal.rule for change in plan.changes for refusal in change.refused})
    if rules:
        text = f"As it is, apply refuses it: {escape(', '.join(rules))}."
        lines += [paint(line, "red", style) for line in wrap(text, style, 0)]
    return lines


def _age(plan: Plan) -> str:
    """How old what is called live here was when the plan was made."""
    then, now = (datetime.strptime(f"{text}+0000", "%Y-%m-%dT%H:%M:%SZ%z") for text in (plan.live_as_of, plan.created))
    age = duration((now - then).total_seconds())
    return f"Live is a snapshot of {plan.live_as_of}, {age} before this plan: such a plan cannot be applied."


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
    """Says what is known of what could not be compared, and how it is made comparable."""
    if plan.no_secrets:
        number = count(plan.summary.unseen, "setting was", "settings were")
        return f"{number} not compared, as asked: --no-secrets. To compare secrets, plan where they may be read."
    rotated = sum(len(change.rotated) for change in plan.changes)
    sent = sum(field.path in change.unseen for change in plan.changes for field in change.fields)
    remembered = sum(len(change.remembered) for change in plan.changes)
    rest = plan.summary.unseen - sent - remembered
    said = [f"{count(plan.summary.unseen, 'setting')} could not be compared: the API hides what is live."]
    if remembered:
        said.append(f"{remembered} {_is(remembered)} as last applied.")
    if rotated:
        said.append(f"{rotated} changed since the last apply, and {_is(rotated)} sent.")
    if sent > rotated:
        said.append(f"{sent - rotated} {_is(sent - rotated)} sent again.")
    if rest:
        file = escape(plan.config_file or "reconciler.yaml")
        them = "it" if rest == 1 else "them"
        said.append(f"To have {them} compared from the next apply on: --state FILE, with RECONCILER_KEY set.")
        said.append(
            f"To send {them} again: --resend-secrets, or with each apply secrets.when_hidden: resend in {file}."
        )
    return " ".join(said)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


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
