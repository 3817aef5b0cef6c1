"""One manifest against its live object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model import Change, Json, Lifecycle, Plain, Provider, SecretRef, Setting
from reconciler.planning.compare import Result, compare, is_in_sync
from tests.planning.build import SECRETS, TOKEN, make_live, make_manifest, make_provider, make_shared

VALUE = SECRETS[TOKEN]
LIVE = {"sid": "AC", "token": VALUE, "phone": "+1"}


def result_of(settings: Mapping[str, Setting], live: Mapping[str, Json] | None = None, **rest: Any) -> Result:
    """What is said of a manifest with these settings; keywords of the account and of the live object are told apart."""
    shared = {key: rest.pop(key) for key in ("strict", "when_hidden") if key in rest}
    there = {key[5:]: rest.pop(key) for key in list(rest) if key.startswith("live_")}
    twin = make_live(LIVE if live is None else live, **there)
    manifest, account = make_manifest(settings, **rest), make_shared(twin, **shared)
    result = compare(manifest, twin, account)
    assert not is_in_sync(manifest, twin, account) or result == Result()
    return result


def change_of(result: Result) -> Change:
    """The change, which must be there, without errors."""
    assert result.errors == []
    assert result.change is not None
    return result.change


def test_what_agrees_is_not_worth_a_word() -> None:
    """Quickly, and by the close look."""
    manifest, live = make_manifest({**LIVE, "token": TOKEN}, name="One", type="sms", is_default=False), make_live(LIVE)
    account = make_shared(live)
    assert is_in_sync(manifest, live, account)
    assert compare(manifest, live, account) == Result()


@pytest.mark.parametrize(
    "settings", [{"phone": None}, {"sid": "AC", "zzz": "1"}, {"token": "other"}, {"phone": Plain(1, "+1")}]
)
def test_the_quick_answer_is_no_where_something_is_to_be_said(settings: dict[str, Setting]) -> None:
    """Clears, drops, differences and other types are looked at closely."""
    live = make_live(LIVE)
    assert not is_in_sync(make_manifest(settings), live, make_shared(live))


def test_a_provider_without_definitions_may_have_its_name_managed() -> None:
    """A manifest without settings needs no definitions."""
    bare = Provider("1000", "twilio")
    change = change_of(result_of({}, name="New", live_provider=bare))
    assert change.body == {"name": "New"}
    live = make_live(LIVE, provider=bare)
    assert is_in_sync(make_manifest(name="One"), live, make_shared(live))


def test_an_update_carries_all_that_apply_needs() -> None:
    """Fields, body, precondition and what the live object is."""
    change = change_of(result_of({"sid": "AC", "phone": "+2", "token": TOKEN}))
    assert (change.action, change.address, change.id, change.provider, change.name) == (
        "update", "twilio/one", "1", "twilio", "One",
    )  # fmt: skip
    assert change.body == {"settings": {"phone": "+2"}}
    assert [field.path for field in change.fields] == [("settings", "phone")]
    assert change.seen is not None
    assert change.seen.page == "1,100"
    assert change.seen.keys == ("phone", "sid", "token")
    assert (change.is_default, change.status, change.effective_status) == (False, "active", "active")
    assert change.along == {}


def test_a_drop_alone_is_no_change() -> None:
    """The change says none, sends nothing and names the drop."""
    result = result_of({"sid": "AC", "phnoe": "+2"})
    change = change_of(result)
    assert (change.action, change.body, change.fields) == ("none", {}, ())
    assert [one.suggestion for one in change.dropped] == ["phone"]
    assert [one.code for one in result.warnings] == ["dropped-setting"]


def test_a_dropped_key_is_never_sent() -> None:
    """Not in the body, not in the fields, not among the managed keys."""
    change = change_of(result_of({"phone": "+2", "phnoe": "+3"}))
    assert change.body == {"settings": {"phone": "+2"}}
    assert change.seen is not None
    assert change.seen.keys == ("phone",)


def test_a_strict_drop_is_an_error() -> None:
    """Nothing is planned of this object."""
    result = result_of({"phone": "+2", "phnoe": "+3"}, strict=True)
    assert [one.code for one in result.errors] == ["dropped-setting"]
    assert result.change is None


def test_a_mask_is_unseen_with_a_warning() -> None:
    """No difference, no change, and the text says how to make it comparable."""
    result = result_of({"token": TOKEN}, {"token": "****"})
    change = change_of(result)
    assert (change.action, change.unseen, change.body) == ("none", (("settings", "token"),), {})
    assert [one.code for one in result.warnings] == ["unseen-setting"]
    assert "secrets.when_hidden: resend" in (result.warnings[0].fix or "")


def test_hidden_settings_can_be_sent_again() -> None:
    """With when_hidden: resend they are a change, and still unseen: references and plain texts alike."""
    result = result_of({"token": TOKEN, "phone": "+1"}, {"token": "****", "phone": "+****"}, when_hidden="resend")
    change = change_of(result)
    assert change.body == {"settings": {"phone": "+1", "token": {"secret": "env:HOOD_TOKEN"}}}
    assert change.unseen == (("settings", "phone"), ("settings", "token"))
    assert {field.path for field in change.fields} == set(change.unseen)
    assert change.along == {}
    assert result.warnings == []


def test_hidden_settings_can_be_errors() -> None:
    """With when_hidden: fail each is one, at its place."""
    result = result_of({"token": TOKEN}, {"token": "****"}, when_hidden="fail")
    assert [one.code for one in result.errors] == ["hidden-setting"]


def test_hidden_settings_travel_along() -> None:
    """A change of another setting names what must not be erased with it."""
    change = change_of(result_of({"token": TOKEN, "phone": "+2"}, {"token": "****", "phone": "+1"}))
    assert change.body == {"settings": {"phone": "+2"}}
    assert change.along == {"token": {"secret": "env:HOOD_TOKEN"}}


def test_the_same_text_of_another_type_is_a_warning() -> None:
    """It says what is live, sends nothing, and never tells the value."""
    secret = SecretRef("env", "HOOD_PIN")
    live = make_live({"token": 4711, "phone": 12})
    account = make_shared(live, secrets={secret: "4711"})
    result = compare(make_manifest({"token": secret, "phone": "12"}), live, account)
    change = change_of(result)
    assert (change.action, change.body) == ("none", {})
    assert [one.code for one in result.warnings] == ["type-differs-live", "type-differs-live"]
    assert "4711" not in repr(result)
    # Of a secret not even the kind of its characters is told.
    assert ["a number" in one.message for one in result.warnings] == [True, False]


def test_a_type_that_differs_is_an_error() -> None:
    """The API cannot change it."""
    result = result_of({}, type="email")
    assert [one.code for one in result.errors] == ["type-differs"]
    assert result.change is None


def test_a_type_is_the_provider_s_where_the_object_tells_none() -> None:
    """An API that tells neither proves nothing."""
    assert compare_types("sms", None, "sms") == []
    assert compare_types("email", None, "sms") == ["type-differs"]
    assert compare_types("email", None, None) == []


def compare_types(wanted: str, live: str | None, provider: str | None) -> list[str]:
    """The codes of the errors for these types."""
    twin = replace(make_live(LIVE, provider=make_provider(type=provider)), type=live)
    return [one.code for one in compare(make_manifest({}, type=wanted), twin, make_shared(twin)).errors]


def test_is_default_that_differs_is_a_warning() -> None:
    """Nothing is sent."""
    result = result_of({}, is_default=True)
    change = change_of(result)
    assert (change.action, change.body) == ("none", {})
    assert [one.code for one in result.warnings] == ["default-differs"]
    assert "is true, live it is false" in result.warnings[0].message


def test_is_default_that_is_not_told_is_not_worth_a_word() -> None:
    """An API that does not say proves nothing."""
    twin = replace(make_live(LIVE), is_default=None)
    assert compare(make_manifest({}, is_default=True), twin, make_shared(twin)) == Result()


def test_a_new_status_word_is_a_warning() -> None:
    """It is sent all the same; control characters in it are escaped."""
    result = result_of({}, status="pau\x1bsed")
    assert change_of(result).body == {"status": "pau\x1bsed"}
    assert [one.code for one in result.warnings] == ["unknown-status"]
    assert "\x1b" not in result.warnings[0].message


def test_a_status_that_is_not_in_effect_is_a_warning_and_no_change() -> None:
    """Where the API shows both; it counts as said, so that the quick answer is no."""
    result = result_of({"sid": "AC"}, live_effective_status="error")
    (warning,) = result.warnings
    assert (warning.code, warning.source) == ("effective-status", make_manifest().source)
    assert "its status is active, and its effective_status is error" in warning.message
    assert change_of(result).action == "none"
    for shown in ({"live_effective_status": None}, {"live_status": None, "live_effective_status": "error"}):
        assert result_of({"sid": "AC"}, **shown) == Result()


@pytest.mark.parametrize("status", ["paused", "sleeping"])
def test_a_known_status_word_is_none(status: str) -> None:
    """Known from the documentation's siblings, or from the account."""
    assert result_of({}, status=status, name="New", live_status="sleeping").warnings == []


def test_an_ignored_status_is_never_looked_at() -> None:
    """Not even at its spelling."""
    assert result_of({}, status="zzz", lifecycle=Lifecycle(ignore=(("status",),))) == Result()


def test_errors_of_settings_and_of_the_type_come_together() -> None:
    """All at once."""
    result = result_of({"phone": Plain(1, "+1")}, type="email")
    assert [one.code for one in result.errors] == ["not-text", "type-differs"]


wanteds = st.dictionaries(
    st.sampled_from(["sid", "token", "phone", "phnoe"]),
    st.one_of(st.sampled_from(["AC", "+1", ""]), st.none(), st.just(TOKEN)),
)
lives = st.dictionaries(
    st.sampled_from(["sid", "token", "phone", "other"]),
    st.one_of(st.sampled_from(["AC", "+1", "", VALUE, "****"]), st.none(), st.integers(0, 1)),
)


@settings(deadline=None)
@given(wanteds, lives, st.sampled_from([None, "One", "Two"]), st.sampled_from([None, True, False]))
def test_what_is_quickly_in_sync_has_nothing_to_say(
    wanted: dict[str, Setting], live: dict[str, Json], name: str | None, default: bool | None
) -> None:
    """The quick answer and the close look agree, whatever is wanted and live."""
    twin = make_live(live, provider=make_provider(required=("sid",)))
    manifest, account = make_manifest(wanted, name=name, is_default=default), make_shared(twin)
    if is_in_sync(manifest, twin, account):
        assert compare(manifest, twin, account) == Result()
