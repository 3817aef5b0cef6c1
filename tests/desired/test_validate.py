"""What the schemas have against a document is said in our own words, at its place, without values."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.desired.validate import Finding, check_config, check_manifest, did_you_mean, make_path, make_problem
from reconciler.model import Source
from tests.desired.placing import ToldPlaces, make_documents

ROOT = Path(__file__).parents[2]


def explain(text: str) -> list[tuple[str, str, str | None]]:
    """Code, message and fix of all that the manifest schema has against a text."""
    return [(one.code, one.message, one.fix) for one in check_manifest(make_documents(text)[0].data)]


NOT_QUOTED = "is not in quotes, so it is not read as text by every YAML version"


@pytest.mark.parametrize(
    ("text", "code", "message", "fix"),
    [
        ("id: 1161\nprovider: a\nname: it", "not-text", f"id: {NOT_QUOTED}", 'write id: "1161"'),
        ("id: {main: 007}\nprovider: a", "not-text", f"id.main: {NOT_QUOTED}", 'write main: "007"'),
        ("id: a b\nprovider: a", "invalid-value", "id: is not written as expected", "write up to 64 letters"),
        ("id: {}\nprovider: a", "invalid-value", "id: is empty", "write up to 64 letters"),
        ("id: [x]\nprovider: a", "type", "id: is a list where text or a mapping is expected", "write up to 64"),
        ("provider: 1000\nname: it", "not-text", f"provider: {NOT_QUOTED}", 'write provider: "1000"'),
        ("provider: a\nname: yes", "not-text", f"name: {NOT_QUOTED}", 'write name: "yes"'),
        ("provider: a\nname:", "empty-value", "name: is empty", "write text, or leave the key out"),
        ("provider: a\nname: ~", "empty-value", "name: is empty", "write text, or leave the key out"),
        ("provider: a\nname: ''", "invalid-value", "name: is empty", "write 1 to 100"),
        (f"provider: a\nname: {'x' * 101}", "invalid-value", "name: is longer than 100 characters", "write 1 to 100"),
        ("provider: a\nname: it\nstatus: on", "not-text", f"status: {NOT_QUOTED}", 'write status: "on"'),
        ("provider: a\nname: it\nkey: a/b", "invalid-value", "key: is not written as expected", "write up to 100"),
        ("provider: a", "missing-key", "name: is missing, it is required without an id", "add name:"),
        ("name: it", "missing-key", "provider: is missing", "add provider:"),
        ("provider: a\nname: it\nsettings: {}", "invalid-value", "settings: is empty", "name at least one key"),
        ("provider: a\nname: it\nsettings:", "empty-value", "settings: is empty", "write a mapping, or leave"),
        ("provider: a\nname: it\nsettings: x", "type", "settings: is text where a mapping is expected", "write a"),
        ("provider: a\nname: it\nsetings: {a: b}", "unknown-key", "setings: unknown key", 'did you mean "settings"?'),
        ("provider: a\nname: it\nzzzz: 1", "unknown-key", "zzzz: unknown key", "known here: key, id, provider"),
        (
            "provider: a\nname: it\nis_default: yes",
            "type",
            "is_default: is a word that not every YAML version reads alike where true or false is expected",
            "write true or false",
        ),
        (
            "provider: a\nname: it\nis_default: 1",
            "type",
            "is_default: is a number where true or false is",
            "write true",
        ),
        ("provider: a\nname: it\nlifecycle: true", "type", "lifecycle: is true or false where a mapping is", "write a"),
        (
            "provider: a\nname: it\nlifecycle: {creat: true}",
            "unknown-key",
            "lifecycle.creat: unknown key",
            "did you mean",
        ),
        (
            "provider: a\nname: it\nlifecycle: {guard: [name, stauts]}",
            "invalid-value",
            "lifecycle.guard[1]: is not written as expected",
            'did you mean "status"?',
        ),
        (
            "provider: a\nname: it\nsettings: {port: x}\nlifecycle: {ignore: [setings.port]}",
            "invalid-value",
            "lifecycle.ignore[0]: is not written as expected",
            'did you mean "settings.port"?',
        ),
        (
            "provider: a\nname: it\nlifecycle: {ignore: [qqqq]}",
            "invalid-value",
            "lifecycle.ignore[0]: ",
            "write status",
        ),
        (
            "provider: a\nname: it\nlifecycle: {ignore: [12]}",
            "not-text",
            f"lifecycle.ignore[0]: {NOT_QUOTED}",
            "write ",
        ),
        (
            "provider: twilio\nname: it\nlifecycle: {create: true}",
            "missing-key",
            "settings: is missing",
            "add settings:",
        ),
        (
            "provider: '1000'\nname: it\nsettings: {acount_sid: x}",
            "dropped-setting",
            "settings.acount_sid: 1000 does not define it, it would be dropped",
            'did you mean "account_sid"?',
        ),
        (
            "provider: twilio\nname: it\nsettings: {zzz: x}",
            "dropped-setting",
            "settings.zzz: twilio does not define it, it would be dropped",
            "take it out, or write one of: account_sid, auth_token, default_phone_number",
        ),
        (
            "provider: custom_email\nname: it\nsettings: {port: 587}",
            "not-text",
            f"settings.port: {NOT_QUOTED}",
            "put it in double quotes",
        ),
    ],
)
def test_each_breach_has_its_sentence(text: str, code: str, message: str, fix: str | None) -> None:
    """One fault gives one finding, with its path, what is wrong, and what to type."""
    ((found_code, found_message, found_fix),) = explain(text)
    assert found_code == code
    assert found_message.startswith(message)
    assert (found_fix or "").startswith(fix or "")
    assert (found_fix is None) == (fix is None)


def test_all_that_a_new_twilio_needs_is_named() -> None:
    """With lifecycle.create each missing required key is named once, for its provider."""
    found = explain("provider: twilio\nname: it\nsettings: {account_sid: x}\nlifecycle: {create: true}")
    assert found == [
        ("missing-key", f"settings.{key}: is missing, twilio requires it to be created", f"add {key}:")
        for key in ("auth_token", "default_phone_number")
    ]


@pytest.mark.parametrize("data", ["[hunter2]", "hunter2"])
def test_a_document_of_another_shape_is_explained(data: str) -> None:
    """A list or a text is said to be no mapping, without what it holds."""
    (finding,) = check_manifest(["hunter2"] if data[0] == "[" else "hunter2")
    assert finding.message.startswith("the document: is ")
    assert "hunter2" not in str(finding)


def test_no_finding_holds_a_secret() -> None:
    """Whatever stands in settings, under unknown keys or as a token is never part of a finding."""
    found = check_manifest(
        make_documents(
            "provider: twilio\nname: it\npassword: 424242\nnew: {a: hunter2}\n"
            "settings: {auth_token: 424242, other: hunter2, account_sid: [hunter2], "
            "default_phone_number: {secret: hunter2}}"
        )[0].data
    )
    found += check_config(
        make_documents(
            "version: 1\ntoken: hunter2\naccounts: {a: {token: 424242}, b: {token: {secret: 424242}}, "
            "c: {token: {secret: hunter2}}, d: {token: {value: hunter2}}}"
        )[0].data
    )
    assert len(found) >= 10
    assert "hunter2" not in str(found)
    assert "424242" not in str(found)


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("version: 2", "version: is not written as expected", "write version: 1"),
        ("version: '1'", "version: is not written as expected", "write version: 1"),
        ("verson: 1\nversion: 1", "verson: unknown key", 'did you mean "version"?'),
        ("limits: {}", "version: is missing", "add version:"),
        ("version: 1\naccounts: {a b: {}}", "accounts.a b: is not written as expected", "write an account's name"),
        ("version: 1\naccounts: {}", "accounts: is empty", "name at least one"),
        ("version: 1\naccounts: {a: {company_id: 12}}", f"accounts.a.company_id: {NOT_QUOTED}", "write company_id:"),
        ("version: 1\naccounts: {a: {token: x}}", "accounts.a.token: is text where a mapping is expected", "write a"),
        ("version: 1\nlimits: {per_second: 0}", "limits.per_second: is not more than 0", "write a number above 0"),
        (
            "version: 1\nlimits: {parallel: '4'}",
            "limits.parallel: is text where a whole number is expected",
            "write a whole",
        ),
        ("version: 1\nlimits: {parallel: 65}", "limits.parallel: is more than 64", "write a whole number from 1"),
        ("version: 1\nlimits: {parallel: 0}", "limits.parallel: is less than 1", "write a whole number from 1"),
        ("version: 1\nlimits: {share: 2}", "limits.share: is more than 1", "write a number above 0 and up"),
        ("version: 1\nsettings_patch: x", "settings_patch: is not written as expected", "write auto, changed"),
        ("version: 1\nplan: {expires: 1w}", "plan.expires: is not written as expected", "write a number with d"),
        ("version: 1\nplan: {expires: 7}", f"plan.expires: {NOT_QUOTED}", "write a number with d, h or m"),
        ("version: 1\nsecrets: {env: ['']}", "secrets.env[0]: is empty", "write a text"),
        ("version: 1\nexclude: [1]", f"exclude[0]: {NOT_QUOTED}", 'write "1"'),
    ],
)
def test_each_breach_of_the_configuration_has_its_sentence(text: str, message: str, fix: str) -> None:
    """The configuration's faults are said in the same way."""
    (finding,) = check_config(make_documents(text)[0].data)
    assert finding.message.startswith(message)
    assert fix
    assert (finding.fix or "").startswith(fix)


def test_findings_stand_in_the_order_of_their_paths() -> None:
    """However the schema is walked."""
    found = check_config({"version": "", "limits": {"per_second": "", "per_minute": ""}, "api": ""})
    assert [make_path(one.path) for one in found] == ["api", "limits.per_minute", "limits.per_second", "version"]


def test_places_are_those_of_keys_values_or_the_document() -> None:
    """An unknown key is shown at the key, a value at the value, what is missing at the document's start."""
    source, places = Source("m.yaml", 7, 1), ToldPlaces()
    assert make_problem(Finding((), "c", "m"), source, places).source == source
    assert make_problem(Finding(("a", 1), "c", "m"), source, places).source == Source("a[1]", 7, 2)
    assert make_problem(Finding(("a", "b"), "c", "m", at_key=True), source, places).source == Source("a.b", 7, 1)


def test_paths_and_suggestions() -> None:
    """Paths read as people write them; only what is near is suggested."""
    assert make_path(("settings", "a.b", 0)) == "settings.a.b[0]"
    assert did_you_mean("stats", ["status", "name"]) == 'did you mean "status"?'
    assert did_you_mean("zzz", ["status", "name"]) is None


@pytest.mark.parametrize(("id_line", "loaded"), [("id: '1'", "False"), ("id: 1", "True")])
def test_jsonschema_is_loaded_only_to_explain(id_line: str, loaded: str) -> None:
    """A fine manifest costs no import of jsonschema, one with a fault does."""
    code = (
        "import sys; from tests.desired.placing import make_desired;"
        f"make_desired({f'provider: a{chr(10)}{id_line}{chr(10)}name: it'!r}); print('jsonschema' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == loaded
