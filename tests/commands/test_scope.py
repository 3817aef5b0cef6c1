"""What --target and PATH take, of few and of many."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.commands.scope import Targets, make_scope, narrow_plan
from reconciler.errors import UsageError
from tests.planning.build import make_manifest
from tests.reporting.samples import make_full_plan


@pytest.mark.parametrize(
    ("target", "taken"),
    [
        ("twilio/a", True),
        ("1161", True),
        ("m/a.yaml", True),
        ("./m/a.yaml", True),
        ("twilio/*", True),
        ("m/[ab].yaml", True),
        ("116?", True),
        ("twilio", False),
        ("TWILIO/A", False),
        ("m", False),
        ("m/[b].yaml", False),
        ("", False),
    ],
)
def test_a_target_is_a_name_or_a_glob_of_names(target: str, taken: bool) -> None:
    """Address, id and file, whole and in their own case."""
    named = Targets([target])
    assert named.take_names("twilio/a", "1161", "m/a.yaml") is taken
    assert (named.find_idle([("twilio/a", "1161", "m/a.yaml")]) is None) is taken


def test_a_name_with_brackets_names_itself() -> None:
    """As well as what it takes as a glob."""
    named = Targets(["m/[a].yaml"])
    assert named.take_names("twilio/a", None, "m/[a].yaml")
    assert named.take_names("twilio/a", None, "m/a.yaml")
    assert not named.take_names("twilio/a", None, "m/b.yaml")


def test_the_first_that_names_nothing_is_told() -> None:
    """In the order in which they were typed."""
    with pytest.raises(UsageError, match=r"--target y\* names no manifest"):
        make_scope([make_manifest()], (), [make_manifest().address, "y*", "x"], Path())


def test_a_plan_is_narrowed_by_the_same_names() -> None:
    """And holds all of it without any."""
    plan = make_full_plan()
    assert narrow_plan(plan, ()) == plan.changes
    one = plan.changes[0]
    assert narrow_plan(plan, [one.address]) == tuple(each for each in plan.changes if each.address == one.address)
    with pytest.raises(UsageError, match="--target nothing names no manifest"):
        narrow_plan(plan, ["nothing"])
