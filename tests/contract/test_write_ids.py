"""`apply --write-ids`, from outside: the id of its account, and no other byte."""

from __future__ import annotations

import pytest

from tests.contract.desk import Desk
from tests.contract.stand_in import Fault, StandIn
from tests.contract.test_create import NEW, SECRET

FLOW = "{provider: mitto, name: Launch, settings: {default_sender: LAUNCH}, lifecycle: {create: true}}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NEW, NEW.replace("key: launch\n", 'key: launch\nid: "2000"\n')),
        (NEW.replace("\n", "\r\n"), NEW.replace("key: launch\n", 'key: launch\nid: "2000"\n').replace("\n", "\r\n")),
        ("# mode\n" + FLOW, "# mode\n" + FLOW.replace("{provider", '{id: "2000", provider')),
    ],
)
def test_the_id_goes_into_the_manifest(desk: Desk, before: str, after: str) -> None:
    """Behind the key, or at the top; then the plan is empty."""
    desk.write("manifests/main.yaml", before)
    report = desk.apply("--write-ids", env=SECRET)
    assert report["outcomes"][0]["id"] == "2000"
    assert (desk.folder / "manifests/main.yaml").read_bytes() == after.encode()
    assert desk.plan("--detailed-exitcode", env=SECRET)["summary"]["unchanged"] == 1


def test_an_id_is_written_though_nobody_answered_the_post(desk: Desk, api: StandIn) -> None:
    """It was looked up."""
    desk.write("manifests/main.yaml", NEW)
    api.faults.append(Fault("POST", "reset", written=True))
    desk.apply("--write-ids", env=SECRET)
    assert 'id: "2000"\n' in (desk.folder / "manifests/main.yaml").read_text()


def test_a_manifest_that_has_gone_ends_6(desk: Desk) -> None:
    """With the line to add; the integration is there."""
    path = desk.write("manifests/main.yaml", NEW)
    desk.run("plan", "--out", "plan.json", code=0, env=SECRET)
    path.unlink()
    ran = desk.run("apply", "plan.json", "--write-ids", code=6, env=SECRET)
    assert "Apply: 1 applied" in ran.out
    assert '-> add the line id: "2000"' in ran.out
