"""Drift, and what is live as a commit on a new branch, with real Git."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.commands.branch import Author, check_branch, commit_files, parse_author
from reconciler.commands.rewriting import Rewriting
from reconciler.errors import RefusedError, UsageError
from tests.commands.repository import Repository
from tests.commands.stage import Stage
from tests.needs import need

TEXT = (
    'key: one\nid: "1161"\nprovider: twilio\nname: Main  # by hand\n'
    'settings:\n  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}\n  default_phone_number: "+1"\n'
)
OFFER = ("--accept", "--branch", "drift/one", "--author", "Bot <bot@example.com>")


@pytest.fixture
def repository(stage: Stage) -> Repository:
    """A committed manifest that is live but for its name and number."""
    need("git")
    stage.world.edit("1161", name="Live", now=1.0)
    stage.world.set_setting("1161", "default_phone_number", "+2", now=1.0)
    stage.world.set_setting("1161", "auth_token", "desired-token", now=1.0)
    made = Repository(stage.folder)
    stage.write("manifests/main.yaml", TEXT)
    made.commit("first")
    return made


def test_what_is_live_becomes_a_commit_on_a_new_branch(stage: Stage, repository: Repository) -> None:
    """Two lines change there; the work tree, the index and the branch at hand do not; the account is read once."""
    stage.write("manifests/new.txt", "not committed")
    repository.git("add", "manifests/new.txt")
    before = repository.git("status", "--porcelain")
    stage.world.log.clear()
    ran = stage.run("drift", *OFFER, code=2)
    assert [row.method for row in stage.world.log] == ["GET"]
    assert "Drift: 0 to create, 1 to update" in ran.out
    assert "on the branch drift/one. To push it: git push origin drift/one" in ran.err
    assert repository.git("status", "--porcelain") == before
    assert (stage.folder / "manifests/main.yaml").read_text() == TEXT
    wanted = TEXT.replace("name: Main ", "name: Live ").replace('"+1"', '"+2"')
    assert repository.git("show", "drift/one:manifests/main.yaml") == wanted
    assert repository.git("diff", "--name-only", "main", "drift/one").split() == ["manifests/main.yaml"]
    told = repository.git("log", "-1", "--format=%an <%ae>%n%cn%n%P%n%B", "drift/one").splitlines()
    assert told[:3] == ["Bot <bot@example.com>", "Bot", repository.git("rev-parse", "main").strip()]
    assert told[3] == "Accept 2 live values of account default"
    assert '- twilio/one: settings.default_phone_number: "+1" -> "+2"' in told
    repository.git("checkout", "-q", "-f", "drift/one")
    stage.run("drift")


def test_without_drift_there_is_no_branch(stage: Stage, repository: Repository) -> None:
    """Nor where the only drift is a secret, which nobody may write down."""
    stage.world.edit("1161", name="Main", now=2.0)
    stage.world.set_setting("1161", "default_phone_number", "+1", now=2.0)
    stage.run("drift", *OFFER)
    stage.world.set_setting("1161", "auth_token", "by-hand-token", now=3.0)
    ran = stage.run("drift", *OFFER, code=2)
    assert "no branch was made" in ran.err
    assert "by-hand-token" not in ran.err + ran.out
    assert repository.git("branch", "--list").split() == ["*", "main"]


def test_a_file_that_is_not_as_committed_stops_it(stage: Stage, repository: Repository) -> None:
    """Its uncommitted lines would be committed as well."""
    stage.write("manifests/main.yaml", TEXT + "x-owner: me\n")
    assert "is not as it was committed" in stage.run("drift", *OFFER, code=4).err
    stage.write("manifests/late.yaml", TEXT.replace("key: one", "key: late").replace("1161", "1163"))
    stage.write("manifests/main.yaml", TEXT)
    stage.run("drift", *OFFER, "--target", "twilio/late", code=4)
    assert repository.git("branch", "--list").split() == ["*", "main"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--accept",), "needs --branch and --author"),
        (("--branch", "x"), "go with --accept"),
        ((*OFFER[:4], "Bot"), "Name <email>"),
        (("--accept", "--branch", "-x", *OFFER[3:]), "takes no such name"),
        (("--accept", "--branch", "a..b", *OFFER[3:]), "takes no such name"),
        (("--accept", "--branch", "main", *OFFER[3:]), "is there already"),
    ],
)
def test_what_makes_no_branch_is_a_wrong_command_line(
    stage: Stage, repository: Repository, words: tuple[str, ...], said: str
) -> None:
    """64 before any request."""
    assert said in stage.run("drift", *words, code=64).err
    assert stage.world.log == []


def test_only_committed_files_are_committed(tmp_path: Path) -> None:
    """With any name that a file may have; the mode stays; and a branch that came in between is left."""
    need("git")
    made = Repository(tmp_path)
    file = tmp_path / "a, b ü.yaml"
    file.write_bytes(b"a: 1\r\n")
    file.chmod(0o755)
    made.commit()
    root = check_branch(tmp_path, "one")
    author = Author("J", "j@example.com")
    commit_files(root, "one", [Rewriting(file, b"a: 1\r\n", b"a: 2\r\n", ())], "m", author)
    assert made.git("ls-tree", "-z", "one").startswith("100755 ")
    assert made.git("-c", "core.quotepath=false", "show", "one:a, b ü.yaml") == "a: 2\n"
    with pytest.raises(UsageError):
        commit_files(root, "one", [Rewriting(file, b"a: 1\r\n", b"a: 3\r\n", ())], "m", author)
    with pytest.raises(RefusedError):
        commit_files(root, "two", [Rewriting(tmp_path / "none.yaml", b"", b"x", ())], "m", author)


@pytest.mark.parametrize("text", ["", "a", "<a>", "a <>", "a <b> c", "a <b\n>"])
def test_an_author_has_a_name_and_an_address(text: str) -> None:
    """And nothing else."""
    with pytest.raises(UsageError):
        parse_author(text)


def test_an_author_is_read() -> None:
    """With blanks around it."""
    assert parse_author(" Jane Q. Doe <j@example.com> ") == Author("Jane Q. Doe", "j@example.com")
