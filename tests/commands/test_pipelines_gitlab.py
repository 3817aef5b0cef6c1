"""The story that the jobs of the shipped GitLab template tell, with real Git and a stand-in of GitLab."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.commands.forge import ForgeServer
from tests.commands.repository import Repository
from tests.commands.stage import Stage
from tests.commands.test_pipelines import CONFIG, GITLAB, TEXT
from tests.commands.workflow import Runner, load_yaml
from tests.needs import need

pytest_plugins = ["tests.commands.test_comment"]


@pytest.fixture
def story(stage: Stage, forge: ForgeServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, Repository]:
    """A repository with a manifest that is live, a place to push to, and a runner of GitLab that has the token."""
    need("git", "bash")
    stage.world.edit("1161", name="Main", now=1.0)
    (stage.folder / "manifests" / "main.yaml").unlink()
    stage.write("manifests/one.yaml", TEXT.format(name="Main"))
    stage.write("reconciler.yaml", CONFIG)
    stage.write(".gitignore", "*.json\n*.html\n")
    repository = Repository(stage.folder)
    base = repository.commit("first")
    scratch = tmp_path_factory.mktemp("runner")
    subprocess.run(["git", "init", "-q", "--bare", str(scratch / "hub.git")], check=True, timeout=60)
    options = ["git", "-C", str(scratch / "hub.git"), "config", "receive.advertisePushOptions", "true"]
    subprocess.run(options, check=True, timeout=60)
    environ = {
        "GITHUB_ACTIONS": "",
        "GITLAB_CI": "true",
        "GITLAB_TOKEN": "forge-token-0123456789",
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "42",
        "CI_PROJECT_URL": f"file://{scratch}/hub",
        "CI_SERVER_HOST": "gitlab.example.com",
        "CI_PIPELINE_ID": "9",
        "CI_COMMIT_SHA": "a" * 40,
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "OCAMBA_TOKEN": stage.world.token,
        "RECONCILER_KEY": "k" * 32,
        "RECONCILER_API": stage.server.url,
    }
    return Runner(stage.folder, scratch, environ, {}), repository


def run_job(runner: Runner, name: str) -> int:
    """The exit code of a job of the template; what it writes stays in the checkout."""
    return runner.run_step({"run": "\n".join(load_yaml(GITLAB)[name]["script"])}, {})


def serve_merged(forge: ForgeServer, *, source: int = 42, plan: bytes | None = None) -> None:
    """The merge request of the commit, its pipelines, and the plan where it has one."""
    home = "/projects/42"
    merged = [{"iid": 7, "source_project_id": source, "target_project_id": 42}]
    forge.files[f"{home}/repository/commits/{'a' * 40}/merge_requests"] = merged
    forge.files[f"{home}/merge_requests/7/pipelines"] = [{"id": 3, "status": "success"}]
    forge.files[f"{home}/pipelines/3/jobs"] = [{"id": 5, "name": "reconciler-plan"}] if plan is not None else []
    forge.files[f"{home}/jobs/5/artifacts/plan.json"] = plan


@pytest.mark.slow
def test_the_story_of_a_change(stage: Stage, forge: ForgeServer, story: tuple[Runner, Repository]) -> None:
    """Branch, plan, comment, merge, apply of the reviewed plan, drift, the branch that is pushed; each exit code."""
    runner, repository = story
    repository.git("checkout", "-q", "-b", "change")
    stage.write("manifests/one.yaml", TEXT.format(name="Reviewed"))
    repository.commit("change")
    assert run_job(runner, "reconciler-validate") == 0, runner.said
    assert run_job(runner, "reconciler-plan") == 0, runner.said
    (comment,) = forge.comments.values()
    assert "Reviewed" in comment
    assert "intended: the manifest changed" in comment
    assert '"update": 1' in (stage.folder / "counts.json").read_text()
    serve_merged(forge, plan=(stage.folder / "plan.json").read_bytes())

    runner.clean()
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "change")
    assert run_job(runner, "reconciler-apply") == 0, runner.said
    assert stage.name_of("1161") == "Reviewed"

    runner.clean()
    stage.world.edit("1161", name="By hand", now=9.0)
    assert run_job(runner, "reconciler-drift") == 2, runner.said
    hub = ["git", "-C", str(runner.scratch / "hub.git"), "show", "reconciler/drift-9:manifests/one.yaml"]
    pushed = subprocess.run(hub, capture_output=True, text=True, check=True, timeout=60).stdout
    assert pushed == TEXT.format(name="By hand")
    assert "forge-token" not in runner.said


@pytest.mark.slow
def test_a_fork_plans_without_any_credential(
    stage: Stage, forge: ForgeServer, story: tuple[Runner, Repository]
) -> None:
    """Against the snapshot of the last schedule that kept one; where none can be had it is only validated."""
    runner, repository = story
    assert run_job(runner, "reconciler-snapshot") == 0, runner.said
    kept = (stage.folder / "live.json").read_bytes()
    runner.clean()
    stage.write("manifests/one.yaml", TEXT.format(name="From a fork"))
    repository.commit("fork")
    for name in ("OCAMBA_TOKEN", "RECONCILER_KEY", "GITLAB_TOKEN"):
        del runner.environ[name]
    runner.environ["CI_PROJECT_ID"] = "77"
    stage.world.log.clear()
    assert run_job(runner, "reconciler-fork") == 0
    assert "no snapshot can be had" in runner.said

    forge.files["/projects/42/pipelines"] = [{"id": 2}, {"id": 1}]
    forge.files["/projects/42/pipelines/2/jobs"] = []
    forge.files["/projects/42/pipelines/1/jobs"] = [{"id": 5, "name": "reconciler-snapshot", "status": "success"}]
    forge.files["/projects/42/jobs/5/artifacts/live.json"] = kept
    assert run_job(runner, "reconciler-fork") == 0, runner.said
    assert "such a plan cannot be applied" in runner.said
    assert '"update": 1' in (stage.folder / "counts.json").read_text()
    assert stage.world.log == []


@pytest.mark.slow
@pytest.mark.parametrize(("source", "said"), [(77, "came from a fork"), (42, "nothing was reviewed")])
def test_what_no_plan_was_reviewed_of_is_not_applied(
    stage: Stage, forge: ForgeServer, story: tuple[Runner, Repository], source: int, said: str
) -> None:
    """The merge request of a fork, and one without a plan."""
    runner, _ = story
    serve_merged(forge, source=source)
    assert run_job(runner, "reconciler-apply") == 1
    assert said in runner.said
    assert "Traceback" not in runner.said
    assert not Path(stage.folder / "plan.json").exists()
    assert stage.world.writes == []
