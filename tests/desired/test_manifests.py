"""Documents become manifests, or problems: all of a run, each at its place."""

from __future__ import annotations

import pytest

from reconciler.desired.manifests import make_manifests
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.settings import Literal
from reconciler.model import Lifecycle, Manifest, Plain, Provider, SecretRef, SettingDefinition, Source
from reconciler.provider_schemas import describe
from reconciler.schema_files import SchemaSet
from tests.desired.placing import ToldPlaces, make_desired, make_documents

CONTRACT = """
key: main-sms
id: "1161"
provider: twilio
name: Example Integration
type: sms
status: active
is_default: false
settings:
  account_sid: ACf00000000000000000000000000000000
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: "+13345550100"
lifecycle:
  ignore: [status, settings.auth_token]
  guard: [settings.account_sid]
  create: false
x-owner: messaging-team
"""


def problems_of(text: str, **how: object) -> list[tuple[str, str, str]]:
    """Place, code and message of the problems in a text."""
    desired = make_desired(text, **how)  # type: ignore[arg-type]
    return [(str(one.source and one.source.file), one.code, one.message) for one in desired.problems]


def test_the_contracts_manifest() -> None:
    """Every key of the contract's example arrives in the manifest."""
    desired = make_desired(CONTRACT)
    assert desired.problems == []
    assert desired.warnings == []
    assert desired.manifests == [
        Manifest(
            address="twilio/main-sms",
            provider="twilio",
            source=Source("m.yaml", 2, 1),
            id="1161",
            name="Example Integration",
            status="active",
            type="sms",
            is_default=False,
            settings={
                "account_sid": "ACf00000000000000000000000000000000",
                "auth_token": SecretRef("env", "HOOD_TWILIO_AUTH_TOKEN"),
                "default_phone_number": "+13345550100",
            },
            lifecycle=Lifecycle((("status",), ("settings", "auth_token")), (("settings", "account_sid"),), False),
        )
    ]


def test_what_is_not_named_is_none() -> None:
    """A manifest of two lines manages nothing but its name."""
    (manifest,) = make_desired("provider: mitto\nname: A").manifests
    assert manifest == Manifest("mitto/a", "mitto", Source("m.yaml", 1, 1), name="A")


def test_settings_keys_may_hold_dots() -> None:
    """A path of the lifecycle is "settings." and the whole rest."""
    text = "provider: mitto\nname: A\nsettings: {a.b: x}\nlifecycle: {ignore: [settings.a.b], create: true}"
    (manifest,) = make_desired(text).manifests
    assert manifest.lifecycle == Lifecycle(ignore=(("settings", "a.b"),), create=True)


@pytest.mark.parametrize("ref", ["file:a/../b", "file:..", "exec:op/../a"])
def test_offline_a_reference_that_leaves_its_folder_is_an_error(ref: str) -> None:
    """Online it is refused where it is read, with all others."""
    text = f"provider: acme\nname: new\nsettings: {{token: {{secret: '{ref}'}}, auth: {{secret: 'file:a..b'}}}}\n"
    (problem,) = make_desired(text).problems
    assert (problem.code, str(problem.source)) == ("bad-reference", "settings.token:1:2")
    assert make_desired(text, offline=False).problems == []


@pytest.mark.parametrize(
    ("line", "code", "message", "fix"),
    [
        ("account_sid: 587", "not-text", "587 is not read as text", 'write "587"'),
        ("account_sid: +1334", "not-text", "+1334 is not read as text", 'write "+1334"'),
        ("account_sid: yes", "not-text", "yes is not read as text", 'write "yes"'),
        ("account_sid: [a]", "not-text", "is a list, twilio defines a string", "write one text"),
        ("account_sid:", "empty-value", "is empty", 'write "" for an empty text'),
        ("account_sid: ~", "required-null", "twilio requires it", "write its value, or leave the key out"),
        ("account_sid: {a: b}", "bad-reference", "is a mapping where text", "a reference to a secret is written {se"),
        ("account_sid: {secret: 'env:HOOD_A'}", "reference-not-secret", "anyone could read", 'add "account_sid" to'),
        ("auth_token: hunter2", "literal-secret", "a secret stands in the manifest", 'write {secret: "env:HOOD_'),
        ("auth_token: ''", "literal-secret", "a secret stands in the manifest", 'write {secret: "env:HOOD_'),
        ("auth_token: 424242", "literal-secret", "a secret stands in the manifest", 'write {secret: "env:HOOD_'),
        ("auth_token: [hunter2]", "literal-secret", "a secret stands in the manifest", 'write {secret: "env:HOOD_'),
        ("auth_token:", "empty-value", "is empty", 'write {secret: "env:HOOD_'),
        ("auth_token: null", "required-null", "twilio requires it", "write its value"),
        ("auth_token: {secret: hunter2}", "bad-reference", "is no reference to a secret", "a reference to a"),
        (
            "auth_token: {secret: 'vault:x'}",
            "bad-reference",
            "is no reference to a secret",
            "a reference to a secret is",
        ),
        ("auth_token: {secret: 424242}", "bad-reference", "is no reference to a secret", "a reference to a"),
        ("auth_token: {secret: 'env:HOOD_A', b: c}", "bad-reference", "is no reference", "a reference to a secret is"),
    ],
)
def test_each_setting_of_a_documented_provider_is_judged(line: str, code: str, message: str, fix: str) -> None:
    """One fault, one problem, at the value's place, with the text to write and never a secret."""
    (problem,) = make_desired(f"provider: twilio\nname: it\nsettings: {{{line} }}").problems
    path = f"settings.{line.partition(':')[0]}"
    assert (problem.code, str(problem.source)) == (code, f"{path}:1:2")
    assert problem.message.startswith(f"{path}: ")
    assert message in problem.message
    assert (problem.fix or "").startswith(fix)
    assert "hunter2" not in str(problem)
    assert "424242" not in str(problem)


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("a: [x, yes]", "not-text", "settings.a[1]"),
        ("a: [x, ~]", "not-text", "settings.a[1]"),
        ("a: [{b: hunter2}]", "type", "settings.a[0]"),
        ("a: [[hunter2]]", "type", "settings.a[0]"),
        ("a:", "empty-value", "settings.a"),
        ("api-key: hunter2", "literal-secret", "settings.api-key"),
        ("api-key: 424242", "literal-secret", "settings.api-key"),
        ("api-key: [hunter2]", "literal-secret", "settings.api-key"),
        ("a: {b: hunter2}", "bad-reference", "settings.a"),
        ("a: {secret: 'env:HOOD_X'}", "reference-not-secret", "settings.a"),
    ],
)
def test_each_setting_of_an_unknown_provider_is_judged(line: str, code: str, place: str) -> None:
    """Without a schema only what no definition could allow is a problem, and secret keys are known by name."""
    (problem,) = make_desired(f"provider: mitto\nname: it\nsettings: {{{line} }}").problems
    assert (problem.code, str(problem.source)) == (code, f"{place}:1:2")
    assert "hunter2" not in str(problem)
    assert "424242" not in str(problem)


def test_values_of_an_unknown_provider_wait_for_its_definitions() -> None:
    """Unquoted scalars stay Plain for the planner, lists hold plain values, null clears."""
    text = """
provider: mitto
name: it
settings: {port: 587, on_: yes, text: x, list: [a, 1, true], none: ~, token: null, empty: ''}
"""
    desired = make_desired(text)
    assert desired.problems == []
    assert desired.manifests[0].settings == {
        "port": Plain(587, "587"),
        "on_": Plain("yes", "yes"),
        "text": "x",
        "list": ["a", 1, True],
        "none": None,
        "token": None,
        "empty": "",
    }


def test_the_open_provider_takes_other_keys() -> None:
    """The list of mandrill is cut in the documentation, so other keys wait for the API; its own are text."""
    desired = make_desired("provider: mandrill\nname: it\nsettings: {other: 1, default_sender_email: 1, api_key: ~}")
    assert [one.code for one in desired.problems] == ["not-text"]
    assert make_desired("provider: mandrill\nname: it\nsettings: {other: 1}").warnings == []


def test_a_setting_that_is_not_defined_is_a_warning_offline() -> None:
    """Offline a misspelt key is a warning with a suggestion; for a plan the API's own definitions decide later."""
    text = "provider: twilio\nname: it\nsettings: {defualt_phone_number: 12}"
    desired = make_desired(text)
    (warning,) = desired.warnings
    assert (warning.code, str(warning.source)) == ("dropped-setting", "settings.defualt_phone_number:1:1")
    assert warning.fix == 'did you mean "default_phone_number"?'
    assert "12" not in str(warning.message)
    assert desired.manifests[0].settings == {"defualt_phone_number": Plain(12, "12")}
    online = make_desired(text, offline=False)
    assert (online.warnings, online.problems, len(online.manifests)) == ([], [], 1)
    assert problems_of("provider: twilio\nname: it\nsettings: {account_sid: 1}", offline=False)[0][1] == "not-text"


def test_configured_keys_are_secret_too() -> None:
    """With secrets.keys a reference is welcome there, and literal text and its echo are not."""
    text = "provider: twilio\nname: it\nsettings: {account_sid: %s}"
    assert make_desired(text % "{secret: 'env:HOOD_A'}", keys=["ACCOUNT-SID"]).manifests[0].settings == {
        "account_sid": SecretRef("env", "HOOD_A")
    }
    (problem,) = make_desired(text % "424242", keys=["account_sid"]).problems
    assert problem.code == "literal-secret"
    assert "424242" not in str(problem)


def test_allowed_literals_flow_as_references() -> None:
    """With --allow-literal-secrets the text goes to `literals` under the address, and no repr shows it."""
    text = """
provider: twilio
name: My SMS
id: "7"
settings: {auth_token: hunter2, account_sid: x}
---
provider: twilio
name: My SMS
id: "8"
settings: {auth_token: "424242"}
"""
    desired = make_desired(text, allow_literals=True)
    first = SecretRef("literal", "twilio/my-sms.7#settings.auth_token")
    second = SecretRef("literal", "twilio/my-sms.8#settings.auth_token")
    assert desired.problems == []
    assert repr(Literal("hunter2")) == "Literal(hidden)"
    assert desired.literals == {first: "hunter2", second: "424242"}
    assert desired.manifests[0].settings == {"auth_token": first, "account_sid": "x"}
    assert repr(desired) == "Desired(2 manifests, 0 problems, 0 warnings, 2 literals)"


@pytest.mark.parametrize("provider", ["twilio", "mitto"])
def test_allowed_literals_are_text(provider: str) -> None:
    """An unquoted number in a secret key stays an error, which does not show it; other rules stay too."""
    text = f"provider: {provider}\nname: it\nsettings: {{auth_token: 424242, token: [a]}}"
    desired = make_desired(text, allow_literals=True)
    assert [one.code for one in desired.problems] == ["not-text", "literal-secret"]
    assert "424242" not in str(desired.problems)


@pytest.mark.parametrize(
    ("settings", "entry", "fix"),
    [
        ("account_sid: x", "settings.acount_sid", 'did you mean "settings.account_sid"?'),
        ("other: x", "settings.other", None),
        ("account_sid: x", "settings.default_phone_number", None),
        ("account_sid: x", "settings.qqqqqqq", "remove it"),
    ],
)
def test_lifecycle_names_real_settings(settings: str, entry: str, fix: str | None) -> None:
    """An entry that neither the provider nor the manifest knows is an error with a suggestion."""
    text = f"provider: twilio\nname: it\nsettings: {{{settings}}}\nlifecycle: {{guard: [name, {entry}]}}"
    problems = make_desired(text, offline=False).problems
    assert [(one.code, one.fix) for one in problems] == ([("unknown-path", fix)] if fix else [])


@pytest.mark.parametrize("lifecycle", ["x", "{ignore: x}", "{ignore: [{a: b}]}", "{guard: [12]}"])
def test_a_broken_lifecycle_is_explained_once(lifecycle: str) -> None:
    """A lifecycle of another shape is one problem, and no crash."""
    (problem,) = make_desired(f"provider: twilio\nname: it\nlifecycle: {lifecycle}").problems
    assert problem.message.startswith("lifecycle")


def test_an_id_for_another_account_is_no_id() -> None:
    """An id map serves its accounts only; elsewhere the name is needed."""
    text = 'provider: mitto\nid: {main: "1", staging: "2"}'
    assert make_desired(text).manifests[0].id == "1"
    assert make_desired(text, account="staging").manifests[0].address == "mitto/2"
    assert make_desired(text, account=None).manifests[0].id == "1"
    (problem,) = make_desired(text, account="other").problems
    assert (problem.code, str(problem.source)) == ("missing-key", "id:1:2")
    assert problem.fix == "add name:, or other: to id"
    assert make_desired(text + "\nname: it", account="other").manifests[0].id is None


def test_all_problems_of_all_documents_come_at_once() -> None:
    """Faults of shape, settings and between documents are found in one run, in the order of their places."""
    text = """
id: 1161
provider: twilio
name: a
settings: {auth_token: hunter2}
---
id: "1"
provider: mitto
name: b
nmae: c
---
id: "1"
provider: mitto
name: d
settings: {a: {b: c}}
---
- list
""".replace("---\n- list\n", "")
    codes = {code for _, code, _ in problems_of(text)}
    assert codes == {"not-text", "literal-secret", "unknown-key", "duplicate-id", "bad-reference"}
    desired = make_desired(text)
    assert desired.manifests == []
    assert desired.problems == sorted(desired.problems, key=lambda one: (one.source, one.message))


def test_documents_of_another_shape_are_problems() -> None:
    """Data that is no mapping, and a provider that is no text, are explained and make no manifest."""
    (document,) = make_documents("provider: mitto\nname: it")
    odd = [
        type(document)(["x"], document.source, 0),
        type(document)({"provider": ["x"], "settings": {"a": "b"}}, document.source, 1),
    ]
    desired = make_manifests(odd, account=None, secret_keys=SecretKeys(), offline=True, places=ToldPlaces())
    assert desired.manifests == []
    assert {one.code for one in desired.problems} == {"type", "missing-key"}


def test_manifests_come_in_the_order_of_addresses() -> None:
    """The order of documents changes nothing."""
    parts = ["provider: b\nname: x", "provider: a\nname: z", "provider: a\nname: w"]
    orders = ("\n---\n".join(parts), "\n---\n".join(reversed(parts)))
    found = [[one.address for one in make_desired(text).manifests] for text in orders]
    assert found == [["a/w", "a/z", "b/x"]] * 2


def test_an_unheard_status_is_a_warning_offline() -> None:
    """A status word never seen before is a warning at its place; with live objects at hand the planner decides."""
    text = 'provider: acme\nid: "1"\nstatus: sleeping\n'
    warned = make_desired(text, offline=True).warnings
    assert [(one.code, one.fix) for one in warned] == [("unknown-status", "check its spelling")]
    assert make_desired(text, offline=False).warnings == []
    assert make_desired(text.replace("sleeping", "inactive"), offline=True).warnings == []


def test_what_was_written_for_the_account_is_known_offline() -> None:
    """Its keys, their types, what is deprecated and what is required are judged without a network."""
    rows = (
        SettingDefinition("api_key", required=True),
        SettingDefinition("sender"),
        SettingDefinition("retries", type="number"),
        SettingDefinition("hosts", type="list"),
        SettingDefinition("route", deprecated=True),
    )
    mitto = Provider("1004", "mitto", "sms", rows)
    schemas = SchemaSet([describe(mitto, SecretKeys().matches, {}, "")])
    fine = make_desired(
        'provider: "1004"\nid: "1"\nsettings: {sender: A, retries: 5, hosts: [a, b]}', schemas=schemas, offline=True
    )
    assert (fine.problems, fine.warnings) == ([], [])
    assert fine.manifests[0].settings["retries"] == Plain(5, "5")
    wrong = make_desired(
        "provider: mitto\nid: '1'\nsettings: {sneder: A, retries: 5, route: x, sender: [a], api_key: null}",
        schemas=schemas,
    )
    assert [(one.code, one.fix) for one in wrong.warnings] == [
        ("deprecated-setting", "take it out once the key that replaces it is written"),
        ("dropped-setting", 'did you mean "sender"?'),
    ]
    assert [one.code for one in wrong.problems] == ["required-null", "not-text"]
    online = make_desired("provider: mitto\nid: '1'\nsettings: {route: x, zz: z}", schemas=schemas, offline=False)
    assert (online.problems, online.warnings) == ([], [])
    created = make_desired(
        "provider: mitto\nname: N1\nlifecycle: {create: true}\nsettings: {sender: A}", schemas=schemas
    )
    assert [one.message for one in created.problems] == [
        "settings.api_key: is missing, mitto requires it to be created"
    ]
