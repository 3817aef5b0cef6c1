"""What travels with a task, and what comes back: by the names that whoever began the run gave to its files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from reconciler.commands.console import Console
from reconciler.commands.fleet_console import Voice
from reconciler.commands.fleet_task import Done, Task
from reconciler.commands.parcels import Parcel, Returned, drop_state, keep_files, make_parcel, make_return, unpacked
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.errors import ReconcilerError
from reconciler.model import FleetRow
from reconciler.options import Flags
from reconciler.reporting.style import Style


def run_nothing(_request: Request, _console: Console, _stopping: Stopping) -> int:
    """A verb."""
    return 0


def make_task(cwd: Path, saved: Path | None = None) -> Task:
    """The task of one account, with a file of each kind."""
    request = Request(
        Flags(account="main"),
        {},
        cwd,
        paths=(saved,) if saved is not None else (),
        out=Path("out/main.json"),
        report=cwd / "reports" / "main.json",
        state=Path("state/main.json"),
        live=Path("live/main.json"),
    )
    return Task("main", "apply", run_nothing, request, Voice(Style(), Style()), "f", saved=saved)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout of one account, and a state and a snapshot beside it."""
    for name in ("live", "state", "out", "reports", "manifests"):
        (tmp_path / name).mkdir()
    (tmp_path / "reconciler.yaml").write_text("version: 1\naccounts:\n  main: {token: {secret: 'env:OCAMBA_TOKEN'}}\n")
    (tmp_path / "live/main.json").write_text("live")
    (tmp_path / "state/main.json").write_text("state")
    return tmp_path


def test_files_travel_and_come_back(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A state goes both ways; whatever names a file in the answer names it as here."""
    there = tmp_path_factory.mktemp("there")
    parcel = make_parcel(make_task(folder), {})
    assert parcel.files == {"live/main.json": b"live", "state/main.json": b"state"}
    assert set(parcel.checkout) == {"reconciler.yaml"}
    with unpacked(parcel, there) as (task, places):
        request = task.request
        assert request.cwd == there
        assert [path.read_text() for path in (request.live, request.state) if path] == ["live", "state"]
        assert request.out is not None
        assert request.state is not None
        request.out.write_text("plan")
        request.state.write_text("new")
        row = FleetRow("main", errors=(f"{request.out}: x",), answer=Raw(f'"{request.out}"'.encode()))
        returned = make_return(parcel, Done(row, f"saved {request.out}", f"at {request.report}"), places)
    assert not request.out.exists()
    assert returned.done.row.errors == ("out/main.json: x",)
    assert bytes(returned.done.row.answer) == b'"out/main.json"'  # type: ignore[arg-type]
    assert (returned.done.text, returned.done.remarks) == ("saved out/main.json", f"at {folder}/reports/main.json")
    assert keep_files(returned, folder) == returned.done
    assert (folder / "out/main.json").read_text() == "plan"
    assert (folder / "state/main.json").read_text() == "new"
    assert list(there.iterdir()) == []


def test_a_saved_plan_is_found_where_it_was_unpacked(folder: Path) -> None:
    """It is in no checkout."""
    (folder / "plans").mkdir()
    (folder / "plans/main.json").write_text("plan")
    task = make_task(folder, Path("plans/main.json"))
    parcel = Parcel(task, {}, {"plans/main.json": b"plan"})
    with unpacked(parcel, folder) as (unpacked_task, _):
        assert unpacked_task.saved is not None
        assert unpacked_task.request.paths == (unpacked_task.saved,)
        assert unpacked_task.saved.read_text() == "plan"
        assert unpacked_task.saved.name == "main.json"


def test_no_configuration_travels_by_a_whole_path(folder: Path) -> None:
    """Another machine has its checkout elsewhere."""
    task = make_task(folder)
    flags = msgspec.structs.replace(task.request.flags, config=str(folder / "reconciler.yaml"))
    request = msgspec.structs.replace(task.request, flags=flags, paths=(folder / "manifests",))
    sent = make_parcel(msgspec.structs.replace(task, request=request), {}).task.request
    assert (sent.flags.config, sent.paths, sent.cwd) == ("reconciler.yaml", (Path("manifests"),), Path())


def test_a_file_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    """The folder is gone meanwhile."""
    with pytest.raises(ReconcilerError, match="cannot be written"):
        keep_files(Returned(Done(FleetRow("main")), {"gone/main.json": b"x"}), tmp_path)


def test_only_an_apply_forgets(folder: Path) -> None:
    """A plan that was lost has sent nothing."""
    task = make_task(folder)
    drop_state(msgspec.structs.replace(task, verb="plan"))
    assert (folder / "state/main.json").exists()
    drop_state(task)
    drop_state(task)
    assert not (folder / "state/main.json").exists()
