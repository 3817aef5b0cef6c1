"""Pieces of a fleet: what belongs together becomes one, what does not is told with all reasons."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidError
from reconciler.model import (
    FleetReport,
    FleetRow,
    Outcome,
    PlanSummary,
    Problem,
    Report,
    ReportSummary,
    Requests,
    Shard,
)
from reconciler.reporting.fleet_merge import Piece, make_plan_piece, make_report_piece, merge_fleets
from tests.reporting.fleets import ROWS, make_fleet
from tests.reporting.samples import make_plan, place


def make_piece(file: str, *names: str, code: int | None = 0, verb: str = "plan", **fields: object) -> Piece:
    """A piece with an account of each name."""
    rows = [FleetRow(name, update=1, requests=2, seconds=1.5, exit=code) for name in names]
    return Piece(file, (verb,), make_fleet(*rows, verb=verb, exit_code=code or 0, **fields))


def merge(*pieces: Piece) -> FleetReport:
    """What comes of them."""
    return merge_fleets(pieces, tool="0.1.0")


def told(*pieces: Piece) -> list[tuple[str, str]]:
    """The file and the message of each problem."""
    with pytest.raises(InvalidError) as caught:
        merge(*pieces)
    return [(one.source.file if one.source else "", one.message) for one in caught.value.problems]


def test_shards_become_one_whatever_their_order() -> None:
    """Rows by name, sums of all, the time of the longest, and no shard."""
    pieces = [
        make_piece("1.json", "d", "a", shard=Shard(1, 3), created="2026-11-25T06:00:00Z"),
        make_piece("2.json", "c", shard=Shard(2, 3), created="2026-11-25T07:00:00Z"),
        make_piece("3.json", shard=Shard(3, 3), created="2026-11-25T05:00:00Z"),
    ]
    made = [merge(*order) for order in itertools.permutations(pieces)]
    assert made == [made[0]] * 6
    report = made[0]
    assert [row.account for row in report.accounts] == ["a", "c", "d"]
    assert (report.summary.update, report.summary.requests, report.summary.seconds) == (3, 6, 12.5)
    assert (report.summary.accounts, report.summary.clean) == (3, 3)
    assert (report.shard, report.missing, report.exit, report.verb) == (None, (), 0, "plan")
    assert (report.created, report.tool) == ("2026-11-25T07:00:00Z", "0.1.0")


def test_missing_shards_make_it_incomplete() -> None:
    """They are named; what is there already may be merged with the rest later."""
    first = merge(make_piece("2.json", "b", code=2, shard=Shard(2, 4)), make_piece("4.json", "d", shard=Shard(4, 4)))
    assert first.missing == (Shard(1, 4), Shard(3, 4))
    assert first.exit == 6
    half = Piece("half.json", ("plan",), first)
    assert told(half, make_piece("4.json", "x", shard=Shard(4, 4))) == [
        ("4.json", "holds shard 4/4, as half.json does")
    ]
    third = merge(make_piece("3.json", "c", shard=Shard(3, 4)), half)
    assert third.missing == (Shard(1, 4),)
    whole = merge(Piece("third.json", ("plan",), third), make_piece("1.json", "a", shard=Shard(1, 4)))
    assert (whole.missing, [row.account for row in whole.accounts]) == ((), ["a", "b", "c", "d"])


@pytest.mark.parametrize(
    ("codes", "missing", "code"),
    [
        ((0, 0), False, 0),
        ((0, 2), False, 2),
        ((2, 5), False, 5),
        ((2, 5), True, 6),
        ((3, 0), True, 3),
        ((8, 7), False, 7),
        ((None, 0), False, 6),
        ((None, 7), False, 7),
        ((130, 7), False, 130),
    ],
)
def test_it_ends_as_one_run_over_all_accounts(codes: tuple[int | None, ...], missing: bool, code: int) -> None:
    """The contract's order over all rows, and 6 where something was not begun or is missing."""
    total = len(codes) + missing
    pieces = [
        make_piece(f"{index}.json", f"a{index}", code=one, shard=Shard(index, total))
        for index, one in enumerate(codes, 1)
    ]
    assert merge(*pieces).exit == code


def test_a_piece_that_ended_otherwise_than_its_rows_counts_too() -> None:
    """Such as one that was interrupted."""
    piece = make_piece("a.json", "a")
    stopped = msgspec.structs.replace(piece, report=msgspec.structs.replace(piece.report, exit=143))
    assert merge(stopped, make_piece("b.json", "b")).exit == 143


def test_all_that_does_not_belong_together_is_told_at_once() -> None:
    """Verbs, shards of other wholes, accounts in two pieces."""
    assert told(
        make_piece("1.json", "a", "b", shard=Shard(1, 2)),
        make_piece("2.json", "b", "c", "a", shard=Shard(2, 3)),
        make_piece("3.json", "d", verb="apply"),
        make_piece("4.json", "c", shard=Shard(1, 2)),
    ) == [
        ("2.json", "2 accounts stand in 1.json too: b, a"),
        ("2.json", "is one of 3 shards, where 1.json is one of 2"),
        ("3.json", "is of apply, where 1.json is of plan"),
        ("4.json", "1 account stands in 2.json too: c"),
        ("4.json", "holds shard 1/2, as 1.json does"),
    ]


def test_very_many_accounts_in_two_pieces_are_counted() -> None:
    """The first are named."""
    names = [f"a{index:03}" for index in range(500)]
    ((file, message),) = told(make_piece("1.json", *names), make_piece("2.json", *names))
    assert (file, message[:35]) == ("2.json", "500 accounts stand in 1.json too: a")
    assert message.endswith("a019 and 480 more")


def test_a_plan_is_a_row() -> None:
    """With its forecast and what blocks it; by itself it does not say whether `plan` or `drift` made it."""
    problem = Problem("unknown-id", "id 9\x1b is not known", place(3), "correct the id")
    summary = PlanSummary(create=1, update=2, unchanged=3, blocked=1, requests=9, seconds=4.5)
    plan = make_plan(summary=summary, errors=(problem, Problem("odd", "list is cut")))
    report = merge(make_plan_piece(plan, "main.json"))
    assert report.verb == "plan"
    assert report.exit == 3
    assert report.accounts == (
        FleetRow(
            "main",
            create=1,
            update=2,
            unchanged=3,
            failed=1,
            exit=3,
            errors=(
                "manifests/sms/twilio.yaml:3:3: id 9\\u001b is not known",
                "-> correct the id",
                "list is cut",
            ),
            file="main.json",
            apply_requests=9,
            apply_seconds=4.5,
        ),
    )
    assert report.summary.apply_seconds == 4.5


def test_plans_among_drifts_are_drifts() -> None:
    """Their changes are pending then; an undo's plan is none, and an apply's report neither."""
    changed = make_plan_piece(make_plan(summary=PlanSummary(update=1), account="p"), "p.json")
    same = make_plan_piece(make_plan(account="q"), "q.json")
    drift = make_piece("d.json", "d", verb="drift")
    merged = merge(changed, same, drift, changed_name(same, "r"))
    assert (merged.verb, merged.exit) == ("drift", 2)
    assert [row.exit for row in merged.accounts] == [2, 2, 0, 0]
    undo = make_plan_piece(make_plan(origin="undo", account="u"), "u.json")
    assert told(drift, undo) == [("u.json", "is of plan, where d.json is of drift")]
    assert told(changed, drift, undo) == [("u.json", "is of plan, where d.json is of drift")]
    report = make_report_piece(make_report(), "r.json")
    assert told(report, changed) == [("p.json", "is of plan or drift, where r.json is of apply or undo")]


def changed_name(piece: Piece, name: str) -> Piece:
    """The same piece of another account."""
    rows = tuple(msgspec.structs.replace(row, account=name) for row in piece.report.accounts)
    return Piece(f"{name}.json", piece.verbs, msgspec.structs.replace(piece.report, accounts=rows))


def make_report() -> Report:
    """An apply that did some of it."""
    return Report(
        plan="sha256:00",
        account="main",
        summary=ReportSummary(2, 1, 1, 1, 1, 1),
        outcomes=(
            Outcome("a/x", "1", "create", "applied"),
            Outcome("a/y", "2", "update", "applied"),
            Outcome("a/z", "3", "update", "failed", error="the API\x1b refused it"),
        ),
        requests=Requests(3, 2, 1, 4, 5),
        seconds=7.5,
        exit_code=6,
        created="2026-11-25T06:00:00Z",
    )


def test_a_report_is_a_row() -> None:
    """What was created and updated, what failed in any way and why, what left and how it ended."""
    merged = merge(make_report_piece(make_report(), "r.json"))
    assert (merged.verb, merged.exit, merged.summary.seconds) == ("apply", 6, 7.5)
    (row,) = merged.accounts
    assert (row.create, row.update, row.unchanged, row.stale, row.failed) == (1, 1, 1, 1, 3)
    assert (row.requests, row.throttled, row.seconds, row.exit) == (6, 4, 7.5, 6)
    assert row.errors == ("a/z: failed: the API\\u001b refused it",)


def test_a_whole_fleet_is_merged_with_others() -> None:
    """It has no shard, so that nothing is missing."""
    whole = Piece("a.json", ("plan",), make_fleet(*ROWS))
    merged = merge(whole, make_piece("b.json", "zoo"))
    assert [row.account for row in merged.accounts][-1] == "zoo"
    assert merged.missing == ()
    assert merged.summary.accounts == 6


names = st.sets(st.text("abcdefgh-_.0123", min_size=1, max_size=4), max_size=20)
numbers = st.integers(0, 5)
codes = st.sampled_from([None, 0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 130, 143])


@settings(deadline=None)
@given(names, st.integers(1, 5), st.data())
def test_shards_that_are_merged_are_the_whole(accounts: set[str], total: int, data: st.DataObject) -> None:
    """However accounts are spread, whatever became of them, and in whatever order the pieces come."""
    made = [
        data.draw(
            st.builds(FleetRow, st.just(name), numbers, numbers, stale=numbers, requests=numbers, exit=codes),
        )
        for name in sorted(accounts)
    ]
    parts: list[list[FleetRow]] = [[] for _ in range(total)]
    for row in made:
        parts[data.draw(st.integers(0, total - 1))].append(row)
    pieces = [
        Piece(f"{index}.json", ("apply",), make_fleet(*part, verb="apply", exit_code=0, shard=Shard(index, total)))
        for index, part in enumerate(parts, 1)
    ]
    whole = merge(Piece("whole.json", ("apply",), make_fleet(*made, verb="apply", exit_code=0)))
    assert merge(*data.draw(st.permutations(pieces))) == whole
    cut = data.draw(st.integers(0, total))
    halves = [merge(*part) for part in (pieces[:cut], pieces[cut:]) if part]
    again = [Piece(f"half-{index}.json", ("apply",), half) for index, half in enumerate(halves)]
    assert merge(*again) == whole
