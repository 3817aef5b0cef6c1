"""Rules that a plan must pass; each refusal names what would let it through."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.errors import UsageError
from reconciler.model import Change, Source
from reconciler.planning.guard import FIXED, OVERRIDABLE, Guards, check_overrides, guard_changes
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
    assert guarded[0].refused[0].override == (
        "--override max_changes, or guard: {max_changes: 3} in reconciler.yaml, or --target"
    )


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
    assert refusal.override == ("--override max_percent, or guard: {max_percent: 37} in reconciler.yaml, or --target")
    assert rules(guard_changes(changes(4), 11, Guards(max_percent=37), "auto")) == [[]] * 4


def test_a_protected_path_is_refused_at_its_place() -> None:
    """Only where it changes, and only of its manifest."""
    guards = Guards(protected={"twilio/one": (("settings", "sid"), ("settings", "phone"))})
    one = make_change("twilio/one", {"phone": "+2", "x": "1"})
    guarded = guard_changes([one, make_change("twilio/two", {"phone": "+2"})], 2, guards, "changed")
    assert rules(guarded) == [["lifecycle.guard"], []]
    refusal = guarded[0].refused[0]
    assert refusal.override == "--override lifecycle.guard, or take settings.phone out of lifecycle.guard"
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


def creates(count: int) -> list[Change]:
    """So many creates."""
    return [msgspec.structs.replace(one, action="create", id=None, seen=None) for one in changes(count)]


def test_creates_are_counted_without_any_configuration() -> None:
    """Five are let through; the sixth refuses them all, and no update."""
    assert rules(guard_changes(creates(5), 5, Guards(), "auto")) == [[]] * 5
    guarded = guard_changes([*creates(6), *changes(1)], 7, Guards(), "auto")
    assert rules(guarded) == [["max_creates"]] * 6 + [[]]
    assert guarded[0].refused[0].message == "6 creates, guard.max_creates allows 5"
    assert guarded[0].refused[0].override.startswith("--override max_creates, or guard: {max_creates: 6}")
    assert rules(guard_changes(creates(1), 1, Guards(max_creates=0), "auto")) == [["max_creates"]]


def test_nothing_is_created_where_nobody_can_tell_what_exists() -> None:
    """An update does not mind."""
    guarded = guard_changes([*creates(1), *changes(1)], 2, Guards(), "auto", complete=False)
    assert rules(guarded) == [["list-incomplete"], []]
    assert "--override" not in guarded[0].refused[0].override


def test_a_new_object_has_nothing_to_be_guarded() -> None:
    """Neither its fields nor its status were there before."""
    guards = Guards(protected={"twilio/0": (("status",),)})
    new = msgspec.structs.replace(creates(1)[0], is_default=True, status="active")
    assert rules(guard_changes([new], 1, guards, "auto")) == [[]]


@pytest.mark.parametrize(
    ("live", "default", "refused"),
    [
        ("active", False, ["deactivate"]),
        ("active", True, ["default-status", "deactivate"]),
        ("archived", True, ["default-status"]),
        ("archived", None, []),
        (None, False, []),
    ],
)
def test_a_status_is_guarded_by_default(live: str | None, default: bool | None, refused: list[str]) -> None:
    """Of a default integration any change, of an active one the end of it; at the place of the status."""
    change = msgspec.structs.replace(make_change(status="paused"), status=live, is_default=default)
    (guarded,) = guard_changes([change], 1, Guards(), "auto")
    assert rules((guarded,)) == [refused]
    assert [one.override for one in guarded.refused] == [f"--override {rule}" for rule in refused]
    assert {one.source for one in guarded.refused} <= {Source("one.yaml", 1, 1)}


def test_a_status_that_stays_is_no_matter() -> None:
    """Settings of an active default integration change freely."""
    change = msgspec.structs.replace(make_change(settings={"phone": "+2"}), status="active", is_default=True)
    assert rules(guard_changes([change], 1, Guards(), "changed")) == [[]]


def test_what_is_overridden_is_kept_apart() -> None:
    """It is told, and refuses nothing; what is not named refuses still."""
    change = msgspec.structs.replace(make_change(status="paused"), status="active", is_default=True)
    (guarded,) = guard_changes([change], 1, Guards(overrides=("deactivate",)), "auto")
    assert rules((guarded,)) == [["default-status"]]
    assert [one.rule for one in guarded.overridden] == ["deactivate"]


def test_overrides_are_in_order_and_each_once() -> None:
    """The order of flags changes no byte of a plan."""
    assert check_overrides(["max_creates", "deactivate", "max_creates"]) == ("deactivate", "max_creates")
    assert check_overrides(OVERRIDABLE) == tuple(sorted(OVERRIDABLE))
    assert check_overrides([]) == ()


@pytest.mark.parametrize("rule", [*FIXED, "deactivated", "zzz", ""])
def test_what_cannot_be_overridden_is_a_wrong_command_line(rule: str) -> None:
    """With the rules that can be, and the near one."""
    with pytest.raises(UsageError) as caught:
        check_overrides(["max_changes", rule])
    assert rule in caught.value.message
    assert ", ".join(OVERRIDABLE) in (caught.value.fix or "")
    assert ("did you mean deactivate?" in (caught.value.fix or "")) is (rule == "deactivated")
