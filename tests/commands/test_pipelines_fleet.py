"""The shipped examples of a fleet: what their schemas say of them, and the story that their jobs and pods tell."""

from __future__ import annotations

import io
import json
import re
import shlex
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.commands.fleet_stage import FleetStage, make_fleet, token_of
from tests.commands.forge import ForgeServer
from tests.commands.repository import Repository
from tests.commands.stage import Stage
from tests.commands.test_comment import github
from tests.commands.test_pipelines import GITLAB_FLEET
from tests.commands.workflow import PIPELINES, Runner, load_yaml
from tests.needs import need

NAMES = ("alpha", "beta", "delta", "gamma", "kappa", "omega")
SCHEMA = Path(__file__).with_name("kubernetes-job.schema.json")
POD = PIPELINES / "kubernetes" / "reconciler-fleet-job.yaml"

pytest_plugins = ["tests.commands.test_comment"]


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[FleetStage]:
    """Accounts, each with one change to plan, in a repository."""
    need("git", "bash")
    folder = tmp_path / "desk"
    folder.mkdir()
    with make_fleet(folder, NAMES, monkeypatch, capsys) as made:
        made.stage.write(".gitignore", "*.json\n*.md\n*.html\nplans*/\nreports*/\nreviewed/\npieces/\n")
        yield made


def environ_of(fleet: FleetStage) -> dict[str, str]:
    """What each job has of the environment: all tokens, and the emulator's address."""
    tokens = {f"OCAMBA_{name.upper()}": token_of(name) for name in NAMES}
    return {**tokens, "RECONCILER_API": fleet.server.url, "RECONCILER_KEY": "k" * 32}


def workflow(name: str) -> dict[str, Any]:
    """The jobs of a shipped workflow."""
    jobs: dict[str, Any] = load_yaml(PIPELINES / "github-fleet" / f"reconciler-fleet-{name}.yml")["jobs"]
    return jobs


def run_shards(runner: Runner, job: dict[str, Any]) -> list[dict[str, int]]:
    """The codes of the steps of each job of a matrix, each in a checkout of its own."""
    codes = []
    shards = job["strategy"]["matrix"]["shard"]
    for shard in shards:
        runner.clean()
        runner.known |= {"matrix.shard": str(shard), "strategy.job-total": str(len(shards))}
        codes.append(runner.run_job(job))
    runner.clean()
    return codes


@pytest.mark.slow
def test_github_plans_comments_and_applies_in_a_matrix(
    fleet: FleetStage, forge: ForgeServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each account in one job; one comment for all; the jobs of the merge apply what was reviewed, once."""
    base = Repository(fleet.folder).commit("first")
    environ = {**github(forge), **environ_of(fleet), "GITHUB_RUN_ID": "9", "GITHUB_SHA": "a" * 40, "PULL": "7"}
    known = {
        "secrets.OCAMBA_TOKEN": "",
        "secrets.RECONCILER_KEY": "k" * 32,
        "github.event.pull_request.base.sha": base,
        "github.token": "forge-token-0123456789",
    }
    runner = Runner(fleet.folder, tmp_path_factory.mktemp("runner"), environ, known)
    assert runner.run_job(workflow("plan")["validate"]) == {"Validate": 0}
    planned = run_shards(runner, workflow("plan")["plan"])
    assert planned == [{"Plan": 0, "Result": 0}] * 4, runner.said
    assert runner.run_job(workflow("plan")["report"]) == {"Merge": 0, "Comment": 0, "Result": 0}, runner.said
    (comment,) = forge.comments.values()
    assert all(name in comment for name in NAMES)
    assert "6 to update" in comment
    assert all(not world.writes for world in fleet.worlds.values())

    applied = run_shards(runner, workflow("apply")["apply"])
    assert applied == [{"Fetch the reviewed plans": 0, "Apply": 0}] * 4, runner.said
    assert runner.run_job(workflow("apply")["report"]) == {"Merge": 0}, runner.said
    assert [len(fleet.worlds[name].writes) for name in NAMES] == [1] * len(NAMES)
    summary = Path(runner.environ["GITHUB_STEP_SUMMARY"]).read_text()
    assert "6 updated" in summary


@pytest.mark.slow
def test_github_tells_of_a_shard_that_brought_nothing(
    fleet: FleetStage, forge: ForgeServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A job that died is no fleet in sync; a push without a pull request and a fork's apply nothing."""
    Repository(fleet.folder).commit("first")
    environ = {**github(forge), **environ_of(fleet), "GITHUB_RUN_ID": "9", "GITHUB_SHA": "a" * 40}
    known = {"secrets.OCAMBA_TOKEN": "", "secrets.RECONCILER_KEY": "k" * 32, "github.token": "t"}
    known["github.event.pull_request.base.sha"] = "HEAD"
    runner = Runner(fleet.folder, tmp_path_factory.mktemp("runner"), environ, known)
    run_shards(runner, workflow("plan")["plan"])
    for kept in runner.artifacts.glob("*-shown-3"):
        for file in kept.iterdir():
            file.unlink()
        kept.rmdir()
    assert runner.run_job(workflow("plan")["report"]) == {"Merge": 0, "Comment": 0, "Result": 6}
    assert run_shards(runner, workflow("apply")["apply"]) == [{"Fetch the reviewed plans": 0, "Apply": 0}] * 4
    assert runner.run_job(workflow("apply")["report"]) == {"Merge": 0}
    runner.environ |= {"PULL": "7", "FROM": "somebody/r"}
    assert run_shards(runner, workflow("apply")["apply"]) == [{"Fetch the reviewed plans": 1}] * 4
    assert all(not world.writes for world in fleet.worlds.values())


def run_gitlab(runner: Runner, name: str, *, keep: tuple[str, ...] = ()) -> list[int]:
    """The exit codes of a job of the template, or of each of those that `parallel` makes of it. keep: what stays."""
    job = load_yaml(GITLAB_FLEET)[name]
    total, codes = job.get("parallel", 1), []
    for index in range(1, total + 1):
        node = {"CI_NODE_TOTAL": str(total), **({"CI_NODE_INDEX": str(index)} if "parallel" in job else {})}
        codes.append(runner.run_step({"run": "\n".join(job["script"])}, node))
    return codes


def zip_of(folder: Path, *names: str) -> bytes:
    """What GitLab sends as the artifacts of a job."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as kept:
        for name in names:
            for file in sorted((folder / name).rglob("*")) if (folder / name).is_dir() else [folder / name]:
                kept.write(file, file.relative_to(folder).as_posix())
    return data.getvalue()


@pytest.mark.slow
def test_gitlab_plans_comments_and_applies_in_parallel(
    fleet: FleetStage, forge: ForgeServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """GitLab tells each job which one it is; each fetches the plans of the job of its number."""
    base = Repository(fleet.folder).commit("first")
    environ = {
        **environ_of(fleet),
        "GITHUB_ACTIONS": "",
        "GITLAB_CI": "true",
        "GITLAB_TOKEN": "forge-token-0123456789",
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "42",
        "CI_COMMIT_SHA": "a" * 40,
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
    }
    runner = Runner(fleet.folder, tmp_path_factory.mktemp("runner"), environ, {})
    assert run_gitlab(runner, "reconciler-fleet-validate") == [0], runner.said
    assert run_gitlab(runner, "reconciler-fleet-plan") == [0] * 4, runner.said
    assert run_gitlab(runner, "reconciler-fleet-plan-report") == [0], runner.said
    (comment,) = forge.comments.values()
    assert all(name in comment for name in NAMES)
    serve_plans(forge, fleet.folder)

    runner.clean()
    assert run_gitlab(runner, "reconciler-fleet-apply-report") == [0], runner.said
    assert run_gitlab(runner, "reconciler-fleet-apply") == [0] * 4, runner.said
    assert run_gitlab(runner, "reconciler-fleet-apply-report") == [0], runner.said
    assert [len(fleet.worlds[name].writes) for name in NAMES] == [1] * len(NAMES)
    assert "forge-token" not in runner.said

    runner.clean()
    forge.files["/projects/42/pipelines/3/jobs"] = []
    assert run_gitlab(runner, "reconciler-fleet-apply") == [1] * 4
    assert "nothing was reviewed" in runner.said
    forge.files[f"/projects/42/repository/commits/{'a' * 40}/merge_requests"] = []
    assert run_gitlab(runner, "reconciler-fleet-apply") == [0] * 4
    assert [len(fleet.worlds[name].writes) for name in NAMES] == [1] * len(NAMES)


def serve_plans(forge: ForgeServer, folder: Path) -> None:
    """The merge request of the commit, its pipeline, and what its jobs have kept."""
    home = "/projects/42"
    merged = [{"iid": 7, "source_project_id": 42, "target_project_id": 42}]
    forge.files[f"{home}/repository/commits/{'a' * 40}/merge_requests"] = merged
    forge.files[f"{home}/merge_requests/7/pipelines"] = [{"id": 3, "status": "success"}]
    rows = [{"id": 10 + index, "name": f"reconciler-fleet-plan {index}/4"} for index in range(1, 5)]
    forge.files[f"{home}/pipelines/3/jobs"] = rows
    for index in range(1, 5):
        names = (f"plans-{index}", f"shown-{index}.json")
        forge.files[f"{home}/jobs/{10 + index}/artifacts"] = zip_of(folder, *names)


def check_job(job: Any) -> list[str]:
    """What Kubernetes' own schema of a Job has against it."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    return [error.message for error in validator.iter_errors(job)]


def test_the_indexed_job_is_what_kubernetes_takes() -> None:
    """By its published schema, which does find what is wrong."""
    job = load_yaml(POD)
    assert check_job(job) == []
    job["spec"]["completionmode"] = job["spec"].pop("completionMode")
    assert len(check_job(job)) == 1
    assert check_job({**load_yaml(POD), "kind": "Jobs"}) != []


def test_the_indexed_job_is_careful() -> None:
    """Kubernetes' restricted profile, secrets by reference, and the rules that schemas cannot tell."""
    spec = load_yaml(POD)["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert spec["completionMode"] == "Indexed"
    assert f"/{spec['completions']}" in container["args"]
    assert pod["restartPolicy"] == "Never", "which podFailurePolicy and backoffLimitPerIndex want"
    assert spec["podReplacementPolicy"] == "Failed", "no second pod before the first one has ended"
    values = spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"]
    assert values == sorted(set(values))
    assert 0 not in values
    assert not {1, 5, 6, 8, 137, 143} & set(values), "these may go better the next time"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert all(set(one["valueFrom"]) == {"secretKeyRef"} for one in container["env"])
    assert set(container["resources"]) == {"requests", "limits"}
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}


def run_pods(fleet: FleetStage, tmp_path: Path) -> list[int]:
    """The exit code of each pod."""
    spec = load_yaml(POD)["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    codes = []
    for index in range(spec["completions"]):
        words = [one.replace("$(JOB_COMPLETION_INDEX)", str(index)) for one in container["args"]]
        words = [one.replace("/reports", str(tmp_path / "reports")) for one in words]
        fleet.stage.patch.setenv("JOB_COMPLETION_INDEX", str(index))
        codes.append(fleet.stage.attempt(*words).code)
    fleet.stage.patch.delenv("JOB_COMPLETION_INDEX")
    return codes


def test_the_pods_apply_to_each_account_once(fleet: FleetStage, tmp_path: Path) -> None:
    """Also where a pod was killed in the middle and another one takes its place; the pieces become one fleet."""
    (tmp_path / "reports").mkdir()
    for name, value in environ_of(fleet).items():
        fleet.stage.patch.setenv(name, value)
    assert run_pods(fleet, tmp_path) == [0] * 8
    assert [len(fleet.worlds[name].writes) for name in NAMES] == [1] * len(NAMES)
    killed = tmp_path / "reports" / "0"
    (killed / "fleet.json").rename(killed / ".reconciler-fleet")
    assert run_pods(fleet, tmp_path) == [0] * 8
    assert [len(fleet.worlds[name].writes) for name in NAMES] == [1] * len(NAMES)
    pieces = [str(path) for path in sorted((tmp_path / "reports").glob("*/fleet.json"))]
    merged = fleet.run("report", "merge", *pieces, "--format", "json").document
    assert [row["account"] for row in merged["accounts"]] == sorted(NAMES)
    assert merged["missing"] == []


def test_init_writes_the_examples_of_a_fleet(stage: Stage) -> None:
    """Where each service looks; what their comments tell to type is what there is."""
    stage.run("init", "hub", "--account", "acme", "--ci", "github-fleet")
    folder = stage.folder / "hub/.github/workflows"
    assert sorted(path.name for path in folder.iterdir()) == ["reconciler-fleet-apply.yml", "reconciler-fleet-plan.yml"]
    stage.run("init", "lab", "--account", "acme", "--ci", "gitlab-fleet")
    assert (stage.folder / "lab/reconciler-fleet.gitlab-ci.yml").is_file()
    stage.run("init", "pod", "--account", "acme", "--ci", "kubernetes")
    text = (stage.folder / "pod/reconciler-fleet-job.yaml").read_text()
    (typed,) = re.findall(r"reconciler report merge .*", text)
    assert shlex.split(typed)[:3] == ["reconciler", "report", "merge"]


def test_the_numbers_of_jobs_are_the_same_in_both_halves() -> None:
    """An account's plan is kept under the number of the job that applies it."""
    shards = [workflow(name)[name]["strategy"]["matrix"]["shard"] for name in ("plan", "apply")]
    assert shards[0] == shards[1] == list(range(1, len(shards[0]) + 1))
    gitlab = load_yaml(GITLAB_FLEET)
    assert gitlab["reconciler-fleet-plan"]["parallel"] == gitlab["reconciler-fleet-apply"]["parallel"]
