"""Every integration in a line."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import Lifecycle, Live, Manifest, SecretRef, ShownIntegration
from reconciler.planning.overview import Unresolved, make_overview, summarise
from tests.planning.build import PLACE, is_secret, make_live, make_manifest, make_snapshot

TOKEN = SecretRef("env", "HOOD_TOKEN")


def overview(manifests: list[Manifest], *objects: Live, sides: bool = False, **rest: Any) -> list[ShownIntegration]:
    """All rows."""
    return list(
        make_overview(
            manifests,
            make_snapshot(*objects, **rest),
            Unresolved(is_secret, PLACE),
            in_scope=lambda _: True,
            unmanaged=lambda _: True,
            sides=sides,
        )
    )


def word_of(manifest: Manifest, *objects: Live, **rest: Any) -> tuple[str | None, list[str], list[str]]:
    """What is said of the one managed integration: the word, codes of errors, codes of warnings."""
    (row,) = [row for row in overview([manifest], *objects, **rest) if row.managed]
    return row.in_sync, [one.code for one in row.errors], [one.code for one in row.warnings]


LIVE = make_live({"sid": "AC", "token": "canary", "phone": "+1"})


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"phone": "+1"}, "yes"),
        ({"phone": "+2"}, "no"),
        ({"phone": "+1", "token": TOKEN}, "unseen"),
        ({"phone": "+2", "token": TOKEN}, "no"),
        ({"zzz": "1"}, "dropped"),
        ({"zzz": "1", "token": TOKEN}, "unseen"),
        ({"zzz": "1", "phone": "+2"}, "no"),
        ({"zzz": TOKEN}, "unseen"),
    ],
)
def test_in_sync_is_said_only_of_what_was_compared(settings: dict[str, Any], word: str) -> None:
    """A difference comes first; a reference is no yes."""
    assert word_of(make_manifest(settings), LIVE)[0] == word


def test_what_the_api_hides_is_unseen() -> None:
    """A mask, or a secret that is not there in an account that shows none; one that is surely absent differs."""
    assert word_of(make_manifest({"token": TOKEN}), make_live({"token": "****1234"}))[0] == "unseen"
    assert word_of(make_manifest({"phone": "+1"}), make_live({"phone": "****1234"}))[0] == "unseen"
    assert word_of(make_manifest({"token": TOKEN}), make_live())[0] == "unseen"
    shown = make_live({"token": "x"}, id="2", name="Two")
    assert word_of(make_manifest({"token": TOKEN}), make_live(), shown)[0] == "no"
    assert word_of(make_manifest({"token": TOKEN}), make_live({"token": 587}))[0] == "unseen"


def test_an_ignored_reference_is_no_reason_to_doubt() -> None:
    """It would never be sent."""
    manifest = make_manifest({"token": TOKEN}, lifecycle=Lifecycle(ignore=(("settings", "token"),)))
    assert word_of(manifest, LIVE)[0] == "yes"


@pytest.mark.parametrize(
    ("rest", "word", "codes"),
    [
        ({"id": None, "name": "Nobody"}, "missing", ["no-twin"]),
        ({"id": None, "name": "Nobody", "lifecycle": Lifecycle(create=True)}, "missing", []),
        ({"id": "9"}, "blocked", ["unknown-id"]),
        ({"provider": "mitto"}, "invalid", ["provider-differs"]),
        ({"type": "email"}, "invalid", ["type-differs"]),
    ],
)
def test_what_a_plan_could_not_work_with_is_told_with_its_reason(
    rest: dict[str, Any], word: str, codes: list[str]
) -> None:
    """The rest is still shown."""
    told = word_of(make_manifest(**rest), LIVE, unknown=frozenset({"9"}))
    assert told[:2] == (word, codes)


def test_an_id_that_was_neither_shown_nor_denied_is_blocked() -> None:
    """It cannot be told what there is."""
    assert word_of(make_manifest(id="9"), LIVE) == ("blocked", [], [])


def test_warnings_of_a_plan_are_told() -> None:
    """They change no word."""
    assert word_of(make_manifest(is_default=True), LIVE) == ("yes", [], ["default-differs"])


def test_rows_come_in_order_with_all_that_is_known() -> None:
    """Managed ones by address; the others by provider and id, with no word of being in sync."""
    two = make_manifest(address="twilio/b", id="2")
    gone = make_manifest(address="twilio/a", id="9", name="Gone", type="sms")
    lives = [make_live(id=one, name=f"N{one}", update_time="t") for one in ("10", "2", "3")]
    rows = overview([two, gone], *lives, unknown=frozenset({"9"}))
    assert [(row.address, row.id, row.name) for row in rows] == [
        ("twilio/a", "9", "Gone"),
        ("twilio/b", "2", "N2"),
        (None, "3", "N3"),
        (None, "10", "N10"),
    ]
    first, second, third, _ = rows
    assert (first.provider, first.status, first.type, first.source) == ("twilio", None, "sms", gone.source)
    assert (second.status, second.effective_status, second.is_default, second.update_time) == (
        "active",
        "active",
        False,
        "t",
    )
    assert (third.managed, third.in_sync, third.source, third.type) == (False, None, None, "sms")
    assert {row.fields for row in rows} == {()}
    summary = summarise(rows)
    assert (summary.managed, summary.unmanaged, summary.in_sync) == (2, 2, {"blocked": 1, "yes": 1})


def test_fields_come_where_they_are_asked_for() -> None:
    """Of managed and of other objects."""
    rows = overview([make_manifest({"phone": "+1"})], LIVE, make_live({"phone": "+9"}, id="2", name="Two"), sides=True)
    assert [field.verdict for field in rows[0].fields if field.path == ("settings", "phone")] == ["same"]
    assert [field.live for field in rows[1].fields if field.path == ("settings", "phone")] == ["+9"]
