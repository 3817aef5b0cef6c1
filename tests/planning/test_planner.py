"""Manifests and a snapshot become a plan."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import AnswerError, InvalidError, RefusedError
from reconciler.model import Plain, PlanSummary, Problem, Provider, Source, Unmanaged
from reconciler.planning.guard import Guards
from tests.planning.build import SECRETS, TOKEN, TWILIO, make_live, make_manifest, make_snapshot, plan_of

MITTO = Provider("1001", "mitto", "sms")


def test_an_account_in_sync_has_an_empty_plan() -> None:
    """Only counts, bound to where it was made."""
    plan = plan_of([make_manifest({"sid": "AC"})], make_snapshot(make_live({"sid": "AC"})))
    assert plan.changes == ()
    assert plan.summary == PlanSummary(unchanged=1)
    assert (plan.tool, plan.account, plan.company_id) == ("0.1.0", "main", "6197120")
    assert plan.complete


def test_an_empty_account_and_no_manifests_make_an_empty_plan() -> None:
    """There is nothing to stumble over."""
    assert plan_of([], make_snapshot()).summary == PlanSummary()


def test_a_plan_counts_what_it_says() -> None:
    """Updates, drops, hidden settings, what is not managed and the forecast."""
    manifests = [
        make_manifest({"phone": "+2"}),
        make_manifest({"zzz": "1"}, address="twilio/two", id="2"),
        make_manifest({"token": TOKEN}, address="twilio/three", id="3"),
        make_manifest({"sid": "AC"}, address="twilio/four", id="4"),
    ]
    objects = [make_live({"sid": "AC", "phone": "+1", "token": "****"}, id=str(number)) for number in range(1, 5)]
    rest = [make_live(id="10", name="Ten"), make_live(id="9", name=None, provider=MITTO)]
    plan = plan_of(manifests, make_snapshot(*objects, *rest), settings_patch="changed")
    assert [(one.address, one.action) for one in plan.changes] == [
        ("twilio/one", "update"),
        ("twilio/three", "none"),
        ("twilio/two", "none"),
    ]
    assert plan.summary == PlanSummary(update=1, unchanged=3, unmanaged=2, dropped=1, unseen=1, requests=3, seconds=0.3)
    assert plan.unmanaged == (Unmanaged("9", None, "mitto"), Unmanaged("10", "Ten", "twilio"))
    assert [one.code for one in plan.warnings] == ["dropped-setting", "unseen-setting"]


def test_an_unknown_id_only_blocks_its_object() -> None:
    """The rest is planned; the change carries the error, and so does the plan."""
    manifests = [make_manifest(id="7", address="twilio/gone"), make_manifest({"phone": "+2"})]
    plan = plan_of(manifests, make_snapshot(make_live({"phone": "+1"}), unknown=frozenset({"7"})))
    gone, one = plan.changes
    assert gone.error is not None
    assert (gone.action, gone.id, gone.body, gone.error.code) == ("none", "7", {}, "unknown-id")
    assert one.action == "update"
    assert plan.errors == (gone.error,)
    assert (plan.summary.blocked, plan.summary.unchanged, plan.summary.update) == (1, 0, 1)


def test_all_errors_come_at_once_in_the_order_of_their_places() -> None:
    """Of matching and of comparing, with the warnings found so far."""
    manifests = [
        make_manifest({"phone": Plain(1, "+1")}, source=Source("b.yaml", 1, 1)),
        make_manifest(address="twilio/two", id=None, name="Nobody", source=Source("a.yaml", 50, 1)),
        make_manifest(address="mitto/three", id="3", provider="mitto", source=Source("a.yaml", 2, 1)),
    ]
    early = Problem("early", "from the loader", None)
    with pytest.raises(InvalidError) as caught:
        plan_of(manifests, make_snapshot(make_live({"phone": "+1"}), make_live(id="3")), warnings=[early])
    assert [one.code for one in caught.value.problems] == ["provider-differs", "no-twin", "not-text"]
    assert caught.value.warnings == (early,)


def test_another_provider_is_an_error_at_its_place() -> None:
    """The API cannot change it."""
    with pytest.raises(InvalidError) as caught:
        plan_of([make_manifest(provider="mitto")], make_snapshot(make_live()))
    problem = caught.value.problems[0]
    assert problem.source == Source("one.yaml", 1 + len("provider"), 20)
    assert problem.message == "twilio/one: provider is mitto, the live object 1 is twilio"


@pytest.mark.parametrize("settings", [None, ()])
def test_settings_without_definitions_want_an_answer(settings: Any) -> None:
    """Absent or empty definitions drop nothing: the plan ends with exit 8 and names the providers."""
    bare = Provider("1001", "mitto", "sms", settings)
    manifests = [
        make_manifest({"zzz": "1"}, provider="mitto", address="mitto/a", source=Source("z.yaml", 1, 1)),
        make_manifest({"zzz": "1"}, provider="mitto", address="mitto/b", id="2", source=Source("a.yaml", 1, 1)),
    ]
    snapshot = make_snapshot(make_live(provider=bare), make_live(id="2", provider=bare))
    with pytest.raises(AnswerError, match=r"of mitto, .* of 2 manifests .*\(first: a.yaml:1:1\)") as caught:
        plan_of(manifests, snapshot)
    assert caught.value.exit_code == 8


def test_missing_definitions_come_before_errors_that_are_counted() -> None:
    """Exit 8 wins over 3, and says that there is more."""
    manifests = [
        make_manifest({"a": "1"}, provider="mitto"),
        make_manifest(address="twilio/two", id=None, name="Nobody"),
    ]
    with pytest.raises(AnswerError, match="besides, 1 errors in manifests"):
        plan_of(manifests, make_snapshot(make_live(provider=MITTO)))


def test_an_object_neither_shown_nor_denied_wants_an_answer() -> None:
    """A manifest whose object was not read is not called gone."""
    with pytest.raises(AnswerError, match="neither shown nor denied"):
        plan_of([make_manifest(id="7")], make_snapshot(make_live()))


def test_another_company_is_refused() -> None:
    """Before anything else."""
    with pytest.raises(RefusedError, match="company 999"):
        plan_of([make_manifest(id="7")], make_snapshot(make_live(company_id="999")))


def test_what_is_out_of_scope_is_managed_and_not_planned() -> None:
    """It is counted, its errors are not told, and its object is not called unmanaged."""
    manifests = [
        make_manifest({"phone": "+2"}),
        make_manifest({"phone": Plain(1, "+1")}, address="twilio/two", id="2"),
        make_manifest(address="twilio/three", id=None, name="Nobody"),
    ]
    snapshot = make_snapshot(make_live({"phone": "+1"}), make_live(id="2"))
    plan = plan_of(manifests, snapshot, in_scope=lambda one: one.address == "twilio/one")
    assert plan.summary.out_of_scope == 2
    assert (plan.summary.update, plan.summary.unchanged, plan.unmanaged) == (1, 0, ())


def test_a_double_out_of_scope_is_still_an_error() -> None:
    """Two manifests of one object undo each other, whichever is planned today."""
    manifests = [make_manifest(), make_manifest(address="twilio/two")]
    for address in ("twilio/one", "twilio/two"):
        with pytest.raises(InvalidError) as caught:
            plan_of(manifests, make_snapshot(make_live()), in_scope=lambda one, want=address: one.address == want)  # type: ignore[misc]
        assert [one.code for one in caught.value.problems] == ["duplicate-object"]


def test_guards_count_by_account() -> None:
    """A percentage is of all objects that the manifests describe, whatever this run is narrowed to."""
    manifests = [make_manifest({"phone": "+2"}, address=f"twilio/{n:02}", id=str(n)) for n in range(20)]
    snapshot = make_snapshot(*(make_live({"phone": "+1" if n < 3 else "+2"}, id=str(n)) for n in range(20)))
    guards = Guards(max_percent=10)
    whole = plan_of(manifests, snapshot, guards=guards, settings_patch="changed")
    assert [one.refused[0].rule for one in whole.changes] == ["max_percent"] * 3
    narrowed = plan_of(
        manifests, snapshot, guards=guards, in_scope=lambda one: one.address < "twilio/02", settings_patch="changed"
    )
    assert [one.refused for one in narrowed.changes] == [()] * 2


def test_overrides_are_part_of_the_plan() -> None:
    """What they let through is kept with its change, and they are kept as they were given."""
    guards = Guards(overrides=("deactivate", "max_changes"))
    plan = plan_of([make_manifest(status="paused")], make_snapshot(make_live()), guards=guards)
    assert plan.overrides == ("deactivate", "max_changes")
    assert [one.rule for one in plan.changes[0].overridden] == ["deactivate"]
    assert plan.changes[0].refused == ()


def test_a_list_that_was_not_read_whole_is_said() -> None:
    """What is unmanaged is then not the whole truth, and there are no page hints."""
    plan = plan_of([make_manifest({"phone": "+2"})], make_snapshot(make_live({"phone": "+1"}), complete=False))
    assert not plan.complete
    assert plan.changes[0].seen is not None
    assert plan.changes[0].seen.page is None


def test_strictness_and_hidden_settings_are_the_context_s() -> None:
    """They reach the comparison."""
    with pytest.raises(InvalidError):
        plan_of([make_manifest({"zzz": "1"})], make_snapshot(make_live()), strict=True)
    with pytest.raises(InvalidError):
        plan_of([make_manifest({"token": TOKEN})], make_snapshot(make_live({"token": "****"})), when_hidden="fail")


def test_a_provider_may_be_written_by_its_id() -> None:
    """The plan says its name."""
    plan = plan_of([make_manifest({"phone": "+2"}, provider="1000")], make_snapshot(make_live({"phone": "+1"})))
    assert plan.changes[0].provider == "twilio"


def test_warnings_of_the_loader_stand_among_the_others() -> None:
    """All in the order of their places."""
    early = [Problem("late", "b", Source("z.yaml", 1, 1)), Problem("early", "a", None)]
    plan = plan_of([make_manifest({"zzz": "1"})], make_snapshot(make_live()), warnings=early)
    assert [one.code for one in plan.warnings] == ["early", "dropped-setting", "late"]


def test_a_secret_that_differs_is_planned_without_its_value() -> None:
    """Neither the wanted nor the live one is in the plan."""
    plan = plan_of(
        [make_manifest({"token": TOKEN})],
        make_snapshot(make_live({"token": "live-canary"}), providers={"1000": TWILIO}),
    )
    assert plan.changes[0].body == {"settings": {"token": {"secret": "env:HOOD_TOKEN"}}}
    assert SECRETS[TOKEN] not in repr(plan)
    assert "live-canary" not in repr(plan)
