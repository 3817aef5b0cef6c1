"""What `accept` writes into the manifests, field by field with its place, and what cannot be accepted."""

from __future__ import annotations

from msgspec.structs import replace

from reconciler.model import Acceptance, AcceptedField, AcceptedIntegration
from reconciler.reporting.fields import Pair, make_pair, path_text, value_text
from reconciler.reporting.rows import Head, Row, render_heads
from reconciler.reporting.style import Style, count, escape, fix_lines, paint, wrap
from reconciler.reporting.validation_text import problem_lines

MARKS = {"change": "~", "add": "+"}


def render_acceptance(answer: Acceptance, style: Style) -> str:
    """What would be written and what would not, field by field, and its counts."""
    blocks = [
        render_heads([_make_head(one) for one in answer.integrations], style),
        problem_lines(answer.problems, answer.warnings, style),
        [paint(line, "bold", style) for line in wrap(_total(answer), style, 0)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def render_accepted(answer: Acceptance, proposed: Acceptance, style: Style) -> str:
    """What was written: the counts, and before them what was proposed and could not be written."""
    known = {(one.address, field) for one in proposed.integrations for field in one.fields}
    late = [
        replace(one, fields=tuple(field for field in one.fields if (one.address, field) not in known), problems=())
        for one in answer.integrations
    ]
    heads = render_heads([_make_head(one) for one in late if one.fields], style)
    summary = answer.summary
    text = f"Accepted {count(summary.accepted, 'value')} into {count(summary.files, 'file')}"
    text += f", {summary.refused} not accepted." if summary.refused else "."
    total = [paint(line, "bold", style) for line in wrap(text, style, 0)]
    next_step = fix_lines("git diff", 0, style) if summary.accepted else []
    return "\n".join([*heads, *([""] if heads else []), *total, *next_step]) + "\n"


def _make_head(one: AcceptedIntegration) -> Head:
    accepted = any(field.refused is None for field in one.fields)
    title = escape(one.address) + (f" ({escape(one.id)})" if one.id else "")
    rows = [_make_row(field) for field in one.fields]
    for problem in one.problems:
        text = f"nothing accepted: {escape(problem.message)}"
        rows.append(Row("x", "", text, problem.source, problem.fix, kind="line"))
    return Head("~" if accepted else "x", title, one.source, tuple(rows))


def _make_row(field: AcceptedField) -> Row:
    label = path_text(field.path)
    if field.refused is not None:
        text = f"not accepted: {escape(field.refused)}"
        return Row("x", label, text, field.source, field.fix, kind="sentence")
    if field.action == "add":
        return Row("+", label, value_text(field.after), field.source)
    if field.after is None:
        return Row("~", label, Pair(value_text(field.before), "null: live it is not set"), field.source)
    return Row("~", label, make_pair(field.before, field.after), field.source)


def _total(answer: Acceptance) -> str:
    summary = answer.summary
    if summary.accepted:
        text = f"Accept: {count(summary.accepted, 'value')} into {count(summary.files, 'file')}"
    elif not summary.compared:
        text = "Nothing to accept. Nothing was compared"
    else:
        objects = count(summary.compared, "manifest was", "manifests were")
        text = f"Nothing to accept. {objects} compared"
    if summary.refused:
        text += f", {summary.refused} not accepted"
    left = []
    if summary.secrets:
        left.append(f"{count(summary.secrets, 'secret')} left as {_it_is(summary.secrets)}")
    if summary.hidden:
        left.append(f"{count(summary.hidden, 'value')} hidden by the API")
    return text + "".join(f"; {part}" for part in left) + "."


def _it_is(number: int) -> str:
    return "it is" if number == 1 else "they are"
