"""A desk for the growth of every verb: an account on disk and in Git, one object in ten changed, and the emulator.

The emulator is a process of its own without limits, so that what a run takes is the program's own.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.benchmarks.measure import environ_of_child
from tests.benchmarks.stored import read_environ, save_account
from tests.commands.forge import ForgeServer

CHANGED_EVERY = 10
FILES = "FILES"
CONFIGURATION = """\
version: 1
accounts:
  main: {company_id: "6197120", path: manifests}
  bare: {company_id: "6197120", path: bare}
guard: {max_changes: 1000000, max_percent: 100}
"""
AUTHOR = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.com")
PACE = {"RECONCILER_PER_SECOND": "10000", "RECONCILER_PER_MINUTE": "100000"}


class Desk(Struct, frozen=True):
    """Where a verb runs. environ: without the variables that only plans and applies read, which are `secrets`."""

    folder: Path
    environ: dict[str, str]
    secrets: dict[str, str]

    def run(self, argv: Sequence[str]) -> float:
        """CPU seconds of a command line and of what it starts; FILES stands for every manifest's file.

        Raises AssertionError where it failed.
        """
        files = [str(path.relative_to(self.folder)) for path in sorted(self.folder.glob("manifests/*/*.yaml"))]
        words = [word for one in argv for word in (files if one == FILES else [one])]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *words],
            cwd=self.folder,
            env={**self.environ, **self.secrets},
            capture_output=True,
            text=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 2):
            raise AssertionError(f"{' '.join(argv)}: exit {done.returncode}\n{done.stderr[-2000:]}")
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def open_desk(folder: Path, objects: int) -> Iterator[Desk]:
    """A desk with an account of so many objects, as long as the block runs."""
    save_account(folder, objects, changed_every=CHANGED_EVERY)
    (folder / "bare").mkdir()
    (folder / "reconciler.yaml").write_text(CONFIGURATION)
    (folder / "seed.json").write_text(json.dumps(make_seed(folder)))
    for words in (("init", "-q"), ("add", "reconciler.yaml", "manifests"), (*AUTHOR, "commit", "-qm", "All")):
        subprocess.run(["git", *words], cwd=folder, check=True, env=environ_of_child())
    with _serve_emulator(folder) as url, _serve_forge() as forge:
        environ = {
            **environ_of_child(),
            **PACE,
            **_make_pipeline(forge),
            "RECONCILER_API": url,
            "RECONCILER_ACCOUNT": "main",
            "RECONCILER_KEY": "a key of the benchmark, long enough",
            "XDG_RUNTIME_DIR": str(folder),
        }
        yield Desk(folder, environ, {**read_environ(str(folder)), "OCAMBA_TOKEN": "sandbox-token"})


def make_seed(folder: Path) -> dict[str, Any]:
    """The account as the emulator takes it: what the stored pages show."""
    items = [item for page in folder.glob("pages/*.json") for item in json.loads(page.read_bytes())["items"]]
    kept = ("id", "name", "provider_id", "settings", "status")
    told = {item["provider_id"]: item["provider"] for item in items}
    providers = [{**one, "settings": [{"name": row["name"]} for row in one["settings"]]} for one in told.values()]
    integrations = [{key: item[key] for key in kept} for item in sorted(items, key=lambda item: int(item["id"]))]
    return {"company_id": "6197120", "providers": providers, "integrations": integrations}


@contextmanager
def _serve_emulator(folder: Path) -> Iterator[str]:
    words = ["sandbox", "--port", "0", "--seed", "seed.json", "--per-second", "0", "--per-minute", "0"]
    environ = {**environ_of_child(), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *words], cwd=folder, env=environ, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            found = next(match for line in server.stdout if (match := re.search(r"http://\S+/v1/hood", line)))
            yield found[0]
        finally:
            server.terminate()
            server.stdout.close()


@contextmanager
def _serve_forge() -> Iterator[str]:
    with ForgeServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


def _make_pipeline(forge: str) -> dict[str, str]:
    """What GitHub's runner sets."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": forge,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": "benchmark",
    }
