"""Contract, section 6: the report as JSON, and a verdict for every field."""

from __future__ import annotations

from tests.contract.account import DESIRED_SECRET, LIVE_SECRET, mitto_item
from tests.contract.desk import PHONE, WITH_SECRET, Desk
from tests.contract.stand_in import StandIn
from tests.contract.test_plan_document import check


def test_every_field_of_a_report(desk: Desk, api: StandIn) -> None:
    """The shape and values of section 6; the requests are those that arrived."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    digest = desk.plan()["digest"]
    api.requests.clear()
    report = desk.apply()
    check(report, "report.schema.json")
    assert (report["format"], report["plan"], report["account"]) == ("reconciler.report/1", digest, "default")
    assert report["summary"] == {"applied": 1, "unchanged": 0, "failed": 0, "stale": 0, "unverified": 0, "skipped": 0}
    outcome = report["outcomes"][0]
    plain = {"address": "twilio/main-sms", "id": "1161", "action": "update", "status": "applied", "attempts": 1}
    assert outcome.items() >= {**plain, "error": None, "trace_id": None}.items()
    assert [one["path"] for one in outcome["fields"]] == [["settings", "auth_token"], PHONE]
    assert [one["verdict"] for one in outcome["fields"]] == ["applied", "applied"]
    counts = {"get": len(api.sent("GET")), "patch": len(api.sent("PATCH")), "post": 0, "throttled": 0, "retried": 0}
    assert report["requests"] == counts
    assert 0 <= report["seconds"] < 60
    assert api.settings("1161")["auth_token"] == DESIRED_SECRET
    assert desk.plan("--detailed-exitcode")["changes"] == []


def test_the_server_may_answer_and_store_otherwise(desk: Desk, api: StandIn) -> None:
    """dropped, coerced, masked and degraded are told a field; dropped and degraded end 6."""
    rows = {"1171": "prefix", "1172": "suffix", "1173": "api_key"}
    for id_, key in rows.items():
        api.account.items[id_] = mitto_item(id_, f"M{id_}")
        api.settings(id_)["api_key"] = "old-secret-1234"
        value = '{secret: "env:HOOD_TWILIO_AUTH_TOKEN"}' if key == "api_key" else "new"
        desk.write(f"manifests/{id_}.yaml", f'id: "{id_}"\nprovider: mitto\nsettings:\n  {key}: {value}\n')
    api.switches.ignored = {"prefix"}
    api.switches.coerced = {"suffix": lambda value: f" {value} "}
    api.switches.masks = {"api_key": "stars"}
    desk.write("reconciler.yaml", "version: 1\nsettings_patch: changed\nsecrets: {when_hidden: resend}\n")
    report = desk.apply(code=6)
    verdicts = {one["id"]: one["fields"][0] for one in report["outcomes"]}
    assert verdicts["1171"]["verdict"] == "dropped"
    assert verdicts["1172"]["verdict"] == "coerced"
    assert '" new "' in verdicts["1172"]["message"]
    assert verdicts["1173"]["verdict"] == "masked"
    assert "read back" in verdicts["1173"]["message"]


def test_a_worse_effective_status_is_degraded(desk: Desk, api: StandIn) -> None:
    """The write took effect, and the run still ends 6."""
    api.switches.degrades = True
    report = desk.apply(code=6)
    assert "degraded" in {one["verdict"] for one in report["outcomes"][0]["fields"]}
    assert api.settings("1161")["default_phone_number"] == "+14445550100"


def test_reads_that_lag_are_read_again(desk: Desk, api: StandIn) -> None:
    """What is not there yet is no drop: it is read again before anything is said."""
    api.switches.lag = 2
    report = desk.apply()
    assert report["outcomes"][0]["status"] == "applied"
    assert report["outcomes"][0]["fields"][0]["verdict"] == "applied"
    assert len(api.sent("PATCH")) == 1


def test_a_last_four_mask_with_another_tail_is_dropped(desk: Desk, api: StandIn) -> None:
    """A mask that shows the wanted tail is masked; another tail means that the server ignored the secret."""
    api.switches.masks = {"auth_token": "tail"}
    desk.write("reconciler.yaml", "version: 1\nsettings_patch: changed\nsecrets: {when_hidden: resend}\n")
    desk.write("manifests/main.yaml", WITH_SECRET.replace("+14445550100", "+13345550100"))
    plan = desk.plan("--detailed-exitcode", code=2)
    assert plan["changes"][0]["fields"][0]["secret"] is True
    assert desk.apply()["outcomes"][0]["fields"][0]["verdict"] == "masked"
    api.settings("1161")["auth_token"] = LIVE_SECRET
    api.switches.ignored = {"auth_token"}
    assert desk.apply(code=6)["outcomes"][0]["fields"][0]["verdict"] == "dropped"
