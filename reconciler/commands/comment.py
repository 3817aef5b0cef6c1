"""`comment`: one sticky comment a pull or merge request, edited in place; several accounts share it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.commands.console import Console
from reconciler.commands.files import read_file
from reconciler.commands.pieces import LARGEST_FILE, read_fleet
from reconciler.commands.request import INDEX, Request
from reconciler.errors import AnswerError, InvalidError, RefusedError, UnauthorisedError, UsageError
from reconciler.live.forges import Comment, Forge, Place, make_github, make_gitlab
from reconciler.model import (
    FLEET_FORMAT,
    PLAN_FORMAT,
    REPORT_FORMAT,
    VALIDATE_FORMAT,
    Plan,
    Problem,
    Report,
    Source,
    Validation,
)
from reconciler.reporting.comment import is_ours, merge_comment, read_sections, room_for
from reconciler.reporting.fleet_page import make_fleet_page
from reconciler.reporting.markdown import LARGEST, render_markdown
from reconciler.reporting.pages import Page
from reconciler.reporting.plan_page import make_plan_page
from reconciler.reporting.report_page import make_report_page, make_validation_page
from reconciler.trust import judge_api
from reconciler.values import learn

TRIES = 5
"""Times that the comment is written again where another job wrote it at the same moment."""


class Asked(Struct, frozen=True):
    """What the command line asks for. file: a plan, report, validation or fleet as JSON, or Markdown; or the folder of
    a fleet. section: its name.
    """

    file: Path
    section: str | None = None


def run_comment(asked: Asked, request: Request, console: Console, wait: Callable[[float], None] = time.sleep) -> int:
    """Writes the section of this account into the request's comment."""
    path = request.cwd / asked.file
    data = read_file(path / INDEX if path.is_dir() else path, LARGEST_FILE, str(asked.file))
    name, render = read_answer(data, asked)
    place = find_place(request.environ)
    token = _read_token(place, request.environ)
    forge = Forge(place, token)
    try:
        number = keep_comment(forge, name, render, wait)
    finally:
        forge.close()
    console.answer(f"Comment {number}: the section {name} is up to date.")
    return 0


def read_answer(data: bytes, asked: Asked) -> tuple[str, Callable[[int], str]]:
    """The section's name, and what writes its text within so many characters."""
    page = None
    if data.lstrip()[:1] == b"{":
        account, page = _read_page(data, asked.file)
        name = asked.section or account
    else:
        name = asked.section or "default"
    try:
        merge_comment("", name, "")
    except ValueError:
        raise UsageError("--section: is no plain word", "use letters, digits, '-', '_' and '.'") from None
    if page is not None:
        return name, lambda room: render_markdown(page, limit=min(room, LARGEST))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise _not_an_answer(asked.file) from None
    return name, lambda _room: text


def _read_page(data: bytes, file: Path) -> tuple[str, Page]:
    try:
        kind = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("format")
        word = None if kind is None else msgspec.json.decode(kind)
        if word == PLAN_FORMAT:
            plan = msgspec.json.decode(data, type=learn(Plan))
            return plan.account, make_plan_page(plan, sandbox=plan.api == "sandbox")
        if word == REPORT_FORMAT:
            report = msgspec.json.decode(data, type=learn(Report))
            return report.account, make_report_page(report)
        if word == FLEET_FORMAT:
            fleet = read_fleet(data, str(file))
            part = f"-{fleet.shard.index}-of-{fleet.shard.of}" if fleet.shard is not None else ""
            return f"fleet{part}", make_fleet_page(fleet)
        if word == VALIDATE_FORMAT:
            return "validate", make_validation_page(msgspec.json.decode(data, type=learn(Validation)), checked=None)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    raise _not_an_answer(file)


def _not_an_answer(file: Path) -> InvalidError:
    fix = "reconciler plan --write json=plan.json, then reconciler comment plan.json"
    message = "is neither a plan, report, validation or fleet as JSON nor Markdown"
    return InvalidError([Problem("not-an-answer", message, Source(str(file), 1, 1), fix)])


def keep_comment(forge: Forge, name: str, render: Callable[[int], str], wait: Callable[[float], None]) -> int:
    """Merges the section into the one comment and reads it back, until nobody has written over it. Its id."""
    for attempt in range(TRIES):
        comment = _find(forge)
        body = comment.body if comment is not None else ""
        wanted = merge_comment(body, name, render(room_for(body, name)))
        if comment is None:
            comment = forge.create(wanted)
        elif body.replace("\r\n", "\n").strip() == wanted.strip():
            return comment.id
        else:
            forge.edit(comment.id, wanted)
        kept = _find(forge)
        if kept is not None and kept.id != comment.id:
            # Two jobs created one each at the same moment: the older stays, and takes this section in the next round.
            forge.edit(comment.id, "The plans of all accounts are in one comment further up.")
        elif kept is not None and read_sections(kept.body).get(name) == read_sections(wanted)[name]:
            return kept.id
        wait(0.5 * (attempt + 1))
    raise AnswerError("the comment is written over by others again and again", "run it again when they are done")


def _find(forge: Forge) -> Comment | None:
    return next((one for one in forge.read_comments() if is_ours(one.body)), None)


def find_place(environ: Mapping[str, str]) -> Place:
    """The pull or merge request of the pipeline, from the variables that the runners set."""
    if environ.get("GITHUB_ACTIONS"):
        return _find_github(environ)
    if environ.get("GITLAB_CI"):
        return _find_gitlab(environ)
    raise UsageError("this is no job of GitHub Actions or GitLab CI", "run it there, where they name the request")


def _find_github(environ: Mapping[str, str]) -> Place:
    repository, number = environ.get("GITHUB_REPOSITORY", ""), _github_number(environ)
    if repository.count("/") != 1 or number is None:
        raise UsageError("this job belongs to no pull request", "run it on pull_request")
    name = "GITHUB_TOKEN" if environ.get("GITHUB_TOKEN") else "GH_TOKEN"
    return make_github(_api(environ, "GITHUB_API_URL", "https://api.github.com"), repository, number, name)


def _github_number(environ: Mapping[str, str]) -> str | None:
    parts = environ.get("GITHUB_REF", "").split("/")
    if parts[:2] == ["refs", "pull"] and len(parts) > 2 and parts[2].isdecimal():
        return parts[2]
    path = environ.get("GITHUB_EVENT_PATH")
    try:
        event = msgspec.json.decode(Path(path).read_bytes()) if path else {}
        number = event.get("pull_request", event.get("issue", {})).get("number")
    except (OSError, msgspec.MsgspecError, ValueError, AttributeError):
        return None
    return str(number) if isinstance(number, int) else None


def _find_gitlab(environ: Mapping[str, str]) -> Place:
    project, number = environ.get("CI_PROJECT_ID", ""), environ.get("CI_MERGE_REQUEST_IID", "")
    if not project or not number.isdecimal():
        raise UsageError("this job belongs to no merge request", "run it in a merge request pipeline")
    return make_gitlab(_api(environ, "CI_API_V4_URL", "https://gitlab.com/api/v4"), project, number, "GITLAB_TOKEN")


def _api(environ: Mapping[str, str], name: str, otherwise: str) -> str:
    address = judge_api(environ.get(name) or otherwise, from_file=False)
    if address.wrong or address.refused:
        raise RefusedError(f"{name} {address.wrong or address.refused}", "the runner sets it to an https address")
    return address.url


def _read_token(place: Place, environ: Mapping[str, str]) -> str:
    token = environ.get(place.token_name)
    if not token:
        given = "${{ github.token }}" if place.kind == "github" else "a masked CI/CD variable"
        raise UnauthorisedError(
            f"{place.token_name} is not set: no comment can be written", f"set it to {given}: {place.permission}"
        )
    return token
