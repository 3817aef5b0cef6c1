"""Comments of pull requests on GitHub and of merge requests on GitLab: list, create, edit, through our own transport.

Sources: docs.github.com, REST API, issue comments; docs.gitlab.com, REST API, notes of merge requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from reconciler.errors import AnswerError, ApiError, ReconcilerError, RejectedError, UnauthorisedError
from reconciler.live.transport import Response, Transport
from reconciler.values import encode_json, learn, printable

if TYPE_CHECKING:
    import httpx

MOST_PAGES = 100


class Comment(Struct, frozen=True):
    """A comment: its id, and its text."""

    id: int
    body: str = ""


class Place(Struct, frozen=True):
    """Where the comments are. kind: github or gitlab. api: its REST API. permission: what writing needs, for errors.

    comments: the path of all comments of the request; comment: the path of one, with {id}. edit: the method.
    """

    kind: str
    api: str
    token_name: str
    comments: str
    comment: str
    edit: str
    permission: str


def make_github(api: str, repository: str, number: str, token_name: str) -> Place:
    """Comments of a pull request, `repository` as owner/name."""
    path = "/repos/" + "/".join(quote(part, safe="") for part in repository.split("/"))
    permission = "the workflow needs `permissions: pull-requests: write`; runs of forks never have it"
    issues = f"{path}/issues"
    return Place(
        "github", api, token_name, f"{issues}/{number}/comments", f"{issues}/comments/{{id}}", "PATCH", permission
    )


def make_gitlab(api: str, project: str, number: str, token_name: str) -> Place:
    """Notes of a merge request, `project` as its number or path."""
    path = f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"
    permission = (
        f"{token_name} must be a project or group access token with the scope `api` and the role Reporter or higher"
    )
    return Place("gitlab", api, token_name, path, f"{path}/{{id}}", "PUT", permission)


class Forge:
    """The comments of one request. http: an httpx transport, for tests. Raises ReconcilerErrors only."""

    def __init__(self, place: Place, token: str, http: httpx.BaseTransport | None = None) -> None:
        self._place = place
        self._transport = Transport(
            api=place.api, token=lambda: token, parallel=1, token_name=place.token_name, http=http
        )

    def close(self) -> None:
        """Closes the connection."""
        self._transport.close()

    def read_comments(self) -> list[Comment]:
        """All comments, the oldest first."""
        found: list[Comment] = []
        for page in range(1, MOST_PAGES + 1):
            params = {"per_page": "100", "page": str(page)}
            if self._place.kind == "gitlab":
                params |= {"sort": "asc", "order_by": "created_at"}
            rows = self._decode(self._send("GET", self._place.comments, params), list[Comment])
            found += rows
            if len(rows) < 100:
                break
        return found

    def create(self, body: str) -> Comment:
        """A new comment."""
        made: Comment = self._decode(self._send("POST", self._place.comments, None, body), Comment)
        return made

    def edit(self, one: int, body: str) -> None:
        """Replaces a comment's text."""
        self._send(self._place.edit, self._place.comment.format(id=one), None, body)

    def _send(self, method: str, path: str, params: dict[str, str] | None, body: str | None = None) -> Response:
        content = None if body is None else encode_json({"body": body})
        response = self._transport.send(method, path, params, content)
        if not 200 <= response.status < 300:
            raise self._refusal(f"{method} {path}", response)
        return response

    def _refusal(self, what: str, response: Response) -> ReconcilerError:
        said = f"{self._place.kind}: {what}: answered {response.status}{self._words(response)}"
        if response.status == 401:
            return UnauthorisedError(said, f"check that {self._place.token_name} holds a valid token")
        if response.status == 403:
            return UnauthorisedError(said, self._place.permission)
        if response.status == 404:
            return RejectedError(said, f"check the request's number; else {self._place.permission}", status=404)
        kind: type[ApiError] = RejectedError if response.status < 500 else AnswerError
        return kind(
            said,
            "run again later" if response.status >= 500 or response.status == 429 else None,
            status=response.status,
        )

    def _words(self, response: Response) -> str:
        try:
            told = msgspec.json.decode(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        words = told.get("message") if isinstance(told, dict) else None
        if not isinstance(words, str) or self._transport.holds_token(words):
            return ""
        return f" ({printable(words[:200])})"

    def _decode(self, response: Response, kind: Any) -> Any:
        fault = AnswerError(f"{self._place.kind}: the answer is no list of comments", "check the address of its API")
        try:
            return msgspec.json.decode(response.body, type=learn(kind))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        raise fault
