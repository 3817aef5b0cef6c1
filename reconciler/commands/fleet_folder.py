"""A folder of a fleet's plans or reports: a file an account, and fleet.json, which says what became of each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from reconciler.commands.files import read_file, save_file
from reconciler.commands.request import INDEX, Request
from reconciler.configuration import holds
from reconciler.errors import InvalidError, ReconcilerError, RefusedError, UsageError, reason_of
from reconciler.model import FLEET_FORMAT, FleetReport, FleetRow, Problem, Source
from reconciler.planning.codec import check_seal, seal_of
from reconciler.reporting.documents import fleet_document
from reconciler.values import learn

MARK = ".reconciler-fleet"
"""Stands in a folder that a fleet has begun, so that a run which was killed in the middle may be run again."""
LARGEST_INDEX = 256 * 1024 * 1024
LARGEST_FILE = 256 * 1024 * 1024

_ACCOUNT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}")


def check_folder(path: Path, accounts: Collection[str]) -> None:
    """Raises UsageError for what can be no folder of these accounts, before any work is done for it."""
    taken = [name for name in accounts if f"{name}.json".lower() == INDEX]
    if taken:
        message = f"{path}: the file of account {taken[0]} would be the fleet's own, {INDEX}"
        raise UsageError(message, f"give account {taken[0]} another name, or run it alone: --account {taken[0]}")
    if not holds(path.exists):
        if not holds(path.parent.is_dir):
            raise UsageError(f"{path}: there is no folder {path.parent}", f"mkdir -p {path.parent}")
        return
    if not holds(path.is_dir):
        raise UsageError(f"{path}: is a file, and several accounts need a folder", "name a folder")
    if any(path.iterdir()) and not any(holds((path / name).is_file) for name in (INDEX, MARK)):
        raise UsageError(f"{path}: holds other files, which stay", "name an empty folder, or a new one")


def check_apart(request: Request, saved: Path | None) -> None:
    """Raises UsageError where one folder would hold two kinds of files: an account's have the same name in each.

    saved: the folder that is applied.
    """
    given = {"--out": request.out, "--report": request.report, "--state": request.state, "--live": request.live}
    seen: dict[Path, str] = {}
    for label, path in (("the folder that is applied", saved), *given.items()):
        if path is None:
            continue
        other = seen.setdefault((request.cwd / path).resolve(), label)
        if other != label:
            raise UsageError(f"{path}: is {other} too, and {label} would overwrite it", f"name another {label} folder")


def begin_folder(path: Path) -> None:
    """Makes the folder, or takes out of it what an earlier fleet has left; the index first, so that none is half true.

    Raises ReconcilerError where that cannot be.
    """
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        (path / MARK).touch()
        (path / INDEX).unlink(missing_ok=True)
        for file in path.glob("*.json"):
            file.unlink()
    except OSError as error:
        raise ReconcilerError(f"{path}: cannot be written: {reason_of(error)}", "name another folder") from None


def add_file(row: FleetRow, path: Path) -> FleetRow:
    """The row with its account's file, where there is one, and what that is told from."""
    file = path / f"{row.account}.json"
    if not holds(file.is_file):
        return row
    digest = hashlib.sha256(read_file(file, LARGEST_FILE)).hexdigest()
    return msgspec.structs.replace(row, file=file.name, digest=f"sha256:{digest}")


def save_index(path: Path, report: FleetReport, key: bytes | None) -> None:
    """Writes the index, last of all: where it stands, the folder is whole. key: seals it, so that nobody without it can
    leave an account out. Raises ReconcilerError.
    """
    rows = tuple(msgspec.structs.replace(row, answer=msgspec.UNSET) for row in report.accounts)
    bare = msgspec.structs.replace(report, accounts=rows, seal="")
    seal = seal_of(fleet_document(bare).encode(), key)
    save_file(path / INDEX, fleet_document(msgspec.structs.replace(bare, seal=seal)).encode())
    with suppress(OSError):
        (path / MARK).unlink(missing_ok=True)


def read_index(folder: Path, cwd: Path, *, verbs: tuple[str, ...], key: bytes | None) -> FleetReport:
    """The index of a folder, whose files are those that it names. verbs: whose folders serve. key: as in save_index.

    Raises InvalidError for what is no index, RefusedError where it was changed, or files were added, taken away or
    changed, UsageError for another verb's folder.
    """
    name = str(folder / INDEX)
    data = read_file(cwd / folder / INDEX, LARGEST_INDEX)
    try:
        report = msgspec.json.decode(data, type=learn(FleetReport))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        report = None
    if report is None or report.format != FLEET_FORMAT or not _is_sound(report):
        problem = Problem("not-a-fleet", "is no index of a fleet's folder", Source(name, 1, 1), "run the fleet again")
        raise InvalidError([problem])
    if report.verb not in verbs:
        raise UsageError(f"{folder}: was made by {report.verb}", f"name a folder that {' or '.join(verbs)} has made")
    check_seal(data, report.seal, name, key, f"reconciler {report.verb} with several accounts, into {folder} again")
    _check_files(folder, cwd, {row.file: row.digest for row in report.accounts if row.file is not None})
    return report


def _is_sound(report: FleetReport) -> bool:
    """Whether each account stands once, and its file is named after it: a file elsewhere is nobody's plan."""
    names = [row.account for row in report.accounts]
    return len(set(names)) == len(names) and all(
        row.file in (None, f"{row.account}.json") and _ACCOUNT.fullmatch(row.account) for row in report.accounts
    )


def _check_files(folder: Path, cwd: Path, named: Mapping[str, str | None]) -> None:
    found = {file.name for file in (cwd / folder).glob("*.json")} - {INDEX}
    wrong = [(name, "is missing") for name in sorted(named.keys() - found)]
    wrong += [(name, "was added") for name in sorted(found - named.keys())]
    for name in sorted(named.keys() & found):
        digest = hashlib.sha256(read_file(cwd / folder / name, LARGEST_FILE)).hexdigest()
        if f"sha256:{digest}" != named[name]:
            wrong.append((name, "was changed"))
    if wrong:
        problems = [
            Problem("changed-fleet", f"{what} since the fleet was saved", Source(str(folder / name), 1, 1))
            for name, what in wrong
        ]
        message = f"{folder}: is not as it was saved: {wrong[0][0]} {wrong[0][1]}"
        raise RefusedError(message, "plan again", problems)
