"""A planned change and its document say the same, or it is told where they do not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import Change, Lifecycle, Manifest, Plain, SecretRef, Source
from reconciler.planning.binding import LONGEST, digest_declared, find_mismatches
from tests.planning.build import TOKEN, is_secret, make_live, make_manifest, make_snapshot, plan_of

WANTED: dict[str, Any] = {"sid": "AC", "phone": "+2", "token": TOKEN}
LIVE = {"sid": "AC", "phone": "+1", "token": "****"}


def make_pair(wanted: Any = WANTED, live: Any = LIVE, **rest: Any) -> tuple[Change, Manifest]:
    """A manifest and what was planned from it."""
    manifest = make_manifest(wanted, **rest)
    (change,) = plan_of([manifest], make_snapshot(make_live(live)), when_hidden="resend").changes
    return change, manifest


def told(change: Change, manifest: Manifest) -> list[tuple[str, str]]:
    """What differs, as text."""
    return [(".".join(path), message) for path, message in find_mismatches(change, manifest, is_secret)]


def with_body(change: Change, **settings: Any) -> Change:
    """The change with other settings in its body, shown as they are sent."""
    body = {**change.body, "settings": {**change.body["settings"], **settings}}
    fields = tuple(
        msgspec.structs.replace(item, after=body["settings"][item.path[1]]) if not item.secret else item
        for item in change.fields
    )
    return msgspec.structs.replace(change, body=body, fields=fields)


@pytest.mark.parametrize(
    "rest",
    [{}, {"name": "Two", "status": "paused"}, {"id": None, "name": "One"}, {"type": "sms", "is_default": True}],
)
def test_what_was_just_planned_is_bound(rest: dict[str, Any]) -> None:
    """Whatever the manifest names."""
    assert told(*make_pair(**rest)) == []


def test_an_undefined_key_is_bound_without_its_value() -> None:
    """It is never sent, and nobody can search what it holds."""
    change, manifest = make_pair({**WANTED, "zzz": "may be a secret"})
    assert told(change, manifest) == []
    assert told(change, make_manifest({**WANTED, "zzz": "another"})) == []
    assert told(change, make_manifest(WANTED)) == []
    assert len(told(change, make_manifest({**WANTED, "yyy": "may be another"}))) == 1


@pytest.mark.parametrize(
    ("rest", "path", "words"),
    [
        ({"settings": {**WANTED, "phone": "+3"}}, "settings.phone", 'would send "+2"'),
        ({"settings": {**WANTED, "phone": Plain(2, "2")}}, "settings.phone", 'would send "+2"'),
        ({"settings": {**WANTED, "token": SecretRef("env", "HOOD_OTHER")}}, "settings.token", "secret(env:HOOD_TOKEN)"),
        ({"settings": {"phone": "+2", "sid": "AC"}}, "settings.token", "does not name it"),
        ({"id": "2"}, "id", "declares 2"),
        ({"provider": "mitto"}, "provider", "another provider"),
        ({"status": "active"}, "", "did when the plan was made"),
        ({"lifecycle": Lifecycle(create=True)}, "", "did when the plan was made"),
        ({"lifecycle": Lifecycle(ignore=(("settings", "phone"),))}, "settings.phone", "lifecycle.ignore"),
    ],
)
def test_another_document_is_told(rest: dict[str, Any], path: str, words: str) -> None:
    """At the path that differs."""
    change, _ = make_pair()
    found = told(change, make_manifest(rest.pop("settings", WANTED), **rest))
    assert path in [one for one, _ in found]
    assert words in dict(found)[path]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"body": {"settings": ["x"]}}, "does not name it"),
        ({"along": {"sid": "AD"}}, 'would send "AD"'),
        ({"along": {"x": "1"}}, "does not name it"),
        ({"id": None}, None),
    ],
)
def test_a_body_that_is_not_shown_is_told(fields: dict[str, Any], words: str | None) -> None:
    """Whatever stands in the plan besides."""
    change, manifest = make_pair()
    found = told(msgspec.structs.replace(change, **fields), manifest)
    assert (words or "") in " ".join(message for _, message in found)
    assert bool(found) is (words is not None)


def test_no_value_of_a_secret_is_told() -> None:
    """Neither of a forged plan nor of the manifest; a long one is cut; what JSON cannot carry is nobody's."""
    change, manifest = make_pair()
    for value in ("forged", {"secret": "literal:x"}, {"other": 1}):
        message = dict(told(with_body(change, token=value), manifest))["settings.token"]
        assert "another value" in message
        assert "forged" not in message
    message = dict(told(with_body(change, phone="x" * 99), manifest))["settings.phone"]
    assert "…" in message
    assert len(message) < LONGEST + 60
    assert dict(told(with_body(change, phone="\ud800"), manifest))["settings.phone"].count("\\ud800") == 1


def test_a_provider_named_by_its_id_binds_what_is_created() -> None:
    """The other way round only the API can tell."""
    change, _ = make_pair({}, {}, name="New", provider="1000", address="1000/new")
    manifest = make_manifest({}, name="New", provider="1000", address="1000/new", id=None)
    new = msgspec.structs.replace(change, action="create", id=None, seen=None)
    assert told(msgspec.structs.replace(new, body={**change.body, "provider_id": "1000"}), manifest) == []
    forged = msgspec.structs.replace(new, body={**change.body, "provider_id": "1001"})
    assert [path for path, _ in told(forged, manifest)] == ["provider"]


def test_a_provider_whose_id_is_known_binds_what_is_created() -> None:
    """By the schemas; of another nobody can tell."""
    change, _ = make_pair(name="New")
    manifest = make_manifest(WANTED, name="New", id=None)
    new = msgspec.structs.replace(change, action="create", id=None, seen=None)
    forged = msgspec.structs.replace(new, body={**change.body, "provider_id": "1001"})
    for known, paths in (({"twilio": "1000"}, [("provider",)]), ({"mitto": "1000"}, []), (None, [])):
        assert [path for path, _ in find_mismatches(forged, manifest, is_secret, known)] == paths


def test_without_an_id_the_name_ties_it_to_its_object() -> None:
    """The write depends on the live name, unless it is ignored."""
    change, manifest = make_pair(id=None, name="One")
    bare = msgspec.structs.replace(change, seen=None)
    assert [path for path, _ in told(bare, manifest)] == ["name"]
    ignoring = make_manifest(WANTED, id=None, name="One", lifecycle=Lifecycle(ignore=(("name",),)))
    assert "name" not in [path for path, _ in told(bare, ignoring)]


manifests = st.builds(
    make_manifest,
    st.dictionaries(
        st.sampled_from(["a", "b", "token"]),
        st.sampled_from(["1", "", None, Plain(1, "1"), Plain(1, "01"), SecretRef("env", "1"), ["1"], []]),
    ),
    provider=st.sampled_from(["twilio", "1"]),
    name=st.sampled_from([None, "1", "2"]),
    status=st.sampled_from([None, "1"]),
    type=st.sampled_from([None, "1"]),
    is_default=st.sampled_from([None, True, False]),
    lifecycle=st.sampled_from([Lifecycle(), Lifecycle(create=True), Lifecycle(ignore=(("name",),))]),
)


@given(manifests, manifests)
def test_equal_digests_are_equal_declarations(one: Manifest, other: Manifest) -> None:
    """All that is declared counts, whatever its type; not its place, not its id, and no order of keys."""
    assert (digest_declared(one) == digest_declared(other)) is (one == other)
    moved = msgspec.structs.replace(
        one, source=Source("b.yaml", 9, 9), id="9", address="x/y", settings=dict(reversed(one.settings.items()))
    )
    assert digest_declared(moved) == digest_declared(one)
