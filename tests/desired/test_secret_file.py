"""A mounted file behind file:PATH: within its folder, links followed only there, of a sane kind and size."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reconciler.desired.secret_file import read_secret_file
from reconciler.desired.secrets import LARGEST, Fault
from reconciler.model import Allowed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of secrets, with a file beside it that no reference may reach."""
    (tmp_path / "outside").write_text("0utside")
    made = tmp_path / "secrets"
    (made / "sub").mkdir(parents=True)
    (made / "a").write_text("s3cret\n")
    (made / "sub" / "b").write_text("b")
    return made


def read(name: str, *folders: Path, files: tuple[str, ...] | None = None) -> str | Fault:
    """What stands behind a name."""
    return read_secret_file(name, Allowed(folders=tuple(map(str, folders)), files=files))


def refused(answer: str | Fault) -> bool:
    """Whether an answer is a refusal, which shows nothing of the file."""
    assert "s3cret" not in str(answer)
    assert "0utside" not in str(answer)
    return isinstance(answer, Fault) and answer.is_refused


def test_a_path_is_looked_up_in_each_folder(folder: Path, tmp_path: Path) -> None:
    """Relative to the folders in their order; absolute ones must lie in one."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "a").write_text("from other")
    assert read("a", folder, other) == "s3cret"
    assert read("a", other, folder) == "from other"
    assert read("sub/b", other, folder) == "b"
    assert read(str(folder / "sub" / "b"), other, folder) == "b"
    assert read("./sub//b", folder) == "b"
    assert read(f"{folder}/./a", folder) == "s3cret"


def test_a_folder_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    """Its real path is what counts, and absolute paths may name either."""
    (tmp_path / "link").symlink_to(folder)
    assert read("a", tmp_path / "link") == "s3cret"
    assert read(str(tmp_path / "link" / "a"), tmp_path / "link") == "s3cret"
    assert read(str(folder / "a"), tmp_path / "link") == "s3cret"


def test_links_within_the_folder_are_followed(folder: Path) -> None:
    """As Kubernetes mounts secrets."""
    (folder / "..2026").mkdir()
    (folder / "..2026" / "key").write_text("k")
    (folder / "..data").symlink_to("..2026")
    (folder / "key").symlink_to("..data/key")
    assert read("key", folder) == "k"
    assert read("..data/key", folder) == "k"


@pytest.mark.parametrize("name", ["../outside", "sub/../../outside", "a/..", ".."])
def test_dots_are_refused(folder: Path, name: str) -> None:
    """Also where they would stay within: what leaves is not worked out by counting."""
    assert refused(read(name, folder))


@pytest.mark.parametrize("name", ["link", "away/outside", "sub/link"])
def test_links_that_leave_are_refused(folder: Path, name: str) -> None:
    """A file's link and a folder's."""
    (folder / "link").symlink_to(folder.parent / "outside")
    (folder / "sub" / "link").symlink_to("../../outside")
    (folder / "away").symlink_to("..")
    assert refused(read(name, folder))


def test_a_folder_beside_is_not_the_folder(folder: Path) -> None:
    """secrets-more is not below secrets; without any folder nothing is read."""
    beside = folder.parent / "secrets-more"
    beside.mkdir()
    (beside / "c").write_text("s3cret")
    assert refused(read(str(beside / "c"), folder))
    assert refused(read(str(folder.parent / "outside"), folder))
    assert refused(read("a"))
    assert refused(read(str(folder), folder))


def test_the_configuration_narrows(folder: Path) -> None:
    """A PATH as written must match one of its globs."""
    assert read("sub/b", folder, files=("sub/*",)) == "b"
    assert refused(read("a", folder, files=("sub/*",)))
    assert refused(read("a", folder, files=()))


def test_what_is_no_file_with_a_secret_is_a_fault(folder: Path) -> None:
    """Missing, a folder, a pipe (nobody waits for it), a loop of links, empty, large, not UTF-8: none is a refusal."""
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "broken").symlink_to("nothing")
    (folder / "empty").write_text("\n")
    (folder / "large").write_bytes(b"s3cret" * LARGEST)
    (folder / "bytes").write_bytes(b"s3cret\xff")
    expected = {
        "none": "does not exist",
        "broken": "does not exist",
        "a/b": "does not exist",
        "sub": "is no ordinary file",
        "pipe": "is no ordinary file",
        "loop": "is a link that leads back to itself",
        "empty": "is empty",
        "large": "is larger than 64 KiB",
        "bytes": "is not text in UTF-8",
        "x" * 300: "cannot be read",
    }
    for name, message in expected.items():
        answer = read(name, folder)
        assert isinstance(answer, Fault)
        assert not refused(answer)
        assert answer.message == f"file:{name} {message}"


def test_what_may_not_be_read_by_its_permissions_is_a_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told as such."""

    def refuse(*_args: object) -> int:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("reconciler.desired.secret_file.os.open", refuse)
    answer = read("a", folder)
    assert isinstance(answer, Fault)
    assert answer.message == "file:a may not be read"
    assert not answer.is_refused
