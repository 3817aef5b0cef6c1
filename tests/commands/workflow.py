"""Runs the steps of a shipped workflow as GitHub's runner does: each in a shell, artifacts kept, `gh` a stand-in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "reconciler" / "pipelines"

GH = """#!/usr/bin/env python3
import os, shutil, sys
words, kept = sys.argv[1:], os.environ["ARTIFACTS"]
with open(os.path.join(kept, "gh.log"), "a") as log:
    log.write(" ".join(words) + "\\n")
if words[:2] == ["run", "download"]:
    name = words[words.index("--name") + 1]
    to = words[words.index("--dir") + 1] if "--dir" in words else "."
    shutil.copytree(os.path.join(kept, name), to, dirs_exist_ok=True)
elif words[:2] == ["run", "list"]:
    print(42)
elif words[0] == "api" and words[1].endswith("/commits/" + os.environ["GITHUB_SHA"] + "/pulls"):
    print(os.environ.get("PULL", ""))
elif words[-1] == ".head.repo.full_name":
    print(os.environ.get("FROM", os.environ["GITHUB_REPOSITORY"]))
elif words[0] == "api":
    print("f" * 40)
"""


def load_yaml(path: Path) -> Any:
    """A YAML file as plain data."""
    return YAML(typ="safe").load(path)


class Runner:
    """One checkout of one repository; `environ` is what the service sets, `known` the value of each expression."""

    def __init__(self, checkout: Path, scratch: Path, environ: dict[str, str], known: dict[str, str]) -> None:
        self.checkout, self.scratch, self.known = checkout, scratch, known
        self.artifacts = scratch / "artifacts"
        programs = scratch / "bin"
        for folder in (self.artifacts, programs):
            folder.mkdir(parents=True, exist_ok=True)
        python = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
        tool = f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n'
        for name, text in (("gh", GH), ("python", python), ("reconciler", tool)):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.outputs: dict[str, str] = {}
        self.environ = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(scratch),
            "PYTHONPATH": str(ROOT),
            "ARTIFACTS": str(self.artifacts),
            "GITHUB_STEP_SUMMARY": str(scratch / "summary.md"),
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(scratch),
            **environ,
        }

    def run_job(self, job: dict[str, Any]) -> dict[str, int]:
        """The exit code of each step by its name, up to the first that fails; steps with `if: always()` run on."""
        codes: dict[str, int] = {}
        failed = False
        for step in job["steps"]:
            if failed and "always()" not in str(step.get("if", "")):
                continue
            if "upload-artifact" in step.get("uses", ""):
                self._keep(step["with"])
            elif "download-artifact" in step.get("uses", ""):
                self._fetch(step["with"])
            elif "run" in step and step.get("name") != "Install":
                codes[step["name"]] = self.run_step(step, job.get("env", {}))
                failed = failed or codes[step["name"]] != 0
        return codes

    def run_step(self, step: dict[str, Any], more: dict[str, str]) -> int:
        """The exit code of one step; its outputs become expressions."""
        given = {**more, **step.get("env", {})}
        environ = {key: self._value(str(value)) for key, value in given.items()}
        told = self.scratch / "output.txt"
        told.write_text("")
        script = self.scratch / "step.sh"
        script.write_text(step["run"])
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.checkout,
            env={**self.environ, **{key: value for key, value in environ.items() if value}, "GITHUB_OUTPUT": str(told)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        self.said = ran.stdout + ran.stderr
        for line in told.read_text().splitlines():
            name, _, value = line.partition("=")
            self.outputs[name] = value
            self.known[f"steps.{step.get('id')}.outputs.{name}"] = value
        return ran.returncode

    def _value(self, text: str) -> str:
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: self.known[found[1]], text)

    def _keep(self, given: dict[str, str]) -> None:
        """As the action does: files by their names, of a single folder what is in it."""
        target, names = self.artifacts / self._value(given["name"]), given["path"].split()
        for name in names:
            path = self.checkout / name
            if path.is_dir() and len(names) == 1:
                shutil.copytree(path, target, dirs_exist_ok=True)
            elif path.exists():
                target.mkdir(exist_ok=True)
                shutil.copy(path, target / name)

    def _fetch(self, given: dict[str, str]) -> None:
        """As the action does with a pattern: each artifact in a folder of its name."""
        for kept in sorted(self.artifacts.glob(given["pattern"])):
            shutil.copytree(kept, self.checkout / given["path"] / kept.name, dirs_exist_ok=True)

    def clean(self) -> None:
        """A new job begins with a new checkout: what is not in Git is gone."""
        subprocess.run(["git", "clean", "-qfdx"], cwd=self.checkout, check=True, timeout=60)
