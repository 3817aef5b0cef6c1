"""Finding files: what is taken, what is left out, links, and what stands in the way."""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from reconciler.desired.files import MAX_BYTES, find_files, make_file_name, make_unreadable


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder `m`, in a working directory of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    return Path("m")


def put(folder: Path, *names: str) -> None:
    """Writes small files."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a: b\n")


def find(root: Path, *paths: Path, exclude: tuple[str, ...] = ()) -> tuple[list[str], list[tuple[str, str]]]:
    """Found files and problems as text."""
    found, problems = find_files(paths or (root,), root=root, exclude=exclude)
    return [path.as_posix() for path in found], [(problem.code, str(problem.source)) for problem in problems]


def test_yaml_files_are_found_in_order(root: Path) -> None:
    """Both suffixes at every depth; dot names, the configuration and other files are left out."""
    put(root, "b.yaml", "a.yml", "c/d.yaml", "c-e.yaml", "reconciler.yaml", "c/reconciler.yml", "x.json", "y.yaml.bak")
    put(root, ".hidden.yaml", ".git/a.yaml", "c/.cache/a.yaml")
    assert find(root) == (["m/a.yml", "m/b.yaml", "m/c/d.yaml", "m/c-e.yaml"], [])


def test_overlapping_paths_give_each_file_once(root: Path) -> None:
    """A folder, a folder within it and a file within that overlap, in any order."""
    put(root, "a.yaml", "b/c.yaml")
    paths = (root / "b" / "c.yaml", root, root / "b")
    assert find(root, *paths) == find(root, *reversed(paths)) == (["m/a.yaml", "m/b/c.yaml"], [])


def test_absolute_paths_stay_absolute(root: Path) -> None:
    """What was given absolute is found absolute, and a mixture still gives each file once."""
    put(root, "a.yaml")
    absolute = root.absolute()
    assert find(absolute)[0] == [(absolute / "a.yaml").as_posix()]
    assert len(find(absolute, absolute, root)[0]) == 1


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("a.yaml", ["d/a.yaml", "d/b1.yaml", "d/e/a.yaml"]),
        ("**/a.yaml", ["d/b1.yaml"]),
        ("d", ["a.yaml"]),
        ("d/", ["a.yaml"]),
        ("./d/**", ["a.yaml"]),
        ("d/*", ["a.yaml"]),
        ("*/a.yaml", ["a.yaml", "d/b1.yaml", "d/e/a.yaml"]),
        ("d/**/a.yaml", ["a.yaml", "d/b1.yaml"]),
        ("**", []),
        ("d/?[0-9].yaml", ["a.yaml", "d/a.yaml", "d/e/a.yaml"]),
        ("d/[!b]*", ["a.yaml", "d/b1.yaml"]),
        ("d[/]a.yaml", ["a.yaml", "d/a.yaml", "d/b1.yaml", "d/e/a.yaml"]),
        ("a+yaml", ["a.yaml", "d/a.yaml", "d/b1.yaml", "d/e/a.yaml"]),
        ("[", ["a.yaml", "d/a.yaml", "d/b1.yaml", "d/e/a.yaml"]),
    ],
)
def test_globs_exclude_relative_to_the_root(root: Path, glob: str, left: list[str]) -> None:
    """`*` and `?` stay within a name, `**` crosses folders, and a folder's glob takes all below it."""
    put(root, "a.yaml", "d/a.yaml", "d/b1.yaml", "d/e/a.yaml")
    assert find(root, exclude=(glob,)) == ([f"m/{name}" for name in left], [])
    assert find(root, root / "d" / "b1.yaml", exclude=(glob,))[0] == (["m/d/b1.yaml"] if "d/b1.yaml" in left else [])


def test_what_is_no_manifest_cannot_be_named(root: Path) -> None:
    """A path to something else, to nothing, or to the configuration is an error at its place."""
    put(root, "a.txt", "reconciler.yaml")
    assert find(root, root / "a.txt", root / "reconciler.yaml", root / "gone.yaml", root / "a.txt" / "b.yaml") == (
        [],
        [
            ("no-such-path", "m/a.txt/b.yaml:1:1"),
            ("no-such-path", "m/gone.yaml:1:1"),
            ("not-a-manifest", "m/a.txt:1:1"),
            ("not-a-manifest", "m/reconciler.yaml:1:1"),
        ],
    )


def test_a_large_file_is_refused_unread(root: Path) -> None:
    """One byte over 5 MiB is too much; exactly 5 MiB is not."""
    for name, size in (("fits.yaml", MAX_BYTES), ("large.yaml", MAX_BYTES + 1)):
        with (root / name).open("wb") as file:
            file.truncate(size)
    (root / "large.yaml").chmod(0)
    assert find(root) == (["m/fits.yaml"], [("too-large", "m/large.yaml:1:1")])


def test_a_pipe_is_not_read(root: Path) -> None:
    """A named pipe would block the run for ever."""
    os.mkfifo(root / "a.yaml")
    assert find(root) == ([], [("not-a-file", "m/a.yaml:1:1")])


def test_links_within_the_folder_are_followed(root: Path) -> None:
    """A linked file or folder counts once, under its own name; one that is only reached by a link, under that."""
    put(root, "z/a.yaml", ".store/b.yaml", ".store/d/c.yaml", "x.txt")
    (root / "a.yaml").symlink_to("z/a.yaml")
    (root / "b.yaml").symlink_to(".store/b.yaml")
    (root / "d").symlink_to(".store/d")
    (root / "y").symlink_to("z")
    (root / "notes").symlink_to("x.txt")
    (root / "dangling").symlink_to("nowhere")
    assert find(root) == (["m/b.yaml", "m/d/c.yaml", "m/z/a.yaml"], [])


def test_a_link_that_leaves_the_folder_is_an_error(root: Path) -> None:
    """A file, a folder or a path given may not lead out of the root by a link, though a sibling begins alike."""
    put(Path("m-other"), "a.yaml")
    (root / "a.yaml").symlink_to("../m-other/a.yaml")
    (root / "b").symlink_to("../m-other")
    expected = [("link-leaves", "m/a.yaml:1:1"), ("link-leaves", "m/b:1:1")]
    assert find(root) == ([], expected)
    assert find(root, root / "a.yaml", root / "b") == ([], expected)


def test_a_path_outside_the_root_may_be_given(root: Path) -> None:
    """What the user names himself need not lie below the root."""
    put(Path("other"), "a.yaml")
    (Path("other") / "b.yaml").symlink_to("a.yaml")
    assert find(root, Path("other")) == (["other/a.yaml"], [])


def test_links_in_a_circle_end(root: Path) -> None:
    """A link to a folder above it, to itself or to one that leads back is an error, not a walk without end."""
    put(root, "a/b/c.yaml")
    (root / "a" / "b" / "up").symlink_to("..")
    (root / "self.yaml").symlink_to("self.yaml")
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    (root / "gone.yaml").symlink_to("nowhere")
    found, problems = find(root)
    assert found == ["m/a/b/c.yaml"]
    assert problems == [
        ("link-loop", "m/a/b/up:1:1"),
        ("link-loop", "m/one:1:1"),
        ("link-loop", "m/self.yaml:1:1"),
        ("link-loop", "m/two:1:1"),
        ("no-such-path", "m/gone.yaml:1:1"),
    ]


def test_two_links_to_one_folder_are_walked_once(root: Path) -> None:
    """Folders that link to each other's folders do not multiply."""
    put(root, ".store/a.yaml")
    (root / "one").symlink_to(".store")
    (root / "two").symlink_to(".store")
    found, problems = find(root)
    assert (found, problems) == (["m/one/a.yaml"], [])


def test_a_folder_that_may_not_be_read_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No permission is told at the folder, and the others are read."""
    put(root, "a/b.yaml", "c/d.yaml")
    list_folder = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "a":
            raise PermissionError(errno.EACCES, "no")
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert find(root) == (["m/c/d.yaml"], [("no-permission", "m/a:1:1")])


def test_a_file_that_vanishes_meanwhile_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is gone between the listing and the look at it is told, not raised."""
    put(root, "a.yaml")
    list_folder = os.scandir

    def list_and_remove(path: Path) -> object:
        with list_folder(path) as listing:
            entries = list(listing)
        (root / "a.yaml").unlink()
        return nullcontext(entries)

    monkeypatch.setattr(os, "scandir", list_and_remove)
    assert find(root) == ([], [("no-such-path", "m/a.yaml:1:1")])


def test_other_faults_of_the_system_are_named() -> None:
    """A fault without a sentence of its own is told by its symbol, never by the system's words."""
    problem = make_unreadable(Path("a.yaml"), OSError(errno.EIO, "hunter2"))
    assert problem.message == "cannot be read (EIO)"
    assert make_unreadable(Path("a.yaml"), OSError("hunter2")).message == "cannot be read (unknown)"


def test_a_path_on_another_drive_is_named_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no relative path exists the absolute one is printed."""

    def refuse(path: Path) -> str:
        raise ValueError(path)

    monkeypatch.setattr(os.path, "relpath", refuse)
    assert make_file_name(Path("/elsewhere/a.yaml")) == "/elsewhere/a.yaml"
