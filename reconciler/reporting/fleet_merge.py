"""Several fleets, or answers of single accounts, as one fleet. Pure: the same pieces make the same report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from reconciler.errors import InvalidError, worst
from reconciler.model import FleetReport, FleetRow, FleetSummary, Plan, Problem, Report, Shard, Source
from reconciler.reporting.fleet_errors import cut_errors, plan_errors, report_errors
from reconciler.reporting.fleet_totals import sum_rows
from reconciler.reporting.style import count, escape

PENDING = 2
INCOMPLETE = 6
"""The exit code where a shard is missing or an account was not begun."""
MOST_TOLD = 20
"""Accounts that stand in two pieces: so many of a pair of pieces are named."""


class Piece(Struct, frozen=True):
    """One file. verbs: what may have made it: a plan is the answer of `plan` and of `drift`."""

    file: str
    verbs: tuple[str, ...]
    report: FleetReport

    @property
    def total(self) -> int | None:
        """How many shards it is one of, or some of; None where it is no part of a whole."""
        if self.report.shard is not None:
            return self.report.shard.of
        return self.report.missing[0].of if self.report.missing else None

    @property
    def shards(self) -> frozenset[int]:
        """The shards that it holds."""
        if self.report.shard is not None:
            return frozenset({self.report.shard.index})
        return frozenset(range(1, (self.total or 0) + 1)) - {one.index for one in self.report.missing}

    @property
    def code(self) -> int:
        """How its run ended: that shards were missing there says nothing of what is whole by now."""
        return 0 if self.report.missing and self.report.exit == INCOMPLETE else self.report.exit


def make_plan_piece(plan: Plan, file: str) -> Piece:
    """A plan of one account as a fleet of one row. The plan itself stays where it is: nothing tells who wrote it."""
    summary = plan.summary
    row = FleetRow(
        plan.account,
        create=summary.create,
        update=summary.update,
        unchanged=summary.unchanged,
        failed=summary.blocked,
        exit=InvalidError.exit_code if plan.errors else 0,
        errors=cut_errors(plan_errors(plan)),
        file=escape(file),
        apply_requests=summary.requests,
        apply_seconds=summary.seconds,
    )
    verbs = ("plan", "drift") if plan.origin != "undo" else ("plan",)
    return Piece(file, verbs, _make_single(row, plan.created))


def make_report_piece(report: Report, file: str) -> Piece:
    """A report of one account as a fleet of one row."""
    summary, sent = report.summary, report.requests
    applied = [outcome.action for outcome in report.outcomes if outcome.status == "applied"]
    row = FleetRow(
        report.account,
        create=applied.count("create"),
        update=len(applied) - applied.count("create"),
        unchanged=summary.unchanged,
        stale=summary.stale,
        failed=summary.failed + summary.unverified + summary.skipped,
        requests=sent.get + sent.patch + sent.post,
        seconds=report.seconds,
        exit=report.exit_code,
        throttled=sent.throttled,
        errors=cut_errors(report_errors(report)),
        file=escape(file),
    )
    return Piece(file, ("apply", "undo"), _make_single(row, report.created))


def _make_single(row: FleetRow, created: str) -> FleetReport:
    """seconds: as long as the account took."""
    summary = FleetSummary(seconds=row.seconds, apply_seconds=row.apply_seconds)
    return FleetReport("", summary, (row,), row.exit or 0, created=escape(created))


def merge_fleets(pieces: Sequence[Piece], *, tool: str) -> FleetReport:
    """One fleet of all rows, by name. Raises InvalidError where the pieces do not belong together, with all reasons.

    The pieces ran side by side: it took as long as the longest of them.
    """
    problems = [*_verb_problems(pieces), *_shard_problems(pieces), *_account_problems(pieces)]
    if problems:
        raise InvalidError(problems)
    verb = _common_verbs(pieces)[0]
    found = (_judge(row, verb) for piece in pieces for row in piece.report.accounts)
    rows = tuple(sorted(found, key=lambda row: row.account))
    missing = _find_missing(pieces)
    codes = [row.exit for row in rows if row.exit is not None] + [piece.code for piece in pieces]
    short = bool(missing) or any(row.exit is None for row in rows)
    return FleetReport(
        verb=verb,
        summary=_make_summary(rows, pieces),
        accounts=rows,
        exit=worst([*codes, INCOMPLETE] if short else codes),
        tool=tool,
        created=max(piece.report.created for piece in pieces),
        missing=missing,
    )


def _judge(row: FleetRow, verb: str) -> FleetRow:
    """A plan does not say which verb made it: as the answer of `drift` its changes are pending."""
    pending = verb == "drift" and row.exit == 0 and row.create + row.update
    return msgspec.structs.replace(row, exit=PENDING) if pending else row


def _make_summary(rows: Sequence[FleetRow], pieces: Sequence[Piece]) -> FleetSummary:
    longest = max(piece.report.summary.seconds for piece in pieces)
    return sum_rows(rows, seconds=longest, apply_seconds=max(one.report.summary.apply_seconds for one in pieces))


def _common_verbs(pieces: Sequence[Piece]) -> list[str]:
    """The verbs that all pieces may be of, in the order of the first."""
    return [verb for verb in pieces[0].verbs if all(verb in piece.verbs for piece in pieces)]


def _verb_problems(pieces: Sequence[Piece]) -> Iterator[Problem]:
    """Each piece is held to what those before it have left."""
    verbs, first = pieces[0].verbs, pieces[0].file
    for piece in pieces[1:]:
        common = tuple(verb for verb in verbs if verb in piece.verbs)
        if common:
            verbs, first = common, first if common == verbs else piece.file
            continue
        told = " or ".join(escape(verb) for verb in piece.verbs)
        other = " or ".join(escape(verb) for verb in verbs)
        message = f"is of {told}, where {escape(first)} is of {other}"
        yield _problem("different-verbs", piece, message, "merge the pieces of one verb")


def _shard_problems(pieces: Sequence[Piece]) -> Iterator[Problem]:
    """Shards of wholes of different sizes, and a shard in two pieces."""
    sharded = [piece for piece in pieces if piece.total is not None]
    seen: dict[int, Piece] = {}
    for piece in sharded:
        if piece.total != sharded[0].total:
            other = f"{escape(sharded[0].file)} is one of {sharded[0].total}"
            message = f"is one of {piece.total} shards, where {other}"
            yield _problem("different-shards", piece, message, "merge the pieces of one run")
            continue
        for index in sorted(piece.shards & seen.keys()):
            message = f"holds shard {index}/{piece.total}, as {escape(seen[index].file)} does"
            yield _problem("shard-twice", piece, message, "name one of the two")
            break
        seen.update(dict.fromkeys(piece.shards, piece))


def _account_problems(pieces: Sequence[Piece]) -> Iterator[Problem]:
    """Accounts that stand in two pieces, or twice in one: of each pair the first few are named."""
    seen: dict[str, Piece] = {}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    places: dict[str, Piece] = {piece.file: piece for piece in pieces}
    for piece in pieces:
        for row in piece.report.accounts:
            first = seen.setdefault(row.account, piece)
            if first is not piece:
                found[first.file, piece.file].append(row.account)
    for (first_file, file), accounts in found.items():
        named = ", ".join(escape(one) for one in accounts[:MOST_TOLD])
        rest = f" and {len(accounts) - MOST_TOLD} more" if len(accounts) > MOST_TOLD else ""
        what = count(len(accounts), "account stands", "accounts stand")
        message = f"{what} in {escape(first_file)} too: {named}{rest}"
        yield _problem("account-twice", places[file], message, "name each piece once")


def _find_missing(pieces: Sequence[Piece]) -> tuple[Shard, ...]:
    total = next((piece.total for piece in pieces if piece.total is not None), None)
    if total is None:
        return ()
    held = frozenset[int]().union(*(piece.shards for piece in pieces))
    return tuple(Shard(index, total) for index in range(1, total + 1) if index not in held)


def _problem(code: str, piece: Piece, message: str, fix: str) -> Problem:
    return Problem(code, message, Source(piece.file, 1, 1), fix)
