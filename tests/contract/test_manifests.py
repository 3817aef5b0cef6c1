"""Contract, section 1: what is allowed, what is found, and what several manifests may not share."""

from __future__ import annotations

import pytest

from tests.contract.account import LITERAL_SECRET
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import StandIn

GOOD = """\
# yaml-language-server: $schema=../../schemas/manifest.schema.json
key: main-sms
id: "1161"
provider: "1000"
name: 'Example Integration'
type: sms
is_default: false
settings:
  account_sid: "00123"
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: >-
    +13345550100
lifecycle:
  ignore: [status]
  guard: [settings.account_sid]
  create: false
x-owner: messaging-team
x-more: {any: [1, 2.5, yes]}
---
id: {default: "1162", other: "77"}
provider: custom_email
settings:
  default_sender_name: null
  port: "587"
---
provider: anything_else
name: Żółw & Söhne
settings:
  level: debug
"""


def test_a_good_file_is_valid(desk: Desk) -> None:
    """Quotes, folded text, null, id maps, x-* and unknown providers pass, strictly too."""
    desk.write("manifests/main.yaml", GOOD)
    desk.write("manifests/deep/er/other.yml", 'provider: mitto\nid: "9"\n')
    desk.write("manifests/reconciler.yaml", "version: 1\n")
    desk.write("manifests/.hidden/bad.yaml", "nonsense: [\n")
    desk.write("manifests/notes.txt", "nonsense: [\n")
    document = desk.run("validate", "--strict", "--format", "json", code=0).document
    assert document == {"format": "reconciler.validate/1", "errors": [], "warnings": []}
    assert desk.run("validate", code=0).out.strip()


def test_validate_needs_neither_token_nor_secrets_nor_network(desk: Desk, api: StandIn) -> None:
    """It resolves no reference and sends nothing."""
    desk.write("manifests/main.yaml", GOOD)
    gone = {"OCAMBA_TOKEN": None, "HOOD_TWILIO_AUTH_TOKEN": None, "RECONCILER_API": "https://nowhere.invalid/v1/hood"}
    desk.run("validate", code=0, env=gone)
    assert api.requests == []


def test_an_undefined_key_is_an_error_with_strict(desk: Desk) -> None:
    """Validate --strict ends 3 and names the key that was meant."""
    desk.write("manifests/main.yaml", MAIN + '  acount_sid: "AC1"\n')
    assert "did you mean" in desk.run("validate", code=0).all
    strict = desk.run("validate", "--strict", code=3)
    assert "manifests/main.yaml:9:3: " in strict.all


def test_a_literal_secret_passes_where_it_is_allowed_and_is_never_shown(desk: Desk, api: StandIn) -> None:
    """--allow-literal-secrets lets it be planned and applied; no stream and no file shows it."""
    desk.write("manifests/main.yaml", MAIN + f"  auth_token: {LITERAL_SECRET}\n")
    desk.run("validate", code=3)
    desk.run("validate", "--allow-literal-secrets", code=0)
    assert desk.run("plan", "--allow-literal-secrets", "--out", "plan.json").code != 1
    desk.run("apply", "--allow-literal-secrets", "--yes", code=0)
    assert api.settings("1161")["auth_token"] == LITERAL_SECRET


def test_keys_of_the_configuration_add_to_the_secret_ones(desk: Desk, api: StandIn) -> None:
    """account_sid becomes a secret: a literal is an error, and a reference is allowed and never shown."""
    desk.write("reconciler.yaml", 'version: 1\nsecrets: {keys: ["ACCOUNT-sid"]}\naccounts: {main: {path: manifests}}\n')
    assert "manifests/main.yaml:7:16: " in desk.run("validate", code=3).all
    desk.write("manifests/main.yaml", MAIN.replace("ACf0", '{secret: "env:HOOD_SID"} #'))
    change = desk.plan(env={"HOOD_SID": "AC-other"})["changes"][0]
    field = next(one for one in change["fields"] if one["path"] == ["settings", "account_sid"])
    assert (field["before"], field["after"], field["secret"]) == (None, None, True)
    assert change["body"]["settings"]["account_sid"] == {"secret": "env:HOOD_SID"}


def test_duplicate_ids_and_twins_without_ids_are_errors(desk: Desk) -> None:
    """The place of the second names the first."""
    desk.write("manifests/main.yaml", MAIN)
    desk.write("manifests/second.yaml", MAIN.replace("key: main-sms", "key: other"))
    desk.write("manifests/third.yaml", "provider: mitto\nname: Same\n---\nprovider: mitto\nname: Same\n")
    errors = desk.run("validate", "--format", "json", code=3).document["errors"]
    text = desk.run("validate", code=3).all
    assert {one["source"]["file"] for one in errors} == {"manifests/second.yaml", "manifests/third.yaml"}
    assert "1161" in text
    assert "manifests/main.yaml:" in text
    assert "mitto/same" in text


def test_addresses_are_made_of_key_slug_and_id(desk: Desk, api: StandIn) -> None:
    """provider/key, else the name's slug with its Unicode letters; .ID where one is shared; else provider/ID."""
    items = [("1171", "Żółw & Söhne"), ("1172", "Twin"), ("1173", "Twin"), ("1174", "***"), ("1175", "No name")]
    for id_, name in items:
        api.account.items[id_] = {**api.account.items["1170"], "id": id_, "name": name}
    parts = [
        f'provider: mitto\nid: "{id_}"\nname: "{name}"\nsettings: {{default_sender: NEW}}\n' for id_, name in items
    ]
    parts[-1] = parts[-1].replace('name: "No name"\n', "")
    desk.write("manifests/more.yaml", "---\n".join(parts))
    found = {one["id"]: one["address"] for one in desk.plan()["changes"]}
    expected = {"1161": "twilio/main-sms", "1171": "mitto/żółw-söhne", "1172": "mitto/twin.1172"}
    assert found == {**expected, "1173": "mitto/twin.1173", "1174": "mitto/1174", "1175": "mitto/1175"}


def test_excluded_files_are_not_loaded(desk: Desk) -> None:
    """exclude: globs of the configuration."""
    desk.write(
        "reconciler.yaml",
        'version: 1\nexclude: ["drafts/**", "*.draft.yaml"]\naccounts: {main: {path: manifests}}\n',
    )
    desk.write("manifests/drafts/a.yaml", "nonsense: [\n")
    desk.write("manifests/b.draft.yaml", "nonsense: [\n")
    desk.run("validate", code=0)


def test_no_manifests_at_all_is_not_success(desk: Desk) -> None:
    """A mistyped path is an error, not an empty plan."""
    assert desk.run("plan", "no-such-folder").code in {3, 64}
    assert "no-such-folder" in desk.run("validate", "no-such-folder", code=3).all


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_byte_order_mark_and_line_ends_do_not_move_places(desk: Desk, newline: str) -> None:
    """A file from Windows is read, and its errors stand where an editor shows them."""
    text = ("\ufeff" + MAIN.replace('"+14445550100"', "+14445550100")).replace("\n", newline)
    desk.write("manifests/main.yaml", text)
    assert "manifests/main.yaml:8:25: " in desk.run("validate", code=3).all
