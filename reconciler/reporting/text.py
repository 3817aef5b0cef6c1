"""A plan as people read it: what changes, field by field, with places; what is refused, dropped or cannot be seen."""

from __future__ import annotations

from collections import Counter

from reconciler.model import Change, FieldChange, Path, Plan, Problem, Refusal
from reconciler.reporting.fields import cause_text, field_text, path_text, unseen_text, value_text
from reconciler.reporting.rows import TONES, Head, Row, render_heads
from reconciler.reporting.style import SANDBOX, Style, count, escape, fix_lines, for_sandbox, paint, prefix_lines, wrap
from reconciler.reporting.totals import UNSEEN_CODES, Limits, render_totals
from reconciler.reporting.validation_text import problem_lines

MARKS = {"create": "+", "update": "~", "add": "+", "change": "~", "clear": "-"}
UNSEEN_LISTED = 20
"""Objects of which nothing is to say but that the API hides a secret: so many are listed, the rest is counted."""


def render_plan(
    plan: Plan,
    style: Style,
    *,
    show_unmanaged: bool = False,
    sandbox: bool = False,
    next_step: str | None = None,
    limits: Limits = (8, 120),
    word: str = "plan",
) -> str:
    """The text of a plan, ending with a newline. limits: requests a second and a minute that an apply would take.

    With `sandbox` every line begins with SANDBOX. next_step: what to type next, printed last. word: plan or drift.
    """
    narrow = for_sandbox(style, sandbox=sandbox)
    common = _common_refusals(plan)
    blocks = [
        _change_lines(plan, common, narrow),
        _refusal_lines(plan, common, narrow),
        _unmanaged_lines(plan, narrow) if show_unmanaged else [],
        _warning_lines(plan, narrow),
        render_totals(plan, narrow, show_unmanaged=show_unmanaged, limits=limits, word=word)
        + fix_lines(next_step, 0, narrow),
    ]
    text = "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
    return prefix_lines(text, SANDBOX) if sandbox else text


def _change_lines(plan: Plan, common: frozenset[Refusal], style: Style) -> list[str]:
    """All that has something to say; the many that only hold a secret that the API hides are counted beyond a few."""
    heads: list[Head] = []
    hidden = 0
    for change in plan.changes:
        rows = _make_rows(change, common)
        quiet = change.action == "none" and all(row.mark == "?" for row in rows)
        hidden += bool(quiet and rows)
        if rows or change.action != "none":
            if quiet and hidden > UNSEEN_LISTED:
                continue
            heads.append(Head(_head_mark(change), _title(change), change.source, rows))
    lines = render_heads(heads, style)
    if hidden > UNSEEN_LISTED:
        more = f"{count(hidden - UNSEEN_LISTED, 'more object')} with settings that could not be compared"
        lines += _marked("?", more, style)
    return lines


def _title(change: Change) -> str:
    return escape(change.address) + (f" ({escape(change.id)})" if change.id else "")


def _head_mark(change: Change) -> str:
    if change.error is not None:
        return "x"
    if change.action != "none":
        return MARKS[change.action]
    return "!" if change.dropped else "?"


def _make_rows(change: Change, common: frozenset[Refusal]) -> tuple[Row, ...]:
    changed = {field.path for field in change.fields}
    rows = [_field_row(field, change) for field in change.fields]
    rows += [_unseen_row(change, path) for path in change.unseen if path not in changed]
    provider = escape(change.provider)
    for item in change.dropped:
        hint = f", did you mean {value_text(item.suggestion)}?" if item.suggestion is not None else ""
        text = f"dropped: {provider} does not define it{hint}"
        rows.append(Row("!", path_text(item.path), text, item.source, kind="sentence"))
    rows += [_refusal_row(item) for item in change.refused if item not in common]
    rows += [_overridden_row(item) for item in change.overridden if item not in common]
    if change.error is not None:
        text = f"blocked: {escape(change.error.message)}"
        rows.append(Row("x", "", text, change.error.source, change.error.fix, kind="line"))
    return tuple(rows)


def _field_row(field: FieldChange, change: Change) -> Row:
    text = field_text(field, change)
    return Row(
        MARKS[field.action],
        path_text(field.path),
        text,
        field.source,
        kind="sentence" if field.secret else "value",
        note=cause_text(field),
    )


def _unseen_row(change: Change, path: Path) -> Row:
    """A setting that the API hides. `along`: it travels with a PATCH of whole settings, or that might erase it."""
    text = unseen_text(change, path)
    if path[0] == "settings" and path[1] in change.along:
        value = change.along[path[1]]
        reference = value.get("secret") if isinstance(value, dict) else None
        named = isinstance(reference, str) and not reference.startswith("literal:")
        text += f"; {f'secret({escape(str(reference))})' if named else 'it'} is sent along, so that it is kept"
    return Row("?", path_text(path), text, kind="sentence")


def _refusal_row(refusal: Refusal) -> Row:
    return Row("x", "", _refused_text(refusal), refusal.source, refusal.override, kind="line")


def _overridden_row(refusal: Refusal) -> Row:
    return Row("!", "", _overridden_text(refusal), refusal.source, kind="line")


def _refused_text(refusal: Refusal) -> str:
    return f"refused by {escape(refusal.rule)}: {escape(refusal.message)}"


def _overridden_text(refusal: Refusal) -> str:
    return f"let through by --override {escape(refusal.rule)}: {escape(refusal.message)}"


def _common_refusals(plan: Plan) -> frozenset[Refusal]:
    """Refusals of the plan as a whole stand with each of its changes; they are said once."""
    times = Counter(item for change in plan.changes for item in (*change.refused, *change.overridden))
    return frozenset(item for item, number in times.items() if number > 1 and item.source is None)


def _refusal_lines(plan: Plan, common: frozenset[Refusal], style: Style) -> list[str]:
    """What is said of the plan as a whole: rules that refuse it, rules that were overridden, and all its overrides."""
    lines: list[str] = []
    for item in dict.fromkeys(item for change in plan.changes for item in change.refused if item in common):
        lines += [*_marked("x", _refused_text(item), style), *fix_lines(item.override, 4, style)]
    for item in dict.fromkeys(item for change in plan.changes for item in change.overridden if item in common):
        lines += _marked("!", _overridden_text(item), style)
    if plan.overrides:
        lines += _marked("!", f"overrides of this plan: {escape(', '.join(plan.overrides))}", style)
    return lines


def _marked(mark: str, text: str, style: Style) -> list[str]:
    first, *rest = wrap(text, style, 4)
    return [f"  {paint(mark, TONES[mark], style)} {first}", *rest]


def _unmanaged_lines(plan: Plan, style: Style) -> list[str]:
    if not plan.unmanaged:
        return []
    heads = [
        Head(
            ".",
            f"{escape(item.provider)} {'-' if item.name is None else value_text(item.name)} ({escape(item.id)})",
            None,
        )
        for item in plan.unmanaged
    ]
    return ["Not managed:", *render_heads(heads, style)]


def _warning_lines(plan: Plan, style: Style) -> list[str]:
    """Warnings and errors that no line above has said already, each at its whole place."""
    dropped = {item.source for change in plan.changes for item in change.dropped}
    unseen = any(change.unseen for change in plan.changes)
    said = [change.error for change in plan.changes if change.error is not None]

    def is_new(warning: Problem) -> bool:
        if warning.code == "dropped-setting":
            return warning.source not in dropped
        return not (warning.code in UNSEEN_CODES and unseen)

    errors = [problem for problem in plan.errors if problem not in said]
    return problem_lines(errors, [warning for warning in plan.warnings if is_new(warning)], style)
