"""Contract, section 1, scope and address; section 2: where the configuration is found and what beats what."""

from __future__ import annotations

from tests.contract.account import mitto_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import StandIn

MITTO = 'id: "{id}"\nprovider: mitto\nname: M{id}\nsettings: {{default_sender: NEW}}\n'


def lay_out(desk: Desk, api: StandIn) -> None:
    """Three manifests in two folders, each with a change."""
    for id_, folder in (("1171", "a"), ("1172", "b")):
        api.account.items[id_] = mitto_item(id_, f"M{id_}")
        desk.write(f"manifests/{folder}/{id_}.yaml", MITTO.format(id=id_))


def test_targets_narrow_the_plan_and_not_what_is_managed(desk: Desk, api: StandIn) -> None:
    """An address, an id, a file, and globs of these; repeatable; the rest is out of scope and never unmanaged."""
    lay_out(desk, api)
    cases = {
        ("twilio/main-sms",): {"1161"},
        ("1171",): {"1171"},
        ("manifests/b/1172.yaml",): {"1172"},
        ("mitto/*",): {"1171", "1172"},
        ("manifests/*/117*.yaml",): {"1171", "1172"},
        ("117?",): {"1171", "1172"},
        ("1161", "mitto/m1172"): {"1161", "1172"},
    }
    for targets, ids in cases.items():
        plan = desk.plan(*[word for target in targets for word in ("--target", target)])
        assert {one["id"] for one in plan["changes"]} == ids, targets
        assert plan["summary"]["update"] == len(ids)
        assert plan["summary"]["out_of_scope"] == 3 - len(ids)
        assert [one["id"] for one in plan["unmanaged"]] == ["1170"]
    ran = desk.run("plan", "--target", "twilio/main-smss")
    assert ran.code in {3, 64}
    assert "twilio/main-smss" in ran.err


def test_paths_narrow_likewise(desk: Desk, api: StandIn) -> None:
    """A folder or files; the account's manifests are always loaded whole."""
    lay_out(desk, api)
    plan = desk.plan("manifests/a", "manifests/main.yaml")
    assert {one["id"] for one in plan["changes"]} == {"1161", "1171"}
    assert plan["summary"]["out_of_scope"] == 1
    assert [one["id"] for one in plan["unmanaged"]] == ["1170"]
    desk.run("apply", "manifests/a", "--yes", code=0)
    assert [one.id for one in api.sent("PATCH")] == ["1171"]
    desk.write("manifests/b/broken.yaml", "nonsense: 1\n")
    assert "manifests/b/broken.yaml:1:1" in desk.run("plan", "manifests/a", code=3).all


def test_fewer_ids_than_pages_are_read_by_id(desk: Desk, api: StandIn) -> None:
    """One target among 250 objects: GET by id, not three pages; and no word of what is unmanaged is lost."""
    for id_ in range(2000, 2250):
        api.account.items[str(id_)] = mitto_item(str(id_), f"M{id_}")
    plan = desk.plan("--target", "1161")
    assert plan["summary"]["update"] == 1
    assert len(api.requests) <= 5


def test_the_nearest_configuration_counts(desk: Desk, api: StandIn) -> None:
    """--config, RECONCILER_CONFIG, nearest from the first PATH up to the Git root, working directory, manifests/."""

    def config(name: str, account: str, path: str = ".") -> str:
        desk.write(name, f"version: 1\naccounts: {{{account}: {{path: {path}}}}}\n")
        return name

    config("manifests/reconciler.yaml", "inner")
    assert desk.plan()["account"] == "inner"
    config("reconciler.yaml", "here", "manifests")
    assert desk.plan()["account"] == "here"
    assert desk.plan("manifests/main.yaml")["account"] == "inner"
    config("flagged.yaml", "flagged", "manifests")
    config("named.yaml", "named", "manifests")
    assert desk.plan(env={"RECONCILER_CONFIG": "named.yaml"})["account"] == "named"
    assert desk.plan("manifests/main.yaml", env={"RECONCILER_CONFIG": "named.yaml"})["account"] == "named"
    assert desk.plan("--config", "flagged.yaml", env={"RECONCILER_CONFIG": "named.yaml"})["account"] == "flagged"
    assert desk.run("plan", "--config", "missing.yaml").code in {3, 64}


def test_nothing_above_the_git_root_is_read(desk: Desk) -> None:
    """A configuration outside of the repository decides nothing."""
    desk.write("reconciler.yaml", "version: 1\naccounts: {outer: {path: repo/manifests}}\n")
    desk.write("repo/.git/HEAD", "ref: refs/heads/main\n")
    desk.write("repo/manifests/main.yaml", MAIN)
    ran = desk.run("plan", "manifests", "--format", "json", code=0, cwd="repo")
    assert ran.document["account"] == "default"


def test_paths_in_what_is_printed_are_relative_to_the_working_directory(desk: Desk) -> None:
    """From a folder below, the same file reads as one goes there."""
    desk.write("reconciler.yaml", "version: 1\naccounts: {main: {path: manifests}}\n")
    ran = desk.run("plan", "--config", "../reconciler.yaml", "--format", "json", code=0, cwd="manifests")
    assert ran.document["changes"][0]["source"]["file"] == "main.yaml"
    desk.write("elsewhere/x", "")
    ran = desk.run("plan", "--config", "../reconciler.yaml", code=0, cwd="elsewhere")
    assert "../manifests/main.yaml:1:1" in ran.out


def test_unknown_keys_of_the_configuration_are_errors_at_their_place(desk: Desk, api: StandIn) -> None:
    """All of them at once, and nothing is sent."""
    text = 'version: 1\nlimit: {}\naccounts:\n  main:\n    company: "1"\n    path: manifests\nlimits: {per_hour: 3}\n'
    desk.write("reconciler.yaml", text)
    for verb in ("validate", "plan"):
        ran = desk.run(verb, code=3)
        for place in ("2:1", "5:5", "7:10"):
            assert f"reconciler.yaml:{place}: " in ran.all, (place, ran.all)
    assert api.requests == []


def test_a_flag_beats_the_environment_and_that_the_file(desk: Desk, api: StandIn) -> None:
    """settings_patch and api by flag, variable and file."""
    desk.write(
        "reconciler.yaml",
        "version: 1\napi: http://127.0.0.1:9/v1/hood\nsettings_patch: whole\naccounts: {main: {path: manifests}}\n",
    )
    assert desk.plan()["settings_patch"] == "whole"
    assert desk.plan(env={"RECONCILER_SETTINGS_PATCH": "changed"})["settings_patch"] == "changed"
    assert (
        desk.plan("--settings-patch", "auto", env={"RECONCILER_SETTINGS_PATCH": "changed"})["settings_patch"] == "auto"
    )
    desk.run("plan", code=8, env={"RECONCILER_API": None})
    assert desk.plan("--api", api.url, env={"RECONCILER_API": "http://127.0.0.1:9/v1/hood"})["api"] == api.url
