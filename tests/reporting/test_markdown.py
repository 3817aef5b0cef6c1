"""Markdown for comments: what it says, how long it gets, and that nothing in it is markup but ours."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.model import PlanSummary
from reconciler.reporting.markdown import LARGEST, MOST_LINES, render_markdown
from reconciler.reporting.pages import Entry, Line, Page
from reconciler.reporting.plan_page import make_plan_page
from reconciler.reporting.report_page import make_report_page
from tests.reporting.corpus import INJECTIONS, make_nasty_plan
from tests.reporting.samples import SAMPLE, make_change, make_full_plan, make_full_report, make_plan

OURS = re.compile(r"</?(details|summary|code)>")


def tokens_of(text: str) -> list[Token]:
    """All tokens of GitHub's dialect, inner ones too."""
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    return [inner for token in parser.parse(text) for inner in (token, *(token.children or ()))]


def assert_inert(text: str) -> None:
    """Only headings, paragraphs, fences and our own few tags; no link, picture, table, mention or emphasis."""
    allowed = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "fence"}
    allowed |= {"html_block", "hardbreak", "softbreak", "text_special", "strong_open", "strong_close"}
    found = tokens_of(text)
    assert {token.type for token in found} <= allowed
    for token in found:
        if token.type == "html_block":
            bare = OURS.sub("", token.content)
            assert "<" not in bare, bare[:200]
            assert "@" not in bare
        if token.type in ("text", "text_special"):
            assert "@" not in token.content


def test_the_totals_come_first_and_each_object_is_folded() -> None:
    """The sample of the contract."""
    text = render_markdown(make_plan_page(SAMPLE))
    lines = text.splitlines()
    assert lines[0] == "### reconciler plan: main"
    assert "Plan: 0 to create, 1 to update, 41 unchanged, 1 setting dropped; 2 not managed." in text
    assert text.index("Plan: 0") < text.index("<details>")
    assert text.count("<details>") == 1
    assert '- settings.default_phone_number: "+13345550100"' in text
    assert '+ settings.default_phone_number: "+14445550100"   manifests/sms/twilio.yaml:9:25' in text
    assert "secret(env:HOOD_TWILIO_AUTH_TOKEN) changes" in text


def test_every_kind_of_line_is_in_it() -> None:
    """Refusals with their overrides, blocks, drops, what is hidden, warnings, what is not managed."""
    text = render_markdown(make_plan_page(make_full_plan(), sandbox=True))
    assert text.startswith("### SANDBOX reconciler plan")
    for part in ("refused by lifecycle.guard", "-> guard: {max_changes: 3}", "blocked: id 9999", "not compared"):
        assert part in text
    for part in ("2 warnings", "the list of the API was cut short", "2 unmanaged objects", "(1171)"):
        assert part in text
    assert_inert(text)


def test_a_report_tells_what_became_of_every_object() -> None:
    """Its totals, statuses, verdicts and notes."""
    text = render_markdown(make_report_page(make_full_report()))
    assert "Apply: 2 applied, 1 unchanged, 1 failed, 1 stale, 1 unverified, 2 skipped." in text
    assert "stored as 587" in text
    assert "1 note" in text
    assert_inert(text)


@pytest.mark.parametrize("number", [1, 40, 300, 5000])
def test_it_stays_under_its_size_with_exact_totals(number: int) -> None:
    """What does not fit is counted, never the totals."""
    plan = make_plan(
        *(make_change(address=f"twilio/sms-{index:05}") for index in range(number)),
        summary=PlanSummary(update=number),
    )
    text = render_markdown(make_plan_page(plan))
    assert len(text) <= LARGEST
    shown = text.count("<details>")
    assert f"{number} to update" in text
    if shown < number:
        assert f"**Not shown here: {number - shown} objects.**" in text
    assert_inert(text)


def test_after_the_first_object_that_does_not_fit_none_is_shown() -> None:
    """So that nobody takes a later small one for the last of all."""
    big = Entry("~", "update", "big", lines=tuple(Line("~", "k", after="x" * 250) for _ in range(30)))
    small = Entry("~", "update", "small")
    text = render_markdown(Page("h", "update", ("t",), (small, big, small)), limit=2000)
    assert "Not shown here: 2 objects." in text


def test_an_object_with_very_many_fields_is_cut_with_a_count() -> None:
    """The rest of its lines is told as a number."""
    lines = tuple(Line("+", f"settings.k{index}", after='"v"') for index in range(MOST_LINES + 5))
    text = render_markdown(Page("h", "update", ("t",), (Entry("+", "create", "x", lines=lines),)))
    assert "# and 5 more lines" in text


def test_a_tiny_limit_is_kept_too() -> None:
    """Even where not even the totals fit."""
    assert len(render_markdown(make_plan_page(make_full_plan()), limit=100)) <= 101


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_nothing_that_was_written_elsewhere_is_markup_here(text: str) -> None:
    """Names, keys, values, providers, accounts, warnings."""
    made = render_markdown(make_plan_page(make_nasty_plan(text)))
    assert len(made) <= LARGEST
    made.encode()
    assert_inert(made)
