"""A saved plan that was forged, sealed without a key: refused, or it does no more than it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.account import DESIRED_SECRET, LIVE_SECRET, TOKEN, mitto_item, twilio_item
from tests.contract.desk import WITH_SECRET, Desk
from tests.contract.forging import REFERENCE, VALUES, find_paths, forge, seal
from tests.contract.inside import InsideDesk
from tests.contract.stand_in import StandIn

MANIFEST = WITH_SECRET + "  nonsense: x\n"


@pytest.fixture
def inside(desk: Desk, api: StandIn) -> InsideDesk:
    """A desk in this process, with a plan that changes a phone number and a secret."""
    made = InsideDesk(desk.folder, api.url)
    made.write("manifests/main.yaml", MANIFEST)
    made.run("plan", "--out", "plan.json", code=0)
    (desk.folder / "manifests" / "main.yaml").unlink()
    return made


def read(inside: InsideDesk) -> dict[str, Any]:
    """The plan that was saved."""
    document: dict[str, Any] = json.loads((inside.folder / "plan.json").read_text())
    return document


def apply_forged(inside: InsideDesk, api: StandIn, document: dict[str, Any]) -> int:
    """Applies it to the account as it was; what is sent holds secrets where they belong and nowhere else."""
    api.account.items = {item["id"]: item for item in (twilio_item(), mitto_item())}
    api.requests.clear()
    inside.write("forged.json", seal(document))
    code = inside.run("apply", "forged.json").code
    for request in api.sent():
        sent = json.dumps(request.body)
        open_parts = json.dumps({**(request.body or {}), "settings": {**settings_of(request.body), "auth_token": ""}})
        assert TOKEN not in sent
        assert json.dumps(DESIRED_SECRET)[1:-1] not in open_parts
        assert json.dumps(LIVE_SECRET)[1:-1] not in open_parts
        assert request.path.startswith("/v1/hood/")
    return code


def settings_of(body: Any) -> dict[str, Any]:
    """The settings that were sent."""
    return dict(body.get("settings", {})) if isinstance(body, dict) else {}


def test_without_a_forgery_it_is_applied(inside: InsideDesk, api: StandIn) -> None:
    """The other side of all that follows."""
    assert apply_forged(inside, api, read(inside)) == 0
    assert settings_of(api.sent("PATCH")[0].body)["auth_token"] == DESIRED_SECRET


def test_no_forged_value_is_a_fault_of_the_tool(inside: InsideDesk, api: StandIn) -> None:
    """Every value in turn is replaced by one of many: never a fault, never a secret where it does not belong."""
    document = read(inside)
    for number, path in enumerate(find_paths(document)):
        for shift in range(3):
            value = VALUES[(number * 5 + shift * 11) % len(VALUES)]
            code = apply_forged(inside, api, forge(document, path, value))
            assert code in {0, 3, 4, 5, 6, 7, 8}, (path, value)
            assert code in {0, 5} or not api.sent("PATCH"), (path, value)


@pytest.mark.nightly
@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:30])
def test_no_forged_value_at_all_is_one(inside: InsideDesk, api: StandIn, value: Any) -> None:
    """Each value at every place, also where the API hides secrets."""
    for masks in ({}, {"auth_token": "tail"}):
        api.switches.masks = masks  # type: ignore[assignment]
        for path in find_paths(document := read(inside)):
            code = apply_forged(inside, api, forge(document, path, value))
            assert code in {0, 3, 4, 5, 6, 7, 8}, path
            assert code in {0, 5, 6} or not api.sent("PATCH"), path


def test_a_reference_leaves_only_through_the_setting_that_names_it(inside: InsideDesk, api: StandIn) -> None:
    """A secret in the name, or in a setting that anybody reads, or in a body that is not shown: 4, no request."""
    document = read(inside)
    for body in (
        {"name": REFERENCE},
        {"settings": {"default_phone_number": REFERENCE}},
        {"settings": {"auth_token": {"secret": "env:HOOD_OTHER"}}},
        {"settings": {"account_sid": REFERENCE, "default_phone_number": "+14445550100", "auth_token": REFERENCE}},
    ):
        assert apply_forged(inside, api, forge(document, ("changes", 0, "body"), body)) == 4
        assert api.requests == []


def test_a_reference_to_the_token_is_refused(inside: InsideDesk, api: StandIn) -> None:
    """Coherent, and yet: manifests may not read it, so no plan may."""
    document = read(inside)
    index = [item["path"][-1] for item in document["changes"][0]["fields"]].index("auth_token")
    document["changes"][0]["fields"][index]["reference"] = "env:OCAMBA_TOKEN"
    document["changes"][0]["body"]["settings"]["auth_token"] = {"secret": "env:OCAMBA_TOKEN"}
    assert apply_forged(inside, api, document) == 4
    assert api.requests == []


@pytest.mark.parametrize("file", ["/dev/zero", "/etc/passwd", "../../../etc/passwd", "pipe"])
def test_no_file_that_a_plan_names_is_read(inside: InsideDesk, api: StandIn, file: str) -> None:
    """Places are looked for in manifests alone: no device, no pipe."""
    document = forge(read(inside), ("changes", 0, "source", "file"), file)
    document["changes"][0]["body"]["settings"]["auth_token"] = {"secret": "env:HOME"}
    index = [item["path"][-1] for item in document["changes"][0]["fields"]].index("auth_token")
    document["changes"][0]["fields"][index]["reference"] = "env:HOME"
    assert apply_forged(inside, api, document) == 4
    assert api.requests == []
