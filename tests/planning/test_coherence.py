"""Saved plans that no run of this tool has made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from reconciler.errors import RefusedError
from reconciler.model import Plan, Problem
from reconciler.planning.codec import load_plan, seal_plan
from reconciler.planning.coherence import check_coherence
from tests.planning.build import TOKEN, is_secret, make_live, make_manifest, make_snapshot, plan_of

Forge = Callable[[dict[str, Any]], object]


def make_document(**live: Any) -> dict[str, Any]:
    """A plan that renames, changes two settings and drops a third, as JSON."""
    manifest = make_manifest({"phone": "+2", "phnoe": "1", "token": TOKEN}, name="Two", status="active")
    plan = plan_of([manifest], make_snapshot(make_live({"phone": "+1", "sid": "AB", "token": "x", **live})))
    document: dict[str, Any] = json.loads(seal_plan(plan)[1])
    return document


def load(document: dict[str, Any]) -> Plan:
    """The plan, sealed anew, as whoever can write the file may do."""
    plan = msgspec.convert(document, type=Plan)
    return load_plan(seal_plan(plan)[1], "p.json")


def refuse(document: dict[str, Any], *, keyed: bool = False) -> RefusedError:
    """The refusal of a plan."""
    with pytest.raises(RefusedError) as caught:
        check_coherence(load(document), "p.json", is_secret, keyed=keyed)
    assert "p.json" in caught.value.message
    assert caught.value.fix == "reconciler plan --out p.json"
    return caught.value


def test_what_this_tool_makes_is_coherent() -> None:
    """Changed, added, cleared, hidden and dropped settings, and an object of which there is nothing to send."""
    check_coherence(load(make_document()), "p.json", is_secret, keyed=False)
    check_coherence(load(make_document(token="****1234")), "p.json", is_secret, keyed=False)
    quiet = plan_of([make_manifest({"phnoe": "1"})], make_snapshot(make_live()))
    check_coherence(quiet, "p.json", is_secret, keyed=False)
    cleared = plan_of(
        [make_manifest({"token": None, "sid": None})], make_snapshot(make_live({"token": "x", "sid": "y"}))
    )
    check_coherence(cleared, "p.json", is_secret, keyed=False)


def test_hidden_settings_travel_along() -> None:
    """A reference behind a secret key, and text behind any other."""
    manifest = make_manifest({"phone": "+2", "sid": "AC", "token": TOKEN})
    plan = plan_of([manifest], make_snapshot(make_live({"phone": "+1", "sid": "AC****", "token": "****1234"})))
    assert set(plan.changes[0].along) == {"sid", "token"}
    check_coherence(plan, "p.json", is_secret, keyed=False)


def change(**values: Any) -> Forge:
    """Sets values of the first change."""
    return lambda plan: plan["changes"][0].update(values)


def field(index: int, **values: Any) -> Forge:
    """Sets values of a field: 0 name, 1 phone, 2 token."""
    return lambda plan: plan["changes"][0]["fields"][index].update(values)


def send(**values: Any) -> Forge:
    """Sets values in the settings that are sent."""
    return lambda plan: plan["changes"][0]["body"]["settings"].update(values)


REFERENCE = {"secret": "env:HOOD_TOKEN"}
SHOWN = {"name": "Two", "settings": {"phone": "+2", "token": REFERENCE}}


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (send(sid="AC"), "what it shows is not what it sends"),
        (send(phone="+3"), "another value than it shows"),
        (send(phone=REFERENCE), "another value than it shows"),
        (send(token="text"), "does not send the secret that it names"),
        (send(token={"secret": "env:HOOD_OTHER"}), "does not send the secret that it names"),
        (send(token=None), "does not send the secret that it names"),
        (change(body={**SHOWN, "is_default": True}), "what it shows is not what it sends"),
        (change(body={**SHOWN, "provider_id": "1"}), "what it shows is not what it sends"),
        (change(body={**SHOWN, "settings": "x"}), "no mapping"),
        (change(body={**SHOWN, "name": REFERENCE}), "another value than it shows"),
        (change(body={**SHOWN, "name": "Three"}), "another value than it shows"),
        (change(fields=[]), "what it shows is not what it sends"),
        (lambda plan: (change(action="none")(plan), plan["summary"].update(update=0)), "says that nothing changes"),
        (change(id=None), "cannot be sent"),
        (change(id="../providers"), "its id is none"),
        (change(id=".."), "its id is none"),
        (change(seen=None), "cannot be sent"),
        (change(error={"code": "x", "message": "y"}), "cannot be sent"),
        (change(along={"sid": "AC"}), "travels along and may not"),
        (change(unseen=[["settings", "sid"]], along={"sid": {"a": "b"}}), "travels along and may not"),
        (change(unseen=[["settings", "a_token"]], along={"a_token": "text"}), "travels along and may not"),
        (change(unseen=[["settings", "phone"]], along={"phone": "+9"}), "travels along and may not"),
        (change(unseen=[["settings"]]), "a path that cannot be"),
        (change(dropped=[{"path": ["x", "y"], "source": {"file": "a", "line": 1, "column": 1}}]), "a path that"),
        (field(1, path=["settings"]), "a path that cannot be"),
        (field(1, path=[]), "a path that cannot be"),
        (field(1, path=["settings", "phone", "x"]), "a path that cannot be"),
        (field(1, path=["is_default"]), "a path that cannot be"),
        (field(0, secret=True, before=None, after=None), "not marked as what it is"),
        (field(2, secret=False), "not marked as what it is"),
        (field(2, before="x"), "shows a secret"),
        (field(2, after="x"), "shows a secret"),
        (field(1, reference="env:HOOD_TOKEN"), "another value than it shows"),
        (lambda plan: plan["changes"][0]["seen"].update(page="1,x"), "a path that cannot be"),
        (lambda plan: plan["changes"][0]["seen"].update(values=[[["x"], 1]]), "a path that cannot be"),
    ],
)  # fmt: skip
def test_a_change_that_no_plan_holds_is_refused(forge: Forge, words: str) -> None:
    """At its document, without a value of it, with a key as well as without."""
    document = make_document()
    forge(document)
    for keyed in (False, True):
        (problem, *_) = refuse(document, keyed=keyed).problems
        assert words in problem.message
        assert problem.source is not None
        assert problem.source.file == "one.yaml"


def double(plan: dict[str, Any], **values: Any) -> None:
    """A second change like the first, but for these values."""
    plan["changes"].append({**plan["changes"][0], **values})
    plan["summary"]["update"] = 2


@pytest.mark.parametrize(
    "forge",
    [
        lambda plan: plan["summary"].update(update=0),
        lambda plan: plan["summary"].update(create=1),
        lambda plan: plan["summary"].update(requests=-1),
        lambda plan: plan["summary"].update(seconds=float("inf")),
        lambda plan: plan["summary"].update(seconds=float("nan")),
        lambda plan: double(plan, address="twilio/two"),
        lambda plan: double(plan, id="2"),
    ],
)
def test_a_plan_whose_counts_are_wrong_is_refused(forge: Forge) -> None:
    """And one that changes an object twice."""
    document = make_document()
    forge(document)
    plan = msgspec.convert(document, type=Plan)
    with pytest.raises(RefusedError):
        check_coherence(plan, "p.json", is_secret, keyed=False)


@pytest.mark.parametrize(
    "forge", [lambda plan: plan.update(account="\ud800"), send(phone="\ud800"), field(2, reference="env:\ud800")]
)
def test_half_a_character_stands_in_no_plan(forge: Forge) -> None:
    """But in the name of a file, which need not be valid Unicode."""
    document = make_document()
    forge(document)
    with pytest.raises(RefusedError):
        check_coherence(msgspec.convert(document, type=Plan), "p.json", is_secret, keyed=False)
    odd = make_document()
    odd["changes"][0]["source"]["file"] = odd["config_file"] = "\udcff.yaml"
    check_coherence(msgspec.convert(odd, type=Plan), "p.json", is_secret, keyed=False)


def mark_phone(document: dict[str, Any]) -> None:
    """The phone as a secret, as where secrets.keys names it."""
    field(1, secret=True, before=None, after=None, reference="env:HOOD_TOKEN")(document)
    send(phone=REFERENCE)(document)


def test_a_key_that_is_secret_there_alone_needs_a_seal_with_a_key() -> None:
    """Else a forged plan could send a secret to where anybody reads it."""
    document = make_document()
    mark_phone(document)
    (problem,) = refuse(document).problems
    assert "--config" in problem.message
    check_coherence(load(document), "p.json", is_secret, keyed=True)
    document = make_document()
    change(unseen=[["settings", "sid"]], along={"sid": REFERENCE})(document)
    assert "settings.sid travels along" in refuse(document).problems[0].message
    check_coherence(load(document), "p.json", is_secret, keyed=True)


def test_a_create_names_its_provider_and_has_no_id() -> None:
    """What an update must have, it may not."""
    document = make_document()
    made = document["changes"][0]
    made.update(action="create", id=None, seen=None, body={"provider_id": "1000", **made["body"]})
    document["summary"].update(create=1, update=0)
    check_coherence(load(document), "p.json", is_secret, keyed=False)
    made["id"] = "7"
    assert "cannot be sent" in refuse(document).problems[0].message
    made["id"] = None
    del made["body"]["provider_id"]
    assert "names no provider" in refuse(document).problems[0].message


def test_every_change_is_told() -> None:
    """All that is wrong, at once."""
    document = make_document()
    double(document, address="twilio/two", id="2")
    for one in document["changes"]:
        one["body"] = {}
    assert len(refuse(document).problems) == 2
    assert isinstance(refuse(document).problems[0], Problem)
