"""Whose manifests a file holds."""

from __future__ import annotations

from pathlib import Path

from reconciler.commands.request import Request
from reconciler.commands.sharing import warn_of_sharing
from reconciler.options import Configurations, Flags, load_options


def test_of_each_account_of_a_fleet_the_others_are_named(tmp_path: Path) -> None:
    """By the same look at the configuration; the file of one account alone is nobody else's matter."""
    accounts = "  a: {path: m}\n  b: {path: m/b, overlay: over}\n  c: {path: c, overlay: over}\n"
    (tmp_path / "reconciler.yaml").write_text(f"version: 1\naccounts:\n{accounts}")
    files = [tmp_path / name for name in ("m/x.yaml", "m/b/x.yaml", "over/x.yaml", "c/x.yaml")]
    told, kept = {}, Configurations()
    for name in "abc":
        request = Request(Flags(account=name, kept=kept), {}, tmp_path)
        options = load_options(flags=request.flags, environ={}, cwd=tmp_path)
        told[name] = {one.source.file: one.message for one in warn_of_sharing(files, options, request) if one.source}
        assert list(warn_of_sharing([], options, request)) == []
    assert {name: list(files) for name, files in told.items()} == {
        "a": ["m/b/x.yaml", "over/x.yaml", "c/x.yaml"],
        "b": ["m/x.yaml", "m/b/x.yaml", "over/x.yaml", "c/x.yaml"],
        "c": ["m/x.yaml", "m/b/x.yaml", "over/x.yaml"],
    }
    assert told["a"]["over/x.yaml"].startswith("the accounts b and c read this file, too")
    assert told["c"]["over/x.yaml"].startswith("the account b reads this file, too")
