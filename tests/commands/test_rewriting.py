"""Manifests are rewritten in one pass and written in one step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.adopting.rewrite import Edit
from reconciler.commands.files import replace_file
from reconciler.commands.rewriting import rewrite_files, write_files
from reconciler.commands.stopping import Stopping
from reconciler.errors import ReconcilerError
from reconciler.model import Source


def test_edits_of_one_file_are_made_in_one_pass(tmp_path: Path) -> None:
    """Files come by their names; what cannot be edited is told by document and path, and nothing is written yet."""
    (tmp_path / "b.yaml").write_text("a: 1\n---\na: 2\n")
    (tmp_path / "a.yaml").write_text("a: &x 1\nb: *x\n")
    second = Source("b.yaml", 3, 1)
    edits = [
        Edit(second, ("a",), "two"),
        Edit(Source("a.yaml", 1, 1), ("a",), "one"),
        Edit(Source("gone.yaml", 1, 1), ("a",), "x"),
        Edit(Source("b.yaml", 1, 1), ("a",), "one"),
    ]
    files, reasons = rewrite_files(edits, tmp_path)
    assert [(one.path.name, one.after) for one in files] == [("b.yaml", b"a: one\n---\na: two\n")]
    assert set(files[0].edits) == {edits[0], edits[3]}
    assert reasons == {
        (Source("a.yaml", 1, 1), ("a",)): "line 2 uses its anchor, and would change too",
        (Source("gone.yaml", 1, 1), ("a",)): "the file cannot be read any more",
    }
    assert (tmp_path / "b.yaml").read_bytes() == files[0].before
    assert write_files(files, Stopping()) == {}
    assert (tmp_path / "b.yaml").read_bytes() == files[0].after
    assert write_files(files, Stopping())[second, ("a",)].endswith("b.yaml: was changed meanwhile")


def test_a_file_that_may_only_be_read_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though its folder would let it be replaced."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\n")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(ReconcilerError, match="may only be read"):
        replace_file(path, b"a: 1\n", b"a: 2\n")
    assert path.read_bytes() == b"a: 1\n"


def test_a_disk_that_is_full_leaves_the_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing beside it."""

    def fail(_file: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\n")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ReconcilerError, match=r"cannot be written: No space left"):
        replace_file(path, b"a: 1\n", b"a: 2\n")
    assert path.read_bytes() == b"a: 1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_has_gone_is_not_made_anew(tmp_path: Path) -> None:
    """Somebody took it away."""
    with pytest.raises(ReconcilerError, match="cannot be written: No such file"):
        replace_file(tmp_path / "a.yaml", b"a: 1\n", b"a: 2\n")
    assert list(tmp_path.iterdir()) == []
