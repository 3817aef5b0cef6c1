"""`doctor` as a whole command line, against a served emulator."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.errors import StoppedError
from tests.commands.stage import Stage

MAIN = 'key: backup\nid: "1162"\nprovider: twilio\nname: Backup SMS\n'
BOUND = 'version: 1\naccounts:\n  main: {company_id: "%s", path: manifests}\n'


def checks(stage: Stage, *argv: str, code: int = 0, **environ: str) -> dict[str, dict[str, Any]]:
    """By name; of several with one name the last."""
    document = stage.run("doctor", "--format", "json", *argv, code=code, **environ).document
    assert document["format"] == "reconciler.doctor/1"
    assert document["exit_code"] == code
    return {check["name"]: check for check in document["checks"]}


def levels(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Of those that are not ok; each says what to do."""
    bad = {name: check for name, check in found.items() if check["level"] != "ok"}
    assert all(check["fix"] for check in bad.values())
    return {name: check["level"] for name, check in bad.items()}


def test_all_is_looked_at_and_nothing_is_written(stage: Stage) -> None:
    """A handful of requests: GETs, and the one POST that only validates the token."""
    stage.write("reconciler.yaml", BOUND % "999999999")
    found = checks(stage)
    assert levels(found) == {"masks": "warning"}
    assert found["configuration"]["message"].startswith("reconciler.yaml; account main, http://127.0.0.1:")
    assert found["manifests"]["message"] == "1 manifest in 1 file, valid"
    assert found["company"]["message"] == "999999999, as it is configured"
    assert found["token"]["message"] == "OCAMBA_TOKEN is valid and accepted"
    assert [(one.method, one.status) for one in stage.world.log] == [
        ("GET", 200),
        ("GET", 200),
        ("GET", 200),
        ("POST", 204),
    ]
    assert stage.world.writes == []
    document = stage.run("doctor", "--format", "json").document
    assert (document["requests"]["get"], document["requests"]["post"]) == (3, 1)
    assert (document["account"], document["api"]) == ("main", stage.server.url)


def test_people_read_a_line_each(stage: Stage) -> None:
    """With what to do, and a count."""
    ran = stage.run("doctor")
    assert "  warning  company " in ran.out
    assert '-> write company_id: "999999999" for the account default' in ran.out
    assert ran.out.splitlines()[-1].startswith("16 checks: 14 ok, 2 warnings, 0 failures.")
    assert stage.world.token not in ran.out


def test_a_missing_token_ends_7_with_the_rest_still_told(stage: Stage) -> None:
    """No request leaves; a token that is wrong ends 7 as well."""
    stage.patch.delenv("OCAMBA_TOKEN")
    found = checks(stage, code=7)
    assert levels(found) == {"token": "failure"}
    assert {"configuration", "manifests", "tls", "proxy"} <= found.keys()
    assert stage.world.log == []
    stage.patch.setenv("OCAMBA_TOKEN", "canary-wrong")
    ran = stage.run("doctor", code=7)
    assert "does not accept the token (401)" in ran.out
    assert "canary-wrong" not in ran.out + ran.err


def test_an_api_that_is_not_there_ends_8(stage: Stage) -> None:
    """Even with broken manifests, which would end 3."""
    stage.patch.setenv("RECONCILER_API", "http://127.0.0.1:9/v1/hood")
    assert levels(checks(stage, code=8)) == {"api": "failure"}
    stage.write("manifests/bad.yaml", "provider: [\n")
    assert levels(checks(stage, code=8)) == {"api": "failure", "manifests": "failure"}
    stage.patch.setenv("RECONCILER_API", "https://api.example.com/v1/hood")
    found = checks(stage, code=8, SSL_CERT_FILE="/no/such")
    assert levels(found)["tls"] == "failure"
    assert "certificates" in found["api"]["message"]


def test_manifests_are_judged_without_a_secret(stage: Stage) -> None:
    """Errors end 3 with the first of them; warnings and none at all are warnings."""
    stage.write("manifests/bad.yaml", "provider: [\n")
    found = checks(stage, code=3)
    assert found["manifests"]["message"].startswith("1 error, the first at manifests/bad.yaml:")
    stage.write("manifests/bad.yaml", 'id: "1"\nprovider: twilio\nsettings:\n  zzz: "1"\n')
    assert checks(stage)["manifests"]["message"] == "2 manifests in 2 files, valid, with 1 warning"
    (stage.folder / "manifests/bad.yaml").unlink()
    (stage.folder / "manifests/main.yaml").unlink()
    assert "nothing is managed yet" in checks(stage)["manifests"]["message"]
    (stage.folder / "manifests").rmdir()
    assert levels(checks(stage))["manifests"] == "warning"


def test_a_configuration_that_is_none_ends_3(stage: Stage) -> None:
    """With each place; what a repository may not decide ends 4; a wrong account is a wrong command line."""
    stage.write("reconciler.yaml", "version: 1\nnonsense: 1\n")
    found = checks(stage, code=3)
    assert list(found) == ["configuration"]
    assert found["configuration"]["message"].startswith("reconciler.yaml:2:1: ")
    stage.write("reconciler.yaml", "version: 1\napi: https://elsewhere.example.com/v1\n")
    stage.patch.delenv("RECONCILER_API")
    found = checks(stage, code=4)
    assert "is neither https://api.ocamba.com nor loopback" in found["configuration"]["message"]
    stage.run("doctor", "--account", "nobody", code=64)
    assert stage.world.log == []
    assert levels(checks(stage, "--sandbox"))["configuration"] == "warning"


@pytest.mark.parametrize(
    ("configured", "level", "code", "part"),
    [
        ("6197120", "failure", 4, "shows objects of company 999999999"),
        ("999999999", "ok", 0, "as it is configured"),
        (None, "warning", 0, "no configuration says whether it is the right one"),
    ],
)
def test_the_company_is_compared(stage: Stage, configured: str | None, level: str, code: int, part: str) -> None:
    """Another one ends 4, as a run would."""
    if configured is not None:
        stage.write("reconciler.yaml", BOUND % configured)
    found = checks(stage, code=code)
    assert (found["company"]["level"], part in found["company"]["message"]) == (level, True)


def test_a_company_that_nobody_tells_is_a_warning(stage: Stage) -> None:
    """Not every API may tell it."""
    for item in stage.world.account.items.values():
        item["company_id"] = None
    assert checks(stage)["company"]["message"] == "the API does not tell it"


def test_an_account_without_integrations_has_no_company_to_see(stage: Stage) -> None:
    """And no masks."""
    for one in list(stage.world.account.items):
        stage.world.remove(one)
    assert not {"company", "masks"} & checks(stage).keys()


def test_a_list_that_is_absent_leaves_the_ids_of_manifests(stage: Stage) -> None:
    """One of them is read."""
    stage.world.switches = msgspec.structs.replace(stage.world.switches, listing="absent")
    found = checks(stage)
    assert found["object"]["message"] == "GET by id answers bare"
    assert stage.world.log[1].path.endswith("/1162")


def test_a_signal_ends_it(stage: Stage) -> None:
    """Without an answer."""

    def stop(*_: object, **__: object) -> None:
        raise StoppedError(143)

    stage.patch.setattr("reconciler.commands.doctor.survey_api", stop)
    assert stage.run("doctor", code=143).out == ""


def test_the_sandbox_needs_no_token(stage: Stage) -> None:
    """And no proxy stands before it."""
    stage.patch.delenv("OCAMBA_TOKEN")
    ran = stage.run("doctor", "--sandbox")
    assert all(line.startswith("SANDBOX") for line in ran.out.splitlines())
    assert "the sandbox's token is valid and accepted" in ran.out
    assert "proxy" not in ran.out
    assert stage.world.log == []
