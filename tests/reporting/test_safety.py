"""Whatever people and APIs write into values: nothing that a terminal obeys gets through."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError, RefusedError
from reconciler.model import (
    Change,
    Dropped,
    FieldChange,
    FieldVerdict,
    Outcome,
    Plan,
    PlanSummary,
    Problem,
    Refusal,
    Report,
    Source,
    Unmanaged,
    Validation,
)
from reconciler.reporting.report_text import render_report
from reconciler.reporting.style import Style, cells
from reconciler.reporting.text import render_plan
from reconciler.reporting.validation_text import render_error, render_problems, render_validation
from tests.reporting.samples import make_change, make_full_report, make_plan

NASTY = [
    "\x1b[31m",
    "\x1b]0;x\x07",
    "\x9b2J",
    "\r",
    "\n",
    "\t",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u2028",
    "東",
    "…",
]
texts = st.lists(st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=[]), max_size=8), max_size=6).map(
    "".join
)
paths = texts.map(lambda key: ("settings", key))
short = st.from_regex(r"[a-z]{1,6}\.yaml", fullmatch=True)
sources = st.builds(Source, short, st.integers(1, 99999), st.integers(1, 200))
problems = st.builds(Problem, texts, texts, st.none() | sources, st.none())
values: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=3)
fields = st.builds(
    FieldChange,
    paths,
    values,
    values,
    st.booleans(),
    sources,
    st.sampled_from(["add", "change", "clear"]),
    st.none() | texts,
)
changes = st.builds(
    Change,
    action=st.sampled_from(["create", "update", "none"]),
    address=texts,
    id=st.none() | texts,
    provider=texts,
    name=texts,
    source=sources,
    fields=st.lists(fields, max_size=3).map(tuple),
    dropped=st.lists(st.builds(Dropped, paths, sources, st.none() | texts), max_size=2).map(tuple),
    unseen=st.lists(paths, max_size=2).map(tuple),
    along=st.dictionaries(texts, st.builds(lambda name: {"secret": name}, texts), max_size=2),
    refused=st.lists(st.builds(Refusal, texts, texts, st.just("--yes"), st.none() | sources), max_size=2).map(tuple),
    error=st.none() | problems,
)
plans = st.builds(
    lambda found, unmanaged, warnings, summary: make_plan(
        *found, unmanaged=tuple(unmanaged), warnings=tuple(warnings), summary=summary
    ),
    st.lists(changes, max_size=3),
    st.lists(st.builds(Unmanaged, texts, st.none() | texts, texts), max_size=2),
    st.lists(problems, max_size=2),
    st.builds(PlanSummary, st.integers(0, 3), st.integers(0, 3), unseen=st.integers(0, 2)),
)
verdicts = st.sampled_from(["applied", "dropped", "coerced", "masked", "lost", "degraded"])
outcomes = st.builds(
    Outcome,
    texts,
    st.none() | texts,
    st.sampled_from(["create", "update"]),
    st.sampled_from(["applied", "unchanged", "failed", "stale", "unverified", "skipped"]),
    st.integers(0, 4),
    st.lists(st.builds(FieldVerdict, paths, verdicts, st.none() | texts), max_size=2).map(tuple),
    st.none() | texts,
    st.none() | texts,
    st.none() | sources,
)
reports = st.builds(
    lambda found, warnings: msgspec.structs.replace(
        make_full_report(), outcomes=tuple(found), warnings=tuple(warnings), notes=()
    ),
    st.lists(outcomes, max_size=3),
    st.lists(problems, max_size=2),
)
styles = st.builds(Style, st.booleans(), st.integers(1, 160), st.booleans())


def assert_safe(text: str, style: Style) -> None:
    """No raw control, bidi or invisible character but newlines and our own colours; no line too wide."""
    if not style.color:
        assert "\x1b" not in text
    plain = re.sub(r"\x1b\[\d+m", "", text)
    assert not [char for char in plain if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char != "\n"]
    text.encode()
    if style.tty:
        assert max((cells(line) for line in plain.split("\n")), default=0) <= max(style.width, 40)


@settings(deadline=None)
@given(plans, styles, st.booleans())
def test_a_plan_is_safe_to_print(plan: Plan, style: Style, show: bool) -> None:
    """Whatever stands in names, keys, values, providers, messages and rules."""
    assert_safe(render_plan(plan, style, show_unmanaged=show), style)


@settings(deadline=None)
@given(reports, styles)
def test_a_report_is_safe_to_print(report: Report, style: Style) -> None:
    """Whatever the API wrote into errors and trace ids."""
    assert_safe(render_report(report, style), style)


@settings(deadline=None)
@given(st.lists(problems, max_size=3), st.lists(problems, max_size=3), styles)
def test_problems_are_safe_to_print(errors: list[Problem], warnings: list[Problem], style: Style) -> None:
    """In validation too."""
    assert_safe(render_problems(errors, warnings, style), style)
    assert_safe(render_validation(Validation(tuple(errors), tuple(warnings)), style, 1, 1), style)


@settings(deadline=None)
@given(texts, st.lists(problems, max_size=2), styles)
def test_an_error_is_safe_to_print(message: str, errors: list[Problem], style: Style) -> None:
    """What ended a run may quote anything."""
    assert_safe(render_error(ReconcilerError(message), style), style)
    assert_safe(render_error(RefusedError(message, None, errors), style), style)


@settings(deadline=None)
@given(fields.filter(lambda field: field.secret))
def test_a_secret_field_shows_nothing_of_its_values(field: FieldChange) -> None:
    """The text is the same whatever the values are."""
    other = msgspec.structs.replace(field, before="hunter2", after="hunter3")
    texts_of = [render_plan(make_plan(make_change(fields=(one,))), Style()) for one in (field, other)]
    assert texts_of[0] == texts_of[1]


@pytest.mark.parametrize("escape", ["\x1b[31m", "\u202e", "\u200b"])
def test_the_escapes_are_visible(escape: str) -> None:
    """What was taken out is not lost: the reader sees that it is there."""
    text = render_plan(make_plan(make_change(address=f"twilio/{escape}x")), Style())
    assert f"\\u{ord(escape[0]):04x}" in text
