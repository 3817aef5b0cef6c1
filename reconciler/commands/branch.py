"""A commit on a new branch, made without touching the work tree, its index or the branch that is checked out."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from reconciler.commands.history import find_repository, run_git
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
        for file in files:
            _stage(root, head, file, environ)
        tree = run_git(root, "write-tree", environ=environ).decode().strip()
    words = ("commit-tree", tree, "-p", head, "-F", "-")
    commit = run_git(root, *words, given=message.encode(), environ=author.environ).decode().strip()
    run_git(root, "update-ref", f"refs/heads/{branch}", commit, "0" * len(commit))
    return commit


def _stage(root: Path, head: str, file: Rewriting, environ: dict[str, str]) -> None:
    name = os.fsencode(file.path.resolve().relative_to(root.resolve()).as_posix())
    rows = run_git(root, "ls-tree", "-z", head, "--", os.fsdecode(name)).split(b"\0")
    kind = rows[0].partition(b"\t")[0].decode().split()
    if len(kind) != 3 or run_git(root, "cat-file", "blob", kind[2]) != file.before:
        shown = file.path.name
        raise RefusedError(f"{shown}: is not as it was committed, so that it cannot be committed", "commit it first")
    blob = run_git(root, "hash-object", "-w", "--no-filters", "--stdin", given=file.after).decode().strip()
    run_git(root, "update-index", "--cacheinfo", f"{kind[0]},{blob},{os.fsdecode(name)}", environ=environ)
