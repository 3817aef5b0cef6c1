"""What all tests share: hypothesis without deadlines, and a stage for whole commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from reconciler.sandbox.server import serve
from reconciler.sandbox.state import load_world
from tests.commands.stage import Stage

# Machines that build are busy: how long an example takes says nothing. Workers share no database of examples.
settings.register_profile(
    "here",
    deadline=None,
    database=None if "PYTEST_XDIST_WORKER" in os.environ else settings.default.database,  # type: ignore[union-attr]
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.load_profile("here")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is for a night runs only where -m names it."""
    if "nightly" in str(config.option.markexpr):
        return
    kept = [item for item in items if item.get_closest_marker("nightly") is None]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Stage]:
    """A folder with one manifest that renames 1162, and the demo's account served on a port of its own."""
    with serve(load_world()) as server:
        made = Stage(tmp_path, server, monkeypatch, capsys)
        made.write("manifests/main.yaml", RENAME)
        yield made


RENAME = 'key: backup\nid: "1162"\nprovider: twilio\nname: Backup SMS\n'
