"""Items and their outcomes, views that age, what is known of merging, the company."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.applying.work import Item, Merging, View, check_company, read_page
from reconciler.errors import RefusedError, StoppedError
from reconciler.model import Change, Live, Source
from reconciler.sandbox.faults import Fault
from tests.applying.bench import live_of, make_plan_of, make_world, manifest, row
from tests.applying.world_api import WorldApi

CHANGE = Change("update", "custom_email/n1", "1", "custom_email", "Post", Source("m.yaml", 3, 1))


def passing(_live: Live) -> None:
    """Lets every object pass."""


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [(False, "skipped", "not begun: interrupted"), (True, "unverified", "sent, not verified: interrupted")],
)
def test_what_a_run_did_not_get_to_is_told(sent: bool, status: str, error: str) -> None:
    """Never begun is skipped; sent is unverified, since only reading back could tell."""
    outcome = Item(CHANGE, sent=sent, attempts=int(sent)).outcome("interrupted")
    assert (outcome.status, outcome.error, outcome.attempts) == (status, error, int(sent))
    assert (outcome.address, outcome.id, outcome.source) == (CHANGE.address, "1", CHANGE.source)


def test_a_decided_item_keeps_its_status_and_error() -> None:
    """How the run ended does not matter to it."""
    item = Item(CHANGE, sent=True)
    unread = [item.unread]
    item.close("stale", "moved")
    unread.append(item.unread)
    assert unread == [True, False]
    assert (item.outcome("interrupted").status, item.outcome("interrupted").error) == ("stale", "moved")
    item.close("applied")
    assert item.outcome("interrupted").error is None


def test_an_item_without_id_or_precondition_has_neither_id_nor_page() -> None:
    """Nothing is read for it."""
    item = Item(msgspec.structs.replace(CHANGE, id=None))
    assert (item.one, item.page) == ("", None)


def test_a_page_is_read_once_and_again_after_a_minute() -> None:
    """A bulk read serves for 60 seconds."""
    api = WorldApi(make_world(row(), row()), latency=0.0)
    view = View(api, "1,100", passing)
    assert view.look("1") == (live_of(api.world, "1"), 0.0)
    api.time = 60.0
    assert view.look("2")[1] == 0.0
    api.time = 60.1
    api.world.edit("2", name="Moved", now=0.0)
    live, read_at = view.look("2")
    assert live is not None
    assert (live.name, read_at) == ("Moved", 60.1)
    assert api.reads() == ["1,100", "1,100"]


def test_an_object_that_is_not_on_its_page_is_none() -> None:
    """Rows move: only its own GET can tell."""
    assert View(WorldApi(make_world(row())), "1,100", passing).look("9")[0] is None


def test_what_is_in_hand_saves_the_read_until_it_is_old() -> None:
    """Without a page nothing is read after that."""
    api = WorldApi(make_world(row()))
    view = View(api, None, passing, {"1": live_of(api.world)}, 0.0)
    assert view.look("1")[0] == live_of(api.world)
    api.time = 61.0
    assert view.look("1")[0] is None
    assert api.trail() == []


def test_waiting_for_the_windows_ages_a_view() -> None:
    """What was fresh before a pause of a minute is read again after it."""
    api = WorldApi(make_world(row()))
    view = View(api, "1,100", passing)
    view.look("1")
    api.hold_until(70.0)
    view.look("1")
    assert api.reads() == ["1,100", "1,100"]
    assert api.time >= 70.0


def test_a_page_that_cannot_be_read_is_empty() -> None:
    """Each object has its own GET then; a signal is another matter."""
    api = WorldApi(make_world(row(), faults=[Fault("500", path="integrations$", count=0)]))
    assert read_page(api, "1,100") == {}
    assert read_page(api, None) == {}
    assert View(api, "1,100", passing).look("1")[0] is None
    api.stop()
    with pytest.raises(StoppedError):
        read_page(api, "1,100")


def test_a_page_shows_objects_of_another_company() -> None:
    """All of a page are looked at before any of it is written."""
    world = make_world(row(), row(company_id="78"))
    plan = make_plan_of(make_world(row()), manifest("1", {"port": "587"}))
    view = View(WorldApi(world), "1,100", lambda live: check_company(plan, live))
    with pytest.raises(RefusedError, match="2 belongs to company 78, the plan was made for company 77"):
        view.look("1")


def test_a_plan_of_no_company_refuses_none() -> None:
    """A plan whose company nobody told."""
    plan = msgspec.structs.replace(make_plan_of(make_world(row()), manifest("1", {"port": "587"})), company_id=None)
    check_company(plan, live_of(make_world(row(company_id="78"))))
    assert plan.company_id is None


@pytest.mark.parametrize(("asked", "whole"), [("auto", True), ("whole", True), ("changed", False)])
def test_settings_go_out_whole_unless_merging_is_known(asked: str, whole: bool) -> None:
    """A PATCH without settings never needs them."""
    merging = Merging(asked)
    assert merging.needs_whole(msgspec.structs.replace(CHANGE, body={"settings": {"port": "1"}})) is whole
    assert merging.needs_whole(msgspec.structs.replace(CHANGE, body={"name": "x"})) is False
    assert merging.notes == ()


@pytest.mark.parametrize(
    ("asked", "merges", "line"),
    [
        ("auto", True, "this API merges settings; commit this line to reconciler.yaml:  settings_patch: changed"),
        ("auto", False, "settings_patch: whole"),
        ("changed", False, "settings_patch: whole"),
    ],
)
def test_what_was_learnt_is_told_with_the_line_to_commit(asked: str, merges: bool, line: str) -> None:
    """One note, of what is believed in the end."""
    merging = Merging(asked)
    merging.merges = merges
    (note,) = merging.notes
    assert note.endswith(line)
    assert merging.needs_whole(msgspec.structs.replace(CHANGE, body={"settings": {}})) is not merges


def test_a_page_that_was_refused_is_never_written_by() -> None:
    """Whoever waited for a read that showed another company's object is refused too, and gets nothing of it."""

    def refusing(_live: Live) -> None:
        raise RefusedError("another company")

    view = View(WorldApi(make_world(row(), row())), "1,100", refusing)
    for one in ("1", "2"):
        with pytest.raises(RefusedError, match="another company"):
            view.look(one)
