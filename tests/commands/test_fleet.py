"""A verb in several accounts: one answer, one exit code, and no account that stops another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from reconciler.configuration import Configuration, read_config
from reconciler.model import FleetReport
from reconciler.reporting.documents import schema_of
from tests.commands.fleet_stage import FleetStage, make_fleet

NAMES = ("alpha", "beta", "gamma")
UNKNOWN = 'id: "4711"\nprovider: mandrill\nname: Nobody\n'


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[FleetStage]:
    """Three accounts, each with one change to plan."""
    with make_fleet(tmp_path, NAMES, monkeypatch, capsys) as made:
        yield made


def rows_of(document: dict[str, object]) -> dict[str, dict[str, object]]:
    """The rows of a fleet's document by account."""
    accounts = document["accounts"]
    assert isinstance(accounts, list)
    return {row["account"]: row for row in accounts}


def test_every_account_has_a_row(fleet: FleetStage) -> None:
    """By name, with its counts, and with its own plan in the document."""
    document = fleet.run("plan", "--all-accounts", "--format", "json").document
    assert document["format"] == "reconciler.fleet/1"
    assert document["verb"] == "plan"
    assert [row["account"] for row in document["accounts"]] == list(NAMES)
    for row in document["accounts"]:
        assert (row["create"], row["update"], row["unchanged"], row["exit"]) == (0, 1, 0, 0)
        assert row["answer"]["format"] == "reconciler.plan/1"
        assert row["answer"]["account"] == row["account"]
        assert row["requests"] > 0
    assert document["summary"]["update"] == 3


def test_a_reviewer_sees_what_changes(fleet: FleetStage) -> None:
    """In Markdown and HTML, of each account."""
    ran = fleet.run("plan", "--all-accounts", "--format", "markdown", "--write", "html=fleet.html")
    for name in NAMES:
        assert f"<code>~ {name}: mandrill/one (1)</code>" in ran.out
    assert '+ name: "' in ran.out
    assert (fleet.folder / "fleet.html").read_text().count('<details class="object') == 3


def test_what_blocks_an_object_stands_below_its_account(fleet: FleetStage) -> None:
    """In Markdown too, where the account's own plan is not; of an apply it is what failed."""
    fleet.stage.write("manifests/beta/unknown.yaml", UNKNOWN)
    ran = fleet.run("plan", "--all-accounts", "--format", "markdown", code=3)
    assert "! manifests/beta/unknown.yaml:1:" in ran.out
    assert "does not know id 4711" in ran.out
    rows = rows_of(fleet.run("apply", "--all-accounts", "--yes", "--format", "json", code=6).document)
    assert [rows[name]["exit"] for name in NAMES] == [0, 6, 0]
    assert "4711" in str(rows["beta"]["errors"])
    assert (rows["alpha"]["errors"], rows["alpha"]["update"]) == ([], 1)


def test_a_document_that_no_other_can_hold_is_left_out(fleet: FleetStage) -> None:
    """A file whose name is no UTF-8 stands in its account's plan as half a surrogate pair."""
    (fleet.folder / "manifests" / "beta" / "one.yaml").rename(fleet.folder / "manifests" / "beta" / "\udcff.yaml")
    rows = rows_of(fleet.run("plan", "--all-accounts", "--format", "json").document)
    assert ["answer" in rows[name] for name in NAMES] == [True, False, True]
    assert rows["beta"]["update"] == 1


def test_globs_and_names_choose(fleet: FleetStage) -> None:
    """Repeated, before and after the verb, in the variable too; a name alone is no fleet."""
    for words in (["--account", "*a", "--account", "beta"], ["--account", "alpha", "--account", "b*"]):
        document = fleet.run("plan", *words, "--format", "json").document
        wanted = list(NAMES) if words[1] == "*a" else ["alpha", "beta"]
        assert [row["account"] for row in document["accounts"]] == wanted
    chosen = fleet.run("plan", "--format", "json", RECONCILER_ACCOUNT="beta, g*").document
    assert list(rows_of(chosen)) == ["beta", "gamma"]
    assert fleet.run("plan", "--account", "beta", "--format", "json").document["format"] == "reconciler.plan/1"
    assert fleet.run("plan", "--format", "json", RECONCILER_ACCOUNT="beta").document["account"] == "beta"
    assert "no account matches 'x*'" in fleet.run("plan", "--account", "x*", code=64).err
    assert "there is no account 'bata'" in fleet.run("plan", "--account", "bata", "--account", "alpha", code=64).err
    assert "contradict" in fleet.run("plan", "--account", "beta", "--all-accounts", code=64).err


def test_the_worst_account_tells_the_exit_code(fleet: FleetStage) -> None:
    """By the contract's order, and the others are planned all the same."""
    fleet.stage.write("manifests/beta/broken.yaml", "provider: mandrill\n")
    ran = fleet.run("plan", "--all-accounts", "--format", "json", "--detailed-exitcode", code=3)
    rows = rows_of(ran.document)
    assert [rows[name]["exit"] for name in NAMES] == [2, 3, 2]
    assert "beta: manifests/beta/broken.yaml:1:1" in ran.err
    fleet.stage.patch.delenv("OCAMBA_GAMMA")
    rows = rows_of(fleet.run("plan", "--all-accounts", "--format", "json", code=7).document)
    assert [rows[name]["exit"] for name in NAMES] == [0, 3, 7]
    errors = rows["gamma"]["errors"]
    assert isinstance(errors, list)
    assert "OCAMBA_GAMMA is not set" in errors[0]


def test_people_read_a_table_and_what_changes(fleet: FleetStage) -> None:
    """What has nothing to say has a row alone."""
    fleet.declare("beta", "One")
    ran = fleet.run("plan", "--all-accounts")
    assert ran.out.count("── ") == 2
    assert ran.out.index("── alpha ──") < ran.out.index("── gamma ──") < ran.out.index("beta")
    assert '"One" -> "Uno"' in ran.out


def test_a_fleet_is_saved_and_applied(fleet: FleetStage) -> None:
    """A plan an account and an index; applied from there, read back, and in sync after it."""
    ran = fleet.run("plan", "--all-accounts", "--out", "plans")
    assert "reconciler apply plans" in ran.err
    assert sorted(file.name for file in (fleet.folder / "plans").iterdir()) == [
        "alpha.json",
        "beta.json",
        "fleet.json",
        "gamma.json",
    ]
    applied = fleet.run("apply", "plans", "--yes", "--report", "reports", "--format", "json").document
    assert [row["update"] for row in applied["accounts"]] == [1, 1, 1]
    assert applied["accounts"][0]["answer"]["format"] == "reconciler.report/1"
    assert [fleet.name_of(name) for name in NAMES] == ["Uno"] * 3
    assert fleet.run("drift", "--all-accounts", "--format", "json").document["exit"] == 0
    fleet.run("undo", "reports", "--yes")
    assert [fleet.name_of(name) for name in NAMES] == ["One"] * 3


def test_a_part_of_a_saved_fleet_is_applied(fleet: FleetStage) -> None:
    """The accounts that are named: by a glob, by one name, or by the variable."""
    fleet.run("plan", "--all-accounts", "--out", "plans")
    fleet.run("apply", "plans", "--yes", "--account", "a*")
    assert [fleet.name_of(name) for name in NAMES] == ["Uno", "One", "One"]
    fleet.run("apply", "plans", RECONCILER_ACCOUNT="gamma")
    assert [fleet.name_of(name) for name in NAMES] == ["Uno", "One", "Uno"]
    reports = fleet.run("apply", "plans", "--account", "beta", "--report", "reports", "--format", "json").document
    assert [(row["account"], row["update"]) for row in reports["accounts"]] == [("beta", 1)]
    assert [fleet.name_of(name) for name in NAMES] == ["Uno", "Uno", "Uno"]
    assert "no account 'delta'" in fleet.run("apply", "plans", "--account", "delta", code=64).err
    fleet.run("undo", "reports", "--yes", "--account", "beta")
    assert fleet.name_of("beta") == "One"


def test_what_was_not_planned_is_not_applied(fleet: FleetStage) -> None:
    """Its row says why; the others are applied."""
    fleet.stage.write("manifests/beta/broken.yaml", "provider: mandrill\n")
    fleet.run("plan", "--all-accounts", "--out", "plans", code=3)
    (fleet.folder / "manifests/beta/broken.yaml").unlink()
    document = fleet.run("apply", "plans", "--yes", "--format", "json", code=3).document
    assert "not planned" in document["accounts"][1]["errors"][0]
    assert [fleet.name_of(name) for name in NAMES] == ["Uno", "One", "Uno"]


@pytest.mark.parametrize("harm", ["add", "take", "change", "swap"])
def test_a_saved_fleet_is_applied_as_it_was_saved(fleet: FleetStage, harm: str) -> None:
    """A file that was added, taken away, changed or swapped refuses the whole, before any request."""
    fleet.run("plan", "--all-accounts", "--out", "plans")
    plans = fleet.folder / "plans"
    before = {name: len(world.log) for name, world in fleet.worlds.items()}
    if harm == "add":
        (plans / "delta.json").write_text("{}")
    elif harm == "take":
        (plans / "beta.json").unlink()
    elif harm == "change":
        (plans / "beta.json").write_text((plans / "beta.json").read_text() + " ")
    else:
        alpha, beta = (plans / "alpha.json").read_bytes(), (plans / "beta.json").read_bytes()
        (plans / "alpha.json").write_bytes(beta)
        (plans / "beta.json").write_bytes(alpha)
    assert "not as it was saved" in fleet.run("apply", "plans", "--yes", code=4).err
    assert {name: len(world.log) for name, world in fleet.worlds.items()} == before


def test_a_forged_index_reaches_no_file_elsewhere(fleet: FleetStage) -> None:
    """Names that lead out of the folder make it no index."""
    fleet.run("plan", "--all-accounts", "--out", "plans")
    index = fleet.folder / "plans" / "fleet.json"
    data = json.loads(index.read_text())
    data["accounts"][0]["account"] = "../alpha"
    data["accounts"][0]["file"] = "../alpha.json"
    index.write_text(json.dumps(data))
    assert "is no index" in fleet.run("apply", "plans", "--yes", code=3).err


def test_a_path_narrows_to_the_accounts_that_it_lies_in(fleet: FleetStage) -> None:
    """It is planned in no other account; one that lies nowhere is an error."""
    document = fleet.run("plan", "manifests/beta", "--all-accounts", "--format", "json").document
    assert list(rows_of(document)) == ["beta"]
    assert list(rows_of(fleet.run("plan", "manifests", "--all-accounts", "--format", "json").document)) == list(NAMES)
    fleet.stage.write("elsewhere/one.yaml", UNKNOWN)
    assert "no account" in fleet.run("plan", "elsewhere", "--all-accounts", code=64).err


def test_what_no_fleet_can_do_is_refused(fleet: FleetStage) -> None:
    """With what to type instead, before any request."""
    assert "new does not run" in fleet.run("new", "twilio", "--all-accounts", code=64).err
    ran = fleet.run("plan", "--all-accounts", "--format", "terraform-json", code=64)
    assert "not written as terraform-json" in ran.err
    assert "add --yes" in fleet.run("apply", "--all-accounts", code=64).err
    assert "no folder" in fleet.run("plan", "--all-accounts", "--live", "nowhere", code=64).err
    assert "name the folder" in fleet.run("undo", "report.json", "--yes", "--all-accounts", code=64).err
    fleet.stage.write("file.json", "{}")
    assert "is a file" in fleet.run("plan", "--all-accounts", "--out", "file.json", code=64).err
    fleet.stage.write("full/notes.txt", "mine")
    assert "holds other files" in fleet.run("plan", "--all-accounts", "--out", "full", code=64).err
    assert all(not world.log for world in fleet.worlds.values())


def test_no_folder_serves_two_ends(fleet: FleetStage) -> None:
    """Reports would take the place of the plans that are applied, or of the states."""
    fleet.run("plan", "--all-accounts", "--out", "plans")
    ran = fleet.run("apply", "plans", "--report", "./plans", code=64)
    assert "plans: is the folder that is applied too, and --report would overwrite it" in ran.err
    both = fleet.run("apply", "--all-accounts", "--yes", "--report", "kept", "--state", "kept", code=64)
    assert "name another --state folder" in both.err
    fleet.run("apply", "plans")
    assert [fleet.name_of(name) for name in NAMES] == ["Uno"] * 3


def test_apply_goes_everywhere(fleet: FleetStage) -> None:
    """Planned and applied in one go, the state of each account in a file of its own."""
    document = fleet.run("apply", "--all-accounts", "--yes", "--jobs", "2", "--format", "json").document
    assert document["summary"]["update"] == 3
    assert fleet.run("plan", "--all-accounts", "--format", "json").document["summary"]["unchanged"] == 3


@pytest.mark.parametrize("words", [("show",), ("providers",), ("doctor",)])
def test_other_verbs_run_everywhere_too(fleet: FleetStage, words: tuple[str, ...]) -> None:
    """A section an account."""
    ran = fleet.stage.attempt(*words, "--all-accounts")
    assert [name for name in NAMES if f"── {name} ──" in ran.out] == list(NAMES)
    assert ran.code in (0, 6)
    assert all(f"  {name} " in ran.out for name in NAMES)


def test_snapshots_of_a_fleet_serve_its_plans(fleet: FleetStage) -> None:
    """A file an account, without a token."""
    fleet.run("snapshot", "--all-accounts", "--out", "live")
    for name in NAMES:
        fleet.stage.patch.delenv(f"OCAMBA_{name.upper()}")
    document = fleet.run("plan", "--all-accounts", "--live", "live", "--format", "json").document
    assert document["summary"]["update"] == 3


def test_validate_takes_the_accounts_that_are_named(fleet: FleetStage) -> None:
    """One document of all that is wrong, as ever."""
    fleet.stage.write("manifests/beta/broken.yaml", "provider: mandrill\n")
    assert fleet.run("validate", "--account", "[ag]*", "--format", "json").document["errors"] == []
    assert len(fleet.run("validate", "--all-accounts", "--format", "json", code=3).document["errors"]) == 1
    ran = fleet.run("validate", "--all-accounts", "manifests/alpha/one.yaml", "manifests/gamma/one.yaml")
    assert "Checked 2 manifests in 2 files: valid." in ran.out
    fleet.stage.write("elsewhere/two.yaml", "provider: mandrill\n")
    assert "elsewhere/two.yaml" in fleet.run("validate", "elsewhere", code=3).out


def test_a_fleet_is_measured_in_one_file(fleet: FleetStage) -> None:
    """Each account by its label, and the whole."""
    fleet.stage.patch.delenv("OCAMBA_GAMMA")
    fleet.run("drift", "--all-accounts", "--metrics", "m.prom", code=7)
    text = (fleet.folder / "m.prom").read_text()
    assert 'reconciler_drift{account="alpha",verb="drift"} 1\n' in text
    assert 'reconciler_exit_code{account="gamma",verb="drift"} 7\n' in text
    assert 'reconciler_fleet_exit_code{verb="drift"} 7\n' in text


def test_shards_are_merged_and_commented(fleet: FleetStage) -> None:
    """Whatever accounts the environment chooses; the accounts' own plans are within the document."""
    whole = fleet.run("plan", "--all-accounts", "--format", "json").document
    names = []
    for index in (1, 2):
        shard = f"{index}/2"
        fleet.run("plan", "--all-accounts", "--shard", shard, "--out", f"out{index}", "--write", f"json={index}.json")
        names.append(f"{index}.json")
    merged = fleet.run("report", "merge", *names, "--format", "json", RECONCILER_ACCOUNT="*").document
    assert [row["account"] for row in merged["accounts"]] == list(NAMES)
    assert [row["answer"]["digest"] for row in merged["accounts"]] == [
        row["answer"]["digest"] for row in whole["accounts"]
    ]
    assert merged["summary"] | {"seconds": 0} == whole["summary"] | {"seconds": 0}
    folders = fleet.run("report", "merge", "out2", "out1", "--format", "json").document
    validator = jsonschema.Draft202012Validator(schema_of(FleetReport))
    assert [list(validator.iter_errors(one)) for one in (whole, merged, folders)] == [[], [], []]
    assert {row["file"] for row in folders["accounts"]} <= {f"out{one}/{name}.json" for one in (1, 2) for name in NAMES}
    assert "GITHUB" in fleet.run("comment", "1.json", code=64, RECONCILER_ACCOUNT="*").err.upper()


def test_a_signal_ends_all_after_what_is_under_way(fleet: FleetStage) -> None:
    """What was not begun has a row that says so, nothing is sent for it, and the exit code is that of the signal."""
    fleet.interrupt_at("alpha")
    ran = fleet.run("apply", "--all-accounts", "--yes", "--jobs", "1", "--format", "json", code=130)
    rows = rows_of(ran.document)
    assert rows["alpha"]["exit"] == 130
    for name in ("beta", "gamma"):
        assert rows[name]["exit"] is None
        assert rows[name]["errors"] == ["not begun: the run was interrupted"]
        assert not fleet.worlds[name].log
    assert ran.document["exit"] == 130


def test_the_sandbox_has_a_world_an_account(fleet: FleetStage) -> None:
    """Plan, apply and plan again tell the true story, in each by itself."""
    for name in NAMES:
        fleet.stage.write(f"accounts/{name}.yaml", f"path: manifests/{name}\n")
        text = 'key: backup\nid: "1162"\nprovider: twilio\nname: Backup SMS\n'
        fleet.stage.write(f"manifests/{name}/one.yaml", text)
    ran = fleet.run("apply", "--all-accounts", "--sandbox", "--yes")
    assert all(line.startswith("SANDBOX") for text in (ran.out, ran.err) for line in text.splitlines())
    assert sorted(file.name for file in (fleet.folder / ".reconciler").glob("*.json")) == [
        f"sandbox-{name}.json" for name in NAMES
    ]
    again = fleet.run("plan", "--all-accounts", "--sandbox", "--format", "json").document
    assert again["summary"]["unchanged"] == 3


def test_remarks_begin_with_the_account(fleet: FleetStage) -> None:
    """Warnings and logs; as JSON each line tells the account in its own key."""
    fleet.stage.write("manifests/beta/one.yaml", 'id: "1"\nprovider: mandrill\nname: Uno\nis_default: true\n')
    lines = fleet.run("plan", "--all-accounts", "-v", "--format", "json").err.splitlines()
    assert lines
    assert all(line.startswith(tuple(f"{name}: " for name in NAMES)) for line in lines)
    logged = [json.loads(line) for line in fleet.run("plan", "--all-accounts", "--log-format", "json").err.splitlines()]
    assert {line["account"] for line in logged if line["event"] == "request"} == set(NAMES)


def test_no_account_reads_the_configuration_again(fleet: FleetStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else thousands of accounts in one file would take the square of their number."""
    read: list[Path] = []

    def count(path: Path, cwd: Path) -> Configuration:
        read.append(path)
        return read_config(path, cwd)

    monkeypatch.setattr("reconciler.options.read_config", count)
    fleet.run("plan", "--all-accounts")
    assert len(read) == 1


@pytest.mark.parametrize("words", [("--shard", "1/2"), ("--jobs", "2"), ("--executor", "dask://a:1")])
def test_flags_of_a_fleet_want_a_fleet(fleet: FleetStage, words: tuple[str, ...]) -> None:
    """A shard of one account would be all of it."""
    ran = fleet.run("plan", "--account", "alpha", *words, code=64)
    assert f"{words[0]} is for a run over several accounts" in ran.err
    assert fleet.run("plan", "--account", "alpha", RECONCILER_SHARD="1/2", RECONCILER_EXECUTOR="x").code == 0


def test_shards_share_the_accounts(fleet: FleetStage) -> None:
    """Each account in one of them; the variables of a pipeline are as good as the flag."""
    flag = [fleet.run("plan", "--all-accounts", "--shard", f"{index}/2", "--format", "json") for index in (1, 2)]
    node = [
        fleet.run("plan", "--all-accounts", "--format", "json", CI_NODE_INDEX=index, CI_NODE_TOTAL="2")
        for index in ("1", "2")
    ]
    pods = [
        fleet.run("plan", "--all-accounts", "--shard", "/2", "--format", "json", JOB_COMPLETION_INDEX=index)
        for index in ("0", "1")
    ]
    for runs in (flag, node, pods):
        assert [run.document["shard"] for run in runs] == [{"index": 1, "of": 2}, {"index": 2, "of": 2}]
        assert sorted(name for run in runs for name in rows_of(run.document)) == list(NAMES)
    assert "JOB_COMPLETION_INDEX" in fleet.run("plan", "--all-accounts", code=64, JOB_COMPLETION_INDEX="0").err
