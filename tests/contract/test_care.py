"""--all-or-nothing and --first, as a pipeline meets them."""

from __future__ import annotations

import pytest

from tests.contract.account import mitto_item
from tests.contract.desk import Desk
from tests.contract.stand_in import Request, StandIn

SENDERS = ("1171", "1172", "1173", "1174")


@pytest.fixture
def four(desk: Desk, api: StandIn) -> Desk:
    """Four more integrations whose manifests change them, planned and saved."""
    for one in SENDERS:
        api.account.items[one] = mitto_item(one, f"M{one}")
        desk.write(
            f"manifests/{one}.yaml", f'key: m{one}\nid: "{one}"\nprovider: mitto\nsettings: {{default_sender: NEW}}\n'
        )
    desk.run("plan", "--target", "mitto/*", "--out", "plan.json", code=0)
    return desk


def statuses(report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """The status of each outcome by id."""
    return {one["id"]: one["status"] for one in report["outcomes"]}


def test_one_stale_object_and_nothing_is_written(four: Desk, api: StandIn) -> None:
    """Exit 5; the others are skipped, with the reason."""
    api.settings("1173")["default_sender"] = "BY HAND"
    report = four.run("apply", "plan.json", "--all-or-nothing", "--format", "json", code=5).document
    assert statuses(report) == {"1171": "skipped", "1172": "skipped", "1173": "stale", "1174": "skipped"}
    assert api.sent("PATCH") == []
    assert "mitto/m1173 is stale" in report["outcomes"][0]["error"]
    assert report["outcomes"][2]["moved"][0]["now"] == "BY HAND"


def test_the_first_ones_are_verified_before_the_rest(four: Desk, api: StandIn) -> None:
    """All is well, so that the rest follows; a read stands between the two."""
    report = four.run("apply", "plan.json", "--first", "1", "--format", "json", code=0).document
    assert report["summary"]["applied"] == 4
    methods = [(one.method, one.id) for one in api.requests]
    first = methods.index(("PATCH", "1171"))
    assert methods[first + 1][0] == "GET"


def test_where_the_first_is_not_as_it_should_be_the_rest_is_skipped(four: Desk, api: StandIn) -> None:
    """The API does not keep what it takes: failed, and nothing else is touched."""
    api.switches.ignored = {"default_sender"}
    report = four.run("apply", "plan.json", "--first", "1", "--format", "json", code=6).document
    assert statuses(report) == {"1171": "failed", "1172": "skipped", "1173": "skipped", "1174": "skipped"}
    assert {one.id for one in api.sent("PATCH")} == {"1171"}


def test_a_plan_of_now_is_looked_at_again_after_the_question(desk: Desk, api: StandIn) -> None:
    """Without a saved plan too: what was just read serves as the look."""
    report = desk.run("apply", "--yes", "--all-or-nothing", "--format", "json", code=0).document
    assert report["summary"]["applied"] == 1


def test_a_number_below_one_is_a_wrong_command_line(desk: Desk) -> None:
    """64, before anything is read."""
    desk.run("apply", "--yes", "--first", "0", code=64)


def test_a_change_during_the_run_holds_the_rest_back(four: Desk, api: StandIn) -> None:
    """Somebody takes one away after the look: what is not begun is skipped."""

    def interfere(request: Request) -> None:
        if request.method == "PATCH" and request.id == "1171":
            del api.account.items["1172"]

    api.watch = interfere
    report = four.run("apply", "plan.json", "--all-or-nothing", "--parallel", "1", "--format", "json", code=6).document
    assert statuses(report) == {"1171": "applied", "1172": "failed", "1173": "skipped", "1174": "skipped"}
