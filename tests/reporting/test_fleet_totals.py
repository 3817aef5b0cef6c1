"""The sentences and cells that text, Markdown and HTML share."""

from __future__ import annotations

import pytest

from reconciler.model import FleetRow, Shard
from reconciler.reporting.fleet_totals import LONGEST_ERROR, error_texts, missing_text, state_of, total_texts
from tests.reporting.fleets import ROWS, make_fleet, make_full_fleet


@pytest.mark.parametrize(
    ("row", "verb", "state"),
    [
        (FleetRow("a", exit=0), "plan", "ended"),
        (FleetRow("a", update=1, exit=0), "plan", "changes"),
        (FleetRow("a", create=1, exit=0), "apply", "ended"),
        (FleetRow("a", exit=2), "schema", "changes"),
        (FleetRow("a", update=1, exit=5), "apply", "wrong"),
        (FleetRow("a"), "plan", "unbegun"),
    ],
)
def test_where_an_account_stands(row: FleetRow, verb: str, state: str) -> None:
    """By its exit code, and by what its plan holds: a plan that ended 0 may still hold changes."""
    assert state_of(row, verb) == state


def test_an_apply_tells_what_was_done() -> None:
    """Where a plan tells what is to be done; and it needs no second one."""
    totals = total_texts(make_full_fleet("apply"))
    assert totals[0].endswith("; 1 created, 1 updated, 56 unchanged, 1 failed.")
    assert totals[0].startswith("Apply: 5 accounts, 1 ended well, 1 with changes")
    assert totals[2] == ""


def test_other_verbs_count_objects_only_where_they_have_some() -> None:
    """`validate` and `doctor` have none."""
    assert total_texts(make_fleet(FleetRow("a", exit=0), verb="doctor"))[0] == "Doctor: 1 account, 1 ended well."
    assert "41 unchanged" in total_texts(make_fleet(ROWS[0], verb="show"))[0]
    assert total_texts(make_fleet(verb=""))[0] == ": 0 accounts."


def test_errors_are_cut_and_counted() -> None:
    """The rest is told as a number."""
    row = FleetRow("a", errors=("\x1b" * 1_000_000, *("x" * 9 for _ in range(25))))
    first, *others, last = error_texts(row)
    assert len(first) == LONGEST_ERROR
    assert first.startswith("\\u001b")
    assert len(others) == 20
    assert last == "and 5 more lines: the JSON has all of them"


def test_missing_shards_are_named_until_there_are_too_many() -> None:
    """One, several, very many."""
    assert missing_text([Shard(3, 4)]) == "shard 3/4 is missing: its accounts are not counted here"
    assert missing_text([Shard(1, 4), Shard(3, 4)]).startswith("shards 1/4, 3/4 are missing")
    assert "20/100 and 80 more are missing" in missing_text([Shard(index, 100) for index in range(1, 101)])
