"""The Prometheus text file of a fleet."""

from __future__ import annotations

import re

import pytest

from reconciler.model import FleetReport, FleetRow, Shard
from reconciler.reporting.fleet_metrics import render_fleet_metrics
from reconciler.reporting.metrics import read_last_successes
from tests.reporting.corpus import INJECTIONS
from tests.reporting.fleets import ROWS, make_fleet, make_full_fleet, make_large_fleet

SAMPLE = re.compile(r'reconciler_[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\} -?[0-9.e+]+')


def lines_of(report: FleetReport, **last: float) -> dict[str, str]:
    """Each sample's value by what stands before it; none stands there twice."""
    text = render_fleet_metrics(report, finished=1_790_000_000.5, last={key_of(name): at for name, at in last.items()})
    rows = [row for row in text.splitlines() if not row.startswith("#")]
    assert all(SAMPLE.fullmatch(row) for row in rows)
    found = dict(row.removeprefix("reconciler_").rsplit(" ", 1) for row in rows)
    assert len(found) == len(rows)
    heads = re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE)
    assert len(heads) == len(set(heads)) == text.count("# HELP")
    return found


def key_of(name: str, verb: str = "plan") -> str:
    """The labels of an account."""
    return f'account="{name}",verb="{verb}"'


def test_each_account_has_the_names_of_a_run_for_it_alone() -> None:
    """So that the same alerts hold; of one that was not begun only its last success is told."""
    found = lines_of(make_full_fleet(), cinema=5.0, depot=6.0, bakery=7.0)
    north = key_of("agency-north")
    assert found[f'changes{{{north},action="update"}}'] == "1"
    assert (found[f"drift{{{north}}}"], found[f"unchanged{{{north}}}"], found[f"requests{{{north}}}"]) == (
        "1",
        "41",
        "4",
    )
    assert found[f"seconds{{{north}}}"] == "0.42"
    assert found[f"exit_code{{{key_of('agency_south')}}}"] == "7"
    assert found[f"blocked{{{key_of('depot')}}}"] == found[f"throttled{{{key_of('depot')}}}"] == "1"
    assert [name for name in found if "cinema" in name] == [
        f"last_success_timestamp_seconds{{{key_of('cinema')}}}",
    ]
    ends = {name.split('"')[1]: value for name, value in found.items() if name.startswith("last_success")}
    assert ends == {"agency-north": "1790000000.500", "bakery": "1790000000.500", "cinema": "5", "depot": "6"}


def test_an_apply_is_outcomes() -> None:
    """As of one account."""
    row = FleetRow("a", create=1, update=2, unchanged=3, stale=4, failed=5, exit=6)
    found = lines_of(make_fleet(row, verb="apply", exit_code=6))
    labels = key_of("a", "apply")
    statuses = {"applied": "3", "unchanged": "3", "stale": "4", "failed": "5"}
    assert {status: found[f'outcomes{{{labels},status="{status}"}}'] for status in statuses} == statuses
    assert found[f"failures{{{labels}}}"] == "5"
    assert not [name for name in found if "changes" in name or "drift" in name]


def test_the_whole_has_its_own_names() -> None:
    """A sum over accounts counts nothing twice; a shard tells which one it is."""
    found = lines_of(make_full_fleet())
    labels = 'verb="plan",shard="1/3"'
    assert found[f'fleet_accounts{{{labels},state="broken"}}'] == "3"
    assert found[f'fleet_objects{{{labels},kind="unchanged"}}'] == "56"
    assert found[f"fleet_requests{{{labels}}}"] == "10"
    assert found[f"fleet_exit_code{{{labels}}}"] == "7"
    assert found[f"fleet_missing_shards{{{labels}}}"] == "1"
    assert found[f"fleet_last_run_timestamp_seconds{{{labels}}}"] == "1790000000.500"
    whole = lines_of(make_fleet(ROWS[2], exit_code=0, missing=(Shard(1, 2),)))
    assert whole['fleet_seconds{verb="plan"}'] == "12.5"


def test_ten_thousand_accounts_are_told_and_read_back() -> None:
    """The same fleet, the same bytes."""
    fleet = make_large_fleet(10_000)
    text = render_fleet_metrics(fleet, finished=5.0)
    assert text == render_fleet_metrics(fleet, finished=5.0)
    assert len(read_last_successes(text)) == 9_900
    assert len(re.findall(r"^reconciler_exit_code\{", text, re.MULTILINE)) == 10_000


@pytest.mark.parametrize("text", INJECTIONS[:-1], ids=range(len(INJECTIONS) - 1))
def test_no_name_breaks_a_line(text: str) -> None:
    """A label's value is escaped, so that there are as many lines as for any other name."""
    plain = lines_of(make_fleet(FleetRow("a", exit=0), verb="plan"))
    assert len(lines_of(make_fleet(FleetRow(text, exit=0), verb=text))) == len(plain)
