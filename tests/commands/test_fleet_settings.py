"""Which variables a task takes along: settings and the names of variables, and none that holds a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.commands.fleet_settings import make_settings
from reconciler.commands.provenance import find_provenance

CWD = Path("/srv/checkout")
OWN = ("RECONCILER_KEY", "RECONCILER_SECRET_FILES", "RECONCILER_EXEC")


def test_settings_hold_everywhere() -> None:
    """Also those that are not set: a worker's own would make another run of it."""
    settings = make_settings({"RECONCILER_API": "https://api.example.com", "RECONCILER_RUN_ID": "7"}, CWD)
    assert settings["RECONCILER_API"] == "https://api.example.com"
    assert settings["RECONCILER_PER_MINUTE"] == settings["RECONCILER_STATE"] == settings["RECONCILER_CONFIG"] == ""
    assert settings["RECONCILER_RUN_ID"] == "7"
    assert "RECONCILER_TOKEN_ENV" not in settings


def test_the_configuration_is_named_from_the_checkout() -> None:
    """A whole path would lead nowhere on another machine."""
    assert make_settings({"RECONCILER_CONFIG": "/srv/checkout/a/b.yaml"}, CWD)["RECONCILER_CONFIG"] == "a/b.yaml"
    assert make_settings({"RECONCILER_CONFIG": "c.yaml"}, CWD)["RECONCILER_CONFIG"] == "c.yaml"


@given(
    st.dictionaries(
        st.sampled_from([*OWN, "OCAMBA_TOKEN", "HOOD_X", "AWS_KEY", "RECONCILER_FUTURE"]), st.just("CANARY")
    )
)
def test_no_value_travels(environ: dict[str, str]) -> None:
    """What is not known to be a setting stays where it is."""
    assert "CANARY" not in make_settings(environ, CWD).values()
    assert not set(OWN) & set(make_settings(environ, CWD))


@pytest.mark.parametrize(
    "began",
    [
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "ada",
            "GITHUB_SHA": "a" * 40,
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_RUN_ID": "7",
            "GITHUB_JOB": "apply",
        },
        {
            "GITLAB_CI": "true",
            "GITLAB_USER_LOGIN": "ada",
            "CI_PIPELINE_URL": "https://u:p@x.example/1",
            "CI_JOB_NAME": "j",
        },
        {"LOGNAME": "ada"},
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_COMMIT": "b" * 40},
    ],
)
@pytest.mark.parametrize(
    "worker", [{}, {"JENKINS_URL": "x", "BUILD_USER_ID": "bob", "JOB_NAME": "own", "GIT_COMMIT": "c" * 40}]
)
def test_a_worker_tells_who_began_the_run(began: dict[str, str], worker: dict[str, str], tmp_path: Path) -> None:
    """Actor, commit, pipeline and job are theirs, though the worker runs in a pipeline of its own."""
    settings = make_settings(began, CWD)
    told = find_provenance({**worker, **settings}, tmp_path)
    expected = find_provenance(began, tmp_path)
    assert (told.commit, told.pipeline, told.job) == (expected.commit, expected.pipeline, expected.job)
    if expected.actor:
        assert told.actor == expected.actor
    assert "u:p@" not in str(settings)
