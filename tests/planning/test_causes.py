"""Who moved: the table of causes, what changed in Git, and what left it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import Commit, FieldChange, Live, Manifest, Plain, Provider, SecretRef, Source
from reconciler.planning.causes import add_causes, find_cause, find_changed, warn_of_left
from tests.reporting.samples import make_change

PLACE = Source("a.yaml", 9, 3)
TWILIO = Provider("1000", "twilio")


def declared(**fields: Any) -> Manifest:
    """A manifest of one address."""
    return Manifest(**{"address": "twilio/main-sms", "provider": "twilio", "source": PLACE, **fields})


def field(before: Any, after: Any, **more: Any) -> FieldChange:
    """A change of settings.port."""
    return FieldChange(("settings", "port"), before, after, more.pop("secret", False), PLACE, **more)


@pytest.mark.parametrize(
    ("then", "now", "live", "cause"),
    [
        # declared then, declared now, live now
        ("1", "1", "1", None),
        ("1", "1", "3", "drifted"),
        ("1", "1", None, "drifted"),
        ("1", "2", "1", "intended"),
        ("1", "2", "2", None),
        ("1", "2", "3", "both"),
        ("nothing", "2", "1", "new"),
        ("nothing", "2", "2", None),
        ("nothing", "2", None, "new"),
    ],
)
def test_the_matrix_of_declared_then_declared_now_and_live(then: str, now: str, live: str | None, cause: str) -> None:
    """Three by three; where live is as declared now there is no field at all."""
    manifest = declared(settings={} if then == "nothing" else {"port": then})
    assert (now == live) == (cause is None)
    if cause is not None:
        assert find_cause(field(live, now), manifest) == cause


def test_other_kinds_of_values() -> None:
    """Numbers keep their types, null is a wish, name and status are fields, and a document may be new."""
    assert find_cause(field(587, "587"), declared(settings={"port": Plain(587, "587")})) == "intended"
    assert find_cause(field("x", None, action="clear"), declared(settings={"port": None})) == "drifted"
    assert find_cause(field("x", None, action="clear"), declared(settings={"port": "x"})) == "intended"
    name = FieldChange(("name",), "live", "now", False, PLACE)
    assert find_cause(name, declared(name="now")) == "drifted"
    assert find_cause(name, declared()) == "new"
    assert find_cause(name, None) == "new"


def test_of_a_secret_git_knows_the_reference_alone() -> None:
    """The same reference: what it leads to, or live, moved. Another one, or a text that became one: intended."""
    wanted = field(None, None, secret=True, reference="env:HOOD_A")
    assert find_cause(wanted, declared(settings={"port": SecretRef("env", "HOOD_A")})) == "drifted"
    assert find_cause(wanted, declared(settings={"port": SecretRef("env", "HOOD_B")})) == "intended"
    assert find_cause(wanted, declared(settings={"port": "text"})) == "intended"
    assert find_cause(field("x", "y"), declared(settings={"port": SecretRef("env", "HOOD_B")})) == "intended"


def test_every_field_has_its_cause_and_the_commit_of_its_line() -> None:
    """Changes without fields stay what they are."""
    change, quiet = make_change(), make_change(fields=(), address="twilio/quiet")
    one = Commit("0123456789ab", "Jane")
    then = {"twilio/main-sms": declared(settings={"default_phone_number": "+13345550100"})}
    made, same = add_causes((change, quiet), then, lambda sources: {sources[0]: one})
    assert [(item.cause, item.changed_by) for item in made.fields] == [("intended", one), ("new", None)]
    assert same is quiet


def test_what_changed_in_git_is_found_wherever_it_stands() -> None:
    """A document that moved to another file did not change."""
    now = [
        declared(address="twilio/a", name="A"),
        declared(address="twilio/b", name="B"),
        declared(address="twilio/c", name="C"),
    ]
    then = {
        "twilio/a": declared(address="twilio/a", name="A", source=Source("old.yaml", 1, 1)),
        "twilio/b": declared(address="twilio/b", name="Before"),
    }
    assert find_changed(now, then) == {"twilio/b", "twilio/c"}


def live(one: str, name: str, status: str = "active") -> Live:
    """A live integration of twilio."""
    return Live(one, "1", TWILIO, name, status)


def test_what_left_git_and_is_still_active_is_said() -> None:
    """By id or by name; not what is retired, gone, or still described under another address."""
    then = {
        "twilio/a": declared(address="twilio/a", id="1"),
        "twilio/b": declared(address="twilio/b", name="B"),
        "twilio/c": declared(address="twilio/c", id="3"),
        "twilio/d": declared(address="twilio/d", id="4"),
        "twilio/e": declared(address="twilio/e", name="E"),
        "twilio/f": declared(address="twilio/f", name="F"),
        "twilio/kept": declared(address="twilio/kept", id="7"),
    }
    now = [
        declared(address="twilio/kept", id="7"),
        declared(address="twilio/moved", id="4"),
        declared(address="twilio/e2", name="E"),
    ]
    objects = {one.id: one for one in (live("1", "A"), live("2", "B"), live("3", "C", "inactive"), live("4", "D"))}
    objects |= {"5": live("5", "E")}
    found = warn_of_left(now, then, objects)
    assert [one.message for one in found] == [
        "left Git, still active: twilio/a (1) A",
        "left Git, still active: twilio/b (2) B",
    ]
    assert {one.code for one in found} == {"left-git"}
