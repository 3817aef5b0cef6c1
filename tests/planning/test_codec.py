"""Plans as bytes and back: the same bytes for the same input, and no changed byte is accepted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Json, Plan, Problem, Refusal, Source
from reconciler.planning.codec import check_binding, format_time, is_plan, load_plan, parse_time, seal_plan
from tests.planning.build import TOKEN, make_live, make_manifest, make_snapshot, plan_of

KEY = b"a key of the repository"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def make_small(live: dict[str, Json] | None = None, **rest: Any) -> Plan:
    """A plan with an update, a drop and a warning."""
    manifest = make_manifest({"sid": "AC", "phnoe": "1", "token": TOKEN}, name="Büro")
    return plan_of([manifest], make_snapshot(make_live({"sid": "AB", "token": "x"} if live is None else live)), **rest)


def load(data: bytes, key: bytes | None = None) -> Plan:
    """Loads p.json."""
    return load_plan(data, "p.json", key)


@pytest.mark.parametrize("key", [None, KEY])
def test_a_plan_comes_back_as_it_was(key: bytes | None) -> None:
    """Sealed, saved, loaded; and sealed again to the same bytes."""
    sealed, data = seal_plan(make_small(), key)
    assert load(data, key) == sealed
    assert seal_plan(sealed, key)[1] == data
    assert sealed.digest.startswith("sha256:")
    assert sealed.seal.startswith("hmac-sha256:" if key else "sha256:")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["sid", "phone", "token"]), json_values), st.sampled_from([None, KEY]))
def test_any_live_value_survives_the_file(live: dict[str, Json], key: bytes | None) -> None:
    """Whatever JSON the server sent, and with a guard's refusal in the plan."""
    plan = make_small(live)
    refused = (Refusal("rule", "message", "override", Source("a.yaml", 1, 2)),)
    changes = tuple(msgspec.structs.replace(change, refused=refused) for change in plan.changes)
    sealed, data = seal_plan(msgspec.structs.replace(plan, changes=changes, errors=(Problem("a", "b"),)), key)
    assert load(data, key) == sealed


def test_a_file_name_that_is_no_text_survives_the_file() -> None:
    """On a file system of bytes a name may hold what UTF-8 cannot say."""
    manifest = make_manifest({"sid": "AC"}, source=Source("\udcff.yaml", 1, 1))
    sealed, data = seal_plan(plan_of([manifest], make_snapshot(make_live({"sid": "AB"}))))
    assert load(data) == sealed
    assert load(data).changes[0].source.file == "\udcff.yaml"


def test_created_and_expires_change_the_seal_and_not_the_digest() -> None:
    """The digest is of what is planned, the seal of the file."""
    one, _ = seal_plan(make_small())
    other, _ = seal_plan(make_small(created="2027-01-01T00:00:00Z", expires="2027-01-08T00:00:00Z"))
    assert one.digest == other.digest
    assert one.seal != other.seal


@pytest.mark.parametrize(
    "rest", [{"account": "other"}, {"api": "http://other"}, {"tool": "9"}, {"settings_patch": "whole"}]
)
def test_the_digest_is_of_all_the_rest(rest: dict[str, Any]) -> None:
    """Another account, API, version or way of sending is another plan."""
    assert seal_plan(make_small())[0].digest != seal_plan(make_small(**rest))[0].digest


def test_the_order_of_the_keys_of_a_live_value_changes_no_byte() -> None:
    """A server may write an object's keys in any order."""
    one = make_small({"sid": {"a": 1, "b": {"x": 1, "y": 2}}})
    other = make_small({"sid": {"b": {"y": 2, "x": 1}, "a": 1}})
    assert seal_plan(one)[1] == seal_plan(other)[1]


def test_the_file_is_json_with_the_format_and_a_last_newline() -> None:
    """Any tool can read it, and `git diff` shows it line by line."""
    _, data = seal_plan(make_small())
    assert json.loads(data)["format"] == "reconciler.plan/1"
    assert data.endswith(b"}\n")
    assert data.count(b"\n") > 20


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80, 0xFF])
def test_a_flipped_byte_anywhere_is_found(key: bytes | None, flip: int) -> None:
    """Every byte of the file, white space and the seal itself included."""
    _, data = seal_plan(make_small(), key)
    for index in range(len(data)):
        changed = data[:index] + bytes([data[index] ^ flip]) + data[index + 1 :]
        with pytest.raises(RefusedError):
            load(changed, key)


@settings(deadline=None)
@given(st.data())
def test_cut_doubled_and_inserted_bytes_are_found(data: st.DataObject) -> None:
    """What was changed in any other way is refused too."""
    _, whole = seal_plan(make_small(), KEY)
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(st.binary(max_size=3))
    changed = whole[:at] + put + whole[at + cut :]
    if changed != whole:
        with pytest.raises((RefusedError, InvalidError)):
            load(changed, KEY)


def test_a_change_without_the_key_is_found_even_if_resealed() -> None:
    """Whoever has no key cannot seal."""
    plan = make_small()
    _, forged = seal_plan(msgspec.structs.replace(plan, account="other"), b"another key")
    with pytest.raises(RefusedError, match="changed after it was saved or sealed with another key"):
        load(forged, KEY)
    with pytest.raises(RefusedError, match="not sealed with a key"):
        load(seal_plan(plan)[1], KEY)


def test_a_keyed_plan_needs_its_key() -> None:
    """The way out is named."""
    with pytest.raises(RefusedError, match="sealed with a key") as caught:
        load(seal_plan(make_small(), KEY)[1])
    assert caught.value.fix == "set RECONCILER_KEY to the key it was made with"


@pytest.mark.parametrize("seal", ['"é"', '"\\ud800"', "null", "7", '""', '"hmac-"', '"sha256:"', '["sha256:"]'])
@pytest.mark.parametrize("key", [None, KEY])
def test_no_seal_is_accepted_for_its_looks(seal: str, key: bytes | None) -> None:
    """Seals of other kinds and alphabets are refused, not stumbled over."""
    data = b'{"format": "reconciler.plan/1", "seal": ' + seal.encode() + b"}"
    with pytest.raises(RefusedError):
        load(data, key)


@pytest.mark.parametrize("data", [b"", b"key: a\n", b"[]", b'{"a": 1}', b"\x00\xff", "﻿{}".encode()])
def test_other_files_are_no_plans(data: bytes) -> None:
    """With what to type for one."""
    assert not is_plan(data)
    with pytest.raises(InvalidError) as caught:
        load(data)
    assert caught.value.problems[0].code == "not-a-plan"
    assert caught.value.problems[0].fix == "reconciler plan --out p.json"


@pytest.mark.parametrize(
    "data", [b'{"seal": "', b'{"format": "reconciler.plan/1"}', b' {"format": "reconciler.plan/9", [']
)
def test_broken_plans_are_refused(data: bytes) -> None:
    """What means to be a plan and is none any more was changed."""
    assert is_plan(data)
    with pytest.raises(RefusedError, match="changed after it was saved"):
        load(data)


def test_deep_nesting_is_refused() -> None:
    """A hundred thousand brackets end no interpreter."""
    with pytest.raises(RefusedError):
        load(b'{"seal": ' + b"[" * 100_000)


@pytest.mark.parametrize("body", [{"format": "reconciler.plan/1"}, {"changes": 1}])
def test_a_sealed_file_of_another_shape_is_invalid(body: Json) -> None:
    """Only another version of the tool makes one."""
    assert_invalid({**body, "seal": ""})


def test_a_plan_of_another_format_is_invalid() -> None:
    """Even where all of its fields can be read."""
    assert_invalid(msgspec.to_builtins(msgspec.structs.replace(make_small(), format="reconciler.plan/2")))


def assert_invalid(body: Json) -> None:
    """Seals any JSON object whose seal is empty, and expects that it is no plan of this version."""
    import hashlib

    bare = json.dumps(body).encode()
    data = bare.replace(b'"seal": ""', b'"seal": "sha256:' + hashlib.sha256(bare).hexdigest().encode() + b'"')
    with pytest.raises(InvalidError) as caught:
        load(data)
    assert caught.value.problems[0].message == "is not a reconciler.plan/1"


@settings(deadline=None)
@given(st.binary() | st.builds(lambda tail: b'{"seal"' + tail, st.binary()))
def test_arbitrary_bytes_raise_only_our_errors(data: bytes) -> None:
    """Asking is_plan never raises, and loading says no in our words."""
    assert is_plan(data) in (True, False)
    with pytest.raises((RefusedError, InvalidError)):
        load(data)


def bind(plan: Plan, **here: Any) -> None:
    """Checks a plan against here."""
    told = {"api": plan.api, "account": plan.account, "company_id": plan.company_id, "now": NOW, **here}
    check_binding(plan, file="p.json", **told)


def test_a_plan_applies_where_it_was_made() -> None:
    """Same API, account and company, before it expires; no company configured is fine."""
    plan = make_small()
    bind(plan)
    bind(plan, company_id=None)
    bind(plan, now=parse_time(plan.expires) - timedelta(seconds=1))
    bind(msgspec.structs.replace(plan, company_id=None), company_id="6197120")


@pytest.mark.parametrize(
    ("here", "word"),
    [
        ({"api": "http://other"}, "made for API http://127.0.0.1/v1/hood, this is http://other"),
        ({"account": "other"}, "made for account main, this is other"),
        ({"company_id": "999"}, "made for company 6197120, this account is company 999"),
        ({"now": datetime(2026, 11, 29, 10, tzinfo=UTC)}, "expired at 2026-11-29T10:00:00Z"),
    ],
)
def test_a_plan_made_for_elsewhere_or_expired_is_refused(here: dict[str, Any], word: str) -> None:
    """Each with both sides."""
    with pytest.raises(RefusedError, match=word):
        bind(make_small(), **here)


def test_an_expiry_that_cannot_be_read_is_long_past() -> None:
    """Nobody can say that it still holds."""
    assert parse_time("soon") < NOW
    with pytest.raises(RefusedError, match="expired"):
        bind(make_small(expires=""))


def test_times_are_utc_in_whole_seconds() -> None:
    """And come back."""
    assert (
        format_time(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-02T01:04:05Z"
    )
    assert parse_time(format_time(NOW)) == NOW
