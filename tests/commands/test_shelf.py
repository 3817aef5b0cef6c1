"""Where imported manifests are put."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.commands.shelf import holds_id, make_modeline


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('provider: twilio\nid: "5"\n', True),
        ('provider: twilio\nname: a\n---\nid: {main: "5"}\n', True),
        ('id: "6"\n', False),
        ("id: [5]\n", False),
        ("- 5\n", False),
        ("id: [\n", False),
        ("", False),
    ],
)
def test_a_file_holds_an_object_by_its_id(tmp_path: Path, text: str, held: bool) -> None:
    """In any of its documents, for any account."""
    file = tmp_path / "a.yaml"
    file.write_text(text)
    assert holds_id(file, "5") is held


def test_what_cannot_be_read_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, nothing at all, a file without permission."""
    assert not holds_id(tmp_path, "5")
    assert not holds_id(tmp_path / "none", "5")
    file = tmp_path / "a.yaml"
    file.write_text('id: "5"\n')

    def refuse(_self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert not holds_id(file, "5")


def test_a_modeline_is_relative_to_its_file() -> None:
    """With forward slashes."""
    file = Path("/project/manifests/twilio/a.yaml")
    assert make_modeline(file, Path("/project/schemas")) == "../../schemas/manifest.schema.json"
