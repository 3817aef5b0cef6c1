"""The issue, point 7, and contract, section 6: faults of the wire and of the server, each told truthfully."""

from __future__ import annotations

import signal
import threading

import pytest

from tests.contract.account import mitto_item
from tests.contract.desk import Desk
from tests.contract.stand_in import Fault, Request, StandIn


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_read_is_tried_again(desk: Desk, api: StandIn, status: int) -> None:
    """Once struck, once repeated; the report counts it."""
    api.faults = [Fault("GET", status=status, headers={"Retry-After": "0"})]
    report = desk.apply()
    assert report["summary"]["applied"] == 1
    assert report["requests"]["retried"] == 1
    assert report["requests"]["throttled"] == (1 if status == 429 else 0)
    assert report["requests"]["get"] == len(api.sent("GET"))


@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_a_read_that_breaks_off_is_tried_again(desk: Desk, api: StandIn, kind: str) -> None:
    """A reset and a body that is cut."""
    api.faults = [Fault("GET", kind=kind, status=200, raw=b'{"total": 1, "items": []}')]
    assert desk.plan()["summary"]["update"] == 1


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("kind", ["answer", "reset", "page"])
def test_a_write_of_unknown_outcome_is_read_first(desk: Desk, api: StandIn, kind: str, written: bool) -> None:
    """As desired is applied without a second write; as planned is sent again. A page of HTML with 200 is no answer."""
    api.faults = [Fault("PATCH", kind=kind, status=500, written=written)]
    if kind == "page":
        api.faults = [Fault("PATCH", status=200, raw=b"<html>Log in</html>", written=written)]
    report = desk.apply()
    assert report["requests"]["retried"] == (0 if written else 1)
    assert report["outcomes"][0]["status"] == "applied"
    assert len(api.sent("PATCH")) == (1 if written else 2)
    methods = [one.method for one in api.requests]
    first = methods.index("PATCH")
    assert methods[first + 1] == "GET"


def test_a_refused_write_is_not_repeated_and_stops_no_other(desk: Desk, api: StandIn) -> None:
    """400: failed, once, with its trace id and what the API said; the rest is applied; 6."""
    api.account.items["1171"] = mitto_item("1171", "M1171")
    desk.write("manifests/other.yaml", 'id: "1171"\nprovider: mitto\nsettings: {default_sender: NEW}\n')
    api.faults = [Fault("PATCH", status=400, id="1161", times=9)]
    report = desk.apply(code=6)
    outcomes = {one["id"]: one for one in report["outcomes"]}
    assert (outcomes["1161"]["status"], outcomes["1171"]["status"]) == ("failed", "applied")
    assert (outcomes["1161"]["attempts"], outcomes["1161"]["trace_id"]) == (1, "trace-400")
    assert "400" in outcomes["1161"]["error"]


def test_a_429_on_a_write_is_sent_again(desk: Desk, api: StandIn) -> None:
    """After Retry-After, with -1, and without any header."""
    for headers in ({"Retry-After": "1"}, {"Retry-After": "-1"}, {}):
        api.settings("1161")["default_phone_number"] = "+1"
        api.faults = [Fault("PATCH", status=429, headers=headers)]
        report = desk.apply()
        assert report["requests"]["throttled"] == 1
        assert report["outcomes"][0]["attempts"] == 2


def test_an_object_that_changes_between_plan_and_write_is_stale(desk: Desk, api: StandIn) -> None:
    """The precondition is checked on a read of its own, after the question was answered."""
    desk.run("plan", "--out", "plan.json", code=0)
    api.account.items["1161"]["name"] = "Moved"
    report = desk.run("apply", "plan.json", "--format", "json", code=5).document
    told = {"path": ["name"], "then": "Example Integration", "now": "Moved", "wanted": "Example Integration"}
    assert report["outcomes"][0]["moved"] == [{**told, "secret": False}]
    ran = desk.run("apply", "plan.json", code=5)
    assert 'then "Example Integration", now "Moved", wanted "Example Integration"' in ran.out
    assert api.sent("PATCH") == []


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_after_the_request_in_flight(desk: Desk, api: StandIn, sign: signal.Signals, code: int) -> None:
    """The report so far is printed whole: what was in flight is told, the rest is skipped, nothing is sent after."""
    for id_ in ("1171", "1172", "1173"):
        api.account.items[id_] = mitto_item(id_, f"M{id_}")
        desk.write(f"manifests/{id_}.yaml", f'id: "{id_}"\nprovider: mitto\nsettings: {{default_sender: NEW}}\n')
    arrived = threading.Event()
    go_on = threading.Event()

    def hold(request: Request) -> None:
        if request.method == "PATCH" and not arrived.is_set():
            arrived.set()
            go_on.wait(20)

    api.watch = hold
    process = desk.start("apply", "--yes", "--parallel", "1", "--format", "json")
    assert arrived.wait(30)
    process.send_signal(sign)
    threading.Timer(0.3, go_on.set).start()
    ran = desk.finish(process, code)
    report = ran.document
    statuses = [one["status"] for one in report["outcomes"]]
    assert len(statuses) == 4
    assert statuses.count("skipped") == 3
    assert len(api.sent("PATCH")) == 1
    assert report["summary"]["skipped"] == 3
    assert {"applied", "unverified"} & set(statuses)


def test_a_signal_during_planning_ends_at_once(desk: Desk, api: StandIn) -> None:
    """130 without a traceback, while the list hangs."""
    arrived = threading.Event()
    go_on = threading.Event()

    def hold(request: Request) -> None:
        arrived.set()
        go_on.wait(5)

    api.watch = hold
    process = desk.start("plan")
    assert arrived.wait(30)
    process.send_signal(signal.SIGINT)
    threading.Timer(0.3, go_on.set).start()
    assert desk.finish(process, 130).out == ""


def test_an_outage_in_the_middle_leaves_a_whole_report(desk: Desk, api: StandIn) -> None:
    """PATCH answers 503 for good: failed or unverified, told with its reason, 6 or 8."""
    api.faults = [Fault("PATCH", status=503, times=99)]
    ran = desk.run("apply", "--yes", "--format", "json")
    assert ran.code in {6, 8}
    assert ran.document["outcomes"][0]["status"] in {"failed", "unverified"}
    [outcome] = ran.document["outcomes"]
    assert "answered 503" in outcome["error"]
    assert "it reads as before" in outcome["error"]
    assert "ignored" not in outcome["error"]
    assert outcome["fields"] == []
    assert len(api.sent("PATCH")) <= 4
