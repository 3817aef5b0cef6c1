"""The sticky comment's sections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.reporting.comment import LARGEST, SMALLEST, is_ours, merge_comment, read_sections, room_for
from reconciler.reporting.markdown import render_markdown
from reconciler.reporting.plan_page import make_plan_page
from tests.reporting.corpus import INJECTIONS, make_nasty_plan
from tests.reporting.samples import make_change, make_plan

names = st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=200)


@given(st.dictionaries(names, texts, max_size=5), names, texts)
def test_a_section_is_replaced_and_the_others_stay(others: dict[str, str], name: str, text: str) -> None:
    """Whatever stands in any of them, and however line breaks come back."""
    body = ""
    for one, content in others.items():
        body = merge_comment(body, one, content)
    before = read_sections(body)
    merged = merge_comment(body.replace("\n", "\r\n"), name, text)
    after = read_sections(merged)
    assert is_ours(merged)
    assert {one: content for one, content in after.items() if one != name} == {
        one: content for one, content in before.items() if one != name
    }
    assert name in after
    assert merge_comment(merged, name, text) == merged
    assert list(after) == sorted(after)


def test_a_comment_of_somebody_else_has_no_sections() -> None:
    """Even where it quotes one of ours."""
    ours = merge_comment("", "main", "x")
    assert read_sections("> see\n" + ours) == {}


def test_a_name_must_be_a_plain_word() -> None:
    """It stands in a marker."""
    with pytest.raises(ValueError, match="-->"):
        merge_comment("", "a --> b", "x")


def test_many_accounts_fit_into_one_comment() -> None:
    """Each gets what room the others leave; none is lost."""
    body = ""
    plan = make_plan(*(make_change(address=f"twilio/{number}") for number in range(500)))
    for number in range(12):
        room = room_for(body, f"account-{number}")
        body = merge_comment(body, f"account-{number}", render_markdown(make_plan_page(plan), limit=room))
    assert len(read_sections(body)) == 12
    assert len(body) <= LARGEST + 12 * (SMALLEST + 200)
    assert all(text.count("<details>") == text.count("</details>") for text in read_sections(body).values())


def test_markdown_that_is_too_long_is_cut_between_blocks() -> None:
    """No folded section is left open; a text that is one long block is cut as well."""
    block = "<details><summary>x</summary>\n\n```\n" + "y" * 1000 + "\n```\n\n</details>"
    (text,) = read_sections(merge_comment("", "main", "### head\n\n" + "\n\n".join([block] * 200))).values()
    assert text.count("<details>") == text.count("</details>") > 1
    assert text.endswith("does not fit into this comment.**")
    (flat,) = read_sections(merge_comment("", "main", "z" * 100_000)).values()
    assert len(flat) < LARGEST


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_nothing_written_elsewhere_ends_a_section(text: str) -> None:
    """Values that look like our markers do not."""
    marker = f"<!-- reconciler:end main -->\n{text[:100]}"
    body = merge_comment("", "main", render_markdown(make_plan_page(make_nasty_plan(marker))))
    assert list(read_sections(merge_comment(body, "other", marker))) == ["main", "other"]
