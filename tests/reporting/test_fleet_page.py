"""A fleet as Markdown and HTML: the same table, within the size of a comment, nothing of it active."""

from __future__ import annotations

import re

import pytest
from msgspec import Raw

from reconciler.model import FleetRow
from reconciler.reporting.documents import plan_document, report_document
from reconciler.reporting.fleet_page import make_fleet_page
from reconciler.reporting.html import render_html
from reconciler.reporting.markdown import LARGEST, render_markdown
from tests.reporting.corpus import INJECTIONS, make_nasty_plan
from tests.reporting.fleets import ROWS, make_answered, make_fleet, make_full_fleet, make_large_fleet, make_nasty_fleet
from tests.reporting.samples import make_change, make_full_plan, make_full_report, make_plan
from tests.reporting.test_html import assert_inert as assert_inert_html
from tests.reporting.test_html import read
from tests.reporting.test_markdown import OURS, tokens_of

TABLE = {f"{part}_{side}" for part in ("table", "thead", "tbody", "tr", "th", "td") for side in ("open", "close")}


def assert_inert(text: str) -> None:
    """Tables, and what every other page may hold; no link, picture, mention or emphasis."""
    allowed = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "fence"}
    allowed |= {"html_block", "hardbreak", "softbreak", "text_special", "strong_open", "strong_close", *TABLE}
    for token in tokens_of(text):
        assert token.type in allowed, token
        if token.type == "html_block":
            assert not re.search("[<@]", OURS.sub("", token.content))
        if token.type in ("text", "text_special"):
            assert "@" not in token.content


def test_markdown_shows_first_what_must_be_looked_at() -> None:
    """Wrong, not begun, with changes; the rest is folded, and errors stand below the rows."""
    text = render_markdown(make_fleet_page(make_full_fleet()))
    assert_inert(text)
    assert text.startswith("### reconciler plan: 5 accounts\n")
    assert "| account | create | update | unchanged | stale | failed | requests | seconds | exit |" in text
    names = re.findall(r"^\| ([a-z][\w-]+) \| [\d-]", text, re.MULTILINE)
    assert names == ["agency_south", "depot", "cinema", "agency-north", "bakery"]
    assert text.index("<summary>1 without changes</summary>") < text.index("| bakery")
    assert "<code>x agency_south</code> exit 7" in text
    assert "<code>x cinema</code> not begun" in text
    assert "#   -> export OCAMBA_SOUTH=…" in text
    assert "error: shard 3/3 is missing" in text


def test_markdown_of_a_fleet_without_changes_is_a_folded_table() -> None:
    """The totals say it all."""
    text = render_markdown(make_fleet_page(make_fleet(ROWS[2], exit_code=0), sandbox=True))
    assert text.startswith("### SANDBOX reconciler plan: 1 account\n")
    assert text.count("<details>") == 1
    assert_inert(text)


@pytest.mark.parametrize("number", [0, 1, 40, 800, 10_000])
@pytest.mark.parametrize("limit", [LARGEST, 2_000])
def test_markdown_stays_under_its_size_and_counts_the_rest(number: int, limit: int) -> None:
    """Each account is a row or is counted as left out; so are the errors."""
    text = render_markdown(make_fleet_page(make_large_fleet(number)), limit=limit)
    assert len(text) <= limit
    assert_inert(text)
    shown = len(re.findall(r"^\| account-", text, re.MULTILINE))
    told = re.search(r"Not shown here: (\d+) account", text)
    assert shown + (int(told[1]) if told else 0) == number
    sections = text.count("<code>x account-")
    told = re.search(r"(\d+) errors?\.\*\*", text)
    assert sections + (int(told[1]) if told else 0) == -(-number // 100)
    if number == 10_000 and limit == LARGEST:
        assert (shown > 500, sections) == (True, 100)


def test_a_tiny_limit_is_kept_too() -> None:
    """Even where not even the totals fit."""
    assert len(render_markdown(make_fleet_page(make_full_fleet()), limit=100)) <= 101


@pytest.mark.parametrize("name", ["a.b_c", "_a_", "www.evil.example", "a._b_.c", "__x", "a" * 64, "-", "1."])
def test_a_name_is_never_markup(name: str) -> None:
    """Names may hold underscores and dots."""
    row = FleetRow(name, exit=7)
    assert_inert(render_markdown(make_fleet_page(make_fleet(row, row))))


def test_html_has_a_row_an_account_and_all_errors() -> None:
    """Readable without script; each account is one body, which the search shows or hides."""
    text = render_html(make_fleet_page(make_full_fleet()))
    assert_inert_html(text)
    reader = read(text)
    texts = "\n".join(reader.texts)
    for part in ("Plan: 5 accounts", "agency_south", "not begun", "export OCAMBA_SOUTH=…", "shard 3/3 is missing"):
        assert part in texts
    bodies = [attributes for tag, attributes in reader.tags if tag == "tbody"]
    assert [one["data-tone"] for one in bodies] == ["bad", "bad", "none", "update", "good"]
    assert '<option value="bad">not as it should be</option>' in text
    assert '<option value="good">without changes</option>' in text
    assert "<dt>Exit code</dt><dd>7</dd>" in text


@pytest.mark.parametrize(
    ("number", "code", "tone"), [(2, 0, "good"), (0, 0, "update"), (0, 2, "update"), (1, 7, "bad")]
)
def test_the_page_has_the_tone_of_the_run(number: int, code: int, tone: str) -> None:
    """A plan that ended 0 may still hold changes."""
    page = make_fleet_page(make_fleet(ROWS[number], exit_code=code, tool="", created=""))
    assert page.tone == tone
    assert ("Created", "not known") in page.facts


def test_html_of_ten_thousand_accounts_has_them_all() -> None:
    """Nothing is cut; an empty fleet has nothing to search."""
    text = render_html(make_fleet_page(make_large_fleet(10_000)))
    assert text.count('<tbody class="entry') == 10_000
    empty = render_html(make_fleet_page(make_fleet()))
    assert 'id="search"' not in empty
    assert_inert_html(empty)


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_nothing_that_was_written_elsewhere_is_active_here(text: str) -> None:
    """Errors, and whatever else a file may say."""
    page = make_fleet_page(make_nasty_fleet(text))
    made = render_markdown(page)
    assert len(made) <= LARGEST
    made.encode()
    assert_inert(made)
    html = render_html(page)
    html.encode()
    assert_inert_html(html)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", html)


def test_what_a_plan_would_change_stands_with_its_account() -> None:
    """Field by field, as in a plan of one account; what is blocked stands among the errors alone."""
    page = make_fleet_page(make_fleet(make_answered(make_full_plan(), account="shop", errors=("blocked: id 9999",))))
    text = render_markdown(page)
    assert_inert(text)
    assert "<code>~ shop: twilio/main-sms (1161)</code>" in text
    assert '+ settings.default_phone_number: "+14445550100"   manifests/sms/twilio.yaml:9:25' in text
    assert text.index("<code>x shop</code>") < text.index("<code>~ shop: twilio")
    assert "twilio/gone" not in text
    html = render_html(page)
    assert_inert_html(html)
    assert html.count('<details class="object') == 3
    assert html.count('class="entry') == 1
    assert '"+14445550100"' in "\n".join(read(html).texts)


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'{"changes": 1}', b"[" * 5000 + b"]" * 5000, b"null", b'"\\ud800"'])
def test_what_is_no_plan_is_not_looked_into(answer: bytes) -> None:
    """The report of an apply, or what somebody has written into a file."""
    page = make_fleet_page(make_fleet(FleetRow("a", update=1, exit=2, answer=Raw(answer))))
    assert page.table is not None
    assert page.table.rows[0].entries == ()
    report = Raw(report_document(make_full_report()).encode())
    applied = make_fleet_page(make_fleet(FleetRow("a", update=1, exit=6, answer=report), verb="apply"))
    assert "object" not in render_markdown(applied)


def test_a_plan_whose_values_are_nested_too_deep_is_left_to_its_json() -> None:
    """Nothing of it is shown, and nothing breaks."""
    change = b'{"action": "update", "address": "a/b", "id": "1", "provider": "a", "name": "b", "source": '
    change += b'{"file": "f", "line": 1, "column": 1}, "fields": [{"path": ["name"], "before": BEFORE, "after": 1, '
    change += b'"secret": false, "source": null}]}'
    plan = plan_document(make_plan()).encode().replace(b'"changes": []', b'"changes": [' + change + b"]")
    for depth in (1, 300, 900):
        answer = Raw(plan.replace(b"BEFORE", b"[" * depth + b"]" * depth))
        made = render_html(make_fleet_page(make_fleet(FleetRow("a", update=1, exit=2, answer=answer))))
        assert_inert_html(made)


def test_objects_are_counted_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the page, and in a comment."""
    changes = [make_change(address=f"twilio/{number}") for number in range(40)]
    rows = [make_answered(make_plan(*changes), account=f"shop-{number}") for number in range(20)]
    page = make_fleet_page(make_fleet(*rows, exit_code=2))
    text = render_markdown(page)
    assert len(text) <= LARGEST
    assert_inert(text)
    shown = text.count("<code>~ shop-")
    assert 50 < shown < 800
    assert f"Not shown here: {800 - shown} objects." in text
    assert len(re.findall(r"^\| shop-", text, re.MULTILINE)) == 20
    monkeypatch.setattr("reconciler.reporting.fleet_page.MOST_OBJECTS", 70)
    page = make_fleet_page(make_fleet(*rows, exit_code=2))
    assert page.table is not None
    assert [(len(row.entries), row.more) for row in page.table.rows[:3]] == [(40, 0), (30, 10), (0, 40)]
    html = render_html(page)
    assert_inert_html(html)
    assert html.count('<details class="object') == 70
    assert html.count("and 40 more, in its own plan") == 18
    assert "Not shown here: 730 objects." in render_markdown(page)


@pytest.mark.parametrize("text", INJECTIONS[:-1], ids=range(len(INJECTIONS) - 1))
def test_nothing_of_a_plan_is_active_here(text: str) -> None:
    """Names, keys, values, providers: what a plan of one account is held to."""
    plan = plan_document(make_nasty_plan(text)).encode()
    page = make_fleet_page(make_fleet(FleetRow("a", update=1, exit=2, answer=Raw(plan))))
    assert page.table is not None
    assert len(page.table.rows[0].entries) == 1 or "\ud800" in text
    assert_inert(render_markdown(page))
    assert_inert_html(render_html(page))
