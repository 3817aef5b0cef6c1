"""The World: authorization, limits, inspection, dump and load."""

from __future__ import annotations

import json

import pytest

from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.switches import DOCS, Switches
from reconciler.sandbox.world import Request, World
from tests.sandbox.asking import ALL, HEADERS, NOW, ONE, TWILIO, ask, get, ids, make_world, patch, settings


def test_a_wrong_or_missing_token_is_401_as_documented() -> None:
    """401 has the documented body, and no rate headers, since nobody knows whose limits they would be."""
    world = make_world(1)
    for headers in ({}, {"authorization": "Bearer other"}, {"authorization": "sandbox-token"}):
        answer = ask(world, headers=headers)
        body = json.loads(answer.body)
        assert (answer.status, body["code"], body["title"], body["message"]) == (401, 401, *["Unauthorized."] * 2)
        assert "X-RateLimit-Limit" not in answer.headers


def test_the_demo_shows_the_documented_object() -> None:
    """The demo's first integration has every field of the documentation's sample, in its order."""
    item = get(World(), ONE)
    assert list(item) == [
        "id", "company_id", "name", "type", "provider_id", "provider", "settings", "status", "effective_status",
        "is_default", "create_time", "update_time",
    ]  # fmt: skip
    assert list(item["provider"]) == ["id", "type", "name", "logo", "settings", "create_time", "update_time"]
    assert item["provider"]["settings"][0] == {
        "title": "Account SID", "name": "account_sid", "type": "string", "required": True, "deprecated": False,
    }  # fmt: skip
    assert item["company_id"] == "999999999"


def test_too_many_requests_answer_429_with_retry_after_alone() -> None:
    """The eleventh request of a second is refused; its headers are Retry-After and Date, without X-RateLimit."""
    world = make_world(1, limited=True)
    assert [ask(world).status for _ in range(11)] == [200] * 10 + [429]
    answer = ask(world)
    assert answer.headers["Retry-After"] == "1"
    assert sorted(answer.headers) == ["Content-Type", "Date", "Retry-After"]
    assert ask(world, now=NOW + 1).status == 200


def test_a_429_without_retry_after_is_a_switch() -> None:
    """retry_after=False leaves the header out."""
    world = make_world(1, per_second=1, retry_after=False)
    ask(world)
    assert "Retry-After" not in ask(world).headers


def test_more_requests_at_once_than_allowed_are_told_minus_one() -> None:
    """Over the parallel limit the answer is 429 with Retry-After: -1; at the limit it is not."""
    world = make_world(1, parallel=2)
    assert world.handle(Request("GET", ALL, {}, HEADERS, b"", 2), NOW).status == 200
    answer = world.handle(Request("GET", ALL, {}, HEADERS, b"", 3), NOW)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "-1")


def test_unknown_paths_and_methods_are_refused() -> None:
    """404 for a path that does not exist, 405 with Allow for DELETE, since the API documents none."""
    world = make_world(1)
    assert ask(world, path="/v1/hood/nothing").status == 404
    assert ask(world, path=ONE + "/more").status == 404
    assert ask(world, path="/v1/hood/providers/1000").status == 404
    answer = ask(world, "DELETE", ONE)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, PATCH")
    assert ids(world) == ["1161"]


def test_the_error_body_can_leave_out_message_and_trace_id() -> None:
    """error_body chooses which of the optional fields an error has."""
    shown = {
        kind: sorted(json.loads(ask(make_world(error_body=kind), path="/v1").body))
        for kind in ("full", "no-message", "no-trace-id", "bare")
    }
    assert shown == {
        "full": ["code", "message", "title", "trace_id"],
        "no-message": ["code", "title", "trace_id"],
        "no-trace-id": ["code", "message", "title"],
        "bare": ["code", "title"],
    }


def test_trace_ids_are_the_same_in_every_run_and_never_twice() -> None:
    """Two Worlds tell the same sequence of distinct trace ids."""
    runs = []
    for _ in range(2):
        world = make_world()
        runs.append([json.loads(ask(world, path="/v1").body)["trace_id"] for _ in range(3)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3


def test_the_console_can_change_everything_behind_the_api() -> None:
    """edit, set_setting, remove_setting, add and remove are seen by the next read and are no writes of a client."""
    world = make_world(2)
    world.edit("1161", name="renamed", now=NOW)
    world.set_setting("1161", "default_phone_number", "+2", now=NOW)
    world.remove_setting("1161", "auth_token")
    world.remove("1162")
    key = world.add("mitto", "new", {"api_key": "fake"}, status="inactive", masked=("api_key",))
    assert get(world, ONE)["name"] == "renamed"
    assert settings(world) == {"account_sid": "AC0", "default_phone_number": "+2"}
    assert ids(world) == ["1161", key]
    assert key == "1163"
    shown = get(world, f"{ALL}/{key}")
    assert (shown["provider"]["name"], shown["effective_status"], shown["settings"]) == (
        "mitto",
        "inactive",
        {"api_key": "****"},
    )
    assert world.writes == []


def test_add_takes_a_given_id_and_refuses_an_unknown_provider() -> None:
    """An id that is no number does not disturb the count of ids."""
    world = make_world()
    assert world.add("twilio", "a", TWILIO, id="abc") == "abc"
    assert world.add("1000", "b", TWILIO) == "1161"
    with pytest.raises(KeyError):
        world.add("nobody", "c", {})


def test_objects_are_copies() -> None:
    """Changing what objects() returned changes nothing in the World."""
    world = make_world(1)
    world.objects()["1161"]["settings"]["account_sid"] = "changed"
    assert settings(world)["account_sid"] == "AC0"


def test_log_and_writes_tell_what_happened() -> None:
    """Every request is in the log with its status, every write that was done in writes with its body."""
    world = make_world(1, faults=Faults((Fault("500", nth=2),)))
    patch(world, {"name": "x"})
    ask(world, query={"page": "1"})
    patch(world, {})
    assert [(entry.method, entry.status, entry.fault) for entry in world.log] == [
        ("PATCH", 204, None),
        ("GET", 500, "500"),
        ("PATCH", 400, None),
    ]
    assert world.log[1].query == {"page": "1"}
    assert world.writes == [(NOW, "PATCH", "1161", {"name": "x"})]


def test_no_repr_shows_the_token_or_a_body() -> None:
    """A request's headers hold the token, an answer's body the secrets: neither is printed."""
    world = make_world(1)
    request = Request("GET", ONE, {}, HEADERS, b"fake-token")
    shown = repr(request) + repr(world.handle(request, NOW)) + repr(world)
    assert "sandbox-token" not in shown
    assert "fake-token" not in shown


def test_every_switch_has_a_line_of_help() -> None:
    """DOCS and Switches name the same fields; each line fits on a terminal."""
    assert set(DOCS) == set(Switches.__struct_fields__)
    assert all(0 < len(line) < 120 and "\n" not in line for line in DOCS.values())


def test_dates_follow_the_time_that_is_handed_in() -> None:
    """Date is the HTTP date of `now`, also for the very second 0."""
    world = make_world(1)
    assert ask(world, now=0.5).headers["Date"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert ask(world, now=NOW).headers["Date"] == "Tue, 14 Nov 2023 22:13:20 GMT"


def test_switches_given_to_load_win_and_strange_data_is_refused() -> None:
    """The command line's switches beat those of the state; data of another format is a ValueError."""
    data = make_world(1).dump()
    assert World.load(data, switches=Switches(total="string")).switches.total == "string"
    with pytest.raises(ValueError, match="format"):
        World.load({**data, "format": "something/1"})
