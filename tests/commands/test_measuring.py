"""`--metrics FILE`, and the lines of the JSON log."""

from __future__ import annotations

import json
from pathlib import Path

from reconciler.commands.measuring import save_metrics
from reconciler.reporting.metrics import Measured
from tests.commands.stage import Stage


def test_every_end_is_measured(stage: Stage) -> None:
    """A plan, an apply, a drift, and runs that fail; the last success stays."""
    stage.run("plan", "--metrics", "m.prom")
    text = (stage.folder / "m.prom").read_text()
    assert 'reconciler_drift{account="default",verb="plan"} 1\n' in text
    assert "reconciler_last_success_timestamp_seconds" in text
    assert 'reconciler_requests{account="default",verb="plan",method="GET"} 1\n' in text
    stage.world.token = "other"
    stage.run("plan", "--metrics", "m.prom", code=7)
    failed = (stage.folder / "m.prom").read_text()
    assert 'reconciler_exit_code{account="default",verb="plan"} 7\n' in failed
    assert failed.splitlines()[-1] == text.splitlines()[-1]
    stage.world.token = "sandbox-token"
    stage.run("drift", "--metrics", "d.prom", code=2)
    assert 'reconciler_exit_code{account="default",verb="drift"} 2\n' in (stage.folder / "d.prom").read_text()
    stage.run("apply", "--yes", "--metrics", "a.prom")
    assert 'status="applied"} 1\n' in (stage.folder / "a.prom").read_text()
    assert ((stage.folder / "a.prom").stat().st_mode & 0o777) == 0o644


def test_a_file_that_cannot_be_written_fails_a_good_run(stage: Stage) -> None:
    """A bad one keeps its own code."""
    assert "cannot be written" in stage.run("plan", "--metrics", "no/such/m.prom", code=1).err
    stage.run("drift", "--metrics", "no/such/m.prom", code=2)


def test_a_damaged_file_is_written_anew(tmp_path: Path) -> None:
    """Nothing is learnt from it."""
    file = tmp_path / "m.prom"
    file.write_bytes(b"\xff")
    save_metrics(file, Measured("plan", "a"), 6, 1.0, clock=lambda: 5.0)
    text = file.read_text()
    assert 'reconciler_seconds{account="a",verb="plan"} 4\n' in text
    assert "last_success" not in text


def test_each_line_of_the_log_tells_its_run_and_account(stage: Stage) -> None:
    """And an error of the API its trace id."""
    err = stage.run("plan", "--log-format", "json", RECONCILER_RUN_ID="run-7").err
    rows = [json.loads(row) for row in err.splitlines()]
    assert {(row["run"], row["account"]) for row in rows} == {("run-7", "default")}
    first = json.loads(stage.run("plan", "--log-format", "json").err.splitlines()[0])["run"]
    second = json.loads(stage.run("plan", "--log-format", "json").err.splitlines()[0])["run"]
    assert first != second
