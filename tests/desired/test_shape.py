"""The quick shape check and the schemas are one truth."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.documented import make_table
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.shape import is_fine, is_reference, make_reference
from reconciler.desired.validate import check_manifest
from reconciler.model import Plain, Provider, SecretRef, SettingDefinition
from reconciler.provider_schemas import describe
from reconciler.schema_files import SHIPPED, SchemaSet
from tests.desired.placing import make_documents

PLAINS = [
    Plain(None, ""),
    Plain(None, "null"),
    Plain(True, "true"),
    Plain(False, "false"),
    Plain(587, "587"),
    Plain(1.5, "1.5"),
    Plain("yes", "yes"),
    Plain("2026-11-22", "2026-11-22"),
]
TEXTS = ["", "a", "1161", "env:HOOD_X", "env:", "env:1X", "a\n", "1161\n", "env:HOOD_X\n", "x" * 100, "x" * 101, "ü/ y"]
TEXTS += [
    "file:a/..b",
    "file:..",
    "file:a/../b",
    "file:\n",
    "file:a\u2028/../b",
    "exec:op/a b",
    "exec:op/",
    "exec:o p/a",
]
TEXTS += [
    "file:" + "x" * 1024,
    "file:" + "x" * 1025,
    "exec:op/a\n",
    "exec:op/../a",
    "file:\x85",
    "Env:HOOD_X",
    "exec:op",
]
scalars = st.sampled_from([*TEXTS, *PLAINS])
references = st.fixed_dictionaries({"secret": scalars}, optional={"other": scalars})
good_reference = st.just({"secret": "env:HOOD_X"})
values = st.one_of(
    scalars, references, good_reference, st.lists(st.one_of(scalars, references), max_size=3), st.just({})
)
KEYS = [
    "account_sid",
    "auth_token",
    "default_phone_number",
    "api_key",
    "password",
    "port",
    "default_sender_email",
    "zz",
]
NAMES = ["twilio", "1000", "custom_email", "mandrill", "mitto", "1004", "vague", "77", "twin", "10"]
setting_maps = st.dictionaries(st.sampled_from(KEYS), st.one_of(values, st.just("text")), max_size=4)
complete = st.fixed_dictionaries(
    {
        "account_sid": st.one_of(st.just("AC"), values),
        "auth_token": st.one_of(good_reference, values),
        "default_phone_number": st.just("+1"),
    }
)
paths = st.lists(
    st.sampled_from(["status", "name", "settings.port", "settings.", "status\n", "statusx", "settings", PLAINS[0]]),
    max_size=2,
)
lifecycle = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "ignore": st.one_of(paths, scalars),
            "guard": paths,
            "create": st.one_of(st.just(Plain(True, "true")), scalars),
            "other": scalars,
        },
    ),
    scalars,
)
providers = st.one_of(st.sampled_from([*NAMES, "a b", "a/b", "a*", ""]), values)
documents: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"provider": providers},
    optional={
        "name": values,
        "id": st.one_of(st.just("1161"), st.dictionaries(st.sampled_from(["main", "b"]), scalars, max_size=2), values),
        "key": values,
        "status": values,
        "type": values,
        "is_default": values,
        "settings": st.one_of(setting_maps, complete, values),
        "lifecycle": lifecycle,
        "x-note": values,
        "x-": values,
        "other": scalars,
    },
)

FINE = """
key: main-sms
id: {main: "1161", staging: "88"}
provider: twilio
name: Example Integration
type: sms
status: active
is_default: false
settings:
  account_sid: AC1
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: "+13345550100"
lifecycle: {ignore: [status, settings.account_sid], guard: [name], create: true}
x-owner: [anything, {at: all}]
"""


def make_row(name: str, kind: str = "string", *, required: bool = False) -> SettingDefinition:
    """A definition; those without `required` are deprecated, which is no fault."""
    return SettingDefinition(name, type=kind, required=required, deprecated=not required)


def make_written() -> SchemaSet:
    """An account that tells twilio otherwise than it is shipped, mitto, and a provider of which nobody knows a key."""
    told = [
        Provider("77", "twilio", "sms", (make_row("account_sid"), make_row("auth_token", required=True))),
        Provider(
            "1004",
            "mitto",
            "sms",
            (
                make_row("api_key", "number", required=True),
                make_row("port", "number"),
                make_row("zz", "boolean", required=True),
                make_row("default_sender_email", required=True),
            ),
        ),
        Provider("9", "vague", None, ()),
        Provider("10", "twin", None, (make_row("zz"),)),
        Provider("11", "twin", None, (make_row("port"),)),
    ]
    return SchemaSet([describe(one, SecretKeys().matches, {}, "") for one in told])


SETS = [SHIPPED, make_written()]


def agree(data: Any) -> bool:
    """Whether the data is fine, by the quick check and by the schemas, shipped ones and an account's own."""
    verdicts = []
    for schemas in SETS:
        fine = is_fine(data, make_table(schemas))
        assert fine == (check_manifest(data, schemas) == [])
        verdicts.append(fine)
    return verdicts[0]


@settings(deadline=None)
@given(documents)
def test_quick_check_and_schemas_agree(data: dict[str, Any]) -> None:
    """On any document, mostly broken ones, the quick check is content exactly where the schemas are."""
    agree(data)


@settings(deadline=None)
@given(st.data())
def test_they_agree_on_subtle_breaks(data: st.DataObject) -> None:
    """A fine document with one part exchanged is judged alike by both."""
    document = copy.deepcopy(make_documents(FINE)[0].data)
    assert agree(document)
    part = data.draw(st.sampled_from(["", "settings", "lifecycle", "id"]))
    target = document[part] if part else document
    key = data.draw(st.sampled_from(sorted(target)))
    if data.draw(st.booleans()):
        del target[key]
    else:
        target[key] = data.draw(st.one_of(values, lifecycle, setting_maps))
    agree(document)


@settings(deadline=None)
@given(st.sampled_from(NAMES), setting_maps)
def test_they_agree_on_settings(provider: str, named: dict[str, Any]) -> None:
    """Settings of each provider are judged alike by both."""
    agree({"provider": provider, "name": "n", "settings": named})


@pytest.mark.parametrize("data", [None, [], "text", Plain(None, "null"), {}, {"name": "n"}, {"provider": "twilio"}])
def test_what_is_no_manifest_is_looked_at_closer(data: Any) -> None:
    """Documents of another shape are never called fine."""
    assert not agree(data)


@pytest.mark.parametrize(
    "text", [*TEXTS, "file:a\u2029..", "file:/a:b", "exec:a.b-c_9/x:y//z", "exec:op//..", "file:a/...", "x"]
)
def test_they_agree_on_references(text: str) -> None:
    """Each text is a reference for both or for neither."""
    fine = agree({"provider": "acme", "name": "new", "settings": {"token": {"secret": text}}})
    assert fine == (make_reference(text) is not None)


def test_what_stands_behind_the_scheme_is_kept_whole() -> None:
    """Colons and slashes too; a control character makes it none. Where dots may not lead is judged elsewhere."""
    assert make_reference("file:/a:b/...") == SecretRef("file", "/a:b/...")
    assert make_reference("exec:op/a/b:c d") == SecretRef("exec", "op/a/b:c d")
    for text in ("file:", "file:a\x00", "exec:op", "exec:op/", "exec:op/a\n", "exec:/a"):
        assert make_reference(text) is None


def test_a_reference_names_a_variable() -> None:
    """Only {secret: "env:NAME"} is a reference, and it becomes a SecretRef."""
    assert is_reference({"secret": "env:HOOD_X"})
    assert not is_reference({"secret": "env:HOOD-X"})
    assert not is_reference({"secret": "env:HOOD_X", "more": "x"})
    assert not is_reference({"other": "env:HOOD_X"})
    assert not is_reference("env:HOOD_X")
    assert make_reference("env:HOOD_X") == SecretRef("env", "HOOD_X")
    assert make_reference("vault:HOOD_X") is None
