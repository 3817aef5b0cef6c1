"""Several accounts, from outside: chosen, saved, applied, asked about, and one exit code over all."""

from __future__ import annotations

import json

import pytest

from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import StandIn
from tests.contract.test_terminal import talk

OTHER = 'key: old\nid: "1170"\nprovider: mitto\nname: New\n'
CONFIG = """\
version: 1
accounts:
  a: {path: a}
  b: {path: b}
"""


@pytest.fixture
def pair(desk: Desk, api: StandIn) -> Desk:
    """Two accounts with a manifest each, which happen to be of one company; nothing of the desk's own manifests."""
    assert api.account.items
    (desk.folder / "manifests" / "main.yaml").unlink()
    desk.write("reconciler.yaml", CONFIG)
    desk.write("a/one.yaml", MAIN)
    desk.write("b/one.yaml", OTHER)
    return desk


@pytest.mark.parametrize(("answer", "code", "patches"), [("yes", 0, 2), ("no", 4, 0), ("", 4, 0)])
def test_a_fleet_asks_once(pair: Desk, api: StandIn, answer: str, code: int, patches: int) -> None:
    """With the plans of all above the question; exactly these are applied."""
    ended, screen = talk(pair, answer, "apply", "--all-accounts")
    assert ended == code, screen
    assert "twilio/main-sms" in screen
    assert "mitto/old" in screen
    assert screen.count("Only yes is yes") == 1
    assert len(api.sent("PATCH")) == patches


def test_where_nothing_changes_nobody_is_asked(pair: Desk, api: StandIn) -> None:
    """The table says so."""
    pair.run("apply", "--all-accounts", "--yes", code=0)
    before = len(api.sent("PATCH"))
    ended, screen = talk(pair, "", "apply", "--all-accounts")
    assert ended == 0, screen
    assert "Only yes" not in screen
    assert len(api.sent("PATCH")) == before


def test_what_is_asked_about_is_text(pair: Desk) -> None:
    """A document cannot be read by whoever is asked."""
    ended, screen = talk(pair, "yes", "apply", "--all-accounts", "--format", "json")
    assert ended == 64
    assert "leave --format out" in screen


def test_a_saved_fleet_is_applied_as_it_is(pair: Desk, api: StandIn) -> None:
    """Without a question, as a saved plan is."""
    pair.run("plan", "--all-accounts", "--out", "plans", code=0)
    document = pair.run("apply", "plans", "--format", "json", code=0).document
    assert [(row["account"], row["update"], row["exit"]) for row in document["accounts"]] == [("a", 1, 0), ("b", 1, 0)]
    assert len(api.sent("PATCH")) == 2


def test_no_account_stops_another(pair: Desk, api: StandIn) -> None:
    """The first exit code in the contract's order is the run's."""
    token = {"OCAMBA_B": None}
    pair.write("reconciler.yaml", CONFIG.replace("{path: b}", '{path: b, token: {secret: "env:OCAMBA_B"}}'))
    document = pair.run("apply", "--all-accounts", "--yes", "--format", "json", code=7, env=token).document
    assert [(row["account"], row["update"], row["exit"]) for row in document["accounts"]] == [("a", 1, 0), ("b", 0, 7)]
    assert len(api.sent("PATCH")) == 1


def test_shards_share_the_accounts_and_are_merged(pair: Desk) -> None:
    """Each account in one of them, and a piece that is missing is told."""
    for index in (1, 2, 3):
        pair.run("plan", "--all-accounts", "--shard", f"{index}/3", "--write", f"json=piece-{index}.json", code=0)
    pieces = [json.loads((pair.folder / f"piece-{index}.json").read_text()) for index in (1, 2, 3)]
    assert sorted(row["account"] for piece in pieces for row in piece["accounts"]) == ["a", "b"]
    merged = pair.run("report", "merge", "piece-1.json", "piece-2.json", "piece-3.json", "--format", "json", code=0)
    assert [row["account"] for row in merged.document["accounts"]] == ["a", "b"]
    assert pair.run("report", "merge", "piece-1.json", "piece-2.json", "--format", "json", code=6).document["missing"]


@pytest.mark.parametrize(
    "env",
    [{"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, {"JOB_COMPLETION_INDEX": "1", "CI_NODE_TOTAL": "3"}],
)
def test_a_pipeline_names_the_shard(pair: Desk, env: dict[str, str]) -> None:
    """GitLab counts its jobs from 1, Kubernetes from 0."""
    document = pair.run("plan", "--all-accounts", "--format", "json", code=0, env=env).document
    assert document["shard"] == {"index": 2, "of": 3}
    alone = pair.run("plan", "--account", "a", "--format", "json", code=0, env=env).document
    assert alone["account"] == "a"
