"""reconciler.yaml is found as the contract says, and read into types that agree with its schema."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.configuration import find_config, find_work_tree, make_config, read_config
from reconciler.configured import ConfigFile
from reconciler.desired.load import MAX_BYTES, Document
from reconciler.desired.validate import check_config
from reconciler.errors import InvalidError, UsageError
from reconciler.model import Plain, Source

SOURCE = Source("reconciler.yaml", 1, 1)


def write(path: Path, text: str = "version: 1\n") -> Path:
    """Writes a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


scalars = st.sampled_from(
    [
        "",
        "x",
        "7d",
        "env:OCAMBA_TOKEN",
        "env:OCAMBA_TOKEN\n",
        "12\n",
        "warn",
        "auto",
        Plain(None, ""),
        Plain(True, "true"),
        Plain("yes", "yes"),
        *(Plain(number, str(number)) for number in (0, 1, -1, 2, 64, 65, 0.5, 1.5, 100.5, 1.0, 10**30)),
    ]
)
lists = st.lists(scalars, max_size=2)


def mapping(*keys: str, of: st.SearchStrategy[Any] = scalars) -> st.SearchStrategy[Any]:
    """A mapping with some of the keys, or something else."""
    return st.one_of(st.dictionaries(st.sampled_from([*keys, "other"]), of, max_size=4), scalars)


account = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"company_id": scalars, "token": mapping("secret"), "path": scalars, "other": scalars}
    ),
    scalars,
)
configurations: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"version": st.one_of(st.just(Plain(1, "1")), scalars)},
    optional={
        "api": scalars,
        "accounts": st.one_of(st.dictionaries(st.sampled_from(["main", "a b", "x\n"]), account, max_size=2), scalars),
        "exclude": st.one_of(lists, scalars),
        "limits": mapping("per_second", "per_minute", "parallel", "share"),
        "settings_patch": scalars,
        "plan": mapping("expires"),
        "guard": mapping("max_changes", "max_percent", "max_creates"),
        "secrets": mapping("env", "files", "exec", "keys", "when_hidden", of=st.one_of(scalars, lists)),
        "other": scalars,
    },
)


@settings(deadline=None)
@given(configurations)
def test_types_and_schema_agree(data: dict[str, Any]) -> None:
    """A configuration is read exactly where its schema has nothing against it."""
    found = check_config(data)
    if not found:
        assert make_config(Document(data, SOURCE, 0)).version == 1
        return
    with pytest.raises(InvalidError) as caught:
        make_config(Document(data, SOURCE, 0))
    # What is raised stands in the order of places, which this data has not.
    assert sorted(one.message for one in caught.value.problems) == sorted(one.message for one in found)


def test_defaults() -> None:
    """Two words are a configuration: all else has its default."""
    config = make_config(Document({"version": Plain(1, "1")}, SOURCE, 0))
    assert config == ConfigFile(version=1)
    assert list(config.accounts) == ["default"]
    assert config.accounts["default"].token.variable == "OCAMBA_TOKEN"
    assert (config.limits.per_second, config.limits.per_minute, config.limits.parallel) == (10, 150, 4)


def test_the_nearest_file_above_the_first_path_is_found(tmp_path: Path) -> None:
    """From the first path, a file or a folder, upwards to the Git root and not beyond."""
    repo = tmp_path / "repo"
    (repo / ".git").mkdir(parents=True)
    manifest = write(repo / "manifests" / "sms" / "a.yaml")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(tmp_path / "reconciler.yaml")
    assert find_config(None, {}, elsewhere, [manifest]) is None
    top = write(repo / "reconciler.yaml")
    assert find_config(None, {}, elsewhere, [manifest]) == top
    assert find_config(None, {}, elsewhere, [Path("../repo/manifests"), tmp_path]) == top
    near = write(repo / "manifests" / "reconciler.yaml")
    assert find_config(None, {}, elsewhere, [manifest.parent]) == near
    assert find_config(None, {}, repo, []) == top


def test_without_git_the_search_ends_at_the_working_directory(tmp_path: Path) -> None:
    """No file above the working directory is taken, and of a path elsewhere only its own folder's."""
    write(tmp_path / "reconciler.yaml")
    work = tmp_path / "work"
    manifest = write(work / "deep" / "er" / "a.yaml")
    assert find_config(None, {}, work, [manifest]) is None
    assert find_config(None, {}, tmp_path / "other", [manifest]) is None
    inside = write(work / "deep" / "reconciler.yaml")
    assert find_config(None, {}, work, [manifest]) == inside
    assert find_config(None, {}, tmp_path / "other", [manifest]) is None
    assert find_config(None, {}, tmp_path / "other", [work / "deep"]) == inside


def test_else_the_working_directory_or_its_manifests(tmp_path: Path) -> None:
    """Without a path: the working directory's own file, else that of manifests/; no .yml."""
    write(tmp_path / "reconciler.yml")
    assert find_config(None, {}, tmp_path, []) is None
    second = write(tmp_path / "manifests" / "reconciler.yaml")
    assert find_config(None, {}, tmp_path, []) == second
    assert find_config(None, {}, tmp_path, [tmp_path / "missing"]) == second
    first = write(tmp_path / "reconciler.yaml")
    assert find_config(None, {}, tmp_path, []) == first


def test_a_named_file_comes_first(tmp_path: Path) -> None:
    """--config beats RECONCILER_CONFIG beats what lies around; a missing one is a wrong command line."""
    write(tmp_path / "reconciler.yaml")
    one, two = write(tmp_path / "one.yaml"), write(tmp_path / "two.yaml")
    environ = {"RECONCILER_CONFIG": "two.yaml"}
    assert find_config("one.yaml", environ, tmp_path, []) == one
    assert find_config(None, environ, tmp_path, []) == two
    with pytest.raises(UsageError, match="--config: there is no file three"):
        find_config("three", environ, tmp_path, [])
    with pytest.raises(UsageError, match="RECONCILER_CONFIG: there is no file three"):
        find_config(None, {"RECONCILER_CONFIG": "three"}, tmp_path, [])


def test_a_file_is_read_with_its_digest(tmp_path: Path) -> None:
    """The digest is that of the bytes, the name relative to the working directory."""
    config = read_config(write(tmp_path / "a" / "reconciler.yaml"), tmp_path / "b")
    assert config.digest == "sha256:" + hashlib.sha256(b"version: 1\n").hexdigest()
    assert config.name == "../a/reconciler.yaml"
    assert config.content == ConfigFile(version=1)


def test_all_faults_of_a_file_are_told_at_their_places(tmp_path: Path) -> None:
    """Every fault is told in one run, each where it stands."""
    path = write(tmp_path / "reconciler.yaml", "version: 1\napii: x\nlimits:\n  share: 2\n")
    with pytest.raises(InvalidError) as caught:
        read_config(path, Path.cwd())
    found = {(one.source.line, one.source.column, one.message) for one in caught.value.problems if one.source}
    assert found == {(2, 1, "apii: unknown key"), (4, 10, "limits.share: is more than 1")}


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty-file"), ("version: 1\n---\nversion: 1\n", "several-documents"), ("a: [", None), ("- a\n", None)],
)
def test_files_of_another_shape_are_explained(tmp_path: Path, text: str, code: str | None) -> None:
    """An empty file, several documents, broken YAML and lists are problems with a place."""
    with pytest.raises(InvalidError) as caught:
        read_config(write(tmp_path / "reconciler.yaml", text), tmp_path)
    assert all(one.source and one.source.file == "reconciler.yaml" for one in caught.value.problems)
    assert code in {None, caught.value.problems[0].code}


@pytest.mark.parametrize("text", ["", "---\n", "# nothing yet\n"])
def test_an_empty_file_is_told_what_a_configuration_needs(tmp_path: Path, text: str) -> None:
    """It is no manifest, and is not called one."""
    with pytest.raises(InvalidError) as caught:
        read_config(write(tmp_path / "reconciler.yaml", text), tmp_path)
    assert [one.fix for one in caught.value.problems] == ["write version: 1, or remove the file"]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """A folder in its place is told as what it is: unreadable."""
    with pytest.raises(InvalidError) as caught:
        read_config(tmp_path, tmp_path)
    assert caught.value.problems[0].code == "unreadable"


def test_a_work_tree_may_be_a_file(tmp_path: Path) -> None:
    """Of a linked work tree or a submodule `.git` is one."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere\n")
    assert find_work_tree(tmp_path / "a" / "b") == tmp_path / "a"
    assert find_work_tree(Path("/")) is None


def test_a_file_that_is_huge_is_not_read_whole(tmp_path: Path) -> None:
    """It may be a link to anything."""
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES * 1000)
    (tmp_path / "reconciler.yaml").symlink_to("huge")
    with pytest.raises(InvalidError) as caught:
        read_config(tmp_path / "reconciler.yaml", tmp_path)
    assert [one.code for one in caught.value.problems] == ["too-large"]
