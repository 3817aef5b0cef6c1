"""Guards from outside: a plan shows what they refuse and does not fail; apply ends 4 before it writes anything."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.contract.account import mitto_item, twilio_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import StandIn, serving

OFF = MAIN.replace("status: active", "status: inactive")
STATUS_PLACE = "manifests/main.yaml:5:9"
CONFIG = 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n'


def rules(plan: dict[str, list[dict[str, list[dict[str, str]]]]]) -> list[str]:
    """The rules that refuse the first change."""
    return [one["rule"] for one in plan["changes"][0]["refused"]]


def test_a_plan_shows_what_is_refused_and_does_not_fail(desk: Desk, api: StandIn) -> None:
    """In text and as JSON, counted as any change; the exit code stays that of the plan."""
    desk.write("manifests/main.yaml", OFF)
    plan = desk.plan()
    assert rules(plan) == ["deactivate"]
    assert plan["summary"]["update"] == 1
    text = desk.run("plan", "--detailed-exitcode", code=2).out
    assert 'refused by deactivate: an active integration would become "inactive"' in text
    assert STATUS_PLACE in text
    assert "--override deactivate" in text
    assert "1 to update" in text
    assert "As it is, apply refuses it: deactivate." in text


def test_apply_ends_before_any_write(desk: Desk, api: StandIn) -> None:
    """With the place and the flag, saved or not."""
    desk.write("manifests/main.yaml", OFF)
    ran = desk.run("apply", "--yes", code=4)
    assert f"{STATUS_PLACE}: twilio/main-sms: an active integration" in ran.err
    assert "if it is meant: reconciler apply --override deactivate" in ran.err
    desk.run("plan", "--out", "plan.json", code=0)
    saved = desk.run("apply", "plan.json", code=4)
    assert STATUS_PLACE in saved.err
    assert "if it is meant: reconciler plan --out plan.json --override deactivate" in saved.err
    assert "nothing was written" in saved.err
    assert [one for one in api.requests if one.method != "GET"] == []


def test_an_override_is_recorded_in_the_plan(desk: Desk, api: StandIn) -> None:
    """It is shown, it is part of the digest, and nobody types anything where the plan is applied."""
    desk.write("manifests/main.yaml", OFF)
    bare = desk.plan()
    ran = desk.run("plan", "--override", "deactivate", "--out", "plan.json", code=0)
    assert "let through by --override deactivate: an active integration" in ran.out
    assert "overrides of this plan: deactivate" in ran.out
    saved = json.loads((desk.folder / "plan.json").read_text())
    assert saved["overrides"] == ["deactivate"]
    assert saved["digest"] != bare["digest"]
    assert saved["changes"][0]["refused"] == []
    desk.run("apply", "plan.json", code=0)
    assert api.account.items["1161"]["status"] == "inactive"


def test_an_override_that_lets_nothing_through_is_in_the_digest_all_the_same(desk: Desk) -> None:
    """Who approves the plan approves it too."""
    plan, other = desk.plan(), desk.plan("--override", "max_changes")
    assert (plan["overrides"], other["overrides"]) == ([], ["max_changes"])
    assert plan["digest"] != other["digest"]


def test_apply_takes_overrides_only_where_it_plans(desk: Desk, api: StandIn) -> None:
    """A saved plan holds its own."""
    desk.write("manifests/main.yaml", OFF)
    desk.run("plan", "--out", "plan.json", code=0)
    ran = desk.run("apply", "plan.json", "--override", "deactivate", code=64)
    assert "reconciler plan --out plan.json --override deactivate" in ran.err
    desk.run("apply", "--yes", "--override", "deactivate", code=0)
    assert api.account.items["1161"]["status"] == "inactive"


@pytest.mark.parametrize("rule", ["company", "list-incomplete", "hidden-unmanaged", "deactivat", "nonsense", ""])
def test_what_cannot_be_overridden_is_a_wrong_command_line(desk: Desk, api: StandIn, rule: str) -> None:
    """Exit 64 with the rules that can be, before any request."""
    for words in (["plan"], ["apply", "--yes"]):
        err = desk.run(*words, "--override", rule, code=64).err
        for known in ("max_changes", "max_percent", "max_creates", "lifecycle.guard", "default-status", "deactivate"):
            assert known in err
    assert api.requests == []


def test_the_status_of_a_default_integration_is_guarded(desk: Desk, api: StandIn) -> None:
    """Whatever it is, and both rules want their own word where both hold."""
    api.account.items["1161"].update(is_default=True, status="paused")
    assert rules(desk.plan()) == ["default-status"]
    api.account.items["1161"]["status"] = "active"
    desk.write("manifests/main.yaml", OFF)
    assert rules(desk.plan()) == ["default-status", "deactivate"]
    desk.run("apply", "--yes", "--override", "deactivate", code=4)
    desk.run("apply", "--yes", "--override", "deactivate", "--override", "default-status", code=0)


def test_no_file_of_the_repository_turns_a_default_guard_off(desk: Desk, api: StandIn) -> None:
    """The configuration knows no such key."""
    desk.write("manifests/main.yaml", OFF)
    for key in ("deactivate", "default-status", "overrides"):
        desk.write("reconciler.yaml", CONFIG + f"guard: {{{key}: false}}\n")
        desk.run("plan", code=3)
    desk.write("reconciler.yaml", CONFIG + "guard: {max_changes: 100}\n")
    assert rules(desk.plan()) == ["deactivate"]


def test_a_guarded_field_is_refused_at_its_place(desk: Desk, api: StandIn) -> None:
    """By its own manifest."""
    desk.write("manifests/main.yaml", MAIN + "lifecycle: {guard: [settings.default_phone_number]}\n")
    err = desk.run("apply", "--yes", code=4).err
    assert "manifests/main.yaml:8:25" in err
    assert "--override lifecycle.guard" in err
    desk.run("apply", "--yes", "--override", "lifecycle.guard", code=0)


@pytest.mark.parametrize(
    ("guard", "rule"), [("max_changes: 2", "max_changes"), ("max_percent: 20", "max_percent"), ("", None)]
)
def test_counts_are_of_the_account(tmp_path_factory: pytest.TempPathFactory, guard: str, rule: str | None) -> None:
    """3 of 12 objects change, which is 25%; narrowed to two of them it is under both, of all the account's objects."""
    items = [mitto_item(str(number), f"M{number}", "OLD") for number in range(1, 13)]
    documents = [
        f'id: "{number}"\nprovider: mitto\nsettings: {{default_sender: {"NEW" if number < 4 else "OLD"}}}\n'
        for number in range(1, 13)
    ]
    with serving([*items, twilio_item()]) as api:
        desk = Desk(tmp_path_factory.mktemp("desk"), api.url)
        desk.write("reconciler.yaml", CONFIG + f"guard: {{{guard}}}\n")
        desk.write("manifests/all.yaml", "---\n".join(documents))
        plan = desk.plan()
        assert [[one["rule"] for one in change["refused"]] for change in plan["changes"]] == [
            [rule] if rule else []
        ] * 3
        if rule is None:
            return
        narrowed = desk.plan("--target", "mitto/1", "--target", "mitto/2")
        assert [change["refused"] for change in narrowed["changes"]] == [[], []]
        err = desk.run("apply", "--yes", code=4).err
        assert len(re.findall(f"--override {rule}", err)) == 1, "it is told once, not with each change"
        assert "manifests/all.yaml:1:1" in err
        assert api.sent("PATCH") == []
        desk.run("apply", "--yes", "--override", rule, code=0)
        assert len(api.sent("PATCH")) == 3


def test_a_secret_that_may_be_set_is_not_risked(desk: Desk, api: StandIn) -> None:
    """No secret of the account is shown, so an optional one that is absent may be set: both ways out are named."""
    api.account.items["1170"]["settings"]["api_key"] = "not-seen"
    api.account.switches.masks.update(api_key="hidden", auth_token="hidden")
    api.account.switches.merges = False
    desk.write("manifests/main.yaml", 'id: "1170"\nprovider: mitto\nsettings: {default_sender: NEW}\n')
    assert rules(desk.plan()) == ["hidden-unmanaged"]
    err = desk.run("apply", "--yes", code=4).err
    assert "api_key may be set" in err
    assert "settings_patch: changed" in err
    assert "api_key: null where nothing is set" in err
    assert api.sent("PATCH") == []
    text = 'id: "1170"\nprovider: mitto\nsettings: {default_sender: NEW, api_key: null}\n'
    desk.write("manifests/main.yaml", text)
    desk.run("apply", "--yes", code=0)
    assert api.settings("1170")["default_sender"] == "NEW"


def test_what_is_printed_is_about_the_same_objects(desk: Desk, api: StandIn) -> None:
    """The account, the paths and the targets of the command line stand in it: nothing else is let through by it."""
    desk.write("reconciler.yaml", "version: 1\naccounts: {main: {path: manifests}, other: {path: more}}\n")
    desk.write("manifests/main.yaml", OFF)
    typed = ["--account", "main", "manifests/main.yaml", "--target", "twilio/*"]
    said = desk.run("apply", "--yes", *typed, code=4).err
    again = "apply --account main manifests/main.yaml --target 'twilio/*' --override deactivate"
    assert f"if it is meant: reconciler {again}" in said
    desk.run(*shlex.split(again), "--yes", code=0)
    assert api.account.items["1161"]["status"] == "inactive"


def test_what_is_printed_works_however_many_rules_refuse(desk: Desk, api: StandIn) -> None:
    """An override keeps those that the plan has already, and all of them stand together too."""
    api.account.items["1161"]["is_default"] = True
    desk.write("manifests/main.yaml", OFF)
    desk.run("plan", "--out", "plan.json", code=0)
    said = desk.run("apply", "plan.json", code=4).err
    rules = "--override deactivate --override default-status"
    both = f"reconciler plan --out plan.json {rules}"
    assert f"if all that is refused is meant: {rules}" in said
    desk.run("plan", "--out", "plan.json", "--override", "deactivate", code=0)
    said = desk.run("apply", "plan.json", code=4).err
    assert f"if it is meant: {both}" in said
    assert "all that is refused" not in said
    desk.run(*both.split()[1:], code=0)
    desk.run("apply", "plan.json", code=0)
    assert api.account.items["1161"]["status"] == "inactive"
