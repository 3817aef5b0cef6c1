"""A pull request that means harm: manifests, configuration, links and names that want more than a repository may have.

Each ends with a clear error before any request, or with the harmless reading of what it says; never with a traceback.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.contract.desk import MAIN, Desk
from tests.contract.inside import InsideDesk
from tests.contract.stand_in import StandIn

VERBS = (("plan",), ("apply", "--yes"), ("validate",), ("drift",), ("show",))


@pytest.fixture
def inside(desk: Desk, api: StandIn) -> InsideDesk:
    """A desk in this process, with one manifest."""
    made = InsideDesk(desk.folder, api.url)
    made.write("manifests/main.yaml", MAIN)
    return made


def refuse(desk: InsideDesk, api: StandIn, *codes: int, verbs: tuple[tuple[str, ...], ...] = VERBS) -> str:
    """All that the verbs say, each ending with one of the codes and without a request."""
    said = []
    for verb in verbs:
        ran = desk.run(*verb)
        assert ran.code in codes, (verb, ran)
        said.append(ran.all)
    assert api.requests == []
    return "\n".join(said)


@pytest.mark.parametrize(
    "reference", ["env:OCAMBA_TOKEN", "env:RECONCILER_KEY", "env:PATH", "env:HOME", "env:AWS_SECRET"]
)
def test_no_manifest_reads_what_it_may_not(inside: InsideDesk, api: StandIn, reference: str) -> None:
    """The token, the key, or another program's secret, through env:."""
    inside.write("manifests/main.yaml", MAIN + f'  auth_token: {{secret: "{reference}"}}\n')
    said = refuse(inside, api, 4, verbs=VERBS[:2])
    assert reference.partition(":")[2] in said


@pytest.mark.parametrize(
    "reference", ["file:/etc/passwd", "file:../x", "file:x", "exec:sh/x", "exec:a/$(id)", "exec:a/b"]
)
def test_no_manifest_reads_files_or_runs_commands_by_itself(inside: InsideDesk, api: StandIn, reference: str) -> None:
    """Nothing is read or run where the operator has declared nothing."""
    inside.write("manifests/main.yaml", MAIN + f'  auth_token: {{secret: "{reference}"}}\n')
    refuse(inside, api, 3, 4, verbs=VERBS[:2])


@pytest.mark.parametrize("file", ["commands.yaml", "manifests/commands.yml", ".hidden/commands.yaml"])
def test_no_repository_declares_commands(inside: InsideDesk, api: StandIn, file: str) -> None:
    """Though RECONCILER_EXEC names the file: a pull request could change what is run."""
    inside.write(file, 'version: 1\ncommands: {a: {run: ["/bin/sh", "-c", "touch ran"]}}\n')
    inside.write("manifests/main.yaml", MAIN + '  auth_token: {secret: "exec:a/b"}\n')
    (inside.folder / ".git").mkdir()
    inside.environ["RECONCILER_EXEC"] = file
    refuse(inside, api, 3, 4, verbs=VERBS[:2])
    assert not (inside.folder / "ran").exists()


def make_outside(inside: InsideDesk) -> Path:
    """A folder beside the repository that is none of its business."""
    outside = inside.folder.with_name(inside.folder.name + ".outside")
    outside.mkdir()
    (outside / "theirs.yaml").write_text("theirsecretkey: 1\n")
    return outside


LEAVING = ("..", "../..", "/", "/etc", "link", "manifests/../../x")


@pytest.mark.parametrize("key", ["path", "overlay"])
@pytest.mark.parametrize("leaving", LEAVING)
def test_no_folder_of_an_account_leaves_the_repository(
    inside: InsideDesk, api: StandIn, leaving: str, key: str
) -> None:
    """Upwards, absolute, or by a link: what lies there is not read, and no key of it is quoted."""
    outside = make_outside(inside)
    (inside.folder / "link").symlink_to(outside)
    inside.write("reconciler.yaml", f'version: 1\naccounts: {{main: {{{key}: "{leaving}"}}}}\n')
    said = refuse(inside, api, 4)
    assert "theirsecretkey" not in said
    assert "leads out of the repository" in said
    assert ("move the overlays into it" if key == "overlay" else "on the command line") in said


def test_no_link_of_the_default_folder_leaves_it(inside: InsideDesk, api: StandIn) -> None:
    """manifests/ itself may be a link."""
    outside = make_outside(inside)
    (inside.folder / "manifests" / "main.yaml").unlink()
    (inside.folder / "manifests").rmdir()
    (inside.folder / "manifests").symlink_to(outside)
    assert "theirsecretkey" not in refuse(inside, api, 4)


def test_no_link_among_manifests_leads_elsewhere(inside: InsideDesk, api: StandIn) -> None:
    """To a file or folder outside, to a device, to itself; a pipe is not waited for."""
    outside = make_outside(inside)
    manifests = inside.folder / "manifests"
    (manifests / "file.yaml").symlink_to(outside / "theirs.yaml")
    (manifests / "folder").symlink_to(outside)
    (manifests / "zero.yaml").symlink_to("/dev/zero")
    (manifests / "self.yaml").symlink_to("self.yaml")
    os.mkfifo(manifests / "pipe.yaml")
    said = refuse(inside, api, 3)
    assert "theirsecretkey" not in said
    assert said.count("link that leaves the folder") == 3 * len(VERBS)


def test_exclusions_take_no_time(inside: InsideDesk, api: StandIn) -> None:
    """However many stars they hold, and however deep the folders are."""
    deep = "/".join("a" * 40)
    inside.write(f"manifests/{deep}/x.yaml", MAIN.replace("1161", "1162").replace("main-sms", "deep"))
    stars = "/".join(["**"] * 30) + "/" + "/".join(["**/a"] * 20) + "/b"
    one_name = "*a" * 40 + "b"
    inside.write(
        "reconciler.yaml",
        f'version: 1\nexclude: ["{stars}", "**/{one_name}"]\naccounts: {{main: {{path: manifests}}}}\n',
    )
    started = time.monotonic()
    inside.run("validate", code=0)
    assert time.monotonic() - started < 5
