"""The one command, and the runs of other tools, at sizes that take no time."""

from __future__ import annotations

import json
import os
import re
import runpy
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from ruamel.yaml import YAML

from reconciler.sandbox.server import serve
from tests.benchmarks.bench import SECTIONS, main, make_parser
from tests.benchmarks.measure import ROOT
from tests.benchmarks.peer_runs import (
    CACHE,
    PeerRun,
    compare,
    least_seconds,
    measure_peers,
    render_peers,
    run_tool,
    start,
)
from tests.benchmarks.peer_server import TOKEN, Met, look, make_objects, make_world
from tests.benchmarks.peer_tools import HERE, PACKAGES, TOOLS, Job, declare, use_ansible
from tests.needs import skip

ENVIRONMENTS = {"plain script": "script", "octoDNS": "octodns", "ansible uri": "ansible"}


def test_ours_is_compared_by_what_it_leaves(tmp_path: Path) -> None:
    """Against the emulator in a process of its own; nothing to change, and then one in fifty."""
    clean, changed = measure_peers([60], ["reconciler"], limits=False, cache=tmp_path)
    assert (clean.changed, clean.requests, clean.ratio) == (0, 1, 1.0)
    assert (changed.changed, changed.throttled) == (2, 0)
    assert changed.requests <= 6


def test_who_leaves_anything_else_ends_the_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quick tool that does nothing is not the quickest."""

    def idle(folder: Path, _cache: Path, _url: str, _objects: int, *, limits: bool) -> Job:
        return Job(["/bin/sh", "-c", "exit 0"], folder, {})

    monkeypatch.setitem(TOOLS, "idle", idle)
    assert run_tool("idle", 10, 0, limits=False, cache=tmp_path).requests == 0
    with pytest.raises(AssertionError, match="idle left 1 of 10 wrong with 0 writes of 1"):
        run_tool("idle", 10, 50, limits=False, cache=tmp_path)


def test_a_tool_that_fails_ends_it_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody compares a time that ended in an error."""

    def broken(folder: Path, _cache: Path, _url: str, _objects: int, *, limits: bool) -> Job:
        return Job(["/bin/sh", "-c", "echo out of order; exit 3"], folder, {})

    monkeypatch.setitem(TOOLS, "broken", broken)
    with pytest.raises(AssertionError, match="out of order"):
        run_tool("broken", 1, 0, limits=False, cache=tmp_path)


def test_who_is_interrupted_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tools would go on asking a server that is gone."""
    waited = os.wait4
    started: list[int] = []

    def interrupted(child: int, _options: int) -> object:
        started.append(child)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "wait4", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start(Job(["/bin/sh", "-c", "sleep 60 & sleep 60"], tmp_path, {}), tmp_path / "log.txt")
    assert os.WTERMSIG(waited(started[0], 0)[1]) == signal.SIGKILL


def test_the_readme_tells_its_sections_and_flags() -> None:
    """Those that are there, and no others."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").split("## How quick it is")[1].split("\n## ")[0]
    command, *tables = part.strip().split("\n\n")
    assert [name for name in SECTIONS if f"`{name}`" not in command] == []
    flags = {name for action in make_parser()._actions for name in action.option_strings}
    assert set(re.findall(r"`(--[a-z-]+)", command)) == flags - {"-h", "--help"}
    assert command.startswith("`python -m tests.benchmarks.bench`")
    assert [tool for tool in TOOLS if f"| {tool}" not in "".join(tables)] == []


def test_the_account_is_the_same_for_all() -> None:
    """What is declared, but for the names of those that differ; limits only where they are asked for."""
    world = make_world(100, 50, limits=False)
    assert [item["name"] for item in world.account.items.values()].count("Integration 50 (old)") == 1
    assert world.switches.per_second == 0
    assert make_world(1, 0, limits=True).switches.per_second == 10
    assert make_objects(2)[1]["id"] == "1001"


def test_tools_are_pinned() -> None:
    """A table that nobody can make again is none."""
    assert all("==" in package for packages in PACKAGES.values() for package in packages)
    assert next(iter(TOOLS)) == "reconciler"


def test_the_playbook_finds_its_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file of the run's own folder."""
    monkeypatch.setattr("tests.benchmarks.peer_tools.install", lambda cache, name: cache / name / "bin" / "python")
    job = use_ansible(tmp_path, tmp_path, "http://127.0.0.1:1", 3, limits=False)
    given = json.loads(job.words[job.words.index("-e") + 1])
    assert len(json.loads(Path(given["objects_file"]).read_text())["objects"]) == 3


def test_the_plain_script_leaves_what_is_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its packages are not installed: what it uses of them, others have too."""
    monkeypatch.setitem(sys.modules, "requests", SimpleNamespace(Session=httpx.Client))
    monkeypatch.setitem(sys.modules, "yaml", SimpleNamespace(safe_load_all=YAML(typ="safe").load_all))
    declare(tmp_path, 5)
    world = make_world(5, 2, limits=False)
    script = runpy.run_path(str(HERE / "script.py"))
    with serve(world, clock=time.time) as server, script["session"]:
        script["main"](tmp_path / "manifests", server.url, TOKEN)
    assert look(world, 5) == Met(requests=8, throttled=0, writes=3, wrong=0)


def make_run(tool: str, wall: float, cpu: float, computed: float | None = None) -> PeerRun:
    """A run of 100 objects."""
    limits = computed is None
    return PeerRun(
        tool, 100, 2, limits=limits, wall=wall, cpu=cpu, memory=40, requests=103, throttled=0, computed=computed
    )


def test_the_least_of_several_runs_counts() -> None:
    """Of wall and of CPU time apart; the first tool is what others are compared with."""
    runs = [make_run("ours", 2, 0.5), make_run("x", 8, 4), make_run("ours", 1, 0.6), make_run("x", 9, 3)]
    ours, other = compare(runs)
    assert (ours.wall, ours.cpu, ours.ratio, ours.cpu_ratio) == (1, 0.5, 1, 1)
    assert (other.wall, other.cpu, other.ratio, other.cpu_ratio) == (8, 3, 8, 6)


def test_what_takes_long_runs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others take turns."""
    ran: list[str] = []

    def run(tool: str, _objects: int, _every: int, *, limits: bool, cache: Path) -> PeerRun:
        ran.append(tool)
        return make_run(tool, 60 if tool == "slow" else 1, 1)

    monkeypatch.setattr("tests.benchmarks.peer_runs.run_tool", run)
    found = list(measure_peers([100], ["ours", "slow"], limits=True, cache=tmp_path, repeats=3))
    assert ran == ["ours", "slow", "ours", "ours"] * 2
    assert [one.ratio for one in found] == [1, 60, 1, 60]


@pytest.mark.parametrize(
    ("requests", "seconds"), [(0, 0), (1, 0), (11, 0), (150, 14), (300, 28), (301, 74), (1000, 323)]
)
def test_requests_take_their_time_within_the_limits(requests: int, seconds: int) -> None:
    """Ten a second and 150 a minute; a script that began late in a minute once took 333 s for a thousand."""
    assert least_seconds(requests) == seconds


def test_a_table_has_a_row_a_run() -> None:
    """Columns line up; what is computed stands in a column that says so, and only without limits."""
    free, limited = (
        render_peers([make_run("ours", 1.5, 0.5, computed), make_run("x", 90, 30, computed)]).splitlines()
        for computed in (12.0, None)
    )
    for lines in (free[:3], limited):
        assert len({len(line) for line in lines}) == 1
    assert free[0].startswith("peers, without limits")
    assert free[1].endswith(" 12.0")
    assert "computed" in free[3]
    assert limited[0].startswith("peers, within the limits")
    assert len(limited) == 3


@pytest.mark.parametrize("tool", ["plain script", "octoDNS", "ansible uri"])
def test_each_tool_does_its_work(tool: str, tmp_path: Path) -> None:
    """Where it has been installed before, below RECONCILER_PEERS or by the measurement; no test installs anything."""
    cache = Path(os.environ.get("RECONCILER_PEERS") or CACHE)
    if not (cache / ENVIRONMENTS[tool] / "installed.json").is_file():
        skip(f"not installed here: {tool} (python -m tests.benchmarks.peer_tools {cache} installs it)")
    run = run_tool(tool, 4, 2, limits=False, cache=cache)
    assert (run.changed, run.throttled) == (2, 0)


def test_sections_are_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    """As a table and as JSON; one that is not there is an error."""
    main(["--only", "requests"])
    assert "requests of a plan" in capsys.readouterr().out
    main(["--only", "requests,startup", "--repeats", "1", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"about", "requests", "startup"}
    assert found["about"]["cores"] == os.cpu_count()
    assert {row["command"] for row in found["startup"]} >= {"--version", "validate one.yaml"}
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "there are plan, growth, startup" in capsys.readouterr().err
    assert {"peers", "limits", "soak", "pace", "plan", "growth"} <= set(SECTIONS)
