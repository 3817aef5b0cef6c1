"""`accept` over several hundred hand-made files at once: only the bytes of the values differ, and the plan is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.server import serve
from reconciler.sandbox.world import World
from tests.adopting.corpus import Entry, make_corpus
from tests.adopting.test_rewrite_laws import without_key
from tests.commands.stage import Stage

CORPUS = make_corpus()


def seed_of(entries: list[Entry]) -> dict[str, Any]:
    """The account as it is live."""
    return {"integrations": [{"id": one.id, "provider_id": "1001", "status": "active", **one.live} for one in entries]}


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Stage]:
    """All files, and what is live of each."""
    with serve(World(seed=seed_of(CORPUS))) as server:
        made = Stage(tmp_path, server, monkeypatch, capsys)
        monkeypatch.setenv("HOOD_X", "p")
        for entry in CORPUS:
            path = tmp_path / "manifests" / entry.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.data)
        yield made


def changes_of(entry: Entry) -> set[Any]:
    """The paths of the values that differ."""
    live: dict[Any, Any] = {("settings", key): value for key, value in entry.live["settings"].items()}
    live["name",] = entry.live["name"]
    return {path for path, value in entry.made.values.items() if live[path] != value}


def test_only_the_bytes_of_what_differs_change_and_the_plan_is_empty(corpus: Stage) -> None:
    """Accepted once, nothing is left to accept."""
    assert len(CORPUS) > 250
    changed = {entry.name: changes_of(entry) for entry in CORPUS}
    answer = corpus.run("accept", "--yes", "--format", "json").document
    assert answer["summary"]["accepted"] == sum(map(len, changed.values()))
    assert answer["summary"]["refused"] == 0
    for entry in CORPUS:
        after, there = (corpus.folder / "manifests" / entry.name).read_bytes(), changed[entry.name]
        pattern = "".join("(?s:.*)" if path in there else re.escape(text) for text, path in entry.made.pieces)
        assert re.fullmatch(pattern, after.decode()), entry
        assert (after != entry.data) is bool(there)
    plan = corpus.run("plan", "--detailed-exitcode", "--format", "json").document
    assert plan["summary"]["unchanged"] == len(CORPUS)
    assert [row["code"] for row in plan["warnings"]] == []
    again = corpus.run("accept", "--yes")
    assert f"Nothing to accept. {len(CORPUS)} manifests were compared" in again.out
    assert corpus.patches == 0


def test_new_keys_stand_on_lines_of_their_own_and_nothing_else_changes(corpus: Stage) -> None:
    """`--field settings.username`, which no file names."""
    argv = ("accept", "--yes", "--field", "settings.username", "--format", "json")
    answer = corpus.run(*argv).document
    assert answer["summary"]["accepted"] == len(CORPUS)
    assert {field["action"] for one in answer["integrations"] for field in one["fields"]} == {"add"}
    for entry in CORPUS:
        after = (corpus.folder / "manifests" / entry.name).read_bytes().decode()
        assert entry.made.text in without_key(after, entry.made.line_break, "username", "user"), entry
    assert corpus.run(*argv).document["summary"]["accepted"] == 0
