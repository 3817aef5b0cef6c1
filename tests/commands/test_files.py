"""Files that a command writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.commands.files import check_target
from reconciler.errors import UsageError


def test_a_manifest_is_not_overwritten_by_a_plan(tmp_path: Path) -> None:
    """--out never takes the place of a YAML file; a plan that is there is replaced."""
    manifest = tmp_path / "a.yaml"
    manifest.write_text("provider: twilio\n")
    with pytest.raises(UsageError, match="it stays"):
        check_target(manifest)
    plan = tmp_path / "plan.json"
    plan.write_text("{}")
    check_target(plan)
