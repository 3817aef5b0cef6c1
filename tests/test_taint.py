"""No object of ours shows a secret in its repr: whatever a traceback with locals, a debugger or a log would print.

Every frame of the tool is looked at when it returns: the repr of each of its objects holds no canary, desired, live or
literal, nor the token. The emulator is the server, which holds what it was sent.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import reconciler
from tests.commands.stage import Stage

CANARY = "c4nary"
DESIRED, LIVE, LITERAL, KEY = (f"{CANARY}-{word}-7f3a" for word in ("desired", "live", "literal", "key"))
PACKAGE = str(Path(reconciler.__file__).parent)
MANIFEST = """\
key: main
id: "1161"
provider: twilio
status: active
settings:
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: "+14445550100"
"""
LITERALS = f"""\
key: other
id: "1162"
provider: twilio
settings: {{auth_token: &a {LITERAL}, auth_tokn: "{LITERAL}", default_phone_number: "+1"}}
"""


class Watch:
    """Looks at what the tool's frames hold when they return."""

    def __init__(self) -> None:
        self.looked: set[str] = set()
        self.leaks: dict[str, str] = {}
        self._busy = threading.local()

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """A profile function."""
        if event != "return" or getattr(self._busy, "now", False):
            return
        file = frame.f_code.co_filename
        if not file.startswith(PACKAGE) or "/sandbox/" in file:
            return
        self._busy.now = True
        try:
            for name, value in list(frame.f_locals.items()):
                self._look(value, f"{Path(file).name}:{frame.f_code.co_name}:{name}")
        finally:
            self._busy.now = False

    def _look(self, value: Any, where: str) -> None:
        kind = type(value)
        if kind.__module__.startswith("reconciler.") and ".sandbox" not in kind.__module__:
            self.looked.add(kind.__name__)
            if kind.__name__ not in self.leaks and CANARY in repr(value):
                self.leaks[kind.__name__] = where
        elif kind in (list, tuple, set, frozenset) and len(value) < 50:
            for item in value:
                self._look(item, where)
        elif kind is dict and len(value) < 50:
            for item in value.values():
                self._look(item, where)


@contextmanager
def watching() -> Iterator[Watch]:
    """While inside, every frame of every thread is looked at."""
    watch = Watch()
    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        yield watch
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@pytest.fixture
def guarded_stage(stage: Stage) -> Stage:
    """The live secrets of the emulator, the desired one and the key are canaries."""
    for item in stage.world.account.items.values():
        for key in item["settings"]:
            if "token" in key or "key" in key or "password" in key:
                item["settings"][key] = LIVE
    stage.patch.setenv("HOOD_TWILIO_AUTH_TOKEN", DESIRED)
    stage.patch.setenv("RECONCILER_KEY", KEY)
    stage.write("manifests/main.yaml", MANIFEST)
    return stage


Story = Callable[[Stage], None]


def plan_and_apply(stage: Stage) -> None:
    """Plans, saves, applies, plans again, undoes."""
    stage.run("plan", "--out", "plan.json", "--format", "json")
    stage.run("apply", "plan.json", "--report", "report.json", "--state", "state.json")
    stage.run("plan", "--state", "state.json", "-v", "--log-format", "json")
    stage.run("apply", "--yes", "--resend-secrets", "--settings-patch", "whole")
    stage.run("undo", "report.json", "--yes", code=6)


def literals(stage: Stage) -> None:
    """Secrets that stand in manifests: refused, and let through."""
    stage.write("manifests/other.yaml", LITERALS)
    stage.run("validate", code=3)
    stage.run("plan", code=3)
    stage.write("manifests/other.yaml", LITERALS.replace("key: other", f"key: [*a, {LITERAL}]"))
    stage.run("validate", "--format", "json", code=3)
    stage.write("manifests/other.yaml", LITERALS.replace("auth_tokn", "x_note"))
    stage.run("plan", "--allow-literal-secrets")
    stage.run("apply", "--yes", "--allow-literal-secrets")


def references(stage: Stage) -> None:
    """Files and commands, which fail too."""
    mount = stage.folder.parent / f"{stage.folder.name}-mount"
    mount.mkdir()
    (mount / "manifests").write_text(DESIRED)
    commands = (
        f'{{good: {{run: [echo, "{DESIRED}"]}}, bad: {{run: [sh, -c, "echo {DESIRED} | tee /dev/stderr; exit 3"]}}}}'
    )
    (mount / "exec.yaml").write_text(f"version: 1\ncommands: {commands}\n")
    (mount / "exec.yaml").chmod(0o600)
    stage.patch.setenv("RECONCILER_SECRET_FILES", str(mount))
    stage.patch.setenv("RECONCILER_EXEC", str(mount / "exec.yaml"))
    for name, code in (("file:manifests", 0), ("exec:good/x", 0), ("exec:bad/x", 3), ("file:exec.yaml/x", 3)):
        stage.write("manifests/main.yaml", MANIFEST.replace("env:HOOD_TWILIO_AUTH_TOKEN", name))
        stage.run("plan", "-v", code=code)


def faults(stage: Stage) -> None:
    """A refused write, a moved object, an answer that is none."""
    stage.run("plan", "--out", "plan.json")
    stage.world.account.items["1161"]["settings"]["default_phone_number"] = "+1"
    stage.run("apply", "plan.json", code=5)
    stage.run("plan", "--api", "http://127.0.0.1:9/v1/hood", code=8)
    stage.run("plan", code=7, OCAMBA_TOKEN=f"{CANARY}-token")


def others(stage: Stage) -> None:
    """Verbs that resolve no reference."""
    stage.run("show")
    stage.run("show", "twilio/main", "--format", "json")
    stage.run("drift", "--no-secrets", code=2)
    stage.run("import", "--all", "--to", "imported")
    stage.run("accept", "--yes")
    stage.run("schema", "--to", "schemas")
    stage.run("send-test", "twilio/main", "--recipient", "+1", "--yes")


STORIES: list[Story] = [plan_and_apply, literals, references, faults, others]


@pytest.mark.parametrize("story", STORIES, ids=[story.__name__ for story in STORIES])
def test_no_object_shows_a_secret(guarded_stage: Stage, story: Story) -> None:
    """Whatever is done, and whatever goes wrong."""
    with watching() as watch:
        story(guarded_stage)
    assert watch.leaks == {}
    assert len(watch.looked) > 10
    for path in guarded_stage.folder.rglob("*"):
        if path.is_file() and "manifests" not in path.parts:
            assert CANARY not in path.read_text(encoding="utf-8"), path.name


def test_the_watch_sees(guarded_stage: Stage) -> None:
    """The stories meet live objects, responses, items and references; a dictionary of values would be seen."""
    with watching() as watch:
        plan_and_apply(guarded_stage)
    assert watch.looked >= {"Live", "Snapshot", "Response", "Item", "Secrets", "Manifest", "Wanted", "Hand", "Plan"}
    assert json.loads((guarded_stage.folder / "plan.json").read_text())["format"] == "reconciler.plan/1"
