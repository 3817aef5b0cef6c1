"""A fleet elsewhere: the same answers as here, files that travel and come back, and workers that are lost or refuse."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.commands import fleet_site, fleet_worker
from reconciler.commands.checkout import survey
from reconciler.commands.cluster import Cluster
from reconciler.commands.console import Console
from reconciler.commands.fleet_console import Voice
from reconciler.commands.fleet_folder import add_file, save_index
from reconciler.commands.fleet_site import Elsewhere
from reconciler.commands.fleet_task import Done, Task
from reconciler.commands.parcels import Parcel, Returned
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.model import FleetReport, FleetRow
from reconciler.options import Flags
from reconciler.reporting.style import Style
from tests.commands.fleet_stage import FleetStage, make_fleet, token_of
from tests.commands.pretended_dask import PretendedClient, PretendedDask
from tests.commands.stage import Ran

NAMES = ("alpha", "beta", "gamma")
AWAY = ("--executor", "dask://scheduler:8786")
KEY = "key-CANARY-" + "k" * 32
REQUEST = Request(Flags(account="alpha"), {}, Path())


def _plan(_request: Request, _console: Console, _stopping: Stopping) -> int:
    return 0


TASK = Task("alpha", "plan", _plan, REQUEST, Voice(Style(), Style()), "f")


def task_at(cwd: Path) -> Task:
    """The task in a checkout."""
    return msgspec.structs.replace(TASK, request=msgspec.structs.replace(REQUEST, cwd=cwd))


class KilledWorker(Exception):  # noqa: N818  (Dask's name)
    """What Dask raises where each worker of a task was lost."""


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[FleetStage]:
    """Three accounts, each with one change to plan."""
    (tmp_path / "here").mkdir()
    with make_fleet(tmp_path / "here", NAMES, monkeypatch, capsys) as made:
        yield made


@pytest.fixture
def dask(fleet: FleetStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PretendedDask:
    """A cluster of one worker, with a checkout of its own."""
    pretended = PretendedDask()
    pretended.folder = tmp_path / "there"
    shutil.copytree(fleet.folder, pretended.folder)
    monkeypatch.setitem(sys.modules, "distributed", pretended)
    return pretended


def rows_of(ran: Ran) -> dict[str, dict[str, Any]]:
    """The rows of an answer by account."""
    return {row["account"]: row for row in ran.document["accounts"]}


def files_of(folder: Path) -> set[str]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_saved_fleet_is_planned_and_applied_elsewhere(fleet: FleetStage, dask: PretendedDask) -> None:
    """Plans and reports come back; the worker's own checkout stays as it was."""
    assert dask.folder is not None
    before = files_of(dask.folder)
    planned = fleet.run("plan", "--all-accounts", "--out", "plans", "--format", "json", *AWAY, RECONCILER_KEY=KEY)
    assert planned.document["summary"]["update"] == 3
    assert files_of(fleet.folder / "plans") == {"fleet.json", *(f"{name}.json" for name in NAMES)}
    assert "reconciler apply plans" in planned.err
    words = ("apply", "plans", "--yes", "--report", "reports", "--format", "json")
    applied = fleet.run(*words, *AWAY, RECONCILER_KEY=KEY)
    assert {name: row["exit"] for name, row in rows_of(applied).items()} == dict.fromkeys(NAMES, 0)
    assert files_of(fleet.folder / "reports") == {"fleet.json", *(f"{name}.json" for name in NAMES)}
    assert [fleet.name_of(name) for name in NAMES] == ["Uno"] * 3
    assert files_of(dask.folder) == before
    assert "/reconciler-" not in planned.out + planned.err + applied.out + applied.err
    again = fleet.run(*words, *AWAY, RECONCILER_KEY=KEY)
    assert {row["unchanged"] for row in rows_of(again).values()} == {1}
    assert [len(fleet.worlds[name].writes) for name in NAMES] == [1, 1, 1]


def test_text_and_remarks_are_as_here(fleet: FleetStage, dask: PretendedDask) -> None:
    """Whoever reads them sees no difference, the names of files included."""
    fleet.stage.write("manifests/beta/broken.yaml", "provider: mandrill\n")
    shutil.copytree(fleet.folder, str(dask.folder), dirs_exist_ok=True)
    here = fleet.run("plan", "--all-accounts", code=3)
    there = fleet.run("plan", "--all-accounts", *AWAY, code=3)
    assert [line for line in there.out.splitlines() if "Plan:" in line or "~" in line] == [
        line for line in here.out.splitlines() if "Plan:" in line or "~" in line
    ]
    assert "beta: manifests/beta/broken.yaml:1:1" in here.err
    assert [line for line in there.err.splitlines() if "beta: manifests" in line] == [
        line for line in here.err.splitlines() if "beta: manifests" in line
    ]


def test_a_snapshot_and_paths_travel(fleet: FleetStage, dask: PretendedDask) -> None:
    """Files that are in no checkout are taken along; a whole path is the worker's own below its checkout."""
    fleet.run("snapshot", "--all-accounts", "--out", "live")
    whole = str(fleet.folder / "manifests")
    ran = fleet.run("plan", whole, "--all-accounts", "--live", "live", "--format", "json", *AWAY)
    assert ran.document["summary"]["update"] == 3
    named = fleet.run("plan", "--all-accounts", "--config", str(fleet.folder / "reconciler.yaml"), *AWAY)
    assert "3 to update" in named.out


def test_no_value_travels(fleet: FleetStage, dask: PretendedDask) -> None:
    """Not the tokens, the key, or any variable that is no setting."""
    fleet.stage.patch.setenv("HOOD_X", "hood-CANARY")
    fleet.stage.patch.setenv("RECONCILER_FUTURE", "future-CANARY")
    fleet.run("plan", "--all-accounts", *AWAY, RECONCILER_KEY=KEY)
    travelled = b"".join(dask.travelled)
    assert len(dask.travelled) == 3
    for value in (KEY, "hood-CANARY", "future-CANARY", *map(token_of, NAMES)):
        assert value.encode() not in travelled
    assert fleet.server.url.encode() in travelled


def test_another_checkout_is_refused(fleet: FleetStage, dask: PretendedDask) -> None:
    """Nothing is planned from other files than those that whoever began the run has."""
    assert dask.folder is not None
    (dask.folder / "manifests/alpha/one.yaml").write_text("key: one\n")
    (dask.folder / "manifests/beta/one.yaml").unlink()
    (dask.folder / "manifests/gamma/two.yaml").write_text("key: two\n")
    fleet.stage.write("accounts/gamma.yaml", (fleet.folder / "accounts/gamma.yaml").read_text() + "\n")
    rows = rows_of(fleet.run("plan", "--all-accounts", "--format", "json", *AWAY, code=4))
    told = [row["errors"][0] for row in rows.values()]
    who = "tcp://10.0.0.2:9000 has another checkout: "
    assert who + "manifests/alpha/one.yaml is another" in told[0]
    assert who + "manifests/beta/one.yaml is missing" in told[1]
    assert who + "manifests/gamma/two.yaml is there too, and 1 more" in told[2]
    assert {row["exit"] for row in rows.values()} == {4}
    assert all(not world.log for world in fleet.worlds.values())


def test_what_cannot_be_read_here_does_not_travel(fleet: FleetStage, dask: PretendedDask) -> None:
    """It is told as it is without an executor."""
    fleet.run("plan", "--all-accounts", "--out", "plans")
    index = msgspec.json.decode((fleet.folder / "plans/fleet.json").read_bytes(), type=FleetReport)
    (fleet.folder / "plans/beta.json").write_bytes(b"{")
    rows = tuple(add_file(row, fleet.folder / "plans") for row in index.accounts)
    save_index(fleet.folder / "plans", msgspec.structs.replace(index, accounts=rows), None)
    told = rows_of(fleet.run("apply", "plans", "--yes", "--format", "json", *AWAY, code=3))
    assert "plans/beta.json:1:1: is not a saved plan" in told["beta"]["errors"][0]
    assert len(dask.travelled) == 2


def test_lost_workers_are_rows(fleet: FleetStage, dask: PretendedDask) -> None:
    """Exit 6 and 8, with what to type next; the others are done, and what a lost apply had sent is forgotten."""
    fleet.run("plan", "--all-accounts", "--out", "plans", RECONCILER_KEY=KEY)
    words = ("apply", "plans", "--yes", "--state", "states", "--format", "json")
    dask.lost = {"alpha": KilledWorker("token"), "beta": ModuleNotFoundError("token"), "gamma": CancelledError("token")}
    (fleet.folder / "states").mkdir()
    (fleet.folder / "states/alpha.json").write_text("{}")
    rows = rows_of(fleet.run(*words, *AWAY, code=8, RECONCILER_KEY=KEY))
    assert [rows[name]["exit"] for name in NAMES] == [6, 8, 8]
    assert "each worker that ran it was lost" in rows["alpha"]["errors"][0]
    assert rows["alpha"]["errors"][1].endswith("reconciler apply --account alpha plans/alpha.json")
    assert "does not know this version" in rows["beta"]["errors"][0]
    assert "the Dask scheduler was lost while it ran" in rows["gamma"]["errors"][0]
    assert "token" not in str(rows)
    assert not (fleet.folder / "states/alpha.json").exists()
    dask.lost = {}
    rows = rows_of(fleet.run(*words, *AWAY, RECONCILER_KEY=KEY))
    assert {row["exit"] for row in rows.values()} == {0}


def test_an_account_that_was_begun_before_is_careful(fleet: FleetStage, dask: PretendedDask) -> None:
    """What another worker wrote before it was lost may not show yet; in the end the scheduler keeps nothing."""
    seen: list[bool] = []

    def look(request: Request, *_: object) -> int:
        seen.append(request.again)
        return 0

    there = survey(msgspec.structs.replace(REQUEST, flags=Flags(account="alpha"), cwd=fleet.folder))
    parcel = Parcel(msgspec.structs.replace(TASK, command=look), there, {})
    assert fleet_worker.run_parcel(parcel).done.row.exit == 0
    assert fleet_worker.run_parcel(parcel).done.row.exit == 0
    assert seen == [False, True]
    fleet.run("plan", "--all-accounts", *AWAY)
    kept = {name for name, event in dask.events.items() if event.is_set()}
    assert kept == {"reconciler-f-begun-alpha"}


def test_another_version_is_refused(dask: PretendedDask) -> None:
    """A worker may join after the versions were compared."""
    parcel = Parcel(TASK, {}, {}, "0.0.1")
    returned = fleet_worker.run_parcel(parcel)
    assert returned.done.row.exit == 8
    assert "and the run was begun by 0.0.1" in returned.done.row.errors[0]
    assert repr(parcel) == "Parcel('alpha')"


def test_a_fault_on_a_worker_is_a_row(dask: PretendedDask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told without any value."""
    monkeypatch.setattr(fleet_worker, "find_line", lambda _run: 1 / 0)
    row = fleet_worker.run_parcel(Parcel(TASK, {}, {})).done.row
    assert row.exit == 1
    assert "ZeroDivisionError" in row.errors[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("schema",), "schema works on the files of this machine"),
        (("import", "--all"), "import works on"),
        (("plan", "--sandbox"), "--sandbox works on"),
        (("drift", "--accept", "--branch", "b", "--author", "A <a@b>"), "--accept works on"),
        (("apply", "--yes", "--write-ids"), "--write-ids works on"),
    ],
)
def test_what_works_on_files_of_this_machine_runs_here(
    fleet: FleetStage, dask: PretendedDask, words: tuple[str, ...], said: str
) -> None:
    """Before anybody is asked."""
    ran = fleet.run(*words, "--all-accounts", *AWAY, code=64)
    assert said in ran.err
    assert "leave --executor away" in ran.err
    assert dask.clients == []


def test_a_wrong_address_is_told_first(fleet: FleetStage) -> None:
    """From the variable too."""
    assert "dask://HOST:PORT" in fleet.run("plan", "--all-accounts", "--executor", "dask", code=64).err
    assert "dask://HOST:PORT" in fleet.run("plan", "--all-accounts", code=64, RECONCILER_EXECUTOR="x").err


def _make_site(dask: PretendedDask, said: list[str]) -> Elsewhere:
    client = PretendedClient(dask, "a")
    cluster = Cluster(client, lambda name: dask.Event(name, client=client))
    return Elsewhere(cluster, 2, "run", dict(os.environ), said.append)


def test_an_interrupted_run_waits_for_what_is_under_way(
    fleet: FleetStage, dask: PretendedDask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers hear of it; nothing more is begun; a row tells the signal that came here."""
    fleet.interrupt_at("alpha")
    ran = fleet.run("plan", "--all-accounts", "--format", "json", *AWAY, code=130)
    rows = rows_of(ran)
    assert rows["beta"]["errors"] == ["not begun: the run was interrupted"]
    assert rows["beta"]["exit"] is None


def test_a_second_signal_leaves_the_workers_alone(dask: PretendedDask, fleet: FleetStage) -> None:
    """What still runs is told in its row."""
    said: list[str] = []
    site = _make_site(dask, said)
    task = task_at(fleet.folder)
    dask.lost = {"alpha": CancelledError()}
    future = site.begin(task)
    site.stop(143)
    site.stop(143)
    row = site.end(task, future).row
    assert row.exit == 143
    assert row.errors[0].startswith("left to its worker")
    assert site.begin(task).result().done.row.exit is None


def test_a_worker_that_heard_of_the_signal_has_its_code(dask: PretendedDask, fleet: FleetStage) -> None:
    """Workers are told 130, whichever signal came."""
    site = _make_site(dask, [])
    future: Future[Any] = Future()
    future.set_result(Returned(Done(FleetRow("alpha", exit=130))))
    site.stop(143)
    assert site.end(TASK, future).row.exit == 143


def test_a_cluster_without_workers_is_not_waited_for_for_good(
    dask: PretendedDask, fleet: FleetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said at once, and given up after minutes; one that joins meanwhile is as good as the others."""
    said: list[str] = []
    site = _make_site(dask, said)
    out: Future[Any] = Future()
    monkeypatch.setattr(Cluster, "submit", lambda *_: out)
    future = site.begin(task_at(fleet.folder))
    workers, dask.workers = dask.workers, {}
    site.look()
    site.look()
    dask.workers = workers
    site.look()
    assert said == ["no worker is left at the Dask scheduler: waiting for one to join"]
    assert not out.cancelled()
    dask.workers = {}
    for _ in range(fleet_site.LOOKS):
        site.look()
    assert out.cancelled()
    assert site.end(TASK, future).row.errors[0].endswith("no worker was left at the Dask scheduler")
    assert site.begin(TASK).result().done.row.exit == 8


def test_a_task_that_cannot_be_handed_out_is_a_row(
    dask: PretendedDask, fleet: FleetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler is gone already."""

    def fail(*_: object) -> None:
        raise OSError("closed")

    monkeypatch.setattr(Cluster, "submit", fail)
    row = _make_site(dask, []).begin(task_at(fleet.folder)).result().done.row
    assert row.exit == 8
    assert "the Dask scheduler was lost" in row.errors[0]


def test_who_cannot_tell_of_workers_waits(dask: PretendedDask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the scheduler is gone, its tasks are taken back anyway."""
    monkeypatch.setattr(PretendedClient, "nthreads", lambda _: 1 / 0)
    said: list[str] = []
    _make_site(dask, said).look()
    assert said == []


def test_a_file_that_cannot_be_kept_here_fails_its_account(dask: PretendedDask, tmp_path: Path) -> None:
    """What was done is done; the row says what is missing."""
    future: Future[Any] = Future()
    future.set_result(Returned(Done(FleetRow("alpha", exit=0)), {str(tmp_path / "gone" / "alpha.json"): b"{}"}))
    row = _make_site(dask, []).end(TASK, future).row
    assert row.exit == 1
    assert "gone/alpha.json: cannot be written" in row.errors[0]


def test_a_stopped_run_begins_nothing_on_a_worker(dask: PretendedDask) -> None:
    """Also what had been handed out before."""
    dask.Event("reconciler-f-stop", client=1).set()
    parcel = pickle.loads(pickle.dumps(Parcel(TASK, {}, {})))
    assert fleet_worker.run_parcel(parcel).done.row.exit is None
