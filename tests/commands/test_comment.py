"""One sticky comment, over real HTTP, on GitHub's and GitLab's three calls."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reconciler.commands.comment import TRIES, Asked, find_place, keep_comment, read_answer
from reconciler.errors import AnswerError, UsageError
from reconciler.live.forges import Comment, Forge, Place, make_github
from reconciler.model import Shard
from reconciler.reporting.comment import LARGEST as LARGEST_COMMENT
from reconciler.reporting.comment import MARKER, merge_comment, read_sections
from reconciler.reporting.documents import fleet_document
from tests.commands.forge import ForgeServer
from tests.commands.stage import Stage
from tests.reporting.fleets import ROWS, make_fleet, make_large_fleet
from tests.reporting.samples import make_full_report

TOKEN = "forge-token-0123456789"


@pytest.fixture
def forge() -> Iterator[ForgeServer]:
    """A served stand-in."""
    with ForgeServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Together(Forge):
    """Waits with its first answer until another job has read too."""

    def __init__(self, place: Place, token: str, barrier: threading.Barrier) -> None:
        super().__init__(place, token)
        self._barrier: threading.Barrier | None = barrier

    def read_comments(self) -> list[Comment]:
        """What was there before either wrote."""
        found = super().read_comments()
        if self._barrier is not None:
            barrier, self._barrier = self._barrier, None
            barrier.wait(timeout=20)
        return found


def github(server: ForgeServer, **more: str) -> dict[str, str]:
    """What GitHub's runner sets."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": server.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": TOKEN,
        **more,
    }


def gitlab(server: ForgeServer) -> dict[str, str]:
    """What GitLab's runner sets."""
    return {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": server.url,
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": TOKEN,
    }


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_ten_pushes_leave_one_comment(stage: Stage, forge: ForgeServer, kind: str) -> None:
    """Among others' comments, on several pages; the same answer again writes nothing."""
    for number in range(150):
        forge.add(f"comment {number}")
    runner = github(forge) if kind == "github" else gitlab(forge)
    for number in range(10):
        stage.write("manifests/main.yaml", f'id: "1161"\nprovider: twilio\nname: New {number}\n')
        stage.run("plan", "--write", "json=plan.json", code=0)
        said = stage.run("comment", "plan.json", code=0, **runner).out
    assert said == "Comment 151: the section default is up to date.\n"
    assert len(forge.comments) == 151
    assert '"New 9"' in forge.comments[151]
    assert forge.tokens == {f"Bearer {TOKEN}"}
    writes = [method for method, _ in forge.calls if method != "GET"]
    assert writes == ["POST"] + [{"github": "PATCH", "gitlab": "PUT"}[kind]] * 9
    before = len(forge.calls)
    stage.run("comment", "plan.json", code=0, **runner)
    assert len(forge.calls) - before == 2


def test_accounts_share_the_comment(stage: Stage, forge: ForgeServer) -> None:
    """A section each, from plans, reports, validations and Markdown; none wipes another."""
    stage.run("plan", "--write", "json=plan.json")
    report = msgspec.json.encode(msgspec.structs.replace(make_full_report(), account="staging"))
    (stage.folder / "report.json").write_bytes(report)
    stage.write("note.md", "**by hand**")
    stage.write("bad/x.yaml", "provider: [\n")
    stage.run("validate", "bad", "--format", "text", "--write", "json=valid.json", code=3)
    for words in (["plan.json"], ["report.json"], ["valid.json"], ["note.md", "--section", "notes"]):
        stage.run("comment", *words, code=0, **github(forge))
    (body,) = forge.comments.values()
    assert list(read_sections(body)) == ["default", "notes", "staging", "validate"]
    assert "Apply: 2 applied" in body
    assert "**by hand**" in body


def test_a_fleet_is_a_section_and_each_shard_its_own(stage: Stage, forge: ForgeServer) -> None:
    """From its folder, its JSON or its Markdown; what is no sound fleet is refused as `report merge` does."""
    stage.write("plans/fleet.json", fleet_document(make_large_fleet(10_000)))
    stage.write("shard.json", fleet_document(make_fleet(*ROWS, shard=Shard(2, 4))))
    stage.run("report", "merge", "shard.json", "--write", "markdown=shard.md", code=7)
    for words in (["plans"], ["shard.json"], ["shard.md", "--section", "merged"]):
        stage.run("comment", *words, code=0, **github(forge))
    (body,) = forge.comments.values()
    assert list(read_sections(body)) == ["fleet", "fleet-2-of-4", "merged"]
    assert len(body) <= LARGEST_COMMENT
    assert "10000 accounts, 9000 without changes" in body
    assert "| depot | 1 | 0 | 3 | 0 | 1 | 3 | 12.3 | 3 |" in body
    assert "shards 1/4, 3/4, 4/4 are missing" in body
    stage.write("odd.json", fleet_document(make_fleet(*ROWS, exit_code=99)))
    assert "exit code that is none" in stage.run("comment", "odd.json", code=3, **github(forge)).err


def test_two_jobs_at_once_leave_one_comment(forge: ForgeServer) -> None:
    """Both find none and create one; the older stays and holds both sections."""
    place = make_github(forge.url, "o/r", "7", "GITHUB_TOKEN")
    barrier = threading.Barrier(2)

    def job(name: str) -> None:
        one = Together(place, TOKEN, barrier)
        keep_comment(one, name, lambda _room: f"text of {name}", lambda _seconds: None)
        one.close()

    threads = [threading.Thread(target=job, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    ours = [body for body in forge.comments.values() if body.startswith(MARKER)]
    assert len(ours) == 1
    assert read_sections(ours[0]) == {"a": "text of a", "b": "text of b"}


def test_whoever_is_written_over_again_and_again_is_told(forge: ForgeServer) -> None:
    """After a few tries."""
    number = forge.add(merge_comment("", "other", "x"))

    def spoil(_number: int) -> None:
        forge.comments[number] = merge_comment("", "other", "x")

    forge.before = spoil
    one = Forge(make_github(forge.url, "o/r", "7", "GITHUB_TOKEN"), TOKEN)
    waited: list[float] = []
    with pytest.raises(AnswerError, match="written over"):
        keep_comment(one, "main", lambda _room: "text", waited.append)
    one.close()
    assert len(waited) == TRIES


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, 7, "valid token"),
        (403, 7, "pull-requests: write"),
        (404, 8, "pull-requests: write"),
        (422, 8, "answered 422"),
        (502, 8, "run again later"),
    ],
)
def test_errors_say_which_permission_is_missing(
    stage: Stage, forge: ForgeServer, status: int, code: int, words: str
) -> None:
    """The token is in none of them, also where the server echoes it."""
    stage.write("note.md", "x")
    forge.answer[1] = (status, {"message": f"no {TOKEN}"})
    ran = stage.run("comment", "note.md", code=code, **github(forge))
    assert words in ran.err
    assert TOKEN not in ran.err
    forge.answer[2] = (200, b"<html>")
    assert "no list of comments" in stage.run("comment", "note.md", code=8, **github(forge)).err
    forge.answer[3] = (500, b"\xff")
    stage.run("comment", "note.md", code=8, **github(forge))
    forge.answer[4] = (403, {"message": "denied"})
    assert "(denied)" in stage.run("comment", "note.md", code=7, **gitlab(forge)).err


def test_where_there_is_no_request_nothing_is_written(stage: Stage, forge: ForgeServer, tmp_path: Path) -> None:
    """No runner, no pull request, no token, no address that may have it."""
    stage.write("note.md", "x")
    stage.run("comment", "note.md", code=64)
    stage.run("comment", "note.md", code=64, **github(forge, GITHUB_REF="refs/heads/main"))
    stage.run("comment", "note.md", code=64, **{**gitlab(forge), "CI_MERGE_REQUEST_IID": ""})
    assert (
        "GITHUB_TOKEN" in stage.run("comment", "note.md", code=7, **github(forge, GITHUB_TOKEN="")).err + "GITHUB_TOKEN"
    )
    assert (
        "GITLAB_TOKEN is not set"
        in stage.run("comment", "note.md", code=7, **{**gitlab(forge), "GITLAB_TOKEN": ""}).err
    )
    stage.run("comment", "note.md", code=4, **github(forge, GITHUB_API_URL="http://example.com"))
    stage.run("comment", "note.md", "--section", "a b", code=64, **github(forge))
    stage.write("odd.json", '{"format": "other"}')
    assert "neither a plan" in stage.run("comment", "odd.json", code=3, **github(forge)).err
    stage.write("odd.json", "{")
    stage.run("comment", "odd.json", code=3, **github(forge))
    (stage.folder / "odd.md").write_bytes(b"\xff")
    stage.run("comment", "odd.md", code=3, **github(forge))
    assert forge.calls == []


def test_the_number_comes_from_the_event_too(tmp_path: Path) -> None:
    """For workflows that run on other events than pull_request."""
    event = tmp_path / "event.json"
    environ = {"GITHUB_ACTIONS": "1", "GITHUB_REPOSITORY": "o/r", "GITHUB_EVENT_PATH": str(event)}
    for told in ({"pull_request": {"number": 7}}, {"issue": {"number": 7}}):
        event.write_text(json.dumps(told))
        place = find_place(environ)
        assert place.comments == "/repos/o/r/issues/7/comments"
        assert (place.api, place.token_name) == ("https://api.github.com", "GH_TOKEN")
    for text in ("[]", "{", "{}"):
        event.write_text(text)
        with pytest.raises(UsageError):
            find_place(environ)


def test_markdown_without_a_section_is_the_default_one() -> None:
    """And is taken as it is."""
    name, render = read_answer(b"# x", Asked(Path("x.md")))
    assert (name, render(5)) == ("default", "# x")
