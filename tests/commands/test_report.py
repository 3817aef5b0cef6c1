"""`report merge`: whole command lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.commands.pieces import LARGEST_NUMBER, make_piece
from reconciler.errors import InvalidError
from reconciler.model import FleetRow, Shard
from reconciler.reporting.documents import fleet_document, plan_document, report_document
from tests.commands.stage import Stage
from tests.reporting.fleets import ROWS, make_fleet, make_full_fleet
from tests.reporting.samples import make_full_plan, make_full_report, make_plan


def write_shards(stage: Stage, *indexes: int, of: int = 3) -> list[str]:
    """Shards as files, of the accounts a1, a2, …; the first one as the folder of a fleet."""
    names = []
    for index in indexes:
        row = FleetRow(f"a{index}", update=1, requests=2, exit=0, file=f"a{index}.json")
        name = f"shard-{index}.json" if index > 1 else "shard-1/fleet.json"
        stage.write(name, fleet_document(make_fleet(row, exit_code=0, shard=Shard(index, of))))
        names.append(name.removesuffix("/fleet.json"))
    return names


def test_three_shards_make_one_fleet(stage: Stage) -> None:
    """Files and folders; the plans are named as they are seen from here."""
    names = write_shards(stage, 1, 2, 3)
    report = stage.run("report", "merge", *names, "--format", "json").document
    assert report["format"] == "reconciler.fleet/1"
    assert [row["account"] for row in report["accounts"]] == ["a1", "a2", "a3"]
    assert [row["file"] for row in report["accounts"]] == ["shard-1/a1.json", "a2.json", "a3.json"]
    assert (report["shard"], report["missing"], report["exit"]) == (None, [], 0)
    said = stage.run("report", "merge", *names)
    assert "Plan: 3 accounts, 3 with changes; 0 to create, 3 to update" in said.out
    assert said.err == ""
    assert stage.world.log == []


def test_its_copies_can_be_merged_again_and_commented(stage: Stage) -> None:
    """In every format; what is missing is told, and what to type next."""
    names = write_shards(stage, 1, 3)
    writes = [word for form in ("json", "markdown", "html") for word in ("--write", f"{form}=fleet.{form}")]
    said = stage.run("report", "merge", *names, *writes, code=6).out
    assert "! shard 2/3 is missing" in said
    assert "-> reconciler plan --all-accounts --shard 2/3, then merge again" in said
    assert said.endswith("-> when it is there: reconciler report merge shard-1 shard-3.json FILE\n")
    assert "shard 2/3 is missing" in (stage.folder / "fleet.markdown").read_text()
    assert "shard 2/3 is missing" in (stage.folder / "fleet.html").read_text()
    write_shards(stage, 2)
    assert stage.run("report", "merge", "fleet.json", "shard-2.json", "--format", "json").document["missing"] == []


def test_plans_of_single_accounts_become_rows(stage: Stage) -> None:
    """As `plan` wrote them."""
    stage.write("manifests/main.yaml", 'id: "1161"\nprovider: twilio\nname: New\n')
    stage.run("plan", "--write", "json=one.json")
    stage.write("two.json", plan_document(make_plan(account="two")))
    report = stage.run("report", "merge", "two.json", "one.json", "--format", "json").document
    assert [(row["account"], row["update"], row["file"]) for row in report["accounts"]] == [
        ("default", 1, "one.json"),
        ("two", 0, "two.json"),
    ]
    assert "answer" not in report["accounts"][0]
    assert "\n  default       0       1" in stage.run("report", "merge", "two.json", "one.json").out


def test_reports_of_single_accounts_become_rows(stage: Stage) -> None:
    """As `apply` kept them, with their exit codes."""
    stage.write("manifests/main.yaml", 'id: "1161"\nprovider: twilio\nname: New\n')
    stage.run("apply", "--yes", "--report", "one.json")
    failed = msgspec.structs.replace(make_full_report(), account="two", exit_code=6)
    stage.write("two.json", report_document(failed))
    said = stage.run("report", "merge", "two.json", "one.json", code=6).out
    assert "Apply: 2 accounts, 1 ended well, 1 not as it should be; 1 created, 2 updated" in said
    assert "-> one account alone: reconciler plan --account two" in said


def test_the_metrics_of_all_shards_are_one_file(stage: Stage) -> None:
    """With the time of the last piece, and the last success of each account that fails later."""
    names = write_shards(stage, 1, 2, 3)
    stage.run("report", "merge", *names, "--metrics", "m.prom")
    text = (stage.folder / "m.prom").read_text()
    assert 'reconciler_drift{account="a2",verb="plan"} 1\n' in text
    assert 'reconciler_fleet_last_run_timestamp_seconds{verb="plan"} 1795586400.000\n' in text
    failed = make_fleet(FleetRow("a2", exit=8), exit_code=8, created="")
    stage.write("shard-2.json", fleet_document(failed))
    stage.run("report", "merge", "shard-2.json", "--metrics", "m.prom", code=8)
    text = (stage.folder / "m.prom").read_text()
    assert 'reconciler_last_success_timestamp_seconds{account="a2",verb="plan"} 1795586400.000\n' in text
    assert 'reconciler_exit_code{account="a2",verb="plan"} 8\n' in text


def test_all_that_is_wrong_is_told_at_once(stage: Stage) -> None:
    """By file, with what to type next; in the sandbox too."""
    stage.write("a.json", fleet_document(make_fleet(exit_code=0)))
    stage.write("b.json", "{}")
    stage.write("folder/x.json", "{}")
    said = stage.run("report", "merge", "a.json", "b.json", "folder", "gone.json", code=3)
    assert said.err.splitlines() == [
        "b.json:1:1: is neither a reconciler.fleet/1 nor a plan or report of one account",
        "  -> reconciler plan --all-accounts --write json=fleet.json",
        "folder/fleet.json:1:1: is not there: this is no folder of a fleet",
        "  -> name the folder that plan --out made",
        "gone.json:1:1: cannot be read: No such file or directory",
        "  -> name the files that the jobs wrote",
        "",
        "3 errors.",
    ]
    errors = stage.run("report", "merge", "b.json", "gone.json", "--format", "json", code=3).document["errors"]
    assert len(errors) == 2
    twice = stage.run("report", "merge", "a.json", "./a.json", code=64).err
    assert "a.json: is named twice" in twice
    write_shards(stage, 2)
    stage.write("other.json", fleet_document(make_fleet(FleetRow("a2", exit=0), verb="apply", exit_code=0)))
    both = stage.run("report", "merge", "shard-2.json", "other.json", code=3).err
    assert "other.json:1:1: 1 account stands in shard-2.json too: a2" in both
    assert "other.json:1:1: is of apply, where shard-2.json is of plan" in both


def test_a_wrong_command_line_is_told(stage: Stage) -> None:
    """The word `merge`, and a file."""
    stage.run("report", code=64)
    stage.run("report", "merge", code=64)
    stage.run("report", "split", "x", code=64)
    assert "report merge shard-1 shard-2" in stage.run("report", "merge", "--help").out


FLEET: dict[str, Any] = json.loads(fleet_document(make_full_fleet()))
ROW: dict[str, Any] = FLEET["accounts"][0]


def with_row(**fields: Any) -> dict[str, Any]:
    """A fleet whose first row has other fields."""
    return {**FLEET, "accounts": [{**ROW, **fields}, *FLEET["accounts"][1:]]}


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({**FLEET, "verb": "rm -rf"}, "verb"),
        ({**FLEET, "verb": ""}, "verb"),
        ({**FLEET, "verb": 1}, "of this version"),
        ({**FLEET, "exit": 9}, "exit code"),
        ({**FLEET, "exit": True}, "of this version"),
        ({**FLEET, "shard": {"index": 4, "of": 3}}, "shard"),
        ({**FLEET, "shard": {"index": 0, "of": 3}}, "shard"),
        ({**FLEET, "shard": {"index": 1, "of": 10**9}}, "shard"),
        ({**FLEET, "missing": [{"index": 1, "of": 2}, {"index": 2, "of": 3}]}, "shard"),
        ({**FLEET, "missing": [{"index": 3, "of": 3}] * 2}, "shard"),
        ({**FLEET, "accounts": [ROW, ROW]}, "twice"),
        ({**FLEET, "accounts": "none"}, "of this version"),
        ({**FLEET, "accounts": [[]]}, "of this version"),
        ({**FLEET, "summary": {**FLEET["summary"], "seconds": -1}}, "count"),
        (with_row(account="a b"), "name"),
        (with_row(account=""), "name"),
        (with_row(account="a\n"), "name"),
        (with_row(account="x" * 65), "name"),
        (with_row(account="\x1b[31m"), "name"),
        (with_row(exit=99), "exit code"),
        (with_row(update=-1), "count"),
        (with_row(update=LARGEST_NUMBER + 1), "count"),
        (with_row(update=1.5), "of this version"),
        (with_row(seconds="1"), "of this version"),
        (with_row(errors=[1]), "of this version"),
        (with_row(errors=None), "of this version"),
    ],
)
def test_what_no_fleet_holds_is_refused(document: dict[str, Any], word: str) -> None:
    """Whoever wrote it; nothing of it is repeated."""
    with pytest.raises(InvalidError) as caught:
        make_piece(json.dumps(document).encode(), "x.json")
    (problem,) = caught.value.problems
    assert word in problem.message
    assert problem.fix is not None


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no sound JSON"),
        (b"[]", "neither"),
        (b'"x"', "neither"),
        (b"\xef\xbb\xbf{}", "no sound JSON"),
        (b"{} {}", "no sound JSON"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": [-Infinity]}', "NaN"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b'{"format": "reconciler.fleet/1", "format": "reconciler.fleet/1"}', "twice"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "no sound JSON"),
        (b'{"a": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}", "too deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too deep"),
        (b'{"format": ["reconciler.fleet/1"]}', "neither"),
        (b'{"format": {"format": "reconciler.fleet/1"}}', "neither"),
        (b'{"format": "\\ud800"}', "neither"),
        (b'{"format": "reconciler.fleet/1", "x": "\\ud800"}', "of this version"),
        (b'{"format": "reconciler.fleet/1", "x": ' + b"[" * 880 + b"]" * 880 + b"}", "too deep|of this version"),
        (b'{"format": "reconciler.fleet/2"}', "neither"),
        (b'{"format": "reconciler.validate/1", "errors": []}', "ended 3"),
        (b'{"format": "reconciler.plan/1"}', "of this version"),
        (b'{"format": "reconciler.report/1", "summary": []}', "of this version"),
    ],
    ids=range(22),
)
def test_what_is_no_such_document_is_refused(data: bytes, word: str) -> None:
    """Not JSON, not UTF-8, too deep (which Python's version decides for some), ambiguous, or another document."""
    with pytest.raises(InvalidError) as caught:
        make_piece(data, "x.json")
    assert any(one in caught.value.problems[0].message for one in word.split("|"))


@pytest.mark.parametrize("account", ["a b", "\u202e", "", "x" * 65])
def test_single_answers_are_held_to_the_same(account: str) -> None:
    """The names of accounts, and counts."""
    for text in (
        plan_document(make_plan(account=account)),
        report_document(msgspec.structs.replace(make_full_report(), account=account)),
    ):
        with pytest.raises(InvalidError):
            make_piece(text.encode(), "x.json")


def test_a_plan_whose_files_have_odd_names_is_read() -> None:
    """Lone surrogates, as Python reads names that are no UTF-8, are shown escaped."""
    plan = make_full_plan()
    odd = msgspec.structs.replace(plan.errors[0], message="caf\udcff")
    piece = make_piece(plan_document(msgspec.structs.replace(plan, errors=(odd,))).encode(), "x\udcff.json")
    text = fleet_document(piece.report)
    assert "caf\\\\udcff" in text
    assert '"x\\\\udcff.json"' in text


def test_a_document_nested_almost_too_deep_can_be_written_again(stage: Stage) -> None:
    """What is read fits into what is printed."""
    stage.write("deep.json", "")
    row = msgspec.structs.replace(ROWS[2], answer=msgspec.Raw(b"[" * 700 + b"]" * 700))
    stage.write("deep.json", fleet_document(make_fleet(row, exit_code=0)))
    assert "[[" in stage.run("report", "merge", "deep.json", "--format", "json").out.replace("\n", "").replace(" ", "")


def test_a_file_that_is_too_large_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read further than that."""
    monkeypatch.setattr("reconciler.commands.pieces.LARGEST_FILE", 100)
    stage.write("a.json", fleet_document(make_full_fleet()))
    assert "is larger than 100 bytes" in stage.run("report", "merge", "a.json", code=3).err


def test_errors_are_never_obeyed_by_a_terminal(stage: Stage, tmp_path: Path) -> None:
    """Whatever a shard's file says."""
    row = FleetRow("a", exit=8, errors=("\x1b[2J\u202e", "-> \x07"))
    stage.write("a.json", fleet_document(make_fleet(row, exit_code=8, verb="drift", tool="\x1b", created="\x1b")))
    for form in ("text", "json", "markdown", "html"):
        out = stage.run("report", "merge", "a.json", "--format", form, code=8).out
        assert not {"\x1b", "\u202e", "\x07"} & set(out)
