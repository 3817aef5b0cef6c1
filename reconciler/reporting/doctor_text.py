"""What `doctor` found, for people: a line each, and what to do below it."""

from __future__ import annotations

from reconciler.model import Check, Diagnosis
from reconciler.reporting.style import Style, cells, count, escape, fix_lines, pad, paint, wrap

_TONES = {"ok": "green", "warning": "yellow", "failure": "red"}
_LEVEL = max(map(len, _TONES)) + 2


def render_diagnosis(diagnosis: Diagnosis, style: Style) -> str:
    """All checks in the order in which they were made, and a last line that counts them."""
    name = max((cells(escape(check.name)) for check in diagnosis.checks), default=0) + 2
    lines = [line for check in diagnosis.checks for line in _lines(check, name, style)]
    numbers = {level: sum(check.level == level for check in diagnosis.checks) for level in _TONES}
    said = [f"{numbers['ok']} ok", count(numbers["warning"], "warning"), count(numbers["failure"], "failure")]
    tone = "red" if numbers["failure"] else "yellow" if numbers["warning"] else "green"
    total = f"{count(len(diagnosis.checks), 'check')}: {', '.join(said)}."
    return "\n".join([*lines, "", *(paint(line, tone, style) for line in wrap(total, style, 0))]) + "\n"


def _lines(check: Check, name: int, style: Style) -> list[str]:
    start = 2 + _LEVEL + name
    head = f"  {paint(check.level, _TONES[check.level], style)}{' ' * (_LEVEL - len(check.level))}"
    first, *rest = wrap(escape(check.message), style, start)
    fix = fix_lines(check.fix, start, style) if check.level != "ok" else []
    return [f"{head}{pad(escape(check.name), name)}{first}", *rest, *fix]
