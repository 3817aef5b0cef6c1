"""`apply --write-ids` as a whole command line, against a served emulator."""

from __future__ import annotations

import pytest

from tests.commands.stage import Stage

NEW = """\
# ours
key: fresh   # stable
provider: mitto
name: Fresh
lifecycle: {create: true}
settings: {default_sender: "HOOD", api_key: {secret: "env:HOOD_MITTO"}}
"""
FILE = "manifests/fresh.yaml"
SEVERAL = "version: 1\naccounts:\n  main: {path: manifests}\n  staging: {path: manifests}\n"


@pytest.fixture
def fresh(stage: Stage) -> Stage:
    """A manifest of an integration that is yet to be created."""
    (stage.folder / "manifests/main.yaml").unlink()
    stage.write(FILE, NEW)
    stage.patch.setenv("HOOD_MITTO", "desired-key")
    return stage


def id_of(stage: Stage) -> str:
    """The id that the account gave it."""
    return next(one for one, item in stage.world.account.items.items() if item["name"] == "Fresh")


def test_the_id_of_what_was_created_goes_into_its_manifest(fresh: Stage) -> None:
    """Right behind its key, and no other byte; the report says so, and the plan is empty."""
    ran = fresh.run("apply", "--yes", "--write-ids")
    line = f'id: "{id_of(fresh)}"'
    assert (fresh.folder / FILE).read_text() == NEW.replace("# stable\n", f"# stable\n{line}\n")
    assert f"{line} was written into {FILE} (mitto/fresh)" in ran.out
    (change,) = fresh.run("plan", "--format", "json", "--detailed-exitcode").document["changes"] or [None]
    assert change is None or change["action"] == "none"


def test_without_the_flag_no_file_is_touched(fresh: Stage) -> None:
    """It is found by its name afterwards."""
    fresh.run("apply", "--yes")
    assert (fresh.folder / FILE).read_text() == NEW


def test_a_saved_plan_can_be_applied_again_afterwards(fresh: Stage) -> None:
    """What it created is unchanged, though its manifest has an id by now; an id that is missing is written then."""
    fresh.run("plan", "--out", "plan.json")
    fresh.run("apply", "plan.json")
    assert (fresh.folder / FILE).read_text() == NEW
    for _ in range(2):
        report = fresh.run("apply", "plan.json", "--write-ids", "--format", "json").document
        assert report["summary"]["unchanged"] == 1
        assert (fresh.folder / FILE).read_text().count(f'id: "{id_of(fresh)}"') == 1


def test_several_accounts_have_an_id_each(fresh: Stage) -> None:
    """By the account's name."""
    fresh.write("reconciler.yaml", SEVERAL)
    fresh.run("apply", "--yes", "--write-ids", "--account", "staging")
    assert f'# stable\nid: {{staging: "{id_of(fresh)}"}}\n' in (fresh.folder / FILE).read_text()


def test_what_cannot_be_written_ends_6_with_the_line_to_add(fresh: Stage) -> None:
    """The integration is there all the same; the report is whole."""
    fresh.run("plan", "--out", "plan.json")
    (fresh.folder / FILE).rename(fresh.folder / "elsewhere.txt")
    ran = fresh.run("apply", "plan.json", "--write-ids", code=6)
    assert "1 applied" in ran.out
    assert "could not be written: no manifest here has this address" in ran.out
    assert f'-> add the line id: "{id_of(fresh)}"' in ran.out
