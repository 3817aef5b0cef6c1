"""A fleet as text: columns, errors below their account, totals, and what a terminal is never given."""

from __future__ import annotations

import re

import msgspec
import pytest

from reconciler.model import FleetRow
from reconciler.reporting.fleet_text import render_fleet
from reconciler.reporting.style import Style, cells
from tests.reporting.corpus import INJECTIONS
from tests.reporting.fleets import ROWS, make_fleet, make_full_fleet, make_large_fleet
from tests.reporting.golden import ROOT
from tests.reporting.test_safety import assert_safe

TOKEN = "holds a valid API token of this account, one that has not expired"

FULL = """\
  account       create  update  unchanged  stale  failed  requests  seconds       exit
  agency-north       0       1         41      0       0         4      0.4          2
  agency_south       0       0          0      0       0         1      0.1          7
      x error: 401: the token of OCAMBA_SOUTH is not valid
        -> export OCAMBA_SOUTH=…
  bakery             0       0         12      0       0         2      0.2          0
  cinema             -       -          -      -       -         -        -  not begun
      x not begun: the run was interrupted
  depot              1       0          3      0       1         3     12.3          3
      x m.yaml:3:7: id 9 is not known

  ! shard 3/3 is missing: its accounts are not counted here
    -> reconciler plan --all-accounts --shard 3/3, then merge again

Plan: 5 accounts, 1 without changes, 1 with changes, 2 not as they should be, 1 not begun; 1 to create, 1 to update, \
56 unchanged, 1 failed.
Used 10 requests, 1 answered 429, in about 13 s.
Apply needs 4 requests, about 1 s.
Exit code 7.
-> one account alone: reconciler plan --account agency_south
"""


def test_a_row_an_account_its_errors_below_it_and_totals() -> None:
    """As it is printed outside of a terminal."""
    assert render_fleet(make_full_fleet(), Style()) == FULL


def test_what_to_type_next_is_what_the_command_says() -> None:
    """Else the first account that went wrong, by a verb that changes nothing; nothing where all is well."""
    assert render_fleet(make_full_fleet(), Style(), next_step="apply it").endswith("\n-> apply it\n")
    assert "reconciler drift --account agency_south" in render_fleet(make_full_fleet("drift"), Style())
    assert "reconciler plan --account agency_south" in render_fleet(make_full_fleet("apply"), Style())
    assert render_fleet(make_fleet(ROWS[2], exit_code=0), Style()).endswith("\nExit code 0.\n")


def test_an_empty_fleet_has_no_table() -> None:
    """It still says how it ended."""
    assert render_fleet(make_fleet(exit_code=0), Style()).startswith("Plan: 0 accounts; 0 to create")


@pytest.mark.parametrize("width", [1, 40, 60, 80, 100, 200])
def test_it_fits_the_terminal_and_its_numbers_line_up(width: int) -> None:
    """Columns give way before names and numbers do."""
    text = render_fleet(make_full_fleet(), Style(width=width, tty=True))
    assert_safe(text, Style(width=width, tty=True))
    table = text.split("\n\n")[0].splitlines()
    rows = [line for line in table if not line.startswith("   ")]
    assert len(rows) == 6
    assert len({cells(line) for line in rows}) == 1
    head = rows[0].split()
    assert head[1:3] == ["create", "update"]
    assert head[0] == "account" or width < 60
    assert head[-1] == "exit"
    assert {"stale", "requests"} <= set(head) or width < 80
    assert ("seconds" in head) == (width >= 86)
    north = rows[1]
    assert north.index("1") == rows[0].index("update") + len("update") - 1


def test_colours_tell_the_exit_codes_apart() -> None:
    """Green, yellow and red, and nothing else of a row."""
    text = render_fleet(make_full_fleet(), Style(color=True))
    assert "\x1b[32m0\x1b[0m" in text
    assert "\x1b[33m2\x1b[0m" in text
    assert "\x1b[31m7\x1b[0m" in text
    assert re.sub(r"\x1b\[\d+m", "", text) == FULL
    clean, pending = make_fleet(ROWS[2], exit_code=0), make_fleet(ROWS[0], exit_code=2)
    assert "\x1b[32mPlan: 1 account" in render_fleet(clean, Style(color=True))
    assert "\x1b[1mPlan: 1 account" in render_fleet(pending, Style(color=True))


@pytest.mark.parametrize("width", [40, 120])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_error_does_anything_to_a_terminal(text: str, width: int) -> None:
    """Whatever an API or a manifest wrote into it; long ones are cut."""
    style = Style(width=width, tty=True)
    fleet = make_fleet(FleetRow("a", exit=8, errors=(text, f"-> {text[:50]}")), verb=text[:64])
    made = render_fleet(fleet, style)
    assert len(made) < 5000
    if " " in text or len(text) < 20:
        assert_safe(made.replace("\n-> ", "\n"), Style(width=max(width, 80), tty=True))
    assert_safe(render_fleet(fleet, Style()), Style())


def test_ten_thousand_accounts_are_ten_thousand_rows() -> None:
    """None is left out, and the same fleet makes the same bytes."""
    fleet = make_large_fleet(10_000)
    text = render_fleet(fleet, Style())
    assert len(re.findall("^  account-", text, re.MULTILINE)) == 10_000
    assert text == render_fleet(fleet, Style())
    assert "10000 accounts, 9000 without changes, 900 with changes, 100 not as they should be" in text


def test_the_readme_shows_what_is_printed() -> None:
    """The example there is one of these."""
    report = make_fleet(
        FleetRow("main", unchanged=41, requests=2, seconds=0.3, exit=0),
        FleetRow("shop-berlin", 1, 2, 17, 0, 0, 2, 0.4, 2, apply_requests=6, apply_seconds=0.9),
        FleetRow(
            "shop-paris",
            requests=1,
            seconds=0.2,
            exit=7,
            errors=(
                "error: GET /integrations: the API does not accept the token (401)",
                f"  -> check that OCAMBA_PARIS {TOKEN}",
            ),
        ),
    )
    shorter = msgspec.structs.replace(report, summary=msgspec.structs.replace(report.summary, seconds=0.4))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"```text\n{render_fleet(shorter, Style())}```" in readme
