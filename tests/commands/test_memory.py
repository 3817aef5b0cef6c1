"""What was last applied is recalled by plans and recorded by applies, as far as it is certain."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.applying.api import Ask
from reconciler.commands.memory import Memory, open_memory
from reconciler.commands.request import Request
from reconciler.errors import InvalidError, ReconcilerError, RefusedError, UsageError
from reconciler.model import Change, FieldChange, FieldVerdict, Outcome, Plan, PlanSummary, SecretRef, Source
from reconciler.options import Flags
from reconciler.planning.state import UNSURE

KEY = b"k" * 40
SOURCE = Source("a.yaml", 1, 1)
PATH = ("settings", "auth_token")
ASK = Ask(reveal=lambda ref: f"value of {ref.name}", secret=lambda key: "token" in key)


def make_plan(*changes: Change, company: str | None = "5") -> Plan:
    """A plan of the account main."""
    return Plan("0", "https://api.ocamba.com/v1/hood", "main", company, "", "", None, PlanSummary(), changes, (), ())


def make_change(one: str = "1", name: str = "A", **rest: Any) -> Change:
    """A change that sends one secret."""
    field = FieldChange(PATH, None, None, secret=True, source=SOURCE, reference=f"env:{name}")
    body = {"settings": {"auth_token": {"secret": f"env:{name}"}}}
    return msgspec.structs.replace(
        Change("update", f"twilio/{one}", one, "twilio", None, SOURCE, fields=(field,), body=body), **rest
    )


def outcome(status: Any, verdict: Any = None, one: str = "1", attempts: int = 1, **rest: Any) -> Outcome:
    """What became of the change."""
    fields = (FieldVerdict(PATH, verdict, **rest),) if verdict else ()
    return Outcome(f"twilio/{one}", one, "update", status, attempts, fields)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the state is kept."""
    return tmp_path / "state.json"


def remember(file: Path, account: str = "main") -> Memory:
    """A memory, as a new run opens it."""
    return Memory(file, "state.json", KEY, account)


def known(file: Path, value: str, company: str | None = "5") -> bool | None:
    """What is remembered of object 1's secret."""
    return remember(file).recall(company)("1", PATH, value)


def apply(file: Path, change: Change, *outcomes: Outcome) -> Memory:
    """Runs an apply as far as the memory sees it."""
    memory, plan = remember(file), make_plan(change)
    memory.begin(plan)
    assert known(file, "anything") is False
    memory.finish(plan, outcomes, ASK)
    return memory


def test_nothing_is_remembered_at_first(file: Path) -> None:
    """A file that is not there is an empty one; a plan writes none."""
    assert known(file, "value of A") is None
    assert not file.exists()
    assert repr(remember(file)) == "Memory(state.json)"


def test_a_secret_that_is_hidden_in_what_was_found_is_not_certain(file: Path) -> None:
    """Found in place of what was to be created: somebody else may have given it another one. Created it is known."""
    new = make_change(action="create", id=None, address="twilio/1")
    for done, expected in ((outcome("unchanged", "masked", attempts=0), None), (outcome("applied", "masked"), True)):
        memory, plan = remember(file), make_plan(new)
        memory.begin(plan)
        memory.finish(plan, (done,), ASK)
        assert known(file, "value of A") is expected


@pytest.mark.parametrize(
    "done",
    [
        outcome("applied", "masked"),
        outcome("applied", "applied"),
        outcome("unchanged", attempts=0),
        outcome("unverified", "applied"),
        outcome("failed", "applied"),
        outcome("applied", "coerced"),
    ],
)
def test_what_is_certain_is_remembered(file: Path, done: Outcome) -> None:
    """Read back, hidden after an answer, or found there."""
    apply(file, make_change(), done)
    assert known(file, "value of A") is True
    assert known(file, "value of B") is False
    assert remember(file).recall("5")("2", PATH, "value of A") is None
    assert remember(file).recall("5")("1", ("name",), "value of A") is None


@pytest.mark.parametrize(
    "done",
    [
        outcome("unverified", "masked"),
        outcome("failed", "masked"),
        outcome("unverified"),
        outcome("stale"),
        outcome("failed", "dropped", settled=False),
        outcome("unverified", "coerced", settled=False),
    ],
)
def test_what_is_not_certain_is_unsure(file: Path, done: Outcome) -> None:
    """Neither the old value nor the new one is said to be there."""
    apply(file, make_change(), outcome("applied", "masked"))
    apply(file, make_change(name="B"), done)
    assert UNSURE in file.read_text()
    assert known(file, "value of A") is known(file, "value of B") is False


@pytest.mark.parametrize("done", [outcome("skipped", attempts=0), outcome("stale", attempts=0), outcome("failed")])
def test_what_was_not_written_stays_as_it_was(file: Path, done: Outcome) -> None:
    """Not begun, moved before, or refused by the API."""
    apply(file, make_change(), outcome("applied", "masked"))
    before = file.read_bytes()
    apply(file, make_change(name="B"), done)
    assert file.read_bytes() == before
    assert known(file, "value of A") is True


def test_without_a_mark_before_there_is_none_after(file: Path) -> None:
    """Where nothing was written for the first time."""
    apply(file, make_change(), outcome("failed"))
    assert known(file, "value of A") is None


def test_a_killed_run_leaves_what_it_would_send_unsure(file: Path) -> None:
    """Nobody gets to record."""
    remember(file).begin(make_plan(make_change()))
    assert known(file, "value of A") is False


def test_a_cleared_secret_is_forgotten(file: Path) -> None:
    """Once it is gone, nothing is remembered of it."""
    apply(file, make_change(), outcome("applied", "masked"))
    field = FieldChange(PATH, None, None, secret=True, source=SOURCE, action="clear")
    apply(file, make_change(fields=(field,), body={"settings": {"auth_token": None}}), outcome("applied", "applied"))
    assert known(file, "value of A") is None


def test_hidden_settings_that_are_no_secrets_are_remembered_too(file: Path) -> None:
    """What the API masks, whatever it is; visible ones and names are not."""
    sid, phone = ("settings", "account_sid"), ("settings", "phone")
    fields = tuple(FieldChange(path, "x", "y", secret=False, source=SOURCE) for path in (sid, phone, ("name",)))
    change = make_change(
        fields=fields, unseen=(sid,), body={"name": "y", "settings": {"account_sid": "y", "phone": "y"}}
    )
    memory, plan = remember(file), make_plan(change)
    memory.begin(plan)
    verdicts = tuple(FieldVerdict(field.path, "applied") for field in fields)
    memory.finish(plan, (Outcome("twilio/1", "1", "update", "applied", 1, verdicts),), ASK)
    assert remember(file).recall("5")("1", sid, "y") is True
    assert "phone" not in file.read_text()


def test_a_new_object_is_remembered_by_its_new_id(file: Path) -> None:
    """It has none before; one that was not made is not remembered."""
    change = make_change(action="create", id=None)
    memory, plan = remember(file), make_plan(change)
    memory.begin(plan)
    assert not file.exists()
    memory.finish(plan, (Outcome("twilio/1", None, "create", "failed"),), ASK)
    assert not file.exists()
    memory.finish(plan, (Outcome("twilio/1", "77", "create", "applied", 1, (FieldVerdict(PATH, "masked"),)),), ASK)
    assert remember(file).recall("5")("77", PATH, "value of A") is True


def test_plans_without_secrets_write_nothing(file: Path) -> None:
    """A change of a name is nothing to remember."""
    field = FieldChange(("name",), "a", "b", secret=False, source=SOURCE)
    memory, plan = remember(file), make_plan(make_change(fields=(field,), body={"name": "b"}))
    memory.begin(plan)
    memory.finish(plan, (Outcome("twilio/1", "1", "update", "applied"),), ASK)
    assert not file.exists()


def test_accounts_share_a_file(file: Path) -> None:
    """What another run has written in between is kept, also where many write at the same moment."""
    first = remember(file)
    second = remember(file, "other")
    plan = make_plan(make_change())
    first.begin(plan)
    second.begin(plan)
    first.finish(plan, (outcome("applied", "masked"),), ASK)
    second.finish(plan, (outcome("applied", "masked"),), ASK)
    assert known(file, "value of A") is True
    assert remember(file, "other").recall("5")("1", PATH, "value of A") is True

    def record(name: str) -> None:
        memory = remember(file, name)
        memory.finish(plan, (outcome("applied", "masked"),), ASK)

    threads = [threading.Thread(target=record, args=(f"account-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(remember(file, f"account-{n}").recall("5")("1", PATH, "value of A") for n in range(8))


def test_what_another_run_has_recorded_meanwhile_is_put_back(file: Path) -> None:
    """A run that waited for its turn restores what it found then, not what it read before."""
    waited = remember(file)
    apply(file, make_change(name="B"), outcome("applied", "masked"))
    waited.begin(make_plan(make_change()))
    waited.finish(make_plan(make_change()), (outcome("failed"),), ASK)
    assert known(file, "value of B") is True


def test_another_company_is_refused(file: Path) -> None:
    """By plans and before an apply sends."""
    apply(file, make_change(), outcome("applied", "masked"))
    with pytest.raises(RefusedError):
        remember(file).recall("6")
    with pytest.raises(RefusedError):
        remember(file).begin(make_plan(make_change(), company="6"))


def test_a_file_that_cannot_be_written_is_told(file: Path) -> None:
    """Before anything is sent."""
    file.symlink_to(file.parent / "gone" / "state.json")
    with pytest.raises(ReconcilerError, match="cannot be written"):
        remember(file).begin(make_plan(make_change()))


def test_the_file_keeps_its_permissions(file: Path) -> None:
    """It is committed, so that others may read it."""
    apply(file, make_change(), outcome("applied", "masked"))
    file.chmod(0o664)
    apply(file, make_change(), outcome("applied", "masked"))
    assert file.stat().st_mode & 0o777 == 0o664


def ask(folder: Path, environ: dict[str, str] | None = None, **fields: Any) -> Request:
    """A request in a folder."""
    return Request(
        flags=Flags(), environ={"RECONCILER_KEY": KEY.decode()} if environ is None else environ, cwd=folder, **fields
    )


def test_a_memory_is_opened_where_one_is_named(tmp_path: Path) -> None:
    """By the flag, or else the environment; with --sandbox what is remembered is kept apart."""
    assert open_memory(ask(tmp_path), "main") is None
    both = {"RECONCILER_KEY": "short", "RECONCILER_STATE": "b.json"}
    memory = open_memory(ask(tmp_path, both, state=Path("a.json")), "main")
    assert memory is not None
    assert [one.code for one in memory.warnings] == ["weak-key"]
    memory = open_memory(ask(tmp_path, both), "main")
    assert memory is not None
    assert memory.name == "b.json"
    memory = open_memory(ask(tmp_path, state=Path("a.json"), sandbox=True), "main")
    assert memory is not None
    assert memory.warnings == []
    memory.finish(make_plan(make_change()), (outcome("applied", "masked"),), ASK)
    assert '"sandbox:main"' in (tmp_path / "a.json").read_text()


@pytest.mark.parametrize(
    ("environ", "fields"),
    [
        ({}, {"state": Path("a.json")}),
        (None, {"state": Path("none/a.json")}),
        (None, {"state": Path()}),
        (None, {"state": Path("a.json"), "no_secrets": True}),
        (None, {"resend_secrets": True, "no_secrets": True}),
    ],
)
def test_flags_that_cannot_be_followed_are_told(tmp_path: Path, environ: Any, fields: Any) -> None:
    """As a wrong command line."""
    with pytest.raises(UsageError) as caught:
        open_memory(ask(tmp_path, environ, **fields), "main")
    assert caught.value.fix


def test_without_secrets_the_environments_state_is_left_aside(tmp_path: Path) -> None:
    """One variable serves all jobs; a damaged file hurts none that does not need it."""
    (tmp_path / "a.json").write_text("damaged")
    environ = {"RECONCILER_STATE": "a.json", "RECONCILER_KEY": KEY.decode()}
    assert open_memory(ask(tmp_path, environ, no_secrets=True), "main") is None
    with pytest.raises(InvalidError):
        open_memory(ask(tmp_path, environ), "main")


def test_the_value_is_asked_for_once_it_is_certain(file: Path) -> None:
    """Nothing is revealed for what was not written."""
    revealed: list[SecretRef] = []

    def reveal(ref: SecretRef) -> str:
        revealed.append(ref)
        return "x"

    plan = make_plan(make_change())
    remember(file).finish(plan, (outcome("failed"),), Ask(reveal=reveal, secret=ASK.secret))
    assert revealed == []
