"""What a saved plan is held to where the manifests are at hand."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.planning.codec import load_plan, seal_plan
from tests.commands.stage import Stage

OPS = 'key: ops\nid: "1174"\nprovider: telegram\nname: Ops\n'
KEY = "a key"


@pytest.fixture
def planned(stage: Stage) -> Stage:
    """A plan that renames 1174 lies in plan.json, sealed with a key."""
    stage.write("manifests/more.yaml", OPS)
    stage.run("plan", "--out", "plan.json", RECONCILER_KEY=KEY)
    return stage


def test_what_differs_is_told_at_its_place(planned: Stage) -> None:
    """Nothing is sent, and the fix is a new plan."""
    planned.write("manifests/more.yaml", OPS.replace("Ops", "Chat"))
    err = planned.run("apply", "plan.json", code=4, RECONCILER_KEY=KEY).err
    assert 'manifests/more.yaml:4:7: telegram/ops: name: the plan would send "Ops"' in err
    assert "reconciler plan --out plan.json" in err
    assert planned.patches == 0


def test_what_is_no_longer_named_is_told_where_it_would_stand(planned: Stage) -> None:
    """Of a key at the top the document itself."""
    planned.write("manifests/more.yaml", "# by its id alone\n" + OPS.replace("name: Ops\n", ""))
    err = planned.run("apply", "plan.json", code=4, RECONCILER_KEY=KEY).err
    assert "manifests/more.yaml:2:1: telegram/ops: name: the manifest does not name it" in err


def test_what_is_gone_or_broken_is_told_together(planned: Stage) -> None:
    """The refusal decides the exit code."""
    (planned.folder / "manifests/more.yaml").unlink()
    main = next(path for path in (planned.folder / "manifests").glob("*.yaml"))
    main.write_text("nonsense: [\n")
    err = planned.run("apply", "plan.json", code=4, RECONCILER_KEY=KEY).err
    assert "telegram/ops: no manifest declares it any more" in err
    assert main.name + ":2:1" in err
    assert planned.patches == 0


def test_what_is_broken_alone_is_not_valid(planned: Stage) -> None:
    """Exit 3 with what is wrong."""
    planned.write("manifests/more.yaml", OPS + "nonsense: 1\n")
    assert "manifests/more.yaml:5:1" in planned.run("apply", "plan.json", code=3, RECONCILER_KEY=KEY).err


def test_without_any_manifest_there_is_nothing_to_compare(planned: Stage) -> None:
    """A job that has only the plan file."""
    for path in (planned.folder / "manifests").glob("*.yaml"):
        path.unlink()
    planned.run("apply", "plan.json", RECONCILER_KEY=KEY)
    assert planned.name_of("1174") == "Ops"


@pytest.mark.parametrize(("key", "code"), [(KEY, 0), (None, 4)])
def test_a_key_vouches_for_what_undo_puts_back(planned: Stage, key: str | None, code: int) -> None:
    """It is what no manifest declares; without a key anybody could say so."""
    path = planned.folder / "plan.json"
    plan = msgspec.structs.replace(load_plan(path.read_bytes(), "plan.json", KEY.encode()), origin="undo")
    path.write_bytes(seal_plan(plan, key.encode() if key else None)[1])
    planned.write("manifests/more.yaml", OPS.replace("Ops", "Chat"))
    environ = {"RECONCILER_KEY": key} if key else {}
    err = planned.run("apply", "plan.json", code=code, **environ).err
    assert ("RECONCILER_KEY" in err) is (code == 4)
    assert (planned.name_of("1174") == "Ops") is (code == 0)


NEW = """\
key: new
provider: twilio
name: New
settings:
  account_sid: AC
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: "+1"
lifecycle: {create: true}
"""


def test_the_provider_of_what_is_created_is_the_declared_one(stage: Stage) -> None:
    """Where the schemas tell its id."""
    stage.write("manifests/new.yaml", NEW)
    stage.run("plan", "--target", "twilio/new", "--out", "plan.json")
    path = stage.folder / "plan.json"
    plan = load_plan(path.read_bytes(), "plan.json")
    (change,) = plan.changes
    forged = msgspec.structs.replace(change, body={**change.body, "provider_id": "1004"})
    path.write_bytes(seal_plan(msgspec.structs.replace(plan, changes=(forged,)))[1])
    err = stage.run("apply", "plan.json", code=4).err
    assert "manifests/new.yaml:2:11: twilio/new: provider: the plan was made for another" in err


def test_overlays_and_variables_are_part_of_what_is_declared(stage: Stage) -> None:
    """What an overlay says by now is told where it stands; what a variable makes, where it is used."""
    config = 'version: 1\naccounts:\n  main: {path: manifests, overlay: manifests/over, variables: {WORD: "Two"}}\n'
    stage.write("reconciler.yaml", config)
    stage.write("manifests/more.yaml", 'key: ops\nid: "1174"\nprovider: telegram\nname: "Ops ${var:WORD}"\n')
    over = 'key: ops\nprovider: telegram\nsettings: {default_chat_id: "-1"}\n'
    stage.write("manifests/over/more.yaml", over)
    stage.run("plan", "--target", "telegram/ops", "--out", "plan.json")
    stage.write("manifests/over/more.yaml", over.replace("-1", "-2"))
    assert "manifests/over/more.yaml:3:29: telegram/ops" in stage.run("apply", "plan.json", code=4).err
    stage.write("manifests/over/more.yaml", over)
    stage.write("reconciler.yaml", config.replace("Two", "Three"))
    assert 'manifests/more.yaml:4:7: telegram/ops: name: the plan would send "Ops Two"' in (
        stage.run("apply", "plan.json", code=4).err
    )
    stage.write("reconciler.yaml", config)
    stage.run("apply", "plan.json")
    assert stage.name_of("1174") == "Ops Two"
