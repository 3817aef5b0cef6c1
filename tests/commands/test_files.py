"""Files that a command writes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from reconciler.commands.files import check_target, create_file, save_file
from reconciler.errors import ReconcilerError, UsageError


def test_a_manifest_is_not_overwritten_by_a_plan(tmp_path: Path) -> None:
    """--out never takes the place of a YAML file; a plan that is there is replaced."""
    manifest = tmp_path / "a.yaml"
    manifest.write_text("provider: twilio\n")
    with pytest.raises(UsageError, match="it stays"):
        check_target(manifest)
    plan = tmp_path / "plan.json"
    plan.write_text("{}")
    check_target(plan)


def mode_of(path: Path) -> int:
    """Who may read and write it."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_takes_the_place_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folders are made; what is there stays, a link that leads nowhere too; nothing else is left behind."""
    os.umask(0o022)
    path = tmp_path / "a" / "b.yaml"
    assert create_file(path, b"one")
    assert not create_file(path, b"two")
    (tmp_path / "a" / "link").symlink_to("nowhere")
    assert not create_file(tmp_path / "a" / "link", b"two")
    assert create_file(tmp_path / "a" / "private", b"three", private=True)
    assert (mode_of(path), mode_of(tmp_path / "a" / "private")) == (0o644, 0o600)
    assert path.read_bytes() == b"one"

    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert create_file(tmp_path / "a" / "c.yaml", b"four")
    assert not create_file(tmp_path / "a" / "c.yaml", b"five")
    assert (tmp_path / "a" / "c.yaml").read_bytes() == b"four"
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == ["b.yaml", "c.yaml", "link", "private"]
    with pytest.raises(ReconcilerError, match="cannot be written"):
        create_file(path / "below", b"six")


def test_a_file_that_is_not_private_keeps_its_permissions(tmp_path: Path) -> None:
    """Or gets those that any new file gets."""
    os.umask(0o022)
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o640)
    save_file(tmp_path / "a", b"new", private=False)
    save_file(tmp_path / "b", b"new", private=False)
    assert (mode_of(tmp_path / "a"), mode_of(tmp_path / "b")) == (0o640, 0o644)


def test_a_name_that_no_file_can_have_is_a_wrong_command_line(tmp_path: Path) -> None:
    """Told before any work is done for it."""
    with pytest.raises(UsageError, match="is no name for a file"):
        check_target(tmp_path / ("x" * 300))
