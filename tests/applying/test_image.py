"""What a report keeps to undo an apply: what was sent, before and after, and no secret."""

from __future__ import annotations

from reconciler.sandbox.faults import Fault
from tests.applying.bench import SOLD, TOKEN, make_plan_of, make_world, manifest, only, row, run

NAME, USER, PASSWORD = ("name",), ("settings", "username"), ("settings", "password")


def test_what_was_sent_is_kept_before_and_after() -> None:
    """Each field of the change, and none that was not sent; what was absent is null."""
    world = make_world(row({"username": "old"}))
    plan = make_plan_of(world, manifest("1", {"username": "new", "port": "25"}, name="Mail"), settings_patch="changed")
    outcome = only(run(world, plan)[0])
    assert outcome.before == ((NAME, "Post"), (("settings", "port"), None), (USER, "old"))
    assert outcome.after == ((NAME, "Mail"), (("settings", "port"), "25"), (USER, "new"))
    assert outcome.unkept == ()


def test_no_secret_is_kept() -> None:
    """Only that it was sent."""
    world = make_world(row())
    outcome = only(run(world, make_plan_of(world, manifest("1", {"password": TOKEN, "username": "new"})))[0])
    assert (outcome.before, outcome.unkept) == (((USER, SOLD["username"]),), (PASSWORD,))
    assert "canary" not in repr(outcome)


def test_what_the_api_stored_otherwise_is_kept_as_it_is_stored() -> None:
    """Else an undo would think that somebody else had moved it."""
    world = make_world(row(), coerce="trimmed")
    outcome = only(run(world, make_plan_of(world, manifest("1", {"username": " new "})))[0])
    assert outcome.after == ((USER, "new"),)


def test_a_mask_is_no_value() -> None:
    """A key that is not secret and that the API masks all the same."""
    world = make_world(row({"username": "****1234"}))
    plan = make_plan_of(world, manifest("1", {"username": "new"}), when_hidden="resend", settings_patch="changed")
    outcome = only(run(world, plan)[0])
    assert (outcome.before, outcome.unkept) == ((), (USER,))


def test_a_lost_key_is_kept_too() -> None:
    """The only place where its value is still to be found; a lost secret is named alone."""
    refused = [Fault("500", method="PATCH", nth=nth) for nth in range(2, 20)]
    world = make_world(row(), settings_patch="replace", faults=refused)
    outcome = only(run(world, make_plan_of(world, manifest("1", {"username": "new"}), settings_patch="changed"))[0])
    assert outcome.status == "failed"
    domain = ("settings", "sending_domain")
    assert outcome.before == ((USER, SOLD["username"]), (domain, SOLD["sending_domain"]))
    assert outcome.after == ((USER, "new"), (domain, None))
    assert outcome.unkept == (PASSWORD,)


def test_where_nothing_left_nothing_is_kept() -> None:
    """Already as desired, or stale."""
    world = make_world(row())
    plan = make_plan_of(world, manifest("1", {"username": "new"}))
    world.set_setting("1", "username", "new")
    assert only(run(world, plan)[0]).before == ()
    world.set_setting("1", "username", "other")
    outcome = only(run(world, plan)[0])
    assert (outcome.status, outcome.before) == ("stale", ())
