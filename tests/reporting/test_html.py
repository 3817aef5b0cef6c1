"""The HTML file: whole without script, nothing from outside, nothing active but our own script."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from reconciler.model import PlanSummary, Validation
from reconciler.reporting.html import render_html
from reconciler.reporting.html_assets import SCRIPT, STYLE
from reconciler.reporting.pages import Page
from reconciler.reporting.plan_page import make_plan_page
from reconciler.reporting.report_page import make_report_page, make_validation_page
from tests.reporting.corpus import INJECTIONS, make_nasty_plan
from tests.reporting.samples import SAMPLE, make_change, make_full_plan, make_full_report, make_plan

VOID = {"meta", "input"}


class Reader(HTMLParser):
    """Tags with their attributes, and the text that a person reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes it."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Must end what is open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, or the content of script and style."""
        kind = self.open[-1] if self.open else ""
        self.raw.get(kind, self.texts).append(data)


def read(text: str) -> Reader:
    """The file as a browser takes it apart."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def assert_inert(text: str) -> None:
    """One script and one style, both ours; no attribute that runs or fetches anything."""
    reader = read(text)
    assert reader.raw == {"script": [SCRIPT], "style": [STYLE]}
    for tag, attributes in reader.tags:
        assert tag not in {"img", "iframe", "link", "a", "form", "object", "embed", "base", "svg"}
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "href", "style", "action"}]


def test_the_policy_names_the_hashes_of_what_is_in_it() -> None:
    """Nothing else may run, and nothing may be fetched."""
    text = render_html(make_plan_page(SAMPLE))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    for kind, content in (("style-src", STYLE), ("script-src", SCRIPT)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_it_tells_all_without_script() -> None:
    """Totals, fields side by side, places, drops, refusals, warnings, what is not managed, what it is bound to."""
    texts = "\n".join(read(render_html(make_plan_page(make_full_plan()))).texts)
    for part in (
        "Plan: 1 to create, 2 to update, 3 unchanged",
        '"+13345550100"',
        '"+14445550100"',
        "manifests/sms/twilio.yaml:9:25",
        "secret(env:HOOD_TWILIO_AUTH_TOKEN) changes",
        "refused by lifecycle.guard",
        "blocked: id 9999",
        "Warnings (2)",
        "Not managed (2)",
        "6197120",
        "Apply needs 9 requests",
    ):
        assert part in texts, part


def test_reports_and_validations_are_pages_too() -> None:
    """The same file with other content; without objects there is nothing to search."""
    report = render_html(make_report_page(make_full_report()))
    assert "Apply: 2 applied" in report
    assert "Notes (1)" in report
    validation = render_html(make_validation_page(Validation(()), checked=(3, 2)))
    assert "Checked 3 manifests in 2 files: valid." in validation
    assert 'id="search"' not in validation
    assert "<footer>" not in validation
    for text in (report, validation, render_html(Page("h", "good", ()))):
        assert_inert(text)


def test_five_thousand_objects_are_all_in_it() -> None:
    """Nothing is cut."""
    plan = make_plan(*(make_change(address=f"twilio/{number}") for number in range(5000)), summary=PlanSummary(0, 5000))
    text = render_html(make_plan_page(plan))
    assert text.count('<details class="entry') == 5000
    assert "Objects (5000)" in text


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_nothing_that_was_written_elsewhere_is_active_here(text: str) -> None:
    """Names, keys, values, providers, accounts, warnings."""
    made = render_html(make_plan_page(make_nasty_plan(text)))
    made.encode()
    assert_inert(made)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", made)
