"""Overlays and variables of an account, as the commands meet them."""

from __future__ import annotations

from tests.commands.stage import Stage

CONFIG = """\
version: 1
accounts:
  main: {path: manifests, variables: {NAME: "Backup"}}
  staging: {path: manifests, overlay: manifests/over, variables: {NAME: "Staging"}}
"""
BASE = 'key: backup\nid: "1162"\nprovider: twilio\nname: "${var:NAME} SMS"\n'
OVER = "key: backup\nprovider: twilio\nstatus: active\nsettings: {default_phone_number: '+1'}\n"
STAGING = ("--account", "staging")


def lay(stage: Stage) -> None:
    """The stage's account twice, once with an overlay."""
    stage.write("reconciler.yaml", CONFIG)
    stage.write("manifests/main.yaml", BASE)
    stage.write("manifests/over/main.yaml", OVER)


def test_each_account_has_its_own_plan(stage: Stage) -> None:
    """The overlay's folder holds no manifest for any of them, and narrows to what it is laid over."""
    lay(stage)
    main = stage.run("plan", "--account", "main", "--format", "json").document["changes"][0]
    assert main["body"] == {"name": "Backup SMS"}
    for narrow in ((), ("manifests/over",), ("--target", "manifests/over/main.yaml"), ("--target", "twilio/backup")):
        staging = stage.run("plan", *STAGING, *narrow, "--format", "json").document["changes"][0]
        assert staging["body"]["name"] == "Staging SMS"
        assert staging["fields"][-1]["source"]["file"] == "manifests/over/main.yaml"


def test_show_tells_the_variables(stage: Stage) -> None:
    """With the place of each value."""
    lay(stage)
    shown = stage.run("show", "twilio/backup", *STAGING).out
    assert "${var:NAME}" in shown
    assert "manifests/over/main.yaml:4:34 (overlay)" in shown
    assert shown.count("(overlay)") == 2
    (row,) = stage.run("show", "--target", "manifests/over/*", *STAGING, "--format", "json").document["integrations"]
    assert row["address"] == "twilio/backup"


def test_accept_leaves_what_a_variable_makes(stage: Stage) -> None:
    """And writes the rest where it stands."""
    lay(stage)
    stage.run("accept", "--yes", *STAGING, code=6)
    assert (stage.folder / "manifests/main.yaml").read_text() == BASE
    assert "'+1'" not in (stage.folder / "manifests/over/main.yaml").read_text()


def test_accept_leaves_a_name_by_which_an_overlay_finds_its_manifest(stage: Stage) -> None:
    """Of any account: else the overlay would be laid over nothing, and no plan could be made. A key ends that."""
    lay(stage)
    base = BASE.replace("key: backup\n", "").replace("${var:NAME} SMS", "Backup!")
    stage.write("manifests/main.yaml", base)
    ran = stage.run("accept", "--yes", "--account", "main", code=6)
    assert "not accepted: an overlay names this manifest by the address that its name makes" in ran.out
    assert "-> add key: backup" in ran.out
    assert (stage.folder / "manifests/main.yaml").read_text() == base
    stage.write("manifests/main.yaml", "key: backup\n" + base)
    stage.run("accept", "--yes", "--account", "main")
    stage.run("plan", *STAGING)


def test_accept_leaves_a_name_that_makes_the_same_address(stage: Stage) -> None:
    """To be accepted as ever."""
    lay(stage)
    stage.write("manifests/over/main.yaml", OVER.replace("key: backup", "key: backup-sms-old-name"))
    stage.write("manifests/main.yaml", 'id: "1162"\nprovider: twilio\nname: Backup SMS, old name\n')
    ran = stage.run("accept", "--yes", "--account", "main")
    assert "Accepted 1 value" in ran.out
    assert "its address" not in ran.out


def test_a_saved_plan_is_bound_to_both(stage: Stage) -> None:
    """Another overlay or variable is another declaration."""
    lay(stage)
    stage.run("plan", *STAGING, "--out", "plan.json")
    stage.write("manifests/over/main.yaml", OVER.replace("+1", "+2"))
    assert "manifests/over/main.yaml:4:" in stage.run("apply", "plan.json", code=4).err
    stage.write("manifests/over/main.yaml", OVER)
    stage.write("reconciler.yaml", CONFIG.replace("Staging", "Other"))
    assert "manifests/main.yaml:4:7" in stage.run("apply", "plan.json", code=4).err
    stage.write("reconciler.yaml", CONFIG)
    stage.run("apply", "plan.json")
    assert stage.name_of("1162") == "Staging SMS"


def test_validate_checks_all_accounts(stage: Stage) -> None:
    """Each with its own overlay and variables."""
    lay(stage)
    stage.run("validate")
    stage.write("manifests/over/main.yaml", OVER.replace("backup", "nothing"))
    assert "manifests/over/main.yaml:1:1" in stage.run("validate", code=3).out
    stage.run("validate", "--account", "main")


def test_what_git_knew_is_compared_with_overlays(stage: Stage) -> None:
    """--changed-since sees an overlay and a variable that changed."""
    import subprocess

    lay(stage)
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.com")
    subprocess.run([*git, "init", "-q"], cwd=stage.folder, check=True)
    subprocess.run([*git, "add", "."], cwd=stage.folder, check=True)
    subprocess.run([*git, "commit", "-qm", "one"], cwd=stage.folder, check=True)
    narrow = ("plan", *STAGING, "--changed-since", "HEAD", "--format", "json")
    assert stage.run(*narrow).document["summary"]["out_of_scope"] == 1
    stage.write("manifests/over/main.yaml", OVER.replace("+1", "+2"))
    assert stage.run(*narrow).document["summary"]["out_of_scope"] == 0
    stage.write("manifests/over/main.yaml", OVER + "# a comment\n")
    assert stage.run(*narrow).document["summary"]["out_of_scope"] == 1
    stage.write("reconciler.yaml", CONFIG.replace("Staging", "Other"))
    assert stage.run(*narrow).document["summary"]["out_of_scope"] == 0
