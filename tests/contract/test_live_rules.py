"""Contract, section 1: the rules that need the API's own definitions and objects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.account import UNDEFINED_VALUE, mitto_item
from tests.contract.desk import MAIN, PHONE, Desk
from tests.contract.stand_in import StandIn


def find(problems: list[Any], file: str) -> list[tuple[int, int, str]]:
    """Line, column and words of the problems of a file."""
    found = [one for one in problems if one["source"] and one["source"]["file"] == f"manifests/{file}"]
    return [(one["source"]["line"], one["source"]["column"], f"{one['message']} {one['fix']}") for one in found]


BROKEN = {
    "a.yaml": ('id: "1170"\nprovider: mitto\nsettings:\n  default_sender: 587\n', 4, 19, 'write "587"'),
    "b.yaml": ('id: "1171"\nprovider: mitto\nsettings:\n  default_sender: null\n', 4, 19, "require"),
    "c.yaml": ('id: "1172"\nprovider: mitto\nsettings:\n  prefix: A\n', None, None, "default_sender"),
    "d.yaml": ('id: "1173"\nprovider: twilio\n', 2, 11, "mitto"),
    "e.yaml": ('id: "1174"\nprovider: mitto\ntype: email\n', 3, 7, "sms"),
    "f.yaml": ("provider: mitto\nname: Ild\n", None, None, "Old"),
    "g.yaml": ("provider: mitto\nname: Double\n", None, None, "1177"),
}


def test_errors_against_the_definitions_come_all_at_once(desk: Desk, api: StandIn) -> None:
    """Types, required keys, provider, type, missing and ambiguous twins: each at its place, in one run."""
    for id_ in range(1171, 1176):
        api.account.items[str(id_)] = mitto_item(str(id_), f"M{id_}")
    api.settings("1172").clear()
    api.account.items["1177"] = mitto_item("1177", "Double")
    api.account.items["1178"] = mitto_item("1178", "Double")
    for name, (text, *_) in BROKEN.items():
        desk.write(f"manifests/{name}", text)
    for verb in (("plan",), ("apply", "--yes")):
        document = desk.run(*verb, "--format", "json", code=3).document
        for name, (_, line, column, words) in BROKEN.items():
            found = find(document["errors"], name)
            assert len(found) == 1, (name, found, document["errors"])
            assert words in found[0][2]
            assert line is None or found[0][:2] == (line, column), (name, found)
    text = desk.run("plan", code=3).all
    assert "manifests/a.yaml:4:19: settings.default_sender: " in text
    assert api.sent("PATCH") == []


def test_warnings_change_nothing(desk: Desk, api: StandIn) -> None:
    """Drops, deprecated keys, is_default, unknown status words and other types of live values are warnings."""
    api.account.items["1170"]["settings"]["prefix"] = 587
    text = 'id: "1170"\nprovider: mitto\nname: Old\nis_default: true\nsettings:\n  prefix: "587"\n'
    desk.write("manifests/main.yaml", text + f"  sufix: {UNDEFINED_VALUE}\n  route: x\n")
    api.settings("1170")["route"] = "x"
    plan = desk.plan("--detailed-exitcode")
    assert [find(plan["warnings"], "main.yaml")[n][:2] for n in range(4)] == [(4, 13), (6, 11), (7, 3), (8, 3)]
    change = plan["changes"][0]
    assert (change["action"], change["fields"], change["body"]) == ("none", [], {})
    assert change["dropped"] == [
        {
            "path": ["settings", "sufix"],
            "source": {"file": "manifests/main.yaml", "line": 7, "column": 3},
            "suggestion": "suffix",
        }
    ]
    assert {one["code"] for one in plan["warnings"]} >= {"dropped-setting"}
    assert plan["summary"]["dropped"] == 1
    assert desk.apply()["summary"]["applied"] == 0
    assert api.sent("PATCH") == []


def test_strict_makes_an_undefined_key_an_error(desk: Desk, api: StandIn) -> None:
    """Plan --strict and apply --strict end 3, whatever the provider."""
    desk.write("manifests/main.yaml", 'id: "1170"\nprovider: mitto\nsettings:\n  sufix: a\n')
    for verb in (("plan",), ("apply", "--yes")):
        ran = desk.run(*verb, "--strict", "--format", "json", code=3)
        assert find(ran.document["errors"], "main.yaml")[0][:2] == (4, 3)
    assert api.sent("PATCH") == []


def test_a_strange_status_word_is_a_warning(desk: Desk, api: StandIn) -> None:
    """It is planned and sent all the same."""
    desk.write("manifests/main.yaml", MAIN.replace("status: active", "status: zombie"))
    plan = desk.plan()
    assert find(plan["warnings"], "main.yaml")[0][:2] == (5, 9)
    assert desk.apply("--override", "deactivate")["summary"]["applied"] == 1
    assert api.account.items["1161"]["status"] == "zombie"


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_id_blocks_its_object_alone(desk: Desk, api: StandIn, status: int) -> None:
    """Plan ends 3 and shows the rest; apply applies the rest and ends 6."""
    api.switches.unknown_status = status
    desk.write("manifests/lost.yaml", 'id: "404404"\nprovider: mitto\nname: Lost\nsettings: {default_sender: X}\n')
    text = desk.run("plan", code=3)
    assert "~ twilio/main-sms (1161)" in text.out
    assert "manifests/lost.yaml:1:" in text.all
    document = desk.run("plan", "--format", "json", code=3).document
    assert find(document["errors"], "lost.yaml")[0][0] == 1
    assert [one["path"] for one in document["changes"][-1]["fields"]] == [PHONE]
    report = desk.apply(code=6)
    assert report["summary"]["applied"] == 1
    assert {one["id"]: one["status"] for one in report["outcomes"]} == {"1161": "applied", "404404": "failed"} or {
        one["id"]: one["status"] for one in report["outcomes"]
    } == {"1161": "applied", "404404": "skipped"}
    assert {one.id for one in api.sent("PATCH")} == {"1161"}


def test_null_clears_a_key(desk: Desk, api: StandIn) -> None:
    """Sent as null; absent and null are cleared, whichever the API keeps."""
    for stores in (False, True):
        api.switches.stores_null = stores
        api.settings("1170").update(prefix="A")
        desk.write("manifests/main.yaml", 'id: "1170"\nprovider: mitto\nsettings:\n  prefix: ~\n  suffix: null\n')
        change = desk.plan()["changes"][0]
        assert [(one["path"], one["before"], one["after"]) for one in change["fields"]] == [
            (["settings", "prefix"], "A", None)
        ]
        assert change["body"] == {"settings": {"prefix": None}}
        assert desk.apply()["outcomes"][0]["fields"] == [
            {"path": ["settings", "prefix"], "verdict": "applied", "message": None, "settled": True}
        ]
        assert api.settings("1170").get("prefix") is None
        assert desk.plan("--detailed-exitcode")["changes"] == []


@pytest.mark.parametrize("definitions", ["absent", "empty"])
def test_without_definitions_nothing_is_dropped_or_sent(desk: Desk, api: StandIn, definitions: Any) -> None:
    """Absent or empty definitions drop nothing: exit 8 for want of an answer."""
    api.switches.definitions = definitions
    api.account.providers = [{**one, "settings": []} for one in api.account.providers]
    desk.run("plan", "--format", "json", code=8)
    desk.run("apply", "--yes", code=8)
    assert api.sent("PATCH") == []


def test_missing_variables_are_told_together(desk: Desk, api: StandIn) -> None:
    """All names in one run, each at its place; nothing is sent."""
    extra = 'id: "1170"\nprovider: mitto\nsettings:\n  api_key: {secret: "env:HOOD_SECOND"}\n'
    desk.write("manifests/main.yaml", MAIN + '  auth_token: {secret: "env:HOOD_FIRST"}\n---\n' + extra)
    ran = desk.run("plan", "--format", "json", code=3)
    assert [one[:2] for one in find(ran.document["errors"], "main.yaml")] == [(9, 15), (14, 12)]
    assert "HOOD_FIRST" in ran.all
    assert "HOOD_SECOND" in ran.all
    assert api.sent("PATCH") == []


def test_lifecycle_ignore_is_neither_compared_nor_sent(desk: Desk, api: StandIn) -> None:
    """An ignored field differs in peace, also where whole settings are sent."""
    desk.write("manifests/main.yaml", MAIN + "lifecycle:\n  ignore: [settings.account_sid, status]\n")
    api.settings("1161")["account_sid"] = "AC-other"
    api.account.items["1161"]["status"] = "paused"
    assert desk.plan()["changes"][0]["body"] == {"settings": {"default_phone_number": "+14445550100"}}
    desk.apply()
    assert api.settings("1161")["account_sid"] == "AC-other"
    assert "status" not in api.bodies()["1161"]


def test_a_guarded_field_is_shown_as_refused_and_not_applied(desk: Desk, api: StandIn) -> None:
    """Plan keeps its code and says refused by; apply ends 4 before any write."""
    desk.write("manifests/main.yaml", MAIN + "lifecycle:\n  guard: [settings.default_phone_number]\n")
    assert "refused by" in desk.run("plan", code=0).out
    desk.run("plan", "--detailed-exitcode", code=2)
    desk.run("apply", "--yes", code=4)
    assert api.sent("PATCH") == []
