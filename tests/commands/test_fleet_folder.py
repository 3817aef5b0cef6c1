"""The folder of a fleet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.commands.fleet_folder import MARK, add_file, begin_folder, check_folder, read_index, save_index
from reconciler.commands.request import INDEX
from reconciler.errors import InvalidError, ReconcilerError, RefusedError, UsageError
from reconciler.model import FleetReport, FleetRow, FleetSummary

KEY = b"k" * 32
REPORT = FleetReport("plan", FleetSummary(), (FleetRow("a"), FleetRow("b", exit=7, errors=("no token",))), 7)


def save(folder: Path) -> FleetReport:
    """A fleet of two accounts, of which the first has a plan."""
    begin_folder(folder)
    (folder / "a.json").write_text("{}")
    report = FleetReport("plan", FleetSummary(), tuple(add_file(row, folder) for row in REPORT.accounts), 7)
    save_index(folder, report, KEY)
    return report


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    """With the file of each account that has one, and what it is told from."""
    report = save(tmp_path / "plans")
    assert read_index(Path("plans"), tmp_path, verbs=("plan",), key=KEY).accounts == report.accounts
    assert report.accounts[0].file == "a.json"
    assert str(report.accounts[0].digest).startswith("sha256:")
    assert report.accounts[1].file is None


def test_an_earlier_fleet_makes_room(tmp_path: Path) -> None:
    """Its index first: a run that is killed leaves no index of files that are not its own."""
    folder = tmp_path / "plans"
    save(folder)
    begin_folder(folder)
    assert [path.name for path in folder.iterdir()] == [MARK]


def test_a_run_that_was_killed_is_run_again_into_the_same_folder(tmp_path: Path) -> None:
    """As a pod does that takes another's place: what the first had kept by then is no other's file."""
    folder = tmp_path / "reports"
    begin_folder(folder)
    (folder / "a.json").write_text("{}")
    check_folder(folder, ())
    save(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", INDEX]


def test_only_a_folder_of_a_fleet_is_used_again(tmp_path: Path) -> None:
    """A new or an empty one as well; nothing of anybody else is taken away, and no account's file is the index."""
    check_folder(tmp_path / "new", ())
    (tmp_path / "empty").mkdir()
    check_folder(tmp_path / "empty", ())
    save(tmp_path / "plans")
    check_folder(tmp_path / "plans", ())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.json").write_text("{}")
    for name, said in (("mine", "holds other files"), ("mine/notes.json", "is a file"), ("no/such", "no folder")):
        with pytest.raises(UsageError, match=said):
            check_folder(tmp_path / name, ())
    with pytest.raises(UsageError, match=r"the file of account Fleet would be"):
        check_folder(tmp_path / "new", ("a", "Fleet"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "reconciler.plan/1"}',
        "[" * 5000,
        "\xff",
        '{"verb": "plan", "summary": {}, "accounts": [{"account": "a"}, {"account": "a"}], "exit": 0}',
        '{"verb": "plan", "summary": {}, "accounts": [{"account": "a", "file": "../a.json"}], "exit": 0}',
        '{"verb": "plan", "summary": {}, "accounts": [{"account": "x/a", "file": "x/a.json"}], "exit": 0}',
        '{"verb": "plan", "summary": {}, "accounts": [{"account": "a\\u001b[2J"}], "exit": 0}',
        '{"verb": "plan", "summary": {}, "accounts": [], "exit": 0, "format": "reconciler.fleet/2"}',
    ],
)
def test_what_is_no_index_is_refused(tmp_path: Path, text: str) -> None:
    """Whatever stands in it."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / INDEX).write_text(text, encoding="latin-1")
    with pytest.raises(InvalidError) as caught:
        read_index(Path("plans"), tmp_path, verbs=("plan",), key=KEY)
    assert caught.value.problems[0].code == "not-a-fleet"


def test_the_folder_of_another_verb_is_refused(tmp_path: Path) -> None:
    """Reports are not plans."""
    save(tmp_path / "plans")
    with pytest.raises(UsageError, match="was made by plan"):
        read_index(Path("plans"), tmp_path, verbs=("apply", "undo"), key=KEY)


def test_every_difference_is_told(tmp_path: Path) -> None:
    """Added, taken away and changed, each by name."""
    save(tmp_path / "plans")
    (tmp_path / "plans" / "c.json").write_text("{}")
    (tmp_path / "plans" / "a.json").write_text("[]")
    with pytest.raises(RefusedError) as caught:
        read_index(Path("plans"), tmp_path, verbs=("plan",), key=KEY)
    told = {(one.source and Path(one.source.file).name, one.message.split()[1]) for one in caught.value.problems}
    assert told == {("c.json", "added"), ("a.json", "changed")}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Before any account runs."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ReconcilerError, match="cannot be written"):
        begin_folder(tmp_path / "file" / "plans")


def test_an_account_cannot_be_left_out(tmp_path: Path) -> None:
    """Its row and its file taken away together are found by the seal; with a key nobody can seal it anew."""
    save(tmp_path / "plans")
    index = tmp_path / "plans" / INDEX
    data = json.loads(index.read_text())
    del data["accounts"][0]
    (tmp_path / "plans" / "a.json").unlink()
    index.write_text(json.dumps(data, indent=2) + "\n")
    with pytest.raises(RefusedError, match="was changed after it was saved"):
        read_index(Path("plans"), tmp_path, verbs=("plan",), key=KEY)


@pytest.mark.parametrize(("made", "read", "said"), [(KEY, None, "is sealed with a key"), (None, KEY, "not sealed")])
def test_a_key_is_needed_on_both_sides(tmp_path: Path, made: bytes | None, read: bytes | None, said: str) -> None:
    """As for a plan."""
    begin_folder(tmp_path / "plans")
    save_index(tmp_path / "plans", REPORT, made)
    with pytest.raises(RefusedError, match=said):
        read_index(Path("plans"), tmp_path, verbs=("plan",), key=read)
