"""Verdicts of fields, keys that vanish, whole settings."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.applying.verify import blind_keys, make_verdicts, reads_new, vanished_keys, whole_settings
from reconciler.model import Change, FieldVerdict, Live
from tests.applying.bench import ASK, SECRETS, SOLD, TOKEN, live_of, make_plan_of, make_world, manifest, row

SECRET = SECRETS[TOKEN]


def make_case(wanted: dict[str, Any], held: dict[str, Any] = SOLD, **more: Any) -> tuple[Change, Live]:
    """The change that a manifest makes, and the object before it."""
    masks, when_hidden = more.pop("masks", "none"), more.pop("when_hidden", "warn")
    world = make_world(row(held), masks=masks)
    (change,) = make_plan_of(world, manifest("1", wanted, **more), when_hidden=when_hidden).changes
    return change, live_of(world)


def judged(change: Change, before: Live, **settings: Any) -> FieldVerdict:
    """The only verdict, where the object reads back with these settings."""
    after = msgspec.structs.replace(before, settings={**before.settings, **settings})
    (verdict,) = make_verdicts(change, before, after, ASK)
    return verdict


@pytest.mark.parametrize(
    ("now", "verdict", "settled", "told"),
    [
        ("587", "applied", True, None),
        (587, "coerced", True, "stored as a number; nothing to do"),
        ("0587", "coerced", False, 'stored as "0587": write that instead'),
        ("25", "dropped", False, "it reads as before"),
        (None, "dropped", False, "nothing is there"),
        ("****", "masked", True, "cannot be read back"),
    ],
)
def test_a_plain_setting_by_what_reads_back(now: Any, verdict: str, settled: bool, told: str | None) -> None:
    """The table of the module, for a value that is not secret."""
    found = judged(*make_case({"port": "587"}, {"port": "25"}), port=now)
    assert (found.path, found.verdict, found.settled) == (("settings", "port"), verdict, settled)
    assert (told or "") in (found.message or "")


@pytest.mark.parametrize("now", [None, ""])
def test_an_added_key_that_is_not_there_was_dropped(now: str | None) -> None:
    """Absent before, absent or empty after."""
    found = judged(*make_case({"port": "587"}), port=now)
    assert (found.verdict, found.settled) == ("dropped", False)


@pytest.mark.parametrize(
    ("now", "verdict", "settled"),
    [
        (SECRET, "applied", True),
        ("****", "masked", True),
        ("****7f3a", "masked", True),
        ("****5501", "dropped", False),
        ("canary-old-5501", "dropped", False),
        ("canary-third", "coerced", False),
        (None, "dropped", False),
    ],
)
def test_a_secret_by_what_reads_back(now: Any, verdict: str, settled: bool) -> None:
    """A last-four mask with another tail shows that it was not taken; no value is told."""
    found = judged(*make_case({"password": TOKEN}), password=now)
    assert (found.verdict, found.settled) == (verdict, settled)
    assert "canary" not in repr(found)


def test_of_a_secret_not_even_the_kind_is_told() -> None:
    """A server that stores digits as a number shows no more of them than another."""
    change, before = make_case({"password": TOKEN})
    after = msgspec.structs.replace(before, settings={**before.settings, "password": 587})
    (found,) = make_verdicts(change, before, after, msgspec.structs.replace(ASK, reveal=lambda _: "587"))
    assert (found.verdict, found.settled) == ("coerced", True)
    assert "number" not in str(found.message)


@pytest.mark.parametrize("masks", ["absent", "null", "empty"])
def test_a_secret_that_the_api_leaves_out_counts_as_masked(masks: str) -> None:
    """It was sent, and cannot be read back."""
    change, before = make_case({"password": TOKEN}, masks=masks, when_hidden="resend")
    (found,) = make_verdicts(change, before, before, ASK)
    assert (found.verdict, found.settled) == ("masked", True)


def test_empty_text_that_is_stored_as_nothing_is_coerced() -> None:
    """The manifest can say null instead."""
    found = judged(*make_case({"port": ""}, {"port": "25"}), port=None)
    assert (found.verdict, found.message) == ("coerced", "stored as null: write that instead")


@pytest.mark.parametrize(
    ("now", "verdict", "settled"),
    [(None, "applied", True), ("", "coerced", False), ("25", "dropped", False), ("x", "dropped", False)],
)
def test_a_cleared_key_by_what_reads_back(now: Any, verdict: str, settled: bool) -> None:
    """Absent and null are cleared, empty text is something else."""
    found = judged(*make_case({"port": None}, {"port": "25"}), port=now)
    assert (found.verdict, found.settled) == (verdict, settled)


def test_name_and_status_have_verdicts_too() -> None:
    """The fields beside the settings."""
    change, before = make_case({}, name="Mail", status="paused")
    after = msgspec.structs.replace(before, name="Mail", effective_status=None)
    assert [(found.path, found.verdict) for found in make_verdicts(change, before, after, ASK)] == [
        (("name",), "applied"),
        (("status",), "dropped"),
    ]


@pytest.mark.parametrize(
    ("was", "now", "status", "degraded"),
    [
        ("active", "error", "active", True),
        ("active", "active", "active", False),
        ("active", "paused", "paused", False),
        ("untested", "error", "active", True),
        ("untested", "testing", "active", False),
        ("error", "active", "active", False),
        (None, "error", "active", False),
        ("active", None, "active", False),
    ],
)
def test_an_effective_status_that_fell_is_degraded(
    was: str | None, now: str | None, status: str, degraded: bool
) -> None:
    """Worse than before: it was what the status says, and is neither that nor the new status."""
    change, live = make_case({"port": "587"})
    before = msgspec.structs.replace(live, effective_status=was)
    after = msgspec.structs.replace(live, effective_status=now, status=status, settings={**SOLD, "port": "587"})
    words = [found.verdict for found in make_verdicts(change, before, after, ASK)]
    assert words == ["applied", *(["degraded"] if degraded else [])]


def test_a_long_value_is_cut_and_escaped() -> None:
    """What the API stored instead is shown as JSON."""
    found = judged(*make_case({"port": "587"}), port="\x1b" + "x" * 500)
    assert found.message is not None
    assert "\x1b" not in found.message
    assert len(found.message) < 200


def test_only_what_reads_other_than_before_and_as_sent_is_new() -> None:
    """A field that reads as before, or was dropped, shows nothing of what the PATCH did."""
    change, before = make_case({"port": "587", "username": "new"}, {"port": "25", "username": "old"})
    half = msgspec.structs.replace(before, settings={"port": "587", "username": "old"})
    assert reads_new(make_verdicts(change, before, half, ASK), before, half)
    assert not reads_new(make_verdicts(change, before, before, ASK), before, before)
    assert not reads_new(make_verdicts(change, half, half, ASK)[:1], half, half)


def test_keys_vanish_that_were_there_and_were_not_sent() -> None:
    """Sent keys, empty ones and ones that are still there do not count; nor does a PATCH without settings."""
    change, before = make_case({"port": "587"}, {"port": "25", "username": "u", "sending_domain": "", "password": "p"})
    after = msgspec.structs.replace(before, settings={"password": "p", "username": ""})
    assert vanished_keys(change, before, after) == ("username",)
    named = msgspec.structs.replace(change, body={"name": "Mail"})
    assert vanished_keys(named, before, after) == ()


def test_whole_settings_are_the_visible_ones_with_the_changes_laid_over() -> None:
    """Masks and nulls are left out; what travels along is in, revealed."""
    change, before = make_case(
        {"port": "587", "password": TOKEN}, {"port": "25", "username": "u", **SOLD}, masks="full"
    )
    live = msgspec.structs.replace(before, settings={**before.settings, "default_sender_name": None, "x": "****"})
    assert whole_settings(change, live, ASK) == {
        "port": "587",
        "password": SECRET,
        "username": SOLD["username"],
        "sending_domain": SOLD["sending_domain"],
    }


def test_an_empty_secret_is_never_written_back() -> None:
    """Empty text may be how the API hides it: to send that would erase it."""
    change, before = make_case({"port": "587"}, masks="none")
    live = msgspec.structs.replace(before, settings={"password": "", "username": ""})
    assert whole_settings(change, live, ASK) == {"port": "587", "username": ""}


def test_a_live_value_that_looks_like_a_reference_is_no_reference() -> None:
    """Whoever may write to the account must not be able to ask for a secret of the runner."""
    change, before = make_case({"port": "587"})
    live = msgspec.structs.replace(before, settings={"username": {"secret": "env:HOOD_TOKEN"}})
    assert whole_settings(change, live, ASK)["username"] == {"secret": "env:HOOD_TOKEN"}


@pytest.mark.parametrize("masks", ["full", "last4", "absent", "null", "empty"])
def test_a_hidden_key_that_nobody_names_makes_whole_settings_blind(masks: str) -> None:
    """However it is hidden; named, it travels along."""
    change, before = make_case({"port": "587"}, masks=masks)
    assert blind_keys(change, before, ASK) == ("password",)
    named, before = make_case({"port": "587", "password": TOKEN}, masks=masks)
    assert blind_keys(named, before, ASK) == ()


def test_nothing_is_blind_where_all_is_shown() -> None:
    """A change without a precondition knows of no hidden keys."""
    change, before = make_case({"port": "587"})
    assert blind_keys(change, before, ASK) == ()
    assert blind_keys(msgspec.structs.replace(change, seen=None), before, ASK) == ()
