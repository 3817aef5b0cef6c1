"""What `show` prints for people."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.model import Problem, Show, ShownField, ShownIntegration, ShowSummary, Source
from reconciler.reporting.show_text import render_overview, render_sides
from reconciler.reporting.style import Style, cells

HERE = Source("manifests/a.yaml", 3, 1)
ROW = ShownIntegration(
    address="twilio/main",
    id="1161",
    provider="twilio",
    name="Main",
    status="active",
    effective_status="error",
    type="sms",
    is_default=False,
    managed=True,
    in_sync="no",
    source=HERE,
    update_time="2024-05-23 06:33:01",
)
OTHER = replace(ROW, address=None, id="7", managed=False, in_sync=None, source=None, is_default=None, name=None)


def show_of(*rows: ShownIntegration, **rest: Any) -> Show:
    """The answer with these rows."""
    summary = ShowSummary(managed=1, unmanaged=1, in_sync={"no": 1})
    told: dict[str, Any] = {"summary": summary, "integrations": rows, **rest}
    return Show("0.1.0", "https://x", "main", "1", **told)


def field(path: str, desired: Any = None, live: Any = None, verdict: Any = "same", **rest: Any) -> ShownField:
    """A field of the settings."""
    return ShownField(("settings", path), desired, live, verdict, source=Source("manifests/a.yaml", 9, 5), **rest)


def test_every_integration_is_a_line() -> None:
    """What nobody told is a dash; the last lines count."""
    text = render_overview(show_of(ROW, OTHER), Style())
    lines = text.splitlines()
    assert lines[0].split("  ")[1] == "address"
    assert lines[1].split() == ["twilio/main", "1161", "twilio", "Main", "active", "error", "no", "yes", "no"]
    assert lines[2].split() == ["-", "7", "twilio", "-", "active", "error", "-", "no", "-"]
    assert lines[4:] == ["2 integrations: 1 managed (in sync: 1 no), 1 not managed."]


def test_nothing_is_counted_as_well() -> None:
    """An account without integrations, and no manifest."""
    text = render_overview(show_of(summary=ShowSummary()), Style())
    assert text == "0 integrations: 0 managed, 0 not managed.\n"


def test_what_is_wrong_stands_below_the_table() -> None:
    """Errors of rows, warnings of the whole, a list that was cut, and why something is unseen."""
    row = replace(ROW, in_sync="blocked", errors=(Problem("unknown-id", "gone", HERE, "correct the id"),))
    summary = ShowSummary(2, 0, {"blocked": 1, "unseen": 1})
    text = render_overview(
        show_of(row, summary=summary, complete=False, warnings=(Problem("another-company", "foreign"),)), Style()
    )
    assert "manifests/a.yaml:3:1: gone\n  -> correct the id\n" in text
    assert "warning: foreign\n" in text
    assert "(in sync: 1 unseen, 1 blocked)" in text
    assert "not read whole" in text
    assert "References are not resolved here" in text


def test_one_integration_is_shown_side_by_side() -> None:
    """Its head, its fields with the places of what is desired, and what a plan would say."""
    fields = (
        field("a", "x", "y", "differs"),
        field("b", {"secret": "env:HOOD_B"}, None, "not-compared", live_state="secret", secret=True),
        field("c", {"secret": "literal:x"}, None, "hidden", live_state="hidden", secret=True),
        field("d", None, None, "dropped", live_state="not-set"),
        field("e", None, "v", "differs"),
        ShownField(("settings", "f"), None, None, "not-managed", declared=False, live_state="not-shown"),
    )
    row = replace(ROW, fields=fields, warnings=(Problem("w", "careful", HERE),))
    text = render_sides(show_of(row), Style())
    head, state, _, _, *rows = text.splitlines()
    assert head == "twilio/main (1161)  manifests/a.yaml:3:1"
    assert state == "  not in sync; effective status error; last changed 2024-05-23 06:33:01"
    assert [line.split("  ")[1:] and " ".join(line.split()) for line in rows[:6]] == [
        'settings.a "x" "y" differs manifests/a.yaml:9:5',
        "settings.b secret(env:HOOD_B) (secret) not compared manifests/a.yaml:9:5",
        "settings.c secret(literal) (hidden) hidden, not compared manifests/a.yaml:9:5",
        "settings.d (not shown) (not set) dropped, not defined manifests/a.yaml:9:5",
        'settings.e null, to clear it "v" differs manifests/a.yaml:9:5',
        "settings.f - (not shown) not managed",
    ]
    assert "manifests/a.yaml:3:1: warning: careful" in text
    assert text.endswith("reconciler plan compares those that the API shows.\n")


def test_one_that_is_not_managed_has_its_name_as_its_title() -> None:
    """And nothing is said of what nobody told."""
    row = replace(OTHER, name="Old\x1b", effective_status=None, update_time=None, fields=(field("a", "x", "x"),))
    text = render_sides(show_of(row), Style())
    assert text.startswith('twilio "Old\\u001b" (7)\n  not managed\n')
    assert "References" not in text
    bare = replace(ROW, id=None, in_sync="missing", fields=())
    assert render_sides(show_of(bare), Style()).startswith("twilio/main  manifests/a.yaml:3:1\n  not live;")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_is_fitted(width: int) -> None:
    """Long values are cut in the middle; places in the file of the head are short."""
    long = field("a", "x" * 300, "y" * 300, "differs")
    away = replace(long, source=Source("overlays/a.yaml", 1, 2))
    text = render_sides(show_of(replace(ROW, fields=(long, away))), Style(width=width, tty=True))
    lines = [line for line in text.splitlines() if "settings.a" in line]
    assert all(cells(line) <= width for line in lines)
    assert lines[0].endswith(" :9:5")
    assert "…" in lines[0]
    outside = render_sides(show_of(replace(ROW, fields=(long,))), Style(width=width))
    assert max(cells(line) for line in outside.splitlines()) < 230
