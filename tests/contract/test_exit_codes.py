"""Contract, section 4: every exit code, the order between them, and the same in every format."""

from __future__ import annotations

import json

import pytest

from tests.contract.account import mitto_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import Fault, StandIn

CONFIG = 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n'
LOST = 'id: "404404"\nprovider: mitto\nname: Lost\n'
FORMATS = pytest.mark.parametrize("form", ["text", "json"])


def add_mitto(desk: Desk, api: StandIn, *ids: str) -> None:
    """Integrations whose sender a manifest changes to NEW."""
    for id_ in ids:
        api.account.items[id_] = mitto_item(id_, f"M{id_}")
        desk.write(f"manifests/{id_}.yaml", f'id: "{id_}"\nprovider: mitto\nsettings: {{default_sender: NEW}}\n')


@FORMATS
def test_done_and_pending(desk: Desk, form: str) -> None:
    """0 where changes are planned, 2 with --detailed-exitcode, 0 applied, 0 in sync."""
    desk.run("plan", "--format", form, code=0)
    desk.run("plan", "--format", form, "--detailed-exitcode", code=2)
    desk.run("apply", "--format", form, "--yes", code=0)
    desk.run("plan", "--format", form, "--detailed-exitcode", code=0)
    desk.run("apply", "--format", form, "--yes", code=0)


@FORMATS
def test_another_company_stops_before_any_write(desk: Desk, api: StandIn, form: str) -> None:
    """4, also where an id is unknown (3): 4 comes first."""
    desk.write("reconciler.yaml", CONFIG.replace("6197120", "1"))
    desk.write("manifests/lost.yaml", LOST)
    desk.run("plan", "--format", form, code=4)
    desk.run("apply", "--format", form, "--yes", code=4)
    assert api.sent("PATCH") == []


def test_one_object_of_another_company_stops_the_run(desk: Desk, api: StandIn) -> None:
    """Also one that no manifest describes."""
    desk.write("reconciler.yaml", CONFIG)
    api.account.items["1170"]["company_id"] = "999"
    ran = desk.run("apply", "--yes", code=4)
    assert "999" in ran.err
    assert api.sent("PATCH") == []


@FORMATS
def test_blocked_beats_pending(desk: Desk, form: str) -> None:
    """3 before 2."""
    desk.write("manifests/lost.yaml", LOST)
    desk.run("plan", "--format", form, "--detailed-exitcode", code=3)


@FORMATS
def test_wrong_token(desk: Desk, api: StandIn, form: str) -> None:
    """7 for a wrong, a missing and an empty token, also where an id is unknown; one request at most tells it."""
    desk.run("plan", "--format", form, code=7, env={"OCAMBA_TOKEN": "wrong"})
    assert 1 <= len(api.requests) <= 2
    api.requests.clear()
    for token in (None, "", "with blank"):
        ran = desk.run("apply", "--format", form, "--yes", code=7, env={"OCAMBA_TOKEN": token})
        assert "OCAMBA_TOKEN" in ran.err
    assert api.requests == []


def test_an_invalid_manifest_comes_before_a_missing_token(desk: Desk, api: StandIn) -> None:
    """Both hold: 7 is first in the order, and the errors of the manifests are still shown."""
    desk.write("manifests/bad.yaml", "nonsense: 1\n")
    ran = desk.run("plan", code=7, env={"OCAMBA_TOKEN": None})
    assert "manifests/bad.yaml:1:1" in ran.all
    assert api.requests == []


@FORMATS
def test_unreachable(desk: Desk, form: str) -> None:
    """8 where nobody listens, with the address and without a traceback."""
    ran = desk.run("plan", "--api", "http://127.0.0.1:9/v1/hood", "--format", form, code=8)
    assert "127.0.0.1:9" in ran.err


GARBAGE = [
    b"<html>502</html>",
    b"[1, 2",
    b"null",
    b"[]",
    b'{"total": {}, "items": 7}',
    b'{"items": [7, null]}',
    b"\xff\xfe",
]
GARBAGE += [
    b'{"total": 1, "items": [{"id": {}}]}',
    b"[" * 100_000,
    b'{"total": 1, "items": [{"id": "1", "settings": 5}]}',
    b"",
]


@pytest.mark.parametrize("raw", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_answers(desk: Desk, api: StandIn, raw: bytes) -> None:
    """8, one line, no traceback, nothing sent."""
    api.faults = [Fault("GET", status=200, raw=raw, times=99)]
    ran = desk.run("apply", "--yes", "--format", "json", code=8)
    assert ran.err.strip()
    assert api.sent("PATCH") == []


@FORMATS
def test_stale_failed_and_both(desk: Desk, api: StandIn, form: str) -> None:
    """5 for stale alone, 6 where one failed, 6 for both."""
    add_mitto(desk, api, "1171", "1172")
    desk.run("plan", "--out", "plan.json", code=0)
    api.settings("1161")["default_phone_number"] = "+19999999999"
    desk.run("apply", "plan.json", "--format", form, code=5)
    api.settings("1171")["default_sender"] = api.settings("1172")["default_sender"] = "OLD"
    api.faults = [Fault("PATCH", status=400, id="1171")]
    desk.run("apply", "plan.json", "--format", form, code=6)
    assert api.settings("1161")["default_phone_number"] == "+19999999999"
    assert api.settings("1172")["default_sender"] == "NEW"


@pytest.mark.parametrize("status", [401, 403])
def test_whoever_is_not_authorised_is_told_the_trace_id(desk: Desk, api: StandIn, status: int) -> None:
    """Of a read in the error, in text and as a line of the log; of a write in the report too."""
    body = json.dumps({"code": status, "title": "No.", "trace_id": "trace-of-it"}).encode()
    api.faults = [Fault("GET", status=status, raw=body, times=2)]
    assert "(trace id trace-of-it)" in desk.run("plan", code=7).err
    assert '"trace_id": "trace-of-it"' in desk.run("plan", "--log-format", "json", code=7).err
    api.faults = [Fault("PATCH", status=status, raw=body)]
    assert desk.apply(code=7)["outcomes"][0]["trace_id"] == "trace-of-it"


@FORMATS
def test_a_token_that_ends_stops_all(desk: Desk, api: StandIn, form: str) -> None:
    """401 in the middle: 7, whatever failed before; the report is whole, and nothing is sent after."""
    add_mitto(desk, api, "1171", "1172", "1173")
    api.faults = [Fault("PATCH", status=400, id="1161"), Fault("PATCH", status=401, skip=1)]
    ran = desk.run("apply", "--yes", "--parallel", "1", "--format", form, code=7)
    statuses = [one.status for one in api.sent("PATCH")]
    assert statuses[-1] == 401
    assert statuses.count(401) == 1
    if form == "json":
        outcomes = {one["id"]: one["status"] for one in ran.document["outcomes"]}
        assert len(outcomes) == 4
        assert "skipped" in outcomes.values()
    else:
        assert "skipped" in ran.out


@pytest.mark.parametrize(
    "line",
    [
        (),
        ("nonsense",),
        ("plan", "--nonsense"),
        ("plan", "--format", "xml"),
        ("--color", "perhaps", "plan"),
        ("apply",),
        ("plan", "--account", "other"),
        ("apply", "--yes", "--parallel", "0"),
        ("apply", "--yes", "--parallel", "many"),
        ("plan", "--api", "not a url"),
        ("plan", "--target"),
        ("plan", "--token", "x"),
    ],
)
def test_a_wrong_command_line_is_64_and_never_2(desk: Desk, api: StandIn, line: tuple[str, ...]) -> None:
    """Also apply without a terminal and without --yes. Nothing was sent, and stderr says what to type."""
    ran = desk.run(*line, code=64)
    assert ran.all.strip()
    assert api.requests == []


def test_several_accounts_need_a_choice(desk: Desk, api: StandIn) -> None:
    """64 without --account, RECONCILER_ACCOUNT or the flag choose; ids are told by account."""
    accounts = 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n'
    desk.write(
        "reconciler.yaml",
        accounts + '  staging: {company_id: "7", token: {secret: "env:OCAMBA_STAGING"}, path: manifests}\n',
    )
    desk.write("manifests/main.yaml", MAIN.replace('"1161"', '{main: "1161", staging: "88"}'))
    ran = desk.run("plan", code=64)
    assert "main" in ran.err
    assert "staging" in ran.err
    assert desk.plan("--account", "main")["changes"][0]["id"] == "1161"
    assert desk.plan(env={"RECONCILER_ACCOUNT": "main"})["account"] == "main"
    assert "OCAMBA_STAGING" in desk.run("plan", "--account", "staging", code=7).err
    both = {"RECONCILER_ACCOUNT": "staging"}
    assert desk.plan("--account", "main", env=both)["account"] == "main"
