"""`plan` as a whole command line, against a served emulator."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from reconciler.commands.plan import check_savable
from reconciler.errors import RefusedError
from reconciler.model import Change, Plan, PlanSummary, Source
from tests.commands.stage import Stage

LITERAL = 'key: main\nid: "1161"\nprovider: twilio\nsettings:\n  auth_token: literal-value-123\n'
BLOCKED = 'key: gone\nid: "4711"\nprovider: twilio\nname: Gone\n'


def test_it_reads_and_writes_nothing(stage: Stage) -> None:
    """The change is shown with its place, and no request but GET leaves."""
    ran = stage.run("plan")
    assert "~ twilio/backup (1162)" in ran.out
    assert '"Backup SMS (old name)" -> "Backup SMS"' in ran.out
    assert {request.method for request in stage.world.log} == {"GET"}
    assert stage.name_of("1162") == "Backup SMS (old name)"


def test_the_exit_code_tells_of_changes_where_that_is_asked_for(stage: Stage) -> None:
    """2 for changes, 0 in sync, 3 where an object is blocked and the rest is still shown."""
    stage.run("plan", "--detailed-exitcode", code=2)
    stage.write("manifests/main.yaml", 'id: "1162"\nprovider: twilio\nname: Backup SMS (old name)\n')
    assert "No changes" in stage.run("plan", "--detailed-exitcode").out
    stage.write("manifests/gone.yaml", BLOCKED)
    assert "4711" in stage.run("plan", "--detailed-exitcode", code=3).out


def test_a_manifest_without_an_id_is_found_by_its_name(stage: Stage) -> None:
    """The live twin is the one with this provider and name."""
    stage.write("manifests/main.yaml", 'provider: mitto\nname: Alerts\nsettings:\n  default_sender: "OTHER"\n')
    assert stage.run("plan", "--format", "json").document["changes"][0]["provider"] == "mitto"


def test_json_is_the_whole_answer(stage: Stage) -> None:
    """One document on stdout; whatever else is said is on stderr."""
    ran = stage.run("plan", "--format", "json", "--out", "plan.json")
    assert ran.document["format"] == "reconciler.plan/1"
    assert ran.out == (stage.folder / "plan.json").read_text()
    assert "reconciler apply plan.json" in ran.err


def test_a_saved_plan_is_for_its_owner(stage: Stage) -> None:
    """Mode 0600, nothing left beside it, and what stood there before is replaced."""
    stage.write("plan.json", "old")
    stage.run("plan", "--out", "plan.json")
    assert stat.S_IMODE((stage.folder / "plan.json").stat().st_mode) == 0o600
    assert json.loads((stage.folder / "plan.json").read_text())["seal"]
    assert sorted(path.name for path in stage.folder.iterdir()) == ["manifests", "plan.json"]


@pytest.mark.parametrize("out", [".", "no/such/plan.json", "/dev/null", "manifests/main.yaml/plan.json"])
def test_what_can_be_no_file_is_told_before_any_request(stage: Stage, out: str) -> None:
    """A folder, a missing folder, a device, a file as a folder."""
    ran = stage.run("plan", "--out", out, code=64)
    assert ran.err.startswith(f"error: {out}: ")
    assert "\n  -> " in ran.err
    assert ran.out == ""
    assert stage.world.log == []


def test_a_plan_that_cannot_be_saved_leaves_what_was_there(stage: Stage) -> None:
    """The kernel's own folder takes no file: 1, after the answer was given."""
    ran = stage.run("plan", "--out", "/proc/plan.json", code=1)
    assert "error: /proc/plan.json: cannot be written" in ran.err
    assert "Plan: 0 to create, 1 to update" in ran.out
    assert "Saved" not in ran.err


def test_a_literal_secret_is_in_no_saved_plan(stage: Stage) -> None:
    """4 before anything is printed or written; without --out the plan is shown, and not the value."""
    stage.write("manifests/main.yaml", LITERAL)
    ran = stage.run("plan", "--allow-literal-secrets", "--out", "plan.json", code=4)
    assert ran.out == ""
    assert "manifests/main.yaml:1:1: twilio/main: settings.auth_token is a literal secret" in ran.err
    assert not (stage.folder / "plan.json").exists()
    shown = stage.run("plan", "--allow-literal-secrets")
    assert "~ settings.auth_token" in shown.out
    assert "literal-value-123" not in ran.err + shown.out + shown.err


def test_a_literal_secret_that_only_travels_along_is_refused_too() -> None:
    """`along` is saved as the body is."""
    source = Source("a.yaml", 1, 1)
    change = Change(
        "update", "twilio/a", "1", "twilio", None, source, along={"auth_token": {"secret": "literal:twilio/a"}}
    )
    plan = Plan("0", "sandbox", "main", None, "", "", None, PlanSummary(), (change,), (), ())
    with pytest.raises(RefusedError) as caught:
        check_savable(plan)
    assert [problem.code for problem in caught.value.problems] == ["literal-secret"]


def test_the_sandbox_keeps_its_state_and_says_what_comes_next(stage: Stage) -> None:
    """Every line begins with SANDBOX, no token is read, Git is told to ignore the state."""
    stage.patch.delenv("OCAMBA_TOKEN")
    ran = stage.run("plan", "--sandbox")
    assert all(line.startswith("SANDBOX") for line in ran.out.splitlines())
    assert ran.out.endswith("SANDBOX -> apply it: reconciler apply --sandbox\n")
    assert (stage.folder / ".reconciler" / ".gitignore").read_text() == "*\n"
    ran = stage.run("plan", "--sandbox", "--account", "default")
    assert ran.out.endswith("SANDBOX -> apply it: reconciler apply --sandbox --account default\n")
    stage.run("apply", "--yes", "--sandbox")
    ran = stage.run("plan", "--sandbox")
    assert ran.out.endswith("-> edit manifests/main.yaml and plan again: reconciler plan --sandbox\n")
    assert stage.world.log == []
    assert "reconciler apply --sandbox p.json" in stage.run("--sandbox", "plan", "--out", "p.json").err


def test_the_sandbox_does_not_say_to_apply_what_apply_refuses(stage: Stage) -> None:
    """What to type stands at the refusal."""
    stage.write("manifests/main.yaml", 'id: "1161"\nprovider: twilio\nstatus: inactive\n')
    ran = stage.run("plan", "--sandbox")
    assert ran.out.endswith("SANDBOX As it is, apply refuses it: deactivate.\n")


def test_the_sandbox_belongs_to_the_company_of_the_configuration(stage: Stage) -> None:
    """A user's own manifests, bound to their company, can be tried."""
    stage.write("manifests/reconciler.yaml", 'version: 1\naccounts:\n  main: {company_id: "6197120"}\n')
    ran = stage.run("plan", "--sandbox", "--format", "json")
    assert ran.document["company_id"] == "6197120"


def test_a_folder_that_keeps_no_state_is_told(stage: Stage) -> None:
    """A file stands where the state's folder should be."""
    stage.write(".reconciler", "")
    ran = stage.run("plan", "--sandbox", code=1)
    assert "SANDBOX error: .reconciler: the sandbox's state cannot be kept here" in ran.err


def test_what_was_not_refused_offline_is_a_warning_once(stage: Stage) -> None:
    """Another host in the file: refused with a token, a warning with --sandbox and in validate."""
    stage.write("manifests/reconciler.yaml", "version: 1\napi: https://elsewhere.example.com/v1\n")
    stage.patch.delenv("RECONCILER_API")
    assert "elsewhere" not in stage.run("plan", code=4).out
    for argv in (["plan", "--sandbox"], ["apply", "--yes", "--sandbox"], ["validate"]):
        ran = stage.run(*argv)
        assert (ran.out + ran.err).count("is neither https://api.ocamba.com nor loopback") == 1
    assert "neither" not in stage.run("plan", "--sandbox", "-q").err


def test_all_that_is_wrong_comes_at_once(stage: Stage) -> None:
    """A broken manifest and a missing token: both are told, 7 comes first; as JSON no half document."""
    stage.write("manifests/bad.yaml", "provider: [\n")
    stage.patch.delenv("OCAMBA_TOKEN")
    ran = stage.run("plan", "--format", "json", code=7)
    assert "manifests/bad.yaml:" in ran.err
    assert "OCAMBA_TOKEN is not set" in ran.err
    assert ran.out == ""


def test_every_verb_that_ends_3_gives_the_validation_document(stage: Stage) -> None:
    """The same errors on stderr for people."""
    stage.write("manifests/bad.yaml", "provider: [\n")
    for argv in (["plan"], ["apply", "--yes"], ["validate"]):
        ran = stage.run(*argv, "--format", "json", code=3)
        assert ran.document["format"] == "reconciler.validate/1"
        assert ran.document["errors"][0]["source"]["file"] == "manifests/bad.yaml"


def test_nothing_to_read_is_told_with_what_to_do(stage: Stage) -> None:
    """An empty folder holds no manifest; a missing one does not exist."""
    (stage.folder / "manifests" / "main.yaml").unlink()
    assert "manifests:1:1: holds no manifest" in stage.run("plan", code=3).err
    (stage.folder / "manifests").rmdir()
    assert "manifests:1:1: does not exist" in stage.run("plan", code=3).err


def test_a_path_elsewhere_is_read_too(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Manifests outside of the account's folder may be named."""
    elsewhere: Path = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "b.yaml").write_text('key: old\nid: "1174"\nprovider: telegram\nstatus: inactive\n')
    document = stage.run("plan", str(elsewhere), "--format", "json").document
    assert [change["address"] for change in document["changes"]] == ["telegram/old"]
    assert document["summary"]["out_of_scope"] == 1


def test_a_target_that_names_nothing_is_a_wrong_command_line(stage: Stage) -> None:
    """64 with the nearest address."""
    ran = stage.run("plan", "--target", "twilio/backap", code=64)
    assert ran.err == "error: --target twilio/backap names no manifest\n  -> did you mean twilio/backup?\n"
    assert "a glob of these" in stage.run("plan", "--target", "zzz", code=64).err
    assert "1 to update" in stage.run("plan", "--target", "./manifests/main.yaml").out
