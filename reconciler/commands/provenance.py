"""Who and what applies: what a pipeline's environment tells, else the user and the commit that is checked out.

Nothing here runs a program. URLs lose their credentials, and what does not look like what it should be is left out.
"""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from reconciler.configuration import holds
from reconciler.model import AppliedBy

LONGEST = 300
"""Characters of a name."""

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_REF = re.compile(r"refs/[A-Za-z0-9_.#+@-]+(/[A-Za-z0-9_.#+@-]+)*")
_NUMBER = re.compile(r"buildId=[0-9]+")
_LARGEST = 1 << 20

Environ = Mapping[str, str]


class Pipeline(Struct, frozen=True):
    """What one kind of pipeline calls things: of several variables the first that is set wins. url: of the run.

    mark: a variable that is set in each.
    """

    mark: str
    actor: tuple[str, ...]
    commit: tuple[str, ...]
    url: Callable[[Environ], str]
    job: tuple[str, ...]


def _github(environ: Environ) -> str:
    place, run = environ.get("GITHUB_REPOSITORY"), environ.get("GITHUB_RUN_ID")
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "1")
    again = "" if attempt == "1" else f"/attempts/{attempt}"
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    return f"{server}/{place}/actions/runs/{run}{again}" if place and run else ""


def _azure(environ: Environ) -> str:
    server, project = environ.get("SYSTEM_COLLECTIONURI", ""), environ.get("SYSTEM_TEAMPROJECT", "")
    number = environ.get("BUILD_BUILDID", "")
    return f"{server.rstrip('/')}/{project}/_build/results?buildId={number}" if server and number.isdigit() else ""


def _bitbucket(environ: Environ) -> str:
    place, number = environ.get("BITBUCKET_REPO_FULL_NAME"), environ.get("BITBUCKET_BUILD_NUMBER")
    return f"https://bitbucket.org/{place}/pipelines/results/{number}" if place and number else ""


def _named(name: str) -> Callable[[Environ], str]:
    return lambda environ: environ.get(name, "")


PIPELINES = (
    Pipeline("GITHUB_ACTIONS", ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"), ("GITHUB_SHA",), _github, ("GITHUB_JOB",)),
    Pipeline("GITLAB_CI", ("GITLAB_USER_LOGIN",), ("CI_COMMIT_SHA",), _named("CI_PIPELINE_URL"), ("CI_JOB_NAME",)),
    Pipeline(
        "BUILDKITE",
        ("BUILDKITE_BUILD_CREATOR", "BUILDKITE_UNBLOCKER"),
        ("BUILDKITE_COMMIT",),
        _named("BUILDKITE_BUILD_URL"),
        ("BUILDKITE_LABEL", "BUILDKITE_JOB_ID"),
    ),
    Pipeline("TF_BUILD", ("BUILD_REQUESTEDFOR",), ("BUILD_SOURCEVERSION",), _azure, ("SYSTEM_JOBDISPLAYNAME",)),
    Pipeline("BITBUCKET_BUILD_NUMBER", (), ("BITBUCKET_COMMIT",), _bitbucket, ()),
    Pipeline("CIRCLECI", ("CIRCLE_USERNAME",), ("CIRCLE_SHA1",), _named("CIRCLE_BUILD_URL"), ("CIRCLE_JOB",)),
    Pipeline("JENKINS_URL", ("BUILD_USER_ID",), ("GIT_COMMIT",), _named("BUILD_URL"), ("JOB_NAME",)),
)


def find_provenance(environ: Environ, root: Path) -> AppliedBy:
    """Who and what applies. root: the folder of the manifests. RECONCILER_ACTOR, RECONCILER_COMMIT and
    RECONCILER_PIPELINE beat what the environment tells otherwise.
    """
    told, _ = find_told(environ)
    return AppliedBy(told.actor, told.commit or find_commit(root), told.pipeline, told.job)


def find_told(environ: Environ) -> tuple[AppliedBy, Pipeline | None]:
    """What the environment alone tells of it, and the pipeline that it is told by."""
    pipeline = next((one for one in PIPELINES if environ.get(one.mark)), None)
    told = _read_pipeline(pipeline, environ) if pipeline is not None else AppliedBy(actor=_clean(_find_user(environ)))
    by = AppliedBy(
        actor=_clean(environ.get("RECONCILER_ACTOR")) or told.actor,
        commit=_commit(environ.get("RECONCILER_COMMIT")) or told.commit,
        pipeline=clean_url(environ.get("RECONCILER_PIPELINE", "")) or told.pipeline,
        job=told.job,
    )
    return by, pipeline


def _read_pipeline(pipeline: Pipeline, environ: Environ) -> AppliedBy:
    def first(names: tuple[str, ...]) -> str | None:
        return next((environ[name] for name in names if environ.get(name)), None)

    return AppliedBy(
        actor=_clean(first(pipeline.actor)),
        commit=_commit(first(pipeline.commit)),
        pipeline=clean_url(pipeline.url(environ)),
        job=_clean(first(pipeline.job)),
    )


def _find_user(environ: Environ) -> str | None:
    named = next((environ[name] for name in ("LOGNAME", "USER", "USERNAME") if environ.get(name)), None)
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None


def _clean(text: str | None) -> str | None:
    return text.strip()[:LONGEST] or None if text else None


def _commit(text: str | None) -> str | None:
    return text if text and _COMMIT.fullmatch(text) else None


def clean_url(text: str) -> str | None:
    """An http or https URL without credentials, fragment and any query but a build's number; None for anything else."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    host = f"[{host}]" if ":" in host else host
    netloc = host if port is None else f"{host}:{port}"
    query = parts.query if _NUMBER.fullmatch(parts.query) else ""
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))[: 2 * LONGEST]


def find_commit(folder: Path) -> str | None:
    """The commit that is checked out around a folder, by reading a few small files of its .git; None where unsure."""
    for one in (folder, *folder.parents):
        git = one / ".git"
        text = _read(git) if holds(git.is_file) else None
        if text is not None and text.startswith("gitdir: "):
            git = one / text.removeprefix("gitdir: ")
        if holds(git.is_dir):
            return _read_head(git)
    return None


def _read_head(git: Path) -> str | None:
    head = _read(git / "HEAD") or ""
    if not head.startswith("ref: "):
        return _commit(head)
    ref = head.removeprefix("ref: ")
    if not _REF.fullmatch(ref) or ".." in ref:
        return None
    common = git / (_read(git / "commondir") or ".")
    for place in (git, common):
        found = _commit(_read(place / ref))
        if found:
            return found
    packed = _read(common / "packed-refs") or ""
    return next((_commit(line[: -len(ref) - 1]) for line in packed.splitlines() if line.endswith(f" {ref}")), None)


def _read(file: Path) -> str | None:
    """The text of a small file; None where there is none."""
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST).decode().strip()
    except (OSError, ValueError):
        return None
