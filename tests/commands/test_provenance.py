"""Who and what applies, from the environments of pipelines and from a checkout."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from reconciler.commands.provenance import clean_url, find_commit, find_provenance
from reconciler.model import AppliedBy

SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "alice",
    "GITHUB_SHA": SHA,
    "GITHUB_REPOSITORY": "acme/hood",
    "GITHUB_RUN_ID": "7",
    "GITHUB_JOB": "apply",
}


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        (GITHUB, AppliedBy("alice", SHA, "https://github.com/acme/hood/actions/runs/7", "apply")),
        (
            {
                **GITHUB,
                "GITHUB_TRIGGERING_ACTOR": "bob",
                "GITHUB_SERVER_URL": "https://git.acme.test",
                "GITHUB_RUN_ATTEMPT": "2",
            },
            AppliedBy("bob", SHA, "https://git.acme.test/acme/hood/actions/runs/7/attempts/2", "apply"),
        ),
        ({"GITHUB_ACTIONS": "true"}, AppliedBy()),
        (
            {
                "GITLAB_CI": "true",
                "GITLAB_USER_LOGIN": "carol",
                "CI_COMMIT_SHA": SHA,
                "CI_PIPELINE_URL": "https://u:token@gitlab.test:8443/acme/hood/-/pipelines/5?private_token=x#y",
                "CI_JOB_NAME": "apply main",
            },
            AppliedBy("carol", SHA, "https://gitlab.test:8443/acme/hood/-/pipelines/5", "apply main"),
        ),
        (
            {
                "BUILDKITE": "true",
                "BUILDKITE_UNBLOCKER": "Dan",
                "BUILDKITE_COMMIT": "HEAD",
                "BUILDKITE_BUILD_URL": "no",
            },
            AppliedBy("Dan"),
        ),
        (
            {
                "TF_BUILD": "True",
                "BUILD_REQUESTEDFOR": "Eve",
                "SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/",
                "SYSTEM_TEAMPROJECT": "hood",
                "BUILD_BUILDID": "99",
            },
            AppliedBy("Eve", None, "https://dev.azure.com/acme/hood/_build/results?buildId=99"),
        ),
        ({"TF_BUILD": "True"}, AppliedBy()),
        (
            {"BITBUCKET_BUILD_NUMBER": "4", "BITBUCKET_REPO_FULL_NAME": "acme/hood", "BITBUCKET_COMMIT": SHA},
            AppliedBy(None, SHA, "https://bitbucket.org/acme/hood/pipelines/results/4"),
        ),
        ({"BITBUCKET_BUILD_NUMBER": "4"}, AppliedBy()),
        (
            {"CIRCLECI": "true", "CIRCLE_USERNAME": "fay", "CIRCLE_BUILD_URL": "https://circleci.com/gh/a/b/3"},
            AppliedBy("fay", None, "https://circleci.com/gh/a/b/3"),
        ),
        (
            {"JENKINS_URL": "x", "GIT_COMMIT": SHA, "BUILD_URL": "http://[::1]:80/job/3/", "JOB_NAME": "n" * 400},
            AppliedBy(None, SHA, "http://[::1]:80/job/3/", "n" * 300),
        ),
        ({"USER": "gus", "GITHUB_SHA": SHA}, AppliedBy("gus")),
        (
            {
                **GITHUB,
                "RECONCILER_ACTOR": "hal",
                "RECONCILER_COMMIT": OTHER,
                "RECONCILER_PIPELINE": "https://ci.test/1",
            },
            AppliedBy("hal", OTHER, "https://ci.test/1", "apply"),
        ),
    ],
)
def test_each_pipeline_tells_in_its_own_words(environ: dict[str, str], found: AppliedBy, tmp_path: Path) -> None:
    """Actor, commit, the page of the run and the job; no credentials, nothing that is not what it should be."""
    assert find_provenance(environ, tmp_path) == found


def test_without_any_word_the_system_tells_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nobody does."""
    monkeypatch.setattr(getpass, "getuser", lambda: "ida")
    assert find_provenance({}, tmp_path) == AppliedBy("ida")

    def fail() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(getpass, "getuser", fail)
    assert find_provenance({}, tmp_path) == AppliedBy()


@pytest.mark.parametrize("text", ["", "ftp://x/y", "https://", "https://x:port/", "file:///etc/passwd", "https://[x/"])
def test_what_is_no_web_address_is_left_out(text: str) -> None:
    """A page that a person can open, or nothing."""
    assert clean_url(text) is None


def write(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "commit"),
    [
        ({".git/HEAD": SHA + "\n"}, SHA),
        ({".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": SHA + "\n"}, SHA),
        (
            {
                ".git/HEAD": "ref: refs/heads/feature/x\n",
                ".git/packed-refs": f"# pack-refs\n{OTHER} refs/heads/x\n{SHA} refs/heads/feature/x\n^{OTHER}\n",
            },
            SHA,
        ),
        ({".git/HEAD": "ref: refs/heads/new\n", ".git/packed-refs": f"{OTHER} refs/heads/x\n"}, None),
        ({".git/HEAD": "ref: refs/heads/new\n"}, None),
        ({".git/HEAD": "ref: refs/../../../token\n", "token": SHA}, None),
        ({".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": "no commit"}, None),
        ({".git/config": ""}, None),
        (
            {
                ".git": "gitdir: elsewhere/.git/worktrees/w\n",
                "elsewhere/.git/worktrees/w/HEAD": "ref: refs/heads/w\n",
                "elsewhere/.git/worktrees/w/commondir": "../..\n",
                "elsewhere/.git/refs/heads/w": SHA,
            },
            SHA,
        ),
        ({".git": "nonsense"}, None),
        ({"file": ""}, None),
    ],
)
def test_the_commit_is_read_from_the_checkout(files: dict[str, str], commit: str | None, tmp_path: Path) -> None:
    """Around the manifests, branches and worktrees too, without running anything."""
    folder = write(tmp_path, files) / "manifests" / "deep"
    assert find_commit(folder) == commit
