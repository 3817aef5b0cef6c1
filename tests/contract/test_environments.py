"""One manifest for several accounts: variables of reconciler.yaml, and overlays that replace single fields."""

from __future__ import annotations

import pytest

from tests.contract.account import DESIRED_SECRET, twilio_item
from tests.contract.desk import PHONE, Desk
from tests.contract.stand_in import StandIn

CONFIG = """\
version: 1
accounts:
  main:
    path: manifests
    variables: {PHONE: "+14445550100", ENV: Production}
  staging:
    path: manifests
    overlay: overlays/staging
    variables: {PHONE: "+15555550100", ENV: Staging}
"""
MANIFEST = """\
key: main-sms
id: {main: "1161", staging: "1161"}
provider: twilio
name: Example ${var:ENV}
status: active
settings:
  account_sid: ACf00000000000000000000000000000000
  default_phone_number: ${var:PHONE}
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
"""
OVERLAY = """\
provider: twilio
key: main-sms
settings:
  account_sid: "ACstaging-$${var:x}"
  auth_token: {secret: "env:HOOD_STAGING"}
"""
STAGING = ("--account", "staging")


@pytest.fixture
def shared(desk: Desk) -> Desk:
    """A desk with two accounts that share a manifest."""
    desk.write("reconciler.yaml", CONFIG)
    desk.write("manifests/main.yaml", MANIFEST)
    desk.write("overlays/staging/sms.yaml", OVERLAY)
    desk.environ["HOOD_STAGING"] = DESIRED_SECRET
    return desk


def test_each_account_has_its_own_values(shared: Desk, api: StandIn) -> None:
    """Variables within name and settings; the overlay's fields; the address stays the document's key."""
    plan = shared.plan("--account", "main")
    (change,) = plan["changes"]
    assert change["address"] == "twilio/main-sms"
    assert change["body"]["name"] == "Example Production"
    assert change["body"]["settings"]["default_phone_number"] == "+14445550100"
    assert "account_sid" not in change["body"]["settings"]
    (change,) = shared.plan(*STAGING)["changes"]
    assert change["body"]["name"] == "Example Staging"
    assert change["body"]["settings"] == {
        "account_sid": "ACstaging-${var:x}",
        "auth_token": {"secret": "env:HOOD_STAGING"},
        "default_phone_number": "+15555550100",
    }
    sources = {tuple(field["path"]): field["source"] for field in change["fields"]}
    assert sources["settings", "account_sid"] == {"file": "overlays/staging/sms.yaml", "line": 4, "column": 16}
    assert sources[tuple(PHONE)] == {"file": "manifests/main.yaml", "line": 8, "column": 25}
    shared.apply(*STAGING)
    assert api.account.items["1161"]["name"] == "Example Staging"
    assert shared.plan(*STAGING)["summary"]["update"] == 0


def test_a_saved_plan_knows_what_was_laid_over(shared: Desk) -> None:
    """It is bound to the values; another value of a variable is another declaration."""
    shared.run("plan", *STAGING, "--out", "plan.json", code=0)
    shared.write("reconciler.yaml", CONFIG.replace("+15555550100", "+16666660100"))
    ran = shared.run("apply", "plan.json", code=4)
    assert "manifests/main.yaml:8:25" in ran.err
    shared.write("reconciler.yaml", CONFIG)
    shared.run("apply", "plan.json", code=0)


def test_without_variables_each_use_is_an_error_at_its_place(desk: Desk, api: StandIn) -> None:
    """Unknown ones with a suggestion, misplaced ones, malformed ones, references, secrets; all before any request."""
    desk.write("reconciler.yaml", CONFIG)
    desk.write(
        "manifests/main.yaml",
        MANIFEST.replace("var:PHONE", "var:PHNOE")
        .replace("var:ENV}", "var:EN V}")
        .replace("status: active", 'status: "${var:ENV}"')
        .replace("env:HOOD_TWILIO_AUTH_TOKEN", "file:${var:ENV}/token")
        + '  api_key: "${var:PHONE}"\n',
    )
    ran = desk.run("validate", "--account", "main", code=3)
    for place, said in (
        (":4:7: name: ", "write ${var:NAME}"),
        (":5:9: status: ", "only in name and settings"),
        (":8:25: settings.default_phone_number: ", "did you mean ${var:PHONE}?"),
        (":9:15: settings.auth_token: ", "holds no variable"),
        (":10:12: settings.api_key: ", "a secret stands in the manifest itself"),
    ):
        assert f"manifests/main.yaml{place}" in ran.all, ran.all
        assert said in ran.all
    desk.run("plan", "--account", "main", code=3)
    assert api.requests == []


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (OVERLAY.replace("main-sms", "main-smz"), "1:1", "twilio/main-sms"),
        (OVERLAY.replace("provider: twilio", "provider: mitto"), "1:1", "no manifest has this address"),
        (OVERLAY.replace("provider: twilio\n", ""), "1:1", "provider"),
        (OVERLAY + "---\n" + OVERLAY, "7:1", "into one document"),
        (OVERLAY + "nonsense: 1\n", "6:1", "unknown key"),
        (OVERLAY.replace("account_sid", "acount_sid"), "4:3", "account_sid"),
        (OVERLAY + "status: 5\n", "6:9", "status"),
        (OVERLAY.replace('"ACstaging', '"${var:NONE}'), "4:16", "there is no variable NONE"),
        (OVERLAY + 'id: "1"\n---\nprovider: twilio\nkey: other\nid: "1"\n', "8:1", "no manifest"),
    ],
)
def test_what_is_wrong_in_an_overlay_stands_at_its_place(shared: Desk, text: str, place: str, said: str) -> None:
    """In the overlay's own file."""
    shared.write("overlays/staging/sms.yaml", text)
    ran = shared.run("validate", *STAGING, "--strict", code=3)
    assert f"overlays/staging/sms.yaml:{place}: " in ran.all, ran.all
    assert said in ran.all
    shared.run("validate", "--account", "main", code=0)


def test_an_overlay_replaces_id_name_and_lifecycle(shared: Desk, api: StandIn) -> None:
    """Each by itself; the address stays."""
    api.account.items["1162"] = twilio_item("1162", "Other")
    overlay = 'provider: twilio\nkey: main-sms\nid: "1162"\nname: Given\nlifecycle: {ignore: [settings.account_sid]}\n'
    shared.write("overlays/staging/sms.yaml", overlay)
    (change,) = shared.plan(*STAGING)["changes"]
    assert (change["address"], change["id"], change["body"]["name"]) == ("twilio/main-sms", "1162", "Given")
    assert sorted(change["body"]["settings"]) == ["auth_token", "default_phone_number"]


def test_an_overlay_below_the_manifests_is_no_manifest(shared: Desk) -> None:
    """For no account; its folder as a PATH means what it is laid over."""
    shared.write("manifests/over/sms.yaml", OVERLAY)
    shared.write("reconciler.yaml", CONFIG.replace("overlays/staging", "manifests/over"))
    shared.write("manifests/other.yaml", 'provider: mitto\nid: "1170"\nname: Old\n')
    assert shared.plan("--account", "main")["summary"]["out_of_scope"] == 0
    for narrow in (("manifests/over",), ("--target", "manifests/over/sms.yaml")):
        plan = shared.plan(*STAGING, *narrow)
        assert [change["address"] for change in plan["changes"]] == ["twilio/main-sms"]
        assert plan["summary"]["out_of_scope"] == 1


def test_a_missing_overlay_is_an_error(shared: Desk) -> None:
    """By its name."""
    shared.write("reconciler.yaml", CONFIG.replace("overlays/staging", "overlays/none"))
    assert "overlays/none:1:1: does not exist" in shared.run("validate", *STAGING, code=3).all


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('variables: {PHONE: "${var:ENV}"}', "holds no variable"),
        ("variables: {PHONE: 5}", "put it in double quotes"),
        ('variables: {"A B": x}', "letters, digits and _"),
        ("variables: [x]", "a mapping is expected"),
        ("overlay: ''", "a folder's name"),
    ],
)
def test_the_configuration_is_strict(desk: Desk, line: str, said: str) -> None:
    """No nesting, text alone, plain names."""
    desk.write("reconciler.yaml", f"version: 1\naccounts:\n  main:\n    path: manifests\n    {line}\n")
    ran = desk.run("validate", code=3)
    assert "reconciler.yaml:5:" in ran.all
    assert said in ran.all


def test_show_tells_where_each_value_came_from(shared: Desk) -> None:
    """The manifest, the overlay, and the variables within it."""
    shown = shared.run("show", "twilio/main-sms", *STAGING, "--format", "json", code=0).document
    fields = {tuple(field["path"]): field for field in shown["integrations"][0]["fields"]}
    assert fields["settings", "account_sid"]["source"]["file"] == "overlays/staging/sms.yaml"
    assert fields["settings", "account_sid"]["variables"] == []
    assert [path for path, field in fields.items() if field["overlay"]] == [
        ("settings", "account_sid"),
        ("settings", "auth_token"),
    ]
    assert fields[tuple(PHONE)]["source"]["file"] == "manifests/main.yaml"
    assert fields[tuple(PHONE)]["variables"] == ["PHONE"]
    assert fields["name",]["variables"] == ["ENV"]
    text = shared.run("show", "twilio/main-sms", *STAGING, code=0).out
    assert "overlays/staging/sms.yaml:4:16" in text
    assert "${var:PHONE}" in text


def test_accept_writes_where_the_value_stands(shared: Desk, api: StandIn) -> None:
    """Into the overlay; what a variable makes is left alone, and said."""
    api.account.items["1161"]["settings"]["account_sid"] = "AClive"
    ran = shared.run("accept", "--yes", *STAGING, code=6)
    assert (shared.folder / "manifests/main.yaml").read_text() == MANIFEST
    assert 'account_sid: "AClive"' in (shared.folder / "overlays/staging/sms.yaml").read_text()
    assert "${var:PHONE}" in ran.all
    assert "the variable" in ran.all
