"""What a test message is sent with."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import AnswerError, InvalidError
from reconciler.model import Lifecycle, Live, Manifest, Plain, Provider, SecretRef, Snapshot
from reconciler.planning.match import match_all
from reconciler.planning.trial import Trial, find_definitions, find_live, make_trial
from tests.planning.build import (
    COMPANY,
    TOKEN,
    TWILIO,
    make_live,
    make_manifest,
    make_provider,
    make_shared,
    make_snapshot,
)

LIVE = make_live({"sid": "AC", "token": "canary-of-live", "phone": "+1", "zzz": "kept"})


def trial_of(manifest: Manifest, *objects: Live, **rest: Any) -> Trial:
    """As the command makes it, of a snapshot with these objects."""
    snapshot = make_snapshot(*objects, **rest)
    account = make_shared(*objects)
    for provider in snapshot.providers.values():
        account.definitions.setdefault(provider.id, make_shared(make_live(provider=provider)).definitions[provider.id])
    live = find_live(manifest, match_all([manifest], snapshot))
    return make_trial(manifest, live, find_definitions(manifest, live, snapshot, account), account, COMPANY)


def test_the_manifest_is_laid_over_what_is_live() -> None:
    """References stay such; what is null or undefined is not sent; what is not named stays as it is live."""
    manifest = make_manifest({"phone": "+2", "token": TOKEN, "zzz": "1"}, name="New")
    trial = trial_of(manifest, LIVE)
    assert trial.settings == {"phone": "+2", "sid": "AC", "token": TOKEN}
    assert (trial.provider, trial.name, trial.status, trial.live) == (TWILIO, "New", "active", LIVE)
    assert [one.code for one in trial.warnings] == ["dropped-setting"]
    assert trial_of(make_manifest({"phone": None}), LIVE).settings == {"sid": "AC", "token": "canary-of-live"}
    assert "canary" not in repr(trial_of(make_manifest(), LIVE))


def test_what_is_ignored_is_tested_as_it_is_live() -> None:
    """It would not be sent by an apply either."""
    ignore = Lifecycle(ignore=(("settings", "phone"), ("name",), ("status",)))
    trial = trial_of(make_manifest({"phone": "+2"}, name="New", status="inactive", lifecycle=ignore), LIVE)
    assert (trial.settings["phone"], trial.name, trial.status) == ("+1", "One", "active")


@pytest.mark.parametrize(
    ("live", "settings", "hidden"),
    [
        ({"token": "****1234"}, {}, ("token",)),
        ({"token": "****1234"}, {"token": TOKEN}, ()),
        ({"phone": "****1234", "token": "shown"}, {}, ("phone",)),
        ({"sid": "AC"}, {}, ("token",)),
        ({"token": "shown", "zzz": "****1234"}, {}, ()),
    ],
)
def test_what_nobody_can_send_again_is_told(live: Any, settings: Any, hidden: tuple[str, ...]) -> None:
    """Masks, and secrets that the API leaves out; not what its provider does not define, nor what is named."""
    trial = trial_of(make_manifest(settings), make_live(live))
    assert trial.hidden == hidden
    assert not set(hidden) & trial.settings.keys()
    assert trial.warnings == ()


def test_an_integration_that_is_not_there_yet_is_tested_from_its_manifest() -> None:
    """All of it must be declared; without a status it is active."""
    manifest = make_manifest({"sid": "AC", "token": TOKEN, "zzz": "1"}, id=None, name="New")
    trial = trial_of(manifest, make_live(id="2", name="Two"))
    assert (trial.settings, trial.live, trial.name, trial.status) == (
        {"sid": "AC", "token": TOKEN},
        None,
        "New",
        "active",
    )
    assert [one.code for one in trial.warnings] == ["dropped-setting"]
    strict = make_provider(required=("phone",))
    with pytest.raises(InvalidError) as caught:
        trial_of(manifest, make_live(id="2", name="Two", provider=strict))
    assert [one.code for one in caught.value.problems] == ["required-setting"]


def code_of(manifest: Manifest, *objects: Live, **rest: Any) -> str:
    """The code of the one error."""
    with pytest.raises(InvalidError) as caught:
        trial_of(manifest, *objects, **rest)
    return caught.value.problems[0].code


def test_what_a_plan_would_end_with_ends_a_test_too() -> None:
    """Unknown ids, other providers, text that is none, doubles."""
    assert code_of(make_manifest(id="9"), LIVE, unknown=frozenset({"9"})) == "unknown-id"
    assert code_of(make_manifest(provider="mitto"), LIVE) == "provider-differs"
    assert code_of(make_manifest({"phone": Plain(1, "+1")}), LIVE) == "not-text"
    twins = [make_live(id=one, name="Same") for one in ("1", "2")]
    assert code_of(make_manifest(id=None, name="Same"), *twins) == "ambiguous"
    assert code_of(make_manifest(id=None, name="New", provider="mitto"), LIVE) == "unknown-provider"


def test_what_cannot_be_told_is_an_answer_that_makes_no_sense() -> None:
    """An id that was neither shown nor denied, definitions that nobody tells, an object without a company."""
    snapshot = make_snapshot(LIVE)
    with pytest.raises(AnswerError, match="neither shown nor denied"):
        find_live(make_manifest(id="9"), match_all([make_manifest(id="9")], snapshot))
    bare = make_live(provider=Provider("1000", "twilio"))
    with pytest.raises(AnswerError, match="no settings definitions of twilio"):
        find_definitions(make_manifest(), bare, Snapshot({}, {}, complete=True), make_shared(bare))
    with pytest.raises(AnswerError, match="no company_id"):
        trial_of(make_manifest(), make_live(company_id=None))


def test_a_reference_that_is_hidden_live_is_no_warning() -> None:
    """It is sent."""
    trial = trial_of(make_manifest({"token": SecretRef("env", "HOOD_OTHER")}), make_live({"token": "********"}))
    assert trial.warnings == ()
