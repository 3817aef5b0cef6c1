"""A commit on a new branch, made without touching the work tree, its index or the branch that is checked out."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from reconciler.commands.history import find_repository, read_blobs, run_git
from reconciler.commands.rewriting import Rewriting
from reconciler.errors import RefusedError, UsageError

_AUTHOR = re.compile(r"([^<>\n]*[^<>\n ]) ?<([^<>\n]+)>")


class Author(Struct, frozen=True):
    """Who commits."""

    name: str
    email: str

    @property
    def environ(self) -> dict[str, str]:
        """As git takes it, for author and committer."""
        who = (("NAME", self.name), ("EMAIL", self.email))
        return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who}


def parse_author(text: str) -> Author:
    """`Name <email>`. Raises UsageError for anything else."""
    found = _AUTHOR.fullmatch(text.strip())
    if found is None:
        raise UsageError("--author: is not of the form Name <email>", '--author "Jane Doe <jane@example.com>"')
    return Author(found[1].strip(), found[2].strip())


def check_branch(folder: Path, branch: str) -> Path:
    """The root of the repository in which such a branch can be made. Raises UsageError where it cannot."""
    root = find_repository(folder)
    try:
        run_git(root, "check-ref-format", "--branch", branch)
    except UsageError:
        raise UsageError(f"--branch {branch}: git takes no such name", "use letters, digits, '-' and '/'") from None
    if run_git(root, "for-each-ref", "--format=%(refname)", f"refs/heads/{branch}").strip():
        raise UsageError(f"--branch {branch}: is there already", "name another branch, or delete that one")
    return root


def commit_files(root: Path, branch: str, files: Sequence[Rewriting], message: str, author: Author) -> str:
    """The name of a commit on a new branch that holds HEAD with these files rewritten.

    Raises RefusedError where a file is not as it is in HEAD, UsageError where git refuses.
    """
    head = run_git(root, "rev-parse", "--verify", "HEAD^{commit}").decode().strip()
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        environ = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        run_git(root, "read-tree", head, environ=environ)
        _stage(root, files, Path(folder), environ)
        tree = run_git(root, "write-tree", environ=environ).decode().strip()
    words = ("commit-tree", tree, "-p", head, "-F", "-")
    commit = run_git(root, *words, given=message.encode(), environ=author.environ).decode().strip()
    run_git(root, "update-ref", f"refs/heads/{branch}", commit, "0" * len(commit))
    return commit


def _stage(root: Path, files: Sequence[Rewriting], folder: Path, environ: dict[str, str]) -> None:
    """Puts the files into the index, by as many processes for one as for thousands. folder: for what they are to hold.

    Raises RefusedError for the first that is not as it was committed.
    """
    top = root.resolve()
    names = [os.fsencode(file.path.resolve().relative_to(top).as_posix()) for file in files]
    told = (row.partition(b"\t") for row in run_git(root, "ls-files", "-z", "--stage", environ=environ).split(b"\0"))
    kinds = {name: kind.decode().split() for kind, _, name in told}
    committed = [kinds[name][1] for name in names if name in kinds]
    held = read_blobs(root, committed)
    for file, name in zip(files, names, strict=True):
        if name not in kinds or next(held) != file.before:
            shown = file.path.name
            raise RefusedError(
                f"{shown}: is not as it was committed, so that it cannot be committed", "commit it first"
            )
    blobs = _write_blobs(root, files, folder)
    rows = (b"%s %s\t%s\0" % (kinds[name][0].encode(), blob, name) for name, blob in zip(names, blobs, strict=True))
    run_git(root, "update-index", "-z", "--index-info", given=b"".join(rows), environ=environ)


def _write_blobs(root: Path, files: Sequence[Rewriting], folder: Path) -> list[bytes]:
    """The names of blobs that hold what the files are to hold."""
    paths = [folder / str(number) for number in range(len(files))]
    for path, file in zip(paths, files, strict=True):
        path.write_bytes(file.after)
    given = b"".join(os.fsencode(path) + b"\n" for path in paths)
    return run_git(root, "hash-object", "-w", "--no-filters", "--stdin-paths", given=given).split()
