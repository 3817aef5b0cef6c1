"""One apply at a time, in one process: what is said, whose lease it is, and where there is none to be had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from reconciler.commands import apply, execution, turns
from reconciler.commands.request import Request
from reconciler.commands.turns import find_file
from reconciler.live.lease import CannotLockError, Holder
from reconciler.model import Plan, PlanSummary
from reconciler.options import Flags
from tests.commands.stage import Stage

API = "https://api.ocamba.com/v1/hood"
PLAN = Plan("0", API, "main", "5", "", "", None, PlanSummary(), (), (), ())


def fail(*_: object) -> Path:
    """No folder can be made."""
    raise CannotLockError("/gone: No space left on device")


@pytest.mark.parametrize(
    ("name", "way", "why"),
    [("find_lock", lambda: None, "no way to lock a file"), ("find_folder", fail, "No space left on device")],
)
def test_a_host_that_cannot_lock_is_told_of_and_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, way: Callable[..., object], why: str
) -> None:
    """Once, on stderr, and the change is applied."""
    monkeypatch.setattr(turns, name, way)
    ran = stage.run("apply", "--yes")
    assert ran.err.count("no lease on the account could be taken") == 1
    assert why in ran.err
    assert "Apply: 1 applied." in ran.out


def test_where_nothing_is_to_be_written_nobody_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lease is asked for."""
    stage.run("apply", "--yes")
    monkeypatch.setattr(turns, "find_file", fail)
    assert "No changes" in stage.run("apply", "--yes").out


def leave(stage: Stage, holder: Holder) -> None:
    """What the last holder of the lease left behind."""
    (file,) = (stage.runtime / "reconciler").glob("*.lock")
    file.write_bytes(msgspec.json.encode(holder))


@pytest.mark.parametrize(("holder", "reads"), [(Holder(ended=0.0), 2), (Holder(ended=1e12), 3), (Holder(), 3)])
def test_what_was_read_before_another_wrote_is_read_again(stage: Stage, holder: Holder, reads: int) -> None:
    """Nobody wrote since: the plan's read serves the write. Somebody may have: it is read once more."""
    stage.run("apply", "--yes")
    leave(stage, holder)
    stage.write("manifests/main.yaml", 'key: backup\nid: "1162"\nprovider: twilio\nname: Again\n')
    report = stage.run("apply", "--yes", "--format", "json").document
    assert report["summary"]["applied"] == 1
    assert report["requests"]["get"] == reads


NEW = """key: launch
provider: mitto
name: Launch
settings: {default_sender: LAUNCH, api_key: {secret: "env:HOOD_MITTO_API_KEY"}}
lifecycle: {create: true}
"""


@pytest.mark.parametrize(("holder", "looks"), [(Holder(ended=0.0), 1), (Holder(), 2)])
def test_nothing_is_created_before_what_a_killed_run_wrote_must_show(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, holder: Holder, looks: int
) -> None:
    """The look-up is made once more after the waits for lagging reads; and this run ends settled."""
    monkeypatch.setattr(execution, "SETTLED", 0.2)
    stage.run("apply", "--yes")
    leave(stage, holder)
    stage.write("manifests/main.yaml", NEW)
    stage.run("plan", "--out", "plan.json", HOOD_MITTO_API_KEY="k")
    before = len(stage.world.log)
    stage.run("apply", "plan.json", HOOD_MITTO_API_KEY="k")
    assert [entry.method for entry in stage.world.log[before:]] == [*["GET"] * looks, "POST", "GET"]
    (file,) = (stage.runtime / "reconciler").glob("*.lock")
    assert msgspec.json.decode(file.read_bytes(), type=Holder).ended is not None


def test_what_another_host_had_begun_may_not_show_yet_either(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was lost has left no lease here: whoever runs its account again says so."""
    monkeypatch.setattr(execution, "SETTLED", 0.2)
    stage.write("manifests/main.yaml", NEW)
    stage.run("plan", "--out", "plan.json", HOOD_MITTO_API_KEY="k")
    whole = apply.run_apply
    monkeypatch.setattr(
        apply, "run_apply", lambda request, *rest: whole(msgspec.structs.replace(request, again=True), *rest)
    )
    before = len(stage.world.log)
    stage.run("apply", "plan.json", HOOD_MITTO_API_KEY="k")
    assert [entry.method for entry in stage.world.log[before:]] == ["GET", "GET", "POST", "GET"]


def test_the_key_is_the_company_or_else_the_account(stage: Stage) -> None:
    """Whatever the account is called, its company is one; the sandbox's is its file."""
    request = Request(flags=Flags(), environ={"XDG_RUNTIME_DIR": str(stage.runtime)}, cwd=stage.folder)
    same = msgspec.structs.replace(PLAN, account="another name")
    assert find_file(PLAN, API, request) == find_file(same, API, request)
    unknown = msgspec.structs.replace(PLAN, company_id=None)
    assert find_file(unknown, API, request) != find_file(msgspec.structs.replace(unknown, account="b"), API, request)
    assert find_file(PLAN, API, request) != find_file(PLAN, API + "/2", request)
    sandbox = msgspec.structs.replace(request, sandbox=True)
    elsewhere = msgspec.structs.replace(sandbox, cwd=stage.folder / "manifests")
    assert find_file(PLAN, API, sandbox) not in {find_file(PLAN, API, request), find_file(PLAN, API, elsewhere)}


class Spoken:
    """A console and its progress, which remember."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.said: list[str] = []

    def tell(self, text: str) -> None:
        """On stderr."""
        self.said.append(text)

    def start(self, label: str, total: int) -> None:
        """Progress."""
        self.said.append(label)


@pytest.mark.parametrize(
    ("holder", "line"),
    [
        (
            Holder(42, "2026-11-22T10:00:00Z", "main\x1b"),
            "waiting: pid 42 is applying to account main\\x1b since 2026-11-22T10:00:00Z; one at a time on a host",
        ),
        (Holder(), "waiting: another process is applying to this account; one at a time on a host"),
    ],
)
def test_who_is_waited_for_is_said_once(holder: Holder, line: str) -> None:
    """As far as the file tells; with -q only the progress, which is silent then by itself."""
    for quiet in (False, True):
        spoken = Spoken(quiet=quiet)
        turns.tell_holder(holder, spoken, spoken)  # type: ignore[arg-type]
        label = f"waiting for {'pid 42' if holder.pid else 'another process'}"
        assert spoken.said == ([label] if quiet else [line, label])
