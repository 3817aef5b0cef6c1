"""A hostile or broken API: every answer that makes no sense is an error in words, with its exit code, and at once."""

from __future__ import annotations

import gzip
import json
import time
from email.utils import formatdate
from typing import Any

import pytest

from tests.contract.account import TOKEN, make_providers, mitto_item, twilio_item
from tests.contract.desk import PHONE, Desk
from tests.contract.stand_in import PREFIX, Fault, StandIn, serving

ALWAYS = 10**6
"""Times of a fault that has no end."""

NEW = "provider: mitto\nname: New\nlifecycle: {create: true}\nsettings: {default_sender: NEW}\n"

YEAR = 31_536_000


def listed(*items: dict[str, Any], **more: Any) -> bytes:
    """A page of the list that holds these and is the only one."""
    return json.dumps({"total": len(items), "items": items, **more}).encode()


def whole(**fields: Any) -> dict[str, Any]:
    """The documented integration as the list shows it, with other fields."""
    return {**twilio_item(), "provider": make_providers()[0], **fields}


def squeeze(body: bytes, times: int = 1) -> bytes:
    """Packed, and the packing packed."""
    for _ in range(times):
        body = gzip.compress(body, 9, mtime=0)
    return body


def test_a_read_that_is_asked_to_wait_for_a_year_ends_at_once(desk: Desk, api: StandIn) -> None:
    """One request, exit 8, and for how long."""
    api.faults = [Fault("GET", status=429, headers={"Retry-After": str(YEAR)}, times=ALWAYS)]
    began = time.monotonic()
    ran = desk.run("plan", code=8)
    assert time.monotonic() - began < 20
    assert "answered 429" in ran.err
    assert "asks to wait 31,536,000 s" in ran.err
    assert "run again after that time" in ran.err
    assert len(api.requests) == 1


def test_doctor_is_no_more_patient(desk: Desk, api: StandIn) -> None:
    """It tells what it was told, after one request."""
    api.faults = [Fault("GET", status=429, headers={"Retry-After": str(YEAR)}, times=ALWAYS)]
    ran = desk.run("doctor", code=8)
    assert "asks to wait 31,536,000 s" in ran.all
    assert len(api.requests) == 1


def test_writes_end_with_the_one_that_is_asked_to_wait_for_long(desk: Desk, api: StandIn) -> None:
    """It fails, the others are not begun, the report is whole; nobody knocks once a minute for a day."""
    for one in range(1171, 1181):
        api.account.items[str(one)] = mitto_item(str(one), f"M{one}")
        desk.write(f"manifests/{one}.yaml", f'id: "{one}"\nprovider: mitto\nsettings: {{default_sender: NEW}}\n')
    api.faults = [Fault("PATCH", status=429, headers={"Retry-After": "86400"}, times=ALWAYS)]
    began = time.monotonic()
    report = desk.apply("--parallel", "1", code=8)
    assert time.monotonic() - began < 20
    assert report["summary"]["applied"] == 0
    assert report["summary"]["failed"] + report["summary"]["skipped"] == 11
    assert all("asks to wait 86,400 s" in one["error"] for one in report["outcomes"])
    assert len(api.sent("PATCH")) == 1


WAITS = ["1", "0", "-1", "-86400", "0.4", "NaN", "1e999", "soon", ""]


def test_a_wait_that_makes_no_sense_is_no_wait_of_hours(desk: Desk, api: StandIn) -> None:
    """Fractions, negative ones, dates of the past and words: the read is asked for again within seconds."""
    for number, told in enumerate([*WAITS, formatdate(0, usegmt=True)]):
        api.faults = [Fault("GET", status=429, headers={"Retry-After": told.encode().decode("latin-1")})]
        began = time.monotonic()
        assert desk.plan()["summary"]["update"] == 1, told
        assert time.monotonic() - began < 15, told
        assert len(api.sent("GET")) == 2 * (number + 1)


BOMBS: dict[str, tuple[bytes, str, str]] = {
    "a bomb": (squeeze(bytes(80 << 20)), "gzip", "an answer of more than 64 MiB"),
    "a bomb in a bomb": (squeeze(bytes(1 << 20), 2), "gzip, gzip", "packed as gzip, gzip"),
    "brotli": (b"\x8b\x00\x80{}\x03", "br", "packed as br"),
    "zstd": (b"\x28\xb5\x2f\xfd", "zstd", "packed as zstd"),
    "an unknown packing": (b"{}", "rot13", "packed as rot13"),
    "a crowd": (b"[" + b"{}," * 1_100_000 + b"{}]", "", "an answer of more than 1,000,000 objects"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_not_unpacked(desk: Desk, api: StandIn, name: str) -> None:
    """And not asked for again: 8, after one request."""
    raw, packing, said = BOMBS[name]
    api.faults = [Fault("GET", status=200, raw=raw, headers={"Content-Encoding": packing}, times=ALWAYS)]
    ran = desk.run("plan", code=8)
    assert said in ran.err
    assert "--api" in ran.err
    assert len(api.requests) == 1


def test_an_answer_may_be_packed_as_it_was_asked_for(desk: Desk, api: StandIn) -> None:
    """Gzip, and nothing else, is asked for."""
    api.faults = [Fault("GET", status=200, raw=squeeze(listed(whole())), headers={"Content-Encoding": "gzip"})]
    assert desk.plan()["summary"]["update"] == 1
    assert {one.headers["accept-encoding"] for one in api.requests} == {"gzip"}


SHAPES: dict[str, bytes] = {
    "a page that climbs": listed(whole(id="../1161")),
    "an id of dots": listed(whole(id="..")),
    "a coded id": listed(whole(id="%2e%2e")),
    "no id": listed(whole(id="")),
    "an id of spaces": listed(whole(id="1161 ")),
    "an id of two lines": listed(whole(id="1161\r\nX-Evil: 1")),
    "a huge id": listed(whole(id="1" * 65)),
    "an id that is a list": listed(whole(id=["1161"])),
    "a fraction as an id": listed(whole(id=1161.5)),
    "a claim of a billion": listed(whole(), total=10**9),
    "a list as settings": listed(whole(settings=["a"])),
    "depth": b'{"total": 1, "items": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number": b"7",
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_answer_of_another_shape_ends_at_once(desk: Desk, api: StandIn, name: str) -> None:
    """8, in words, after one request; no id is ever a path of its own making."""
    api.faults = [Fault("GET", status=200, raw=SHAPES[name], times=ALWAYS)]
    ran = desk.run("apply", "--yes", code=8)
    assert "GET /integrations" in ran.err
    assert "--api" in ran.err
    assert len(api.requests) == 1
    assert all(one.path == f"{PREFIX}/integrations" for one in api.requests)


NO_JSON: dict[str, bytes] = {
    "not a number": listed(whole(settings={"port": float("nan")})),
    "infinity": listed(whole(settings={"port": float("inf")})),
    "a page": b"<html>Please log in</html>",
    "a half": listed(whole())[:200],
}


def test_what_is_no_json_is_asked_for_again_and_then_an_error(desk: Desk, api: StandIn) -> None:
    """NaN and Infinity are none either; a content type makes no difference."""
    for number, raw in enumerate(NO_JSON.values()):
        headers = {"Content-Type": "text/html" if number % 2 else "application/json"}
        api.faults = [Fault("GET", status=200, raw=raw, headers=headers)]
        assert desk.plan()["summary"]["update"] == 1
    api.requests.clear()
    api.faults = [Fault("GET", status=200, raw=raw, times=ALWAYS)]
    assert "is not JSON" in desk.run("plan", code=8).err
    assert len(api.requests) == 4


ODD: dict[str, bytes] = {
    "another content type": listed(whole()),
    "numbers as ids": listed(whole(id=1161, company_id=6197120, provider_id=1000)),
    "keys twice": listed(whole()).replace(b'"id": "1161"', b'"id": "9", "id": "1161"', 1),
    "numbers beyond all sizes": listed(whole(extra=[1])).replace(b"[1]", b"[1e308, " + b"9" * 400 + b"]"),
    "fields beyond the documented": listed(whole(links={"self": "http://evil.example/"}, next="http://evil.example/")),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_but_clear_is_read(desk: Desk, api: StandIn, name: str) -> None:
    """Of a key that stands twice the last one counts, as in every JSON parser; addresses in answers are never asked."""
    api.faults = [Fault("GET", status=200, raw=ODD[name], headers={"Content-Type": "text/plain"}, times=ALWAYS)]
    change = desk.plan()["changes"][0]
    assert (change["id"], change["fields"][0]["path"]) == ("1161", PHONE)


def test_a_live_value_that_looks_like_a_reference_is_a_value(desk: Desk, api: StandIn) -> None:
    """It is neither resolved nor lost: whole settings carry it as it stands, and what the variable holds stays here."""
    told = {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}
    api.settings("1161")["account_sid"] = told
    api.settings("1161")["note"] = told
    desk.write("reconciler.yaml", "version: 1\nsettings_patch: whole\naccounts: {main: {path: manifests}}\n")
    desk.write(
        "manifests/main.yaml",
        'id: "1161"\nprovider: twilio\nsettings: {default_phone_number: "+14445550100"}\n',
    )
    report = desk.apply()
    assert report["outcomes"][0]["status"] == "applied"
    assert api.bodies()["1161"]["settings"]["account_sid"] == told
    desk.run("plan", "--show-unmanaged", code=0)


def test_words_and_trace_ids_of_an_error_are_shown_escaped_or_not_at_all(desk: Desk, api: StandIn) -> None:
    """Escapes, bidi characters, line breaks, commands of pipelines, tokens; in the text, the log and the report."""
    said = f"\x1b[31mNo\u202e\r\n::error::{'x' * 5000}"
    for trace_id in ("\x1b[2J", f"t-{TOKEN}", "::error::x", "a" * 5000, ["x"], 7, ""):
        body = json.dumps({"message": said, "trace_id": trace_id}).encode()
        api.faults = [Fault("PATCH", status=400, raw=body)]
        ran = desk.run("-v", "--log-format", "json", "apply", "--yes", "--format", "json", code=6)
        [outcome] = ran.document["outcomes"]
        assert (outcome["status"], outcome["trace_id"]) == ("failed", None)
        assert len(outcome["error"]) < 500
        assert not any(mark in ran.err for mark in ("\x1b", "\u202e", "\n::"))
        assert "\x1b" not in outcome["error"]
        api.faults = [Fault("GET", status=400, raw=body, times=ALWAYS)]
        ran = desk.run("plan", "-v")
        assert ran.code == 8
        assert not any(mark in ran.all for mark in ("\x1b", "\u202e", "\n::"))


HEADERS: dict[str, dict[str, str]] = {
    "escapes": {"Server": "\x1b[2Jevil", "X-Request-Id": "\x07"},
    "limits of no sense": {"X-RateLimit-Limit": "-5", "X-RateLimit-Remaining": "NaN", "X-RateLimit-Reset": "1e999"},
    "a limit of nothing": {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "99999999"},
    "a token": {"Server": TOKEN.replace("\\", ""), "X-RateLimit-Policy": TOKEN},
    "cookies": {"Set-Cookie": "session=evil.example; Path=/", "Link": "<http://evil.example/>; rel=next"},
    "a date of no sense": {"Date": "99999999999999999999"},
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("verb", ["plan", "doctor"])
def test_no_header_stops_or_steers_a_run(desk: Desk, api: StandIn, name: str, verb: str) -> None:
    """It is read, or refused as garbled; nothing of it is shown as it stands, and no cookie is sent back."""
    raw = listed(whole())
    api.faults = [Fault("GET", status=200, raw=raw, headers=HEADERS[name], times=ALWAYS)]
    began = time.monotonic()
    ran = desk.run(verb, "-v")
    assert ran.code in {0, 8}, ran.all
    assert time.monotonic() - began < 30
    assert not any(mark in ran.all for mark in ("\x1b", "\x07", "evil.example"))
    assert all("cookie" not in one.headers for one in api.requests)


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{port}/v1/hood/integrations",
        "//localhost:{port}/v1/hood/integrations",
        "http://{token}@localhost:{port}/",
        "/v1/hood/providers",
        "http://127.0.0.1:{own}@localhost:{port}/",
        "file:///etc/passwd",
        "\x01",
    ],
)
def test_no_redirect_takes_the_token_along(desk: Desk, api: StandIn, location: str) -> None:
    """Neither to another host nor to another path of the same."""
    with serving([mitto_item()]) as other:
        told = location.format(port=other.port, own=api.port, token="user")
        api.faults = [Fault("GET", status=307, headers={"Location": told}, times=ALWAYS)]
        ran = desk.run("plan", code=8)
        assert other.requests == []
    assert len(api.requests) == 1 or "\x01" in location
    assert "/etc/passwd" not in ran.all


def test_pages_that_repeat_end(desk: Desk, api: StandIn) -> None:
    """Where each page is the same, and no total is told, the list is not taken for whole: nothing is created by it."""
    told = {**mitto_item(), "provider": make_providers()[2]}
    api.faults = [Fault("GET", status=200, raw=json.dumps([told]).encode(), times=ALWAYS)]
    desk.write("manifests/main.yaml", NEW)
    assert "refused by list-incomplete" in desk.run("plan", code=0).out
    assert len(api.requests) == 2
    desk.run("apply", "--yes", code=4)
    assert api.sent("POST") == []


def test_pages_of_a_total_that_lies_end(desk: Desk, api: StandIn) -> None:
    """Its pages repeat the same objects: an error that says so, after a wave of pages."""
    limits = "limits: {per_second: 500, per_minute: 9000}\n"
    desk.write("reconciler.yaml", f"version: 1\n{limits}accounts: {{main: {{path: manifests}}}}\n")
    desk.write("manifests/new.yaml", NEW)
    api.faults = [Fault("GET", status=200, raw=listed(whole(), total=5000), times=ALWAYS)]
    ran = desk.run("plan", code=8)
    assert "repeat the objects of earlier ones" in ran.err
    assert len(api.requests) < 50
