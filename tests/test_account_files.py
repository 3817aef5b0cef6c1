"""Accounts in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.configuration import Configuration, read_config
from reconciler.errors import InvalidError, RefusedError
from reconciler.options import Flags, load_options


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(folder: Path, **files: str) -> None:
    """A configuration and its files of accounts; `__` stands for a folder, a name without a dot gets .yaml."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read(folder: Path) -> Configuration:
    """The configuration, as a run in the folder reads it."""
    return read_config(folder / "reconciler.yaml", folder)


def test_a_file_is_an_account(tmp_path: Path) -> None:
    """Beside those that the configuration names; what stands in it is what stands below accounts:."""
    write(
        tmp_path,
        reconciler="version: 1\naccounts_from: accounts\naccounts: {main: {}}\n",
        accounts__shop='company_id: "77"\npath: shop\n',
    )
    config = read(tmp_path)
    assert config.names == ("main", "shop")
    assert config.content.accounts["shop"].company_id == "77"
    assert config.reserved == {str(tmp_path.resolve() / "accounts")}
    options = load_options(flags=Flags(account="shop"), environ={}, cwd=tmp_path)
    assert (options.root, options.company_id) == (tmp_path / "shop", "77")


def test_the_default_account_is_not_added(tmp_path: Path) -> None:
    """Where only the folder names accounts, there are no others."""
    write(tmp_path, reconciler="version: 1\naccounts_from: accounts\n", accounts__shop="{}\n")
    assert read(tmp_path).names == ("shop",)


def test_a_digest_is_of_the_account_alone(tmp_path: Path) -> None:
    """Another account's file changes nothing; its own and the configuration do."""
    write(tmp_path, reconciler="version: 1\naccounts_from: accounts\n", accounts__a="{}\n", accounts__b="{}\n")
    before = read(tmp_path)
    write(tmp_path, accounts__b="path: b\n")
    after = read(tmp_path)
    assert before.digest_for("a") == after.digest_for("a")
    assert before.digest_for("b") != after.digest_for("b")
    write(tmp_path, reconciler="version: 1\naccounts_from: accounts\nexclude: [x]\n")
    assert read(tmp_path).digest_for("a") != after.digest_for("a")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """In all files, each at its place there."""
    write(
        tmp_path,
        reconciler="version: 1\naccounts_from: accounts\naccounts: {main: {}}\n",
        accounts__main="{}\n",
        accounts__broken="company_id: 77\npaht: x\n",
        accounts__empty="",
        accounts__more__twin="{}\n",
        accounts__twin="{}\n",
        **{"accounts__not a name": "{}\n", "accounts__.": "{}\n"},
    )
    with pytest.raises(InvalidError) as caught:
        read(tmp_path)
    told = sorted((str(one.source), one.code) for one in caught.value.problems)
    assert told == [
        ("accounts/broken.yaml:1:13", "not-text"),
        ("accounts/broken.yaml:2:1", "unknown-key"),
        ("accounts/empty.yaml:1:1", "empty-file"),
        ("accounts/main.yaml:1:1", "duplicate-account"),
        ("accounts/not a name.yaml:1:1", "account-name"),
        ("accounts/twin.yaml:1:1", "duplicate-account"),
    ]
    assert all("accounts." not in one.message for one in caught.value.problems)


def test_a_folder_without_accounts_is_an_error(tmp_path: Path) -> None:
    """At the place that names it, as one that is missing."""
    write(tmp_path, reconciler="version: 1\naccounts_from: accounts\n")
    with pytest.raises(InvalidError) as missing:
        read(tmp_path)
    assert [one.message for one in missing.value.problems] == ["does not exist"]
    (tmp_path / "accounts").mkdir()
    with pytest.raises(InvalidError) as caught:
        read(tmp_path)
    assert "accounts holds no account" in caught.value.problems[0].message
    assert str(caught.value.problems[0].source) == "reconciler.yaml:2:16"


def test_the_folder_lies_in_the_repository(tmp_path: Path) -> None:
    """What a pull request may edit names no folder elsewhere."""
    home = tmp_path / "home"
    write(home, reconciler="version: 1\naccounts_from: ../elsewhere\n")
    write(tmp_path, elsewhere__a="{}\n")
    with pytest.raises(RefusedError, match="accounts_from: leads out of the repository"):
        read(home)


def test_files_of_accounts_are_no_manifests(tmp_path: Path) -> None:
    """Where the account's own folder holds them."""
    from reconciler.commands.declared import find_manifests

    write(tmp_path, reconciler="version: 1\naccounts_from: accounts\n", accounts__a="{}\n", one="provider: twilio\n")
    options = load_options(flags=Flags(account="a"), environ={}, cwd=tmp_path)
    files, problems = find_manifests(options, (), tmp_path)
    assert [Path(file).name for file in files] == ["one.yaml"]
    assert problems == []


def test_a_refused_token_is_told_in_its_own_file(tmp_path: Path) -> None:
    """Where the account's file names it."""
    write(
        tmp_path,
        reconciler="version: 1\naccounts_from: accounts\n",
        accounts__a='path: .\ntoken: {secret: "env:HOME"}\n',
    )
    with pytest.raises(RefusedError) as caught:
        load_options(flags=Flags(account="a"), environ={}, cwd=tmp_path)
    assert [str(one.source) for one in caught.value.problems] == ["accounts/a.yaml:2:8"]
