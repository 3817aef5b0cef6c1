"""`accept` as a whole command line, against a served emulator."""

from __future__ import annotations

import os
import signal
import stat
import sys
from typing import Any

import pytest

from tests.commands.stage import Stage
from tests.commands.test_apply import sit_down

MAIN = """\
# mode line
id: "1161"   # theirs
provider: twilio
name: 'Main'
status: active
settings:
    # the account
    account_sid: ACf00000000000000000000000000000000
    auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
    default_phone_number: "+14445550100"  # ours
"""
ACCEPTED = MAIN.replace("'Main'", "'Example Integration'").replace("+14445550100", "+13345550100")
FILE = "manifests/main.yaml"


@pytest.fixture
def main(stage: Stage) -> Stage:
    """One manifest whose name and phone number are not as they are live."""
    stage.write(FILE, MAIN)
    return stage


def text_of(stage: Stage) -> str:
    """The manifest."""
    return (stage.folder / FILE).read_text()


def test_what_is_live_goes_into_the_manifest_and_the_plan_is_empty_but_for_secrets(main: Stage) -> None:
    """With GETs alone; said with its place, before and after; accepted again nothing happens."""
    ran = main.run("accept", "--yes")
    assert text_of(main) == ACCEPTED
    (row,) = [line.split() for line in ran.out.splitlines() if "settings.default_phone_number" in line]
    assert row[2:] == ['"+14445550100"', "->", '"+13345550100"', f"{FILE}:10:27"]
    assert "Accept: 2 values into 1 file; 1 secret left as it is." in ran.out
    assert ran.out.endswith("Accepted 2 values into 1 file.\n-> git diff\n")
    assert {request.method for request in main.world.log} == {"GET"}
    (change,) = main.run("plan", "--format", "json").document["changes"]
    assert [field["path"] for field in change["fields"]] == [["settings", "auth_token"]]
    again = main.run("accept", "--yes")
    assert again.out == "Nothing to accept. 1 manifest was compared; 1 secret left as it is.\n"
    assert text_of(main) == ACCEPTED


def test_no_reference_is_resolved_and_no_secret_is_read(main: Stage) -> None:
    """The variable may be missing."""
    main.patch.delenv("HOOD_TWILIO_AUTH_TOKEN")
    ran = main.run("accept", "--yes", "--format", "json")
    assert "fake-token" not in ran.out + ran.err + text_of(main)


def test_json_is_the_whole_answer(main: Stage) -> None:
    """What will be written is said on stderr."""
    ran = main.run("accept", "--yes", "--format", "json")
    document = ran.document
    assert document["format"] == "reconciler.accept/1"
    assert document["summary"] == {
        "accepted": 2,
        "refused": 0,
        "files": 1,
        "secrets": 1,
        "hidden": 0,
        "compared": 1,
    }
    assert document["written"] is True
    assert document["integrations"][0]["fields"][1] == {
        "path": ["settings", "default_phone_number"],
        "before": "+14445550100",
        "after": "+13345550100",
        "source": {"file": FILE, "line": 10, "column": 27},
        "action": "change",
        "refused": None,
        "fix": None,
    }
    assert "Accept: 2 values into 1 file" in ran.err
    assert main.run("accept", "--yes", "--format", "json").document["written"] is False


def test_nobody_to_ask_is_a_wrong_command_line(main: Stage) -> None:
    """64 before any request; and so is a field that is none."""
    ran = main.run("accept", code=64)
    assert ran.err.endswith("-> add --yes\n")
    assert "settings.KEY" in main.run("accept", "--yes", "--field", "port", code=64).err
    assert "names no manifest" in main.run("accept", "--yes", "--target", "nothing", code=64).err
    assert main.world.log == []
    assert text_of(main) == MAIN


@pytest.mark.parametrize(("reply", "code", "text"), [("yes\n", 0, ACCEPTED), ("no\n", 4, MAIN)])
def test_it_asks_where_somebody_sits(main: Stage, reply: str, code: int, text: str) -> None:
    """Only yes is yes."""
    seen = sit_down(main, reply)
    main.run("accept", code=code)
    assert "Write this into the manifests? Only yes is yes: " in seen.getvalue()
    assert text_of(main) == text


def test_nothing_is_asked_where_there_is_nothing_to_write(main: Stage) -> None:
    """Neither where all that differs is refused."""
    main.write(FILE, ACCEPTED)
    seen = sit_down(main, "")
    main.run("accept")
    main.run("accept", "--field", "settings.auth_token", code=6)
    assert "yes" not in seen.getvalue()


def test_fields_and_targets_narrow_it(main: Stage) -> None:
    """What is named by --field is added where the manifest does not name it."""
    main.write("manifests/mitto.yaml", 'id: "1175"\nprovider: mitto\nname: Other\n')
    main.run("accept", "--yes", "--target", "1161", "--field", "name")
    assert text_of(main) == MAIN.replace("'Main'", "'Example Integration'")
    ran = main.run("accept", "--yes", "manifests/main.yaml", "--field", "settings.default_phone_number")
    assert "Accept: 1 value into 1 file" in ran.out
    assert text_of(main) == ACCEPTED
    short = 'id: "1161"\nprovider: twilio\n'
    main.write(FILE, short)
    ran = main.run("accept", "--yes", "--target", "1161", "--field", "settings.*", "--field", "status")
    assert text_of(main) == (
        short
        + 'status: "active"\nsettings:\n  account_sid: "ACf00000000000000000000000000000000"\n'
        + '  default_phone_number: "+13345550100"\n'
    )
    assert "+ settings.account_sid" in ran.out
    main.run("plan", "--detailed-exitcode", "--target", "1161")


def test_a_field_that_nobody_knows_is_said(main: Stage) -> None:
    """With the nearest that there is; what can be accepted is."""
    ran = main.run("accept", "--yes", "--field", "settings.defualt_phone_number", "--field", "name", code=6)
    assert "did you mean settings.default_phone_number?" in ran.out
    assert "'Example Integration'" in text_of(main)
    (problem,) = main.run("accept", "--yes", "--field", "settings.xyz", "--format", "json", code=6).document["problems"]
    assert problem["fix"] == "check its spelling"


def test_what_cannot_be_accepted_is_said_and_the_rest_is_accepted(main: Stage) -> None:
    """Exit 6: a shared anchor, an id that the API does not know, a required key that is not set."""
    main.write(FILE, MAIN.replace("'Main'", "&name 'Main'") + "x-name: *name\n")
    main.write("manifests/gone.yaml", 'id: "4711"\nprovider: twilio\nname: Gone\n')
    del main.world.account.items["1162"]["settings"]["default_phone_number"]
    main.write("manifests/more.yaml", 'id: "1162"\nprovider: twilio\nsettings: {default_phone_number: "+1"}\n')
    ran = main.run("accept", "--yes", code=6)
    assert "not accepted: line 11 uses its anchor, and would change too" in ran.out
    assert "nothing accepted: twilio/gone: the API does not know id 4711" in ran.out
    assert "not accepted: live it is not set, and twilio requires it" in ran.out
    assert "Accepted 1 value into 1 file, 3 not accepted." in ran.out
    assert '"+13345550100"' in text_of(main)
    assert "&name 'Main'" in text_of(main)


def test_a_value_that_is_not_set_is_written_as_null(stage: Stage) -> None:
    """And said."""
    stage.write(FILE, 'id: "1170"\nprovider: custom_email\nsettings:\n  sending_domain: mail.example.com # theirs\n')
    assert '"mail.example.com" -> null: live it is not set' in stage.run("accept", "--yes", "--target", "1170").out
    assert text_of(stage).endswith("  sending_domain: null # theirs\n")
    stage.run("plan", "--detailed-exitcode", "--target", "1170")


def test_an_address_that_changes_with_the_name_is_said(main: Stage) -> None:
    """Where no key keeps it."""
    ran = main.run("accept", "--yes", "--field", "name")
    assert "its name makes its address, which becomes twilio/example-integration" in ran.out
    assert "-> add key: main to keep it" in ran.out
    main.write(FILE, "key: main\n" + MAIN)
    assert "its address" not in main.run("accept", "--yes", "--field", "name").out


def test_a_name_that_was_not_there_yet_is_added_and_the_address_that_changes_is_said(stage: Stage) -> None:
    """The address was made of the id, and the key that keeps it is text."""
    stage.write(FILE, 'id: "1161"\nprovider: twilio\n')
    ran = stage.run("accept", "--yes", "--field", "name")
    assert text_of(stage) == 'id: "1161"\nprovider: twilio\nname: "Example Integration"\n'
    assert "twilio/1161: its name makes its address, which becomes twilio/example-integration" in ran.out
    assert '-> add key: "1161" to keep it' in ran.out


def test_a_name_that_makes_the_same_address_is_no_warning(stage: Stage) -> None:
    """Case and punctuation are not in an address."""
    stage.write(FILE, MAIN.replace("'Main'", "example  INTEGRATION!"))
    assert "its address" not in stage.run("accept", "--yes").out


def test_invalid_manifests_end_the_run(main: Stage) -> None:
    """3, with all that is wrong; nothing is written."""
    main.write("manifests/bad.yaml", "nonsense: 1\n")
    assert main.run("accept", "--yes", "--format", "json", code=3).document["errors"]
    assert text_of(main) == MAIN


def test_another_company_is_refused(main: Stage) -> None:
    """4: its values are not for these manifests."""
    main.write("reconciler.yaml", 'version: 1\naccounts:\n  main: {company_id: "1", path: manifests}\n')
    main.run("accept", "--yes", code=4)
    assert text_of(main) == MAIN


def test_the_file_keeps_its_mode_and_its_link(main: Stage) -> None:
    """A link within the folder is followed, and stays one."""
    real = main.folder / "manifests" / "real.yaml"
    (main.folder / FILE).rename(real)
    real.chmod(0o640)
    (main.folder / "manifests" / "a.yaml").symlink_to("real.yaml")
    main.run("accept", "--yes")
    assert real.read_text() == ACCEPTED
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert (main.folder / "manifests" / "a.yaml").is_symlink()
    assert sorted(path.name for path in (main.folder / "manifests").iterdir()) == ["a.yaml", "real.yaml"]


def test_a_file_that_is_changed_while_it_asks_stays(main: Stage) -> None:
    """The others are written, and it ends 6."""
    main.write("manifests/more.yaml", 'id: "1162"\nprovider: twilio\nname: Backup\n')
    sit_down(main, "")

    def change(_size: int = -1) -> str:
        main.write(FILE, MAIN + "x-new: 1\n")
        return "yes\n"

    main.patch.setattr(sys.stdin, "readline", change)
    ran = main.run("accept", code=6)
    assert "was changed meanwhile" in ran.out
    assert "Accepted 1 value into 1 file, 2 not accepted." in ran.out
    assert text_of(main) == MAIN + "x-new: 1\n"


def test_a_file_that_is_changed_before_it_is_read_again_stays(main: Stage) -> None:
    """While the account was read: the file says something else there by now, or is gone."""
    main.write("manifests/more.yaml", 'id: "1162"\nprovider: twilio\nname: Backup\n')
    handle = main.world.handle

    def change(request: Any, now: float) -> Any:
        main.write(FILE, MAIN.replace("+14445550100", "+1555"))
        (main.folder / "manifests" / "more.yaml").unlink()
        return handle(request, now)

    main.patch.setattr(main.world, "handle", change)
    ran = main.run("accept", "--yes", code=6)
    assert "not accepted: the file says something else there by now" in ran.out
    assert "not accepted: the file cannot be read any more" in ran.out
    assert text_of(main) == ACCEPTED.replace("+13345550100", "+1555")


def test_a_signal_while_it_writes_ends_it_between_two_files(main: Stage) -> None:
    """What was written is told; no file is half."""
    main.write("manifests/more.yaml", 'id: "1162"\nprovider: twilio\nname: Backup\n')
    main.patch.setattr(os, "fsync", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    ran = main.run("accept", "--yes", code=143)
    assert "Accepted 2 values into 1 file, 1 not accepted." in ran.out
    assert "not written: interrupted" in ran.out
    assert text_of(main) == ACCEPTED


def test_in_the_sandbox_every_line_says_so(main: Stage) -> None:
    """As everywhere."""
    ran = main.run("accept", "--sandbox", "--yes")
    assert all(line.startswith("SANDBOX") for line in ran.out.splitlines())
    assert "Accepted 2 values" in ran.out


def test_whose_file_it_is_besides_is_said_before_anything_is_written(main: Stage) -> None:
    """Accounts that share manifests share what is accepted; an overlay and a folder of its own are nobody else's."""
    shared = "version: 1\naccounts:\n" + "".join(f"  {one}: {{path: manifests}}\n" for one in ("a", "b", "c", "d", "e"))
    for others, said in ((1, "the account b reads"), (2, "the accounts b and c read"), (4, "b, c, d and 1 more read")):
        main.write(FILE, MAIN)
        main.write("reconciler.yaml", "\n".join(shared.splitlines()[: 3 + others]) + "\n")
        answer = main.run("accept", "--yes", "--account", "a", "--format", "json").document
        (warning,) = [one for one in answer["warnings"] if one["code"] == "shared-manifest"]
        assert warning["source"]["file"] == FILE
        assert f"{said} this file, too" in warning["message"]
        assert "overlay" in warning["fix"]
        assert answer["written"] is True
    assert main.run("accept", "--yes", "--account", "a", "--format", "json").document["warnings"] == []
    main.write(FILE, MAIN)
    every = main.run("accept", "--yes", "--account", "a", "--account", "b")
    assert "the accounts b, c, d and 1 more read this file, too" in every.out + every.err
    main.write(FILE, MAIN)
    main.write("other/x.yaml", MAIN.replace("1161", "1162"))
    main.write("reconciler.yaml", "version: 1\naccounts:\n  a: {path: manifests}\n  b: {path: other, overlay: over}\n")
    assert "too" not in main.run("accept", "--yes", "--account", "a").out
