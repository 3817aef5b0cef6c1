"""Ids of what was created go into the manifests, and no other byte changes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands.ids import WrittenIds, write_ids
from reconciler.model import Outcome, Source
from reconciler.options import Flags, load_options

ONE = "provider: mitto\nname: Alerts\n"
SEVERAL = "version: 1\naccounts:\n  main: {path: manifests}\n  'no': {path: manifests}\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of manifests, in which the run is."""
    (tmp_path / "manifests").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def created(address: str, id_: str | None = "1180", **rest: Any) -> Outcome:
    """An integration that was created."""
    return Outcome(**{"address": address, "id": id_, "action": "create", "status": "applied", **rest})


def write(
    desk: Path, files: Mapping[str, str], *outcomes: Outcome, account: str | None = None, paths: Sequence[Path] = ()
) -> WrittenIds:
    """Writes the ids of these outcomes into these files."""
    for name, text in files.items():
        (desk / name).write_bytes(text.encode())
    options = load_options(flags=Flags(account=account, offline=True), environ={}, cwd=desk)
    return write_ids(outcomes, options, paths, desk, allow_literals=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ONE, 'id: "1180"\n' + ONE),
        ("# mode\n---\n" + ONE + "key: alerts # ours\n", "# mode\n---\n" + ONE + 'key: alerts # ours\nid: "1180"\n'),
        ("key: alerts\r\nprovider: mitto\r\nname: A", 'key: alerts\r\nid: "1180"\r\nprovider: mitto\r\nname: A'),
        ("{provider: mitto, name: Alerts}", '{id: "1180", provider: mitto, name: Alerts}'),
        ('{\n  "key": "alerts",\n  "provider": "mitto", "name": "A"}\n',
         '{\n  "key": "alerts",\n  "id": "1180",\n  "provider": "mitto", "name": "A"}\n'),
    ],
)  # fmt: skip
def test_an_id_stands_behind_the_key_or_at_the_top(desk: Path, before: str, after: str) -> None:
    """Whatever the document's style; said with its file."""
    done = write(desk, {"manifests/a.yaml": before}, created("mitto/alerts"))
    assert (desk / "manifests/a.yaml").read_bytes() == after.encode()
    assert done == WrittenIds(('id: "1180" was written into manifests/a.yaml (mitto/alerts)',))


@pytest.mark.parametrize(
    ("account", "before", "after"),
    [
        ("main", ONE, 'id: {main: "1180"}\n' + ONE),
        ("no", ONE, 'id: {"no": "1180"}\n' + ONE),
        ("main", "id: {'no': '7'}\n" + ONE, "id: {'no': '7', 'main': '1180'}\n" + ONE),
        ("no", ONE + "id:\n  main: '7' # theirs\n", ONE + "id:\n  main: '7' # theirs\n  \"no\": '1180'\n"),
    ],
)
def test_an_id_stands_by_its_accounts_name_where_there_are_several(
    desk: Path, account: str, before: str, after: str
) -> None:
    """In the mapping that is there, or in a new one."""
    files = {"reconciler.yaml": SEVERAL, "manifests/a.yaml": before}
    done = write(desk, files, created("mitto/alerts"), account=account)
    assert (desk / "manifests/a.yaml").read_text() == after
    assert done.problems == ()


def test_several_documents_of_a_file_are_written_in_one_step(desk: Path) -> None:
    """Also where what was created came out unverified, or was there already when the plan was applied again."""
    text = f"{ONE}---\nprovider: mitto\nname: Other\n---\nid: '7'\nprovider: mitto\n"
    done = write(
        desk,
        {"manifests/a.yaml": text},
        created("mitto/alerts", status="unverified"),
        created("mitto/other", "1181", status="unchanged"),
        created("mitto/7", "1182", action="update"),
        created("mitto/gone", None, status="failed"),
    )
    assert (desk / "manifests/a.yaml").read_text() == (
        f'id: "1180"\n{ONE}---\nid: "1181"\nprovider: mitto\nname: Other\n---\nid: \'7\'\nprovider: mitto\n'
    )
    assert len(done.notes) == 2


def test_an_id_that_stands_there_already_is_left_alone(desk: Path) -> None:
    """Nothing is said of it."""
    text = 'id: "1180"\n' + ONE
    assert write(desk, {"manifests/a.yaml": text}, created("mitto/alerts")) == WrittenIds()
    assert (desk / "manifests/a.yaml").read_text() == text


def test_what_cannot_be_written_is_said_with_the_line_to_add(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such manifest, another id by now, a file that may only be read."""
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    files = {"manifests/a.yaml": 'id: "7"\n' + ONE, "manifests/b.yaml": "provider: mitto\nname: Other\n"}
    planned = Source("manifests/gone.yaml", 1, 1)
    done = write(
        desk,
        files,
        created("mitto/gone", source=planned),
        created("mitto/alerts", "1181"),
        created("mitto/other", "1182"),
    )
    assert [(one.source, one.fix) for one in done.problems] == [
        (planned, 'add the line id: "1180"'),
        (Source("manifests/a.yaml", 1, 1), 'add the line id: "1181"'),
        (Source("manifests/b.yaml", 1, 1), 'add the line id: "1182"'),
    ]
    reasons = [one.message.partition("could not be written: ")[2] for one in done.problems]
    assert reasons[:2] == ["no manifest here has this address", "another id stands there by now"]
    assert reasons[2].startswith("not written: ")
    assert done.notes == ()
    assert (desk / "manifests/b.yaml").read_text() == files["manifests/b.yaml"]


def test_the_line_to_add_names_the_account_where_there_are_several(desk: Path) -> None:
    """Quoted where YAML would read another thing."""
    for account, line in (("main", 'id: {main: "1180"}'), ("no", 'id: {"no": "1180"}')):
        done = write(desk, {"reconciler.yaml": SEVERAL}, created("mitto/alerts"), account=account)
        assert done.problems[0].fix == f"add the line {line}"


def test_without_anything_created_no_file_is_read(desk: Path) -> None:
    """The manifests may be gone."""
    (desk / "manifests").rmdir()
    assert write(desk, {}, created("mitto/alerts", action="update")) == WrittenIds()
