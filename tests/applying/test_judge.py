"""Is an object still what the plan saw?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.applying.judge import judge, resolve, shown
from reconciler.model import Change, Live, Moved, SecretRef
from tests.applying.bench import ASK, OTHER, SECRETS, SOLD, TOKEN, live_of, make_plan_of, make_world, manifest, row


def make_case(wanted: dict[str, Any], held: dict[str, Any] = SOLD, **more: Any) -> tuple[Change, Live]:
    """The change that a manifest makes, and the object as the plan saw it."""
    switches = {key: more.pop(key) for key in ("masks",) if key in more}
    plan = {key: more.pop(key) for key in ("when_hidden",) if key in more}
    world = make_world(row(held), **switches)
    (change,) = make_plan_of(world, manifest("1", wanted, **more), **plan).changes
    return change, live_of(world)


def changed(live: Live, name: str | None = None, status: str | None = None, **settings: Any) -> Live:
    """The object after somebody changed it."""
    top = {key: value for key, value in (("name", name), ("status", status)) if value is not None}
    return msgspec.structs.replace(live, settings={**live.settings, **settings}, **top)


def test_what_the_plan_saw_is_as_planned() -> None:
    """Nothing moved: it may be written."""
    change, live = make_case({"username": "new"})
    assert judge(change, live, ASK).kind == "planned"


def test_a_change_beside_the_managed_fields_is_no_move() -> None:
    """What no manifest names may change at will."""
    change, live = make_case({"username": "new"})
    assert judge(change, changed(live, name="Other", sending_domain="x"), ASK).kind == "planned"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"username": "third"}, Moved(("settings", "username"), "post@one.example", "third", "new")),
        ({"sending_domain": 1}, Moved(("settings", "sending_domain"), "one.example", 1, "one.example")),
        ({"name": "Other"}, Moved(("name",), "Post", "Other", "Mail")),
        ({"status": "paused"}, Moved(("status",), "active", "paused", "active")),
    ],
)
def test_a_managed_field_that_is_another_has_moved(now: dict[str, Any], told: Moved) -> None:
    """Fields to change and fields that were in sync count alike; then, now and wanted are told."""
    change, live = make_case({"username": "new", "sending_domain": "one.example"}, name="Mail", status="active")
    judgement = judge(change, changed(live, **now), ASK)
    assert judgement.kind == "moved"
    assert judgement.moved == (told,)


def test_what_somebody_else_made_so_is_desired() -> None:
    """All fields as wanted is desired, in another type of the same text too."""
    change, live = make_case({"username": "new", "port": "587"}, name="Mail")
    assert judge(change, changed(live, name="Mail", username="new", port=587), ASK).kind == "desired"


def test_half_of_what_is_desired_has_moved() -> None:
    """Somebody is at work there."""
    change, live = make_case({"username": "new", "port": "587"})
    assert judge(change, changed(live, username="new"), ASK).kind == "moved"


def test_desired_but_for_another_managed_field_has_moved() -> None:
    """The fields are as wanted, and a field that was in sync is not any more."""
    change, live = make_case({"username": "new", "sending_domain": "one.example"})
    assert judge(change, changed(live, username="new", sending_domain="x"), ASK).kind == "moved"


def test_a_secret_that_is_another_is_no_move() -> None:
    """Secrets are no part of what the plan saw."""
    change, live = make_case({"password": TOKEN})
    assert judge(change, changed(live, password="canary-third"), ASK).kind == "planned"


def test_a_secret_in_clear_can_be_desired() -> None:
    """Where the API shows it, it is compared."""
    change, live = make_case({"password": TOKEN})
    assert judge(change, changed(live, password=SECRETS[TOKEN]), ASK).kind == "desired"


@pytest.mark.parametrize("masks", ["full", "last4", "absent", "null", "empty"])
def test_a_hidden_secret_is_never_called_desired(masks: str) -> None:
    """Nobody can tell whether it is there already: it is sent."""
    change, live = make_case({"password": TOKEN}, masks=masks, when_hidden="resend")
    assert judge(change, live, ASK).kind == "planned"


def test_a_hidden_secret_beside_a_desired_field_is_sent() -> None:
    """The visible rest is as wanted, the secret cannot be seen."""
    change, live = make_case({"password": TOKEN, "username": "new"}, masks="full", when_hidden="resend")
    assert judge(change, changed(live, username="new"), ASK).kind == "planned"


def test_a_key_to_clear_that_is_gone_is_desired() -> None:
    """Absent and null are cleared; empty text is not."""
    change, live = make_case({"username": None})
    assert judge(change, changed(live, username=None), ASK).kind == "desired"
    assert judge(change, changed(live, username=""), ASK).kind == "moved"


def test_a_masked_key_to_clear_is_planned() -> None:
    """A mask shows that a value is still there."""
    change, live = make_case({"password": None}, masks="full")
    assert judge(change, live, ASK).kind == "planned"


def test_a_change_without_a_precondition_never_moves() -> None:
    """Nothing was seen, so nothing can differ from it."""
    change, live = make_case({"username": "new"})
    assert judge(msgspec.structs.replace(change, seen=None), live, ASK).kind == "planned"


def test_a_move_holds_no_secret() -> None:
    """A key that became secret since the plan was made is not shown either."""
    change, live = make_case({"username": "new"})
    secret = msgspec.structs.replace(ASK, secret=lambda _: True)
    judgement = judge(change, changed(live, username="canary"), secret)
    assert judgement.moved == (Moved(("settings", "username"), None, None, None, secret=True),)
    field = msgspec.structs.replace(change.fields[0], secret=True, before=None, after=None)
    by_reference = msgspec.structs.replace(change, fields=(field,))
    assert judge(by_reference, changed(live, username="canary"), ASK).moved == judgement.moved


def test_a_value_in_words_is_printable_and_short() -> None:
    """Control characters are escaped, long values are cut."""
    assert shown("a\x1bb") == '"a\\u001bb"'
    assert len(shown("x" * 5000)) == 111


def test_only_a_reference_is_resolved() -> None:
    """An object of another shape is a value."""
    assert resolve({"secret": "env:HOOD_TOKEN"}, ASK) == SECRETS[TOKEN]
    assert resolve({"secret": "env:HOOD_OTHER"}, ASK) == SECRETS[OTHER]
    assert resolve({"secret": "env:X", "more": 1}, ASK) == {"secret": "env:X", "more": 1}
    assert resolve("env:HOOD_TOKEN", ASK) == "env:HOOD_TOKEN"


def test_a_literal_secret_keeps_the_address_in_its_name() -> None:
    """The name of a literal holds colons and hashes."""
    asked: list[SecretRef] = []

    def reveal(ref: SecretRef) -> str:
        asked.append(ref)
        return "value"

    ask = msgspec.structs.replace(ASK, reveal=reveal)
    assert resolve({"secret": "literal:custom_email/n:1#settings.password"}, ask) == "value"
    assert asked == [SecretRef("literal", "custom_email/n:1#settings.password")]
