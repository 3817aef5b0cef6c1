"""What would be created is shown with all its fields, and only where nothing stands against it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import AnswerError, InvalidError
from reconciler.model import (
    Lifecycle,
    Live,
    Manifest,
    Plain,
    Plan,
    Provider,
    Setting,
    SettingDefinition,
    Snapshot,
    Source,
)
from reconciler.planning.guard import Guards
from reconciler.planning.match import NEAREST_FOR
from tests.planning.build import SECRETS, TOKEN, TWILIO, make_live, make_manifest, make_provider, make_snapshot, plan_of

REQUIRED = make_provider(required=("sid", "token"))
MITTO = Provider("1001", "mitto", "sms", (SettingDefinition("sender"),))
WANTED: dict[str, Setting] = {"sid": "AC", "token": TOKEN}


def make_new(settings: dict[str, Setting] | None = None, **rest: Any) -> Manifest:
    """A manifest that may be created."""
    told: dict[str, Any] = {"id": None, "name": "New", "lifecycle": Lifecycle(create=True), **rest}
    return make_manifest(WANTED if settings is None else settings, **told)


def make_there(*objects: Live, **rest: Any) -> Snapshot:
    """An account that knows twilio and mitto, from GET /providers."""
    told: dict[str, Any] = {"providers": {"1000": REQUIRED, "1001": MITTO}, "catalogued": True, **rest}
    return make_snapshot(*objects, **told)


def refuse(*manifests: Manifest, snapshot: Snapshot | None = None, **rest: Any) -> list[tuple[str, str | None]]:
    """Codes and fixes of all that is wrong."""
    with pytest.raises(InvalidError) as caught:
        plan_of(manifests, snapshot or make_there(), **rest)
    return [(one.code, one.fix) for one in caught.value.problems]


def codes(plan: Plan) -> list[str]:
    """The codes of its warnings."""
    return [one.code for one in plan.warnings]


def test_it_is_planned_with_all_its_fields() -> None:
    """No id, no precondition; a reference stands in the body, and its value nowhere."""
    plan = plan_of([make_new({**WANTED, "phone": "+1"}, status="paused")], make_there())
    (change,) = plan.changes
    assert (change.action, change.id, change.seen, change.provider, change.name) == (
        "create",
        None,
        None,
        "twilio",
        "New",
    )
    assert [item.path for item in change.fields] == [
        ("name",),
        ("status",),
        ("settings", "phone"),
        ("settings", "sid"),
        ("settings", "token"),
    ]
    assert {item.action for item in change.fields} == {"add"}
    assert [item.after for item in change.fields] == ["New", "paused", "+1", "AC", None]
    assert (change.fields[-1].secret, change.fields[-1].reference) == (True, "env:HOOD_TOKEN")
    assert change.body == {
        "name": "New",
        "provider_id": "1000",
        "settings": {"phone": "+1", "sid": "AC", "token": {"secret": "env:HOOD_TOKEN"}},
        "status": "paused",
    }
    assert (plan.summary.create, plan.summary.update, plan.summary.unchanged) == (1, 0, 0)
    assert plan.summary.requests == 3
    assert change.declared.startswith("sha256:")
    assert not any(value in repr(plan) for value in SECRETS.values())


def test_without_settings_they_are_empty() -> None:
    """The API wants them named; without a status it decides."""
    plan = plan_of([make_new({}, provider="mitto", address="mitto/new")], make_there())
    assert plan.changes[0].body == {"name": "New", "provider_id": "1001", "settings": {}}


def test_what_would_be_cleared_is_not_sent() -> None:
    """It is not there yet."""
    (change,) = plan_of([make_new({**WANTED, "phone": None})], make_there()).changes
    assert "phone" not in change.body["settings"]


def test_what_is_ignored_is_not_sent_but_for_the_name() -> None:
    """The name is how it will be found again."""
    ignore = Lifecycle(create=True, ignore=(("status",), ("name",), ("settings", "phone")))
    manifest = make_new({**WANTED, "phone": "+1"}, status="paused", lifecycle=ignore)
    (change,) = plan_of([manifest], make_there()).changes
    assert change.body == {
        "name": "New",
        "provider_id": "1000",
        "settings": {"sid": "AC", "token": {"secret": "env:HOOD_TOKEN"}},
    }


def test_its_settings_are_checked_as_any() -> None:
    """Undefined keys are dropped or an error, unquoted text and missing keys are errors, all at once."""
    (change,) = plan_of([make_new({**WANTED, "phnoe": "+1"})], make_there()).changes
    assert [item.suggestion for item in change.dropped] == ["phone"]
    assert "phnoe" not in change.body["settings"]
    assert refuse(make_new({**WANTED, "phnoe": "+1"}), strict=True) == [("dropped-setting", "write phone")]
    found = refuse(make_new({"sid": Plain(1, "1")}))
    assert [code for code, _ in found] == ["required-setting", "not-text"]


def test_the_provider_may_be_named_by_its_id() -> None:
    """The plan shows its name."""
    (change,) = plan_of([make_new(provider="1000", address="1000/new")], make_there()).changes
    assert (change.provider, change.body["provider_id"]) == ("twilio", "1000")


def test_an_unknown_provider_names_the_known_ones() -> None:
    """With the near one first."""
    assert refuse(make_new(provider="Twillio")) == [
        ("unknown-provider", 'did you mean "twilio"? it has: mitto, twilio')
    ]
    assert refuse(make_new(provider="zzz")) == [("unknown-provider", "it has: mitto, twilio")]
    empty = make_there(providers={})
    assert refuse(make_new(), snapshot=empty) == [("unknown-provider", "check the account: it has none at all")]


def test_two_providers_of_one_name_want_an_id() -> None:
    """Lowest first."""
    snapshot = make_there(providers={"20": make_provider(id="20"), "3": make_provider(id="3")})
    assert refuse(make_new(), snapshot=snapshot) == [("ambiguous-provider", 'write provider: "3" or "20"')]


@pytest.mark.parametrize(
    "told",
    [
        {"providers": {}, "catalogued": False},
        {"providers": {"1000": Provider("1000", "twilio")}},
        {"providers": {"1000": make_provider(keys=())}},
    ],
)
def test_without_definitions_nothing_is_created(told: dict[str, Any]) -> None:
    """What nobody tells cannot be checked."""
    with pytest.raises(AnswerError, match="twilio"):
        plan_of([make_new()], make_there(**told))


def test_a_provider_that_defines_nothing_takes_no_settings() -> None:
    """That is told, too."""
    plan = plan_of([make_new({})], make_there(providers={"1000": make_provider(keys=())}))
    assert plan.summary.create == 1


@pytest.mark.parametrize("told", [{"listed": False, "complete": False}, {"complete": False}, {"name": None}])
def test_it_is_refused_where_nobody_can_tell_what_exists(told: dict[str, Any]) -> None:
    """The list is absent, was not read whole, or does not tell every name; no override lets it pass."""
    live = make_live(id="7", name=told.pop("name", "Other"), provider=REQUIRED)
    plan = plan_of([make_new()], make_there(live, **told), guards=Guards(overrides=("max_creates",)))
    assert [one.rule for one in plan.changes[0].refused] == ["list-incomplete"]


def test_what_the_api_sets_itself_is_said() -> None:
    """A type that is another provider's is an error, is_default a warning, a strange status too."""
    assert refuse(make_new(type="email")) == [("type-differs", "take the line out, or correct it")]
    plan = plan_of([make_new(type="sms", is_default=True, status="zombie")], make_there())
    assert sorted(codes(plan)) == ["default-differs", "unknown-status"]
    ignoring = Lifecycle(create=True, ignore=(("status",),))
    assert codes(plan_of([make_new(status="zombie", is_default=False, lifecycle=ignoring)], make_there())) == []


def test_a_name_that_was_changed_in_the_manifest_is_suspected() -> None:
    """An unmanaged object with nearly this name may be the one; a managed one, or another provider's, is not."""
    old = make_live({"sid": "AC", "token": "x"}, id="7", name="NEWS", provider=REQUIRED)
    plan = plan_of([make_new(name="News!")], make_there(old))
    assert codes(plan) == ["near-twin"]
    assert plan.warnings[0].fix == 'write id: "7" if it is that one'
    managed = make_manifest({}, address="twilio/seven", id="7", source=Source("two.yaml", 1, 1))
    assert codes(plan_of([make_new(name="News!"), managed], make_there(old))) == []
    assert codes(plan_of([make_new(name="News!")], make_there(make_live(id="7", name="NEWS", provider=MITTO)))) == []


def test_only_some_are_compared_with_all_names() -> None:
    """With a wrong account it would be all, at a high cost."""
    manifests = [make_new(address=f"twilio/{n:02}", name=f"News{n}") for n in range(NEAREST_FOR + 2)]
    plan = plan_of(manifests, make_there(make_live(id="7", name="News", provider=REQUIRED)))
    assert codes(plan).count("near-twin") == NEAREST_FOR
    assert plan.changes[0].refused[0].rule == "max_creates"


def test_a_live_twin_is_taken_as_it_is() -> None:
    """Nothing is created twice."""
    plan = plan_of(
        [make_new()], make_there(make_live({"sid": "AC", "token": "canary-7f3a"}, name="New", provider=REQUIRED))
    )
    assert (plan.summary.create, plan.summary.unchanged) == (0, 1)


def test_out_of_scope_nothing_is_created() -> None:
    """But two that would create the same are told, whichever is planned."""
    plan = plan_of([make_new()], make_there(), in_scope=lambda _: False)
    assert (plan.changes, plan.summary.out_of_scope) == ((), 1)
    twins = [make_new(), make_new(address="twilio/two", source=Source("two.yaml", 1, 1))]
    with pytest.raises(InvalidError) as caught:
        plan_of(twins, make_there(), in_scope=lambda one: one.address == "twilio/one")
    assert [one.code for one in caught.value.problems] == ["duplicate-create"]


def test_the_definitions_of_a_live_object_serve() -> None:
    """Where GET /providers was not asked."""
    live = make_live(id="7", name="Other")
    plan = plan_of([make_new()], make_snapshot(live, providers={"1000": TWILIO}))
    assert plan.summary.create == 1
