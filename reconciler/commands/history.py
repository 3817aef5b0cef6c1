"""What Git knows of the manifests: how an account was declared at a revision, and who last changed a line.

Git runs without a shell, reads only, and is told nothing by the files that it reads: no text conversion, no prompts.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec

from reconciler.commands.declared import load_desired
from reconciler.commands.request import Request
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model import Commit, Manifest, Source
from reconciler.options import Options, load_options

LONGEST = 120
"""Seconds after which Git is given up."""
_SUFFIXES = (".yaml", ".yml")
FEW = 20
"""Files up to which each is blamed by itself: the log of a long history takes longer."""
_LINES = 200
"""Lines asked for in one run of blame: a command line has an end."""


def run_git(folder: Path, *words: str, given: bytes | None = None, environ: Mapping[str, str] | None = None) -> bytes:
    """What Git prints. environ: further variables. Raises UsageError where it is not installed, or refuses."""
    command = ["git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false", *words]
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        ran = subprocess.run(  # noqa: S603  # words of ours, and a revision that follows --end-of-options
            command,
            cwd=folder,
            env={**os.environ, **quiet, **(environ or {})},
            input=given or b"",
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, or the folder is gone", "install git") from None
    except (OSError, subprocess.TimeoutExpired):
        raise ReconcilerError("git did not answer", "run it again") from None
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"git {words[0]}: {said[0] if said else 'failed'}"[:300], "git status")
    return ran.stdout


def find_repository(folder: Path) -> Path:
    """The root of the work tree that holds the folder. Raises UsageError where there is none."""
    return Path(os.fsdecode(run_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")))


def find_revision(root: Path, revision: str) -> str:
    """The full name of a commit. Raises UsageError where there is no such revision."""
    try:
        found = run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except UsageError:
        fix = "name a commit, branch or tag that this clone has (a shallow clone has few: fetch-depth: 0)"
        raise UsageError(f"{revision}: git knows no such revision", fix) from None
    return found.decode().strip()


@contextmanager
def tree_at(root: Path, commit: str) -> Iterator[Path]:
    """A folder with all YAML files of a commit, which is gone afterwards. Links are left out."""
    rows = run_git(root, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")
    files: list[tuple[str, str]] = []
    for row in filter(None, rows):
        kind, _, name = row.partition(b"\t")
        mode, _, blob = kind.decode().split()
        # Git itself never checks such a tree out, but it can be made by hand.
        stays = not {b"", b".", b".."} & set(name.split(b"/"))
        if stays and mode.startswith("100") and name.endswith(tuple(one.encode() for one in _SUFFIXES)):
            files.append((blob, os.fsdecode(name)))
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        (Path(folder) / ".git").mkdir()  # so that it is a repository of its own to whoever looks for its root
        _write_blobs(root, files, Path(folder))
        yield Path(folder)


def _write_blobs(root: Path, files: Sequence[tuple[str, str]], folder: Path) -> None:
    for (_, name), content in zip(files, read_blobs(root, [blob for blob, _ in files]), strict=True):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_blobs(root: Path, blobs: Sequence[str]) -> Iterator[bytes]:
    """What these blobs hold, in their order, by one process however many they are."""
    told = run_git(root, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode()) if blobs else b""
    at = 0
    for _ in blobs:
        end = told.index(b"\n", at)
        size = int(told[at:end].split()[2])
        yield told[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def load_manifests_at(revision: str, options: Options, request: Request) -> dict[str, Manifest]:
    """The account's manifests by address as they were declared at a revision; none where there was no such account.

    Documents that were not valid then are left out. Raises UsageError where there is no repository or revision.
    """
    start = options.root if options.root.is_dir() else request.cwd
    root = find_repository(start)
    commit = find_revision(root, revision)
    with tree_at(root, commit) as tree:
        cwd = tree / _below(request.cwd, root)
        cwd.mkdir(parents=True, exist_ok=True)
        flags = msgspec.structs.replace(request.flags, config=None, account=None, offline=True)
        try:
            then = load_options(
                flags=msgspec.structs.replace(flags, config=_config_at(options, request, root, tree)),
                environ=_without_choices(request.environ, options),
                cwd=cwd,
                paths=[tree / _below(request.cwd / path, root) for path in request.paths],
            )
        except ReconcilerError:
            return {}
        keys = SecretKeys(then.secret_keys)
        loaded = load_desired(then, (), cwd, keys, Places(), allow_literals=True, offline=False)
    return {one.address: one for one in loaded.desired.manifests}


def _below(path: Path, root: Path) -> Path:
    """The path below the root of the repository. Raises UsageError for one outside it."""
    try:
        return path.resolve().relative_to(root.resolve())
    except ValueError:
        raise UsageError(f"{path.name}: lies outside the repository", "run it within the repository") from None


def _config_at(options: Options, request: Request, root: Path, tree: Path) -> str | None:
    """The configuration of now, as the file of the same name then; None where none is in use now."""
    if options.config_file is None:
        return None
    return str(tree / _below(request.cwd / options.config_file, root))


def _without_choices(environ: Mapping[str, str], options: Options) -> dict[str, str]:
    kept = {key: value for key, value in environ.items() if key not in ("RECONCILER_CONFIG", "RECONCILER_ACCOUNT")}
    return kept if options.config_file is None else {**kept, "RECONCILER_ACCOUNT": options.account}


def blame(sources: Sequence[Source], cwd: Path) -> dict[Source, Commit]:
    """The commit that last changed the line of each place; places of no commit are left out. Never raises.

    Files that one commit alone has touched need no blame of their own: of many, one look at the log finds those.
    """
    lines: dict[str, set[int]] = {}
    for source in sources:
        lines.setdefault(source.file, set()).add(source.line)
    whole = _find_untouched_since(cwd, lines) if len(lines) > FEW else {}
    parts = [
        (file, ordered[start : start + _LINES])
        for file, ordered in ((file, sorted(numbers)) for file, numbers in sorted(lines.items()) if file not in whole)
        for start in range(0, len(ordered), _LINES)
    ]
    with ThreadPoolExecutor(4) as pool:
        told = pool.map(lambda part: _blame_file(cwd / part[0], part[0], part[1]), parts)
        found = {place: commit for rows in told for place, commit in rows.items()}
    made = {source: whole.get(source.file) or found.get((source.file, source.line)) for source in sources}
    return {source: commit for source, commit in made.items() if commit is not None}


def _find_untouched_since(cwd: Path, files: Iterable[str]) -> dict[str, Commit]:
    """The files that are as the only commit that ever touched them left them, with that commit."""
    try:
        root = find_repository(cwd)
        log = run_git(root, "log", "-c", "-z", "--no-renames", "--name-only", "--format=%x01%H%x02%an")
        dirty = set(run_git(root, "diff", "--name-only", "-z", "HEAD").split(b"\0"))
    except ReconcilerError:
        return {}
    touched: dict[bytes, list[Commit]] = {}
    for entry in log.split(b"\x01")[1:]:
        head, _, names = entry.partition(b"\0")
        name, _, author = head.partition(b"\x02")
        commit = Commit(name.decode()[:12], author.decode(errors="replace"))
        for one in names.removeprefix(b"\n").split(b"\0"):
            touched.setdefault(one.removeprefix(b"\n"), []).append(commit)
    made = {}
    for file in files:
        path = os.fsencode(os.path.relpath(cwd / file, root))
        if len(touched.get(path, ())) == 1 and path not in dirty:
            made[file] = touched[path][0]
    return made


def _blame_file(path: Path, file: str, numbers: Sequence[int]) -> dict[tuple[str, int], Commit]:
    ranges = [word for number in numbers for word in ("-L", f"{number},{number}")]
    try:
        told = run_git(path.parent, "blame", "--line-porcelain", "--no-textconv", *ranges, "--", path.name)
    except ReconcilerError:
        return {}
    found: dict[tuple[str, int], Commit] = {}
    commit, line = "", 0
    for row in told.decode(errors="replace").split("\n"):
        words = row.split(" ")
        if len(words) in (3, 4) and len(words[0]) in (40, 64) and words[1].isdecimal():
            commit, line = words[0], int(words[2])
        elif row.startswith("author ") and commit.strip("0"):
            found[file, line] = Commit(commit[:12], row.removeprefix("author "))
    return found
