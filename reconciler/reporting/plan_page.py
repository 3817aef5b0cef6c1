"""A plan as a Page."""

from __future__ import annotations

from reconciler.model import Change, FieldChange, Plan, Problem
from reconciler.reporting.fields import Pair, cause_text, field_text, path_text, unseen_text, value_text
from reconciler.reporting.pages import Entry, Line, Page, Remark, Tone
from reconciler.reporting.style import SANDBOX, Style, escape
from reconciler.reporting.totals import UNSEEN_CODES, Limits, render_totals

MARKS = {"create": "+", "update": "~", "add": "+", "change": "~", "clear": "-"}
_UNCUT = Style(width=1_000_000)


def make_plan_page(plan: Plan, *, word: str = "plan", sandbox: bool = False, limits: Limits = (8, 120)) -> Page:
    """The page of a plan. word: what the headline calls it (plan, drift). limits: as in render_plan."""
    prefix = SANDBOX if sandbox else ""
    summary = plan.summary
    pending = summary.create + summary.update
    bad = bool(plan.errors) or any(change.refused for change in plan.changes)
    totals = render_totals(plan, _UNCUT, show_unmanaged=True, limits=limits, word=word)
    return Page(
        headline=f"{prefix}reconciler {word}: {escape(plan.account)}",
        tone="bad" if bad else "update" if pending else "good",
        totals=tuple(line for line in totals if line),
        entries=tuple(_make_entry(change) for change in plan.changes),
        remarks=_make_remarks(plan),
        unmanaged=tuple(
            f"{escape(one.provider)} {'-' if one.name is None else value_text(one.name)} ({escape(one.id)})"
            for one in plan.unmanaged
        ),
        facts=(
            ("API", escape(plan.api)),
            ("Account", escape(plan.account)),
            ("Company", escape(plan.company_id or "not known")),
            ("Created", escape(plan.created)),
            ("Expires", escape(plan.expires)),
            *([("Overrides", escape(", ".join(plan.overrides)))] if plan.overrides else []),
            ("Digest", escape(plan.digest)),
        ),
    )


def _make_entry(change: Change) -> Entry:
    title = escape(change.address) + (f" ({escape(change.id)})" if change.id else "")
    return Entry(_mark_of(change), _tone_of(change), title, change.source, _note_of(change), _make_lines(change))


def _mark_of(change: Change) -> str:
    if change.error is not None:
        return "x"
    if change.action != "none":
        return MARKS[change.action]
    return "!" if change.dropped else "?"


def _tone_of(change: Change) -> Tone:
    if change.error is not None or change.refused:
        return "blocked"
    return change.action


def _note_of(change: Change) -> str:
    if change.error is not None:
        return "blocked"
    if change.refused:
        return "refused by " + ", ".join(sorted({escape(one.rule) for one in change.refused}))
    return ""


def _make_lines(change: Change) -> tuple[Line, ...]:
    changed = {field.path for field in change.fields}
    provider = escape(change.provider)
    lines = [_field_line(field, change) for field in change.fields]
    lines += [
        Line("?", path_text(path), text=unseen_text(change, path)) for path in change.unseen if path not in changed
    ]
    for item in change.dropped:
        hint = f", did you mean {value_text(item.suggestion)}?" if item.suggestion is not None else ""
        text = f"dropped: {provider} does not define it{hint}"
        lines.append(Line("!", path_text(item.path), text=text, place=item.source))
    for refusal in change.refused:
        text = f"refused by {escape(refusal.rule)}: {escape(refusal.message)}"
        lines.append(Line("x", "", text=text, place=refusal.source, fix=escape(refusal.override)))
    for one in change.overridden:
        text = f"let through by --override {escape(one.rule)}: {escape(one.message)}"
        lines.append(Line("!", "", text=text, place=one.source))
    if change.error is not None:
        fix = None if change.error.fix is None else escape(change.error.fix)
        text = f"blocked: {escape(change.error.message)}"
        lines.append(Line("x", "", text=text, place=change.error.source, fix=fix))
    return tuple(lines)


def _field_line(field: FieldChange, change: Change) -> Line:
    mark, label = MARKS[field.action], path_text(field.path)
    said = field_text(field, change)
    note = cause_text(field)
    if field.secret:
        return Line(mark, label, text=str(said), place=field.source, note=note)
    if isinstance(said, Pair):
        after = None if field.action == "clear" else said.after
        return Line(mark, label, before=said.before, after=after, place=field.source, note=note)
    return Line(mark, label, after=said, place=field.source, note=note)


def _make_remarks(plan: Plan) -> tuple[Remark, ...]:
    """Errors and warnings that no entry says already."""
    dropped = {item.source for change in plan.changes for item in change.dropped}
    blocked = [change.error for change in plan.changes if change.error is not None]
    unseen = any(change.unseen for change in plan.changes)
    warnings = [
        one
        for one in plan.warnings
        if not (one.code == "dropped-setting" and one.source in dropped) and not (one.code in UNSEEN_CODES and unseen)
    ]
    errors = [one for one in plan.errors if one not in blocked]
    return (*(make_remark(one, "error") for one in errors), *(make_remark(one, "warning") for one in warnings))


def make_remark(problem: Problem, word: str) -> Remark:
    """An error or a warning, escaped for the eye."""
    return Remark(
        "error" if word == "error" else "warning",
        escape(problem.message),
        problem.source,
        None if problem.fix is None else escape(problem.fix),
        escape(problem.code),
    )
