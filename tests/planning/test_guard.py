"""Rules that a plan must pass; each refusal names what would let it through."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.model import Change, Source
from reconciler.planning.guard import Guards, guard_changes
from tests.planning.build import make_change

NONE = msgspec.structs.replace(make_change("twilio/none"), action="none")


def changes(count: int) -> list[Change]:
    """So many updates of a status."""
    return [make_change(f"twilio/{number}", status="paused") for number in range(count)]


def rules(guarded: tuple[Change, ...]) -> list[list[str]]:
    """The rules that refuse each change."""
    return [[refusal.rule for refusal in change.refused] for change in guarded]


def test_without_guards_all_pass() -> None:
    """No rule holds that the configuration does not set."""
    many = changes(500)
    assert guard_changes(many, 500, Guards(), "auto") == tuple(many)


def test_too_many_changes_are_refused_each() -> None:
    """Changes that change nothing do not count, and are not refused."""
    guarded = guard_changes([*changes(3), NONE], 4, Guards(max_changes=2), "auto")
    assert rules(guarded) == [["max_changes"]] * 3 + [[]]
    assert guarded[0].refused[0].message == "3 changes, guard.max_changes allows 2"
    assert guarded[0].refused[0].override == "guard: {max_changes: 3} in reconciler.yaml, or --target"


def test_as_many_as_allowed_pass() -> None:
    """The number itself is allowed."""
    assert rules(guard_changes([*changes(2), NONE], 3, Guards(max_changes=2), "auto")) == [[], [], []]


@pytest.mark.parametrize(
    ("count", "managed", "refused"), [(3, 10, False), (4, 10, True), (9, 9, False), (10, 10, True), (0, 0, False)]
)
def test_a_percentage_counts_from_ten_objects_on(count: int, managed: int, refused: bool) -> None:
    """Below ten it says nothing."""
    guarded = guard_changes(changes(count), managed, Guards(max_percent=30), "auto")
    assert rules(guarded) == [["max_percent"] if refused else []] * count


def test_the_percentage_that_lets_it_through_is_told() -> None:
    """Rounded up, so that it does."""
    refusal = guard_changes(changes(4), 11, Guards(max_percent=30), "auto")[0].refused[0]
    assert refusal.message == "4 of 11 managed objects change, guard.max_percent allows 30%"
    assert refusal.override == "guard: {max_percent: 37} in reconciler.yaml, or --target"
    assert rules(guard_changes(changes(4), 11, Guards(max_percent=37), "auto")) == [[]] * 4


def test_a_protected_path_is_refused_at_its_place() -> None:
    """Only where it changes, and only of its manifest."""
    guards = Guards(protected={"twilio/one": (("settings", "sid"), ("settings", "phone"))})
    one = make_change("twilio/one", {"phone": "+2", "x": "1"})
    guarded = guard_changes([one, make_change("twilio/two", {"phone": "+2"})], 2, guards, "changed")
    assert rules(guarded) == [["lifecycle.guard"], []]
    refusal = guarded[0].refused[0]
    assert refusal.override == "take settings.phone out of lifecycle.guard"
    assert refusal.source == Source("one.yaml", 1, 1)


HIDDEN: dict[str, Any] = {"keys": ("phone",), "hidden": ("token",), "there": ("phone", "token")}


@pytest.mark.parametrize(("mode", "refused"), [("auto", True), ("whole", True), ("changed", False)])
def test_unmanaged_masked_keys_are_refused_while_merging_is_unproven(mode: Any, refused: bool) -> None:
    """Both ways out are named: name them in the manifest, or say that PATCH merges."""
    guarded = guard_changes([make_change(settings={"phone": "+2"}, **HIDDEN)], 1, Guards(), mode)
    assert rules(guarded) == [["hidden-unmanaged"] if refused else []]
    if refused:
        refusal = guarded[0].refused[0]
        assert "the API hides token, and the manifest does not name it" in refusal.message
        assert refusal.override == (
            "name it in the manifest (secrets as references), or set settings_patch: changed in reconciler.yaml"
            " if PATCH merges"
        )


def test_a_secret_that_is_merely_absent_may_be_set() -> None:
    """Where no secret is shown nobody can tell: it is refused all the same, in words that say so, with its way out."""
    hidden: dict[str, Any] = {"keys": ("phone",), "hidden": ("sid_token", "token"), "there": ("phone", "token")}
    refusal = guard_changes([make_change(settings={"phone": "+2"}, **hidden)], 1, Guards(), "whole")[0].refused[0]
    assert "the API hides token; sid_token may be set (this account shows no secret" in refusal.message
    assert "name them in the manifest" in refusal.override
    assert "sid_token: null where nothing is set" in refusal.override


def test_a_change_that_can_prove_merging_lets_the_others_through() -> None:
    """In auto; whoever says whole wants whole settings all the same."""
    both = [
        make_change("twilio/one", {"phone": "+2"}, **HIDDEN),
        make_change("twilio/two", {"phone": "+2"}, keys=("phone", "sid"), there=("phone", "sid")),
    ]
    assert rules(guard_changes(both, 2, Guards(), "auto")) == [[], []]
    assert rules(guard_changes(both, 2, Guards(), "whole")) == [["hidden-unmanaged"], []]


def test_a_change_without_settings_erases_nothing() -> None:
    """A status is sent by itself."""
    assert rules(guard_changes([make_change(status="paused", **HIDDEN)], 1, Guards(), "auto")) == [[]]


def test_all_rules_that_refuse_a_change_are_told() -> None:
    """Not only the first."""
    guards = Guards(max_changes=0, protected={"twilio/one": (("settings", "phone"),)})
    guarded = guard_changes([make_change(settings={"phone": "+2"}, **HIDDEN)], 1, guards, "auto")
    assert rules(guarded) == [["max_changes", "lifecycle.guard", "hidden-unmanaged"]]
