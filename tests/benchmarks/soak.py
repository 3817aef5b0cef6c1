"""A fleet in one run: `python -m tests.benchmarks.soak [--accounts 1000] [--objects 25] [--jobs 64] [--json]`.

The emulator of all accounts runs in a process of its own, with its limits on. One `apply --all-accounts` renames two
objects an account. Told are 429s, requests, CPU a request, and how the process's memory grew after the first hundred
accounts. It ends with an error where an account is not as declared in the end.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.json import decode, encode

from tests.benchmarks.measure import ROOT, environ_of_child
from tests.benchmarks.soak_server import Met, make_items, name_account, token_of

WARM = 100
"""Accounts after which memory is to be flat."""
SAMPLE = 0.1
"""Seconds between two looks at the memory."""

Samples = list[tuple[float, int]]
"""When (seconds since the epoch), and how many bytes."""


class Soak(Struct, frozen=True):
    """What a fleet's run took. cpu: milliseconds a request. warm, last: MiB after a hundred accounts and in the end."""

    accounts: int
    objects: int
    jobs: int
    requests: int
    throttled: int
    seconds: float
    cpu: float
    warm: float
    last: float


def declare(folder: Path, accounts: int, objects: int) -> dict[str, str]:
    """Writes configuration and manifests; returns the tokens' variables."""
    (folder / "reconciler.yaml").write_text("version: 1\naccounts_from: accounts\n")
    (folder / "accounts").mkdir()
    documents = [
        f'id: "{item["id"]}"\nprovider: mandrill\nname: {item["name"].removesuffix(" (old)")}\n'
        for item in make_items(objects)
    ]
    environ = {}
    for number in range(accounts):
        name = name_account(number)
        variable = f"OCAMBA_{name.upper()}"
        text = f'company_id: "{name}"\ntoken: {{secret: "env:{variable}"}}\npath: manifests/{name}\n'
        (folder / "accounts" / f"{name}.yaml").write_text(text)
        (folder / "manifests" / name).mkdir(parents=True)
        (folder / "manifests" / name / "all.yaml").write_text("---\n".join(documents))
        environ[variable] = token_of(name)
    return environ


def watch(process: subprocess.Popen[bytes]) -> Samples:
    """The process's memory until it ends."""
    page, samples = os.sysconf("SC_PAGE_SIZE"), []
    file = Path(f"/proc/{process.pid}/statm")
    while process.poll() is None:
        try:
            samples.append((time.time(), int(file.read_text().split()[1]) * page))
        except (OSError, IndexError):
            break
        time.sleep(SAMPLE)
    process.wait()
    return samples


def memory_at(samples: Samples, moment: float) -> float:
    """The most that was held up to a moment, in MiB."""
    return max((size for when, size in samples if when <= moment), default=0) / 1048576


def soak(accounts: int, objects: int, jobs: int) -> Soak:
    """Runs it. Raises AssertionError where an account is not as declared in the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = declare(folder, accounts, objects)
        command = [sys.executable, "-m", "tests.benchmarks.soak_server", str(accounts), str(objects)]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.time()
        with (folder / "out.txt").open("wb") as out:
            words = ["apply", "--all-accounts", "--yes", "--jobs", str(jobs), "--quiet"]
            run = subprocess.Popen(
                [sys.executable, "-m", "reconciler", *words],
                cwd=folder,
                env={**environ_of_child(), **tokens, "RECONCILER_API": url, "XDG_RUNTIME_DIR": name},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            samples = watch(run)
        seconds, after = time.time() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        told, _ = server.communicate()
        met = decode(told, type=list[Met])
        assert run.returncode == 0, (folder / "out.txt").read_text()[-2000:]
    return conclude(
        met, samples, seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, (objects, jobs)
    )


def conclude(met: Sequence[Met], samples: Samples, seconds: float, cpu: float, size: tuple[int, int]) -> Soak:
    """What the run came to. cpu: seconds. size: objects an account, and jobs.

    Raises AssertionError where an account is not as declared.
    """
    wrong = [one.account for one in met if one.wrong]
    assert not wrong, f"{len(wrong)} accounts are not as declared, the first is {wrong[0]}"
    ended = sorted(one.last for one in met)
    requests = sum(one.requests for one in met)
    objects, jobs = size
    return Soak(
        accounts=len(met),
        objects=objects,
        jobs=jobs,
        requests=requests,
        throttled=sum(one.throttled for one in met),
        seconds=round(seconds, 1),
        cpu=round(1000 * cpu / requests, 2),
        warm=round(memory_at(samples, ended[min(WARM, len(ended)) - 1]), 1),
        last=round(memory_at(samples, float("inf")), 1),
    )


def render_soak(found: Soak) -> str:
    """The figures for people."""
    return (
        f"{found.accounts:,} accounts of {found.objects}, {found.jobs} at once: {found.requests:,} requests\n"
        f"  {found.seconds:,.1f} s, {found.cpu} ms of CPU a request, {found.throttled} answers of 429\n"
        f"  memory {found.warm} MiB after {WARM} accounts, {found.last} MiB at most\n"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Runs it and prints what it took."""
    parser = argparse.ArgumentParser(description="A fleet of emulated accounts in one run.")
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--objects", type=int, default=25)
    parser.add_argument("--jobs", type=int, default=64)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = soak(given.accounts, given.objects, given.jobs)
    if given.json:
        print(encode(found).decode())
        return
    print(render_soak(found), end="")


if __name__ == "__main__":
    main()
