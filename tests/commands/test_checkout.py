"""What a run rests on in a checkout is told by its files, and what differs by the first name of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.commands.checkout import check_same, survey
from reconciler.commands.request import Request
from reconciler.errors import InvalidError, RefusedError
from reconciler.options import Flags

CONFIG = """\
version: 1
accounts:
  main:
    token: {secret: "env:OCAMBA_TOKEN"}
    path: manifests
    overlay: overlays/main
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration, two manifests, an overlay and a schema of the account's own."""
    for name in ("manifests/a.yaml", "manifests/sub/b.yml", "overlays/main/a.yaml", "schemas/providers/x.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("key: a\n")
    (tmp_path / "manifests/notes.txt").write_text("nothing")
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    return tmp_path


def request_at(folder: Path) -> Request:
    """A request for the account."""
    return Request(Flags(account="main"), {}, folder)


def test_everything_that_a_plan_reads_is_looked_at(folder: Path) -> None:
    """By names from the working directory, so that two machines have the same ones."""
    assert set(survey(request_at(folder))) == {
        "reconciler.yaml",
        "manifests/a.yaml",
        "manifests/sub/b.yml",
        "overlays/main/a.yaml",
        "schemas/providers/x.json",
    }
    assert survey(request_at(folder)) == survey(request_at(folder))


def test_without_a_configuration_the_manifests_are_all(tmp_path: Path) -> None:
    """As a run without one."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests/a.yaml").write_text("key: a\n")
    assert set(survey(Request(Flags(), {}, tmp_path))) == {"manifests/a.yaml"}


def test_a_plan_that_is_none_is_told(folder: Path) -> None:
    """As its apply would tell it."""
    (folder / "plan.json").write_text("{")
    with pytest.raises(InvalidError):
        survey(request_at(folder), Path("plan.json"))


def test_what_differs_is_told_by_name() -> None:
    """What is missing first."""
    check_same({"a": "1"}, {"a": "1"}, "w")
    for here, told in (
        ({}, "w has another checkout: a is missing"),
        ({"a": "2"}, "w has another checkout: a is another"),
        ({"a": "2", "b": "1"}, "w has another checkout: b is there too, and 1 more"),
    ):
        with pytest.raises(RefusedError) as caught:
            check_same(here, {"a": "1"}, "w")
        assert caught.value.message == told
