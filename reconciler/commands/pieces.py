"""Reads the documents that `report merge` and `comment` take: strictly, whoever wrote them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec import Struct

from reconciler.commands.files import read_file
from reconciler.commands.request import INDEX
from reconciler.errors import SEVERITY, InvalidError, ReconcilerError
from reconciler.model import (
    FLEET_FORMAT,
    PLAN_FORMAT,
    REPORT_FORMAT,
    VALIDATE_FORMAT,
    FleetReport,
    FleetRow,
    Plan,
    Problem,
    Report,
    Shard,
    Source,
)
from reconciler.reporting.fleet_merge import Piece, make_plan_piece, make_report_piece
from reconciler.shards import MOST
from reconciler.values import learn

LARGEST_FILE = 256 * 1024 * 1024
LARGEST_NUMBER = 2**53
"""Counts and seconds beyond which JSON readers elsewhere would lose digits."""
ROOM = 100
"""Levels that a document may be wrapped in later on."""
CODES = frozenset({0, 1, *SEVERITY, 64, 130, 143})

_Answer = TypeVar("_Answer", Plan, Report)
_ACCOUNT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}")
_VERB = re.compile(r"[a-z][a-z-]{0,31}")
_COUNTS = ("create", "update", "unchanged", "stale", "failed", "requests", "throttled", "apply_requests")
_MADE_BY = "reconciler plan --all-accounts --write json=fleet.json"


class _NotOneError(Exception):
    """The document is none of those that are wanted; str() says why, without a value of it."""


def read_piece(path: Path, name: str) -> Piece:
    """A piece from its file, or from the folder of a fleet. name: as people typed it. Raises InvalidError."""
    if path.is_dir():
        path, name = path / INDEX, (Path(name) / INDEX).as_posix()
        if not path.is_file():
            raise _invalid(name, "is not there: this is no folder of a fleet", "name the folder that plan --out made")
    try:
        data = read_file(path, LARGEST_FILE, name)
    except InvalidError:
        raise
    except ReconcilerError as error:
        message = error.message.removeprefix(f"{name}: ")
        raise _invalid(name, message, "name the files that the jobs wrote") from None
    return make_piece(data, name)


def make_piece(data: bytes, name: str) -> Piece:
    """A piece from its bytes. Raises InvalidError for what is no fleet, plan or report, or no sound one."""
    try:
        return _decode_piece(data, name)
    except _NotOneError as error:
        raise _invalid(name, str(error), _MADE_BY) from None


def _decode_piece(data: bytes, name: str) -> Piece:
    kind = find_format(data)
    if kind == FLEET_FORMAT:
        report = decode_fleet(data)
        return Piece(name, (report.verb,), _place_files(report, name))
    if kind == PLAN_FORMAT:
        piece = make_plan_piece(_convert(data, Plan), name)
    elif kind == REPORT_FORMAT:
        piece = make_report_piece(_convert(data, Report), name)
    elif kind == VALIDATE_FORMAT:
        raise _NotOneError("is the answer of a run that ended 3 before it had a plan")
    else:
        raise _NotOneError(f"is neither a {FLEET_FORMAT} nor a plan or report of one account")
    check_fleet(msgspec.structs.replace(piece.report, verb=piece.verbs[0]))
    return piece


def read_fleet(data: bytes, name: str) -> FleetReport:
    """A fleet from its bytes. Raises InvalidError for what is none, or no sound one."""
    try:
        find_format(data)
        return decode_fleet(data)
    except _NotOneError as error:
        raise _invalid(name, str(error), _MADE_BY) from None


class _Object(Struct, frozen=True):
    """What is kept of an object while a document is looked through."""

    format: str | None


def find_format(data: bytes) -> str | None:
    """The `format` of a JSON document, after a look at all of it: it is text, and no key is doubled."""
    try:
        found = json.loads(data.decode(), object_pairs_hook=_look_at, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise _NotOneError("is not UTF-8") from None
    except RecursionError:
        raise _NotOneError("is nested too deep") from None
    except ValueError:
        raise _NotOneError("is no sound JSON document") from None
    return found.format if isinstance(found, _Object) else None


def _look_at(pairs: list[tuple[str, Any]]) -> _Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotOneError("names a key twice in one object")
    word = found.get("format")
    return _Object(word if isinstance(word, str) else None)


def _refuse_constant(_word: str) -> NoReturn:
    raise _NotOneError("holds NaN or Infinity, which are no JSON")


def decode_fleet(data: bytes) -> FleetReport:
    """A fleet, checked."""
    try:
        # The accounts' own documents are not looked into, and must still fit into another one.
        msgspec.json.format(b"[" * ROOM + data + b"]" * ROOM, indent=-1)
        report = msgspec.json.decode(data, type=learn(FleetReport))
    except RecursionError:
        raise _NotOneError("is nested too deep") from None
    except (msgspec.MsgspecError, ValueError):
        raise _NotOneError(f"is not a {FLEET_FORMAT} of this version") from None
    check_fleet(report)
    return report


def _convert(data: bytes, type_: type[_Answer]) -> _Answer:
    """A plan or report, also one that names files as only ASCII escapes can."""
    try:
        return msgspec.convert(json.loads(data), type=learn(type_))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _NotOneError("is no plan or report of this version") from None


def check_fleet(report: FleetReport) -> None:
    """Raises where a fleet holds what no fleet holds, so that nothing later has to doubt it."""
    if not _VERB.fullmatch(report.verb):
        raise _NotOneError("has a verb that is no word")
    if report.exit not in CODES or report.format != FLEET_FORMAT:
        raise _NotOneError("has an exit code that is none")
    _check_numbers(report.summary.seconds, report.summary.apply_seconds)
    shards = [*([report.shard] if report.shard is not None else []), *report.missing]
    if not all(_is_shard(one) for one in shards) or len({one.of for one in shards}) > 1:
        raise _NotOneError("has a shard that is none")
    if len({one.index for one in shards}) != len(shards):
        raise _NotOneError("has a shard twice")
    for row in report.accounts:
        _check_row(row)
    if len({row.account for row in report.accounts}) != len(report.accounts):
        raise _NotOneError("has an account twice")


def _check_row(row: FleetRow) -> None:
    if not _ACCOUNT.fullmatch(row.account):
        raise _NotOneError("has an account whose name is none")
    if row.exit is not None and row.exit not in CODES:
        raise _NotOneError(f"has an exit code that is none, of account {row.account}")
    _check_numbers(*(getattr(row, name) for name in _COUNTS), row.seconds, row.apply_seconds)


def _check_numbers(*numbers: float) -> None:
    if not all(0 <= number <= LARGEST_NUMBER and math.isfinite(number) for number in numbers):
        raise _NotOneError("has a count or a time that is none")


def _is_shard(shard: Shard) -> bool:
    return 1 <= shard.index <= shard.of <= MOST


def _place_files(report: FleetReport, name: str) -> FleetReport:
    """The rows' files as they are seen from where the pieces are merged, not from the folder of each."""
    folder = Path(name).parent
    rows = tuple(
        row if row.file is None else msgspec.structs.replace(row, file=(folder / row.file).as_posix())
        for row in report.accounts
    )
    return msgspec.structs.replace(report, accounts=rows)


def _invalid(name: str, message: str, fix: str) -> InvalidError:
    return InvalidError([Problem("not-a-piece", message, Source(name, 1, 1), fix)])
