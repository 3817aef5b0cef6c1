"""Which variables of whoever begins a run hold for the workers that it runs on: settings and references, no values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler.commands.provenance import PIPELINES, find_told

SETTINGS = ("API", "PARALLEL", "PER_SECOND", "PER_MINUTE", "SHARE", "SETTINGS_PATCH")
"""Those of the run hold on every worker, also where it has none."""
KNOWN = ("RUN_ID", "TOKEN_ENV", "SECRET_ENV")
"""Those of the run hold where it has any: names of variables, whose values each worker has or has not."""
ELSEWHERE = ("ACCOUNT", "STATE", "SHARD", "EXECUTOR", "JOBS")
"""A task tells these itself."""


def make_settings(environ: Mapping[str, str], cwd: Path) -> dict[str, str]:
    """The variables that a task takes along. An empty one is as one that is not set.

    RECONCILER_KEY, and what a machine lets manifests read (RECONCILER_SECRET_FILES, RECONCILER_EXEC), are each
    machine's own, as tokens and secrets are.
    """
    config = environ.get("RECONCILER_CONFIG")
    return {
        **{f"RECONCILER_{name}": environ.get(f"RECONCILER_{name}", "") for name in SETTINGS},
        **{f"RECONCILER_{name}": value for name in KNOWN if (value := environ.get(f"RECONCILER_{name}"))},
        **{f"RECONCILER_{name}": "" for name in ELSEWHERE},
        "RECONCILER_CONFIG": os.path.relpath(cwd / config, cwd) if config else "",
        **_tell_provenance(environ),
    }


def _tell_provenance(environ: Mapping[str, str]) -> dict[str, str]:
    """Who applies what, and in which job: a worker may run in a pipeline of its own."""
    told, pipeline = find_told(environ)
    marks = {one.mark: "" for one in PIPELINES}
    if pipeline is not None and told.job:
        marks |= {pipeline.mark: "true", pipeline.job[0]: told.job}
    names = {"ACTOR": told.actor, "COMMIT": told.commit, "PIPELINE": told.pipeline}
    return {**marks, **{f"RECONCILER_{name}": value or "" for name, value in names.items()}}
