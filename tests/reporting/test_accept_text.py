"""What `accept` says to people."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from reconciler.model import Acceptance, AcceptedField, AcceptedIntegration, AcceptSummary, Problem, Source
from reconciler.reporting.accept_text import render_acceptance, render_accepted
from reconciler.reporting.documents import accept_document, schema_of
from reconciler.reporting.style import Style

FILE = "manifests/sms.yaml"
PLAIN = Style()


def field(*path: str, before: Any = None, after: Any = None, line: int = 9, **rest: Any) -> AcceptedField:
    """A field of that file."""
    return AcceptedField(path, before, after, Source(FILE, line, 9), **rest)


def answer(*fields: AcceptedField, problems: tuple[Problem, ...] = (), **summary: int) -> Acceptance:
    """An answer about one integration, if there is anything to say of it."""
    one = AcceptedIntegration("twilio/main", "1161", "twilio", "Main", Source(FILE, 2, 1), fields, problems)
    shown = (one,) if fields or problems else ()
    return Acceptance("0", "https://api.example.com", "main", "1", AcceptSummary(**summary), shown)


def test_each_field_stands_with_its_place_before_and_after() -> None:
    """Changed, cleared, added, and refused with its reason and what to do."""
    text = render_acceptance(
        answer(
            field("name", before="Old", after="New", line=4),
            field("settings", "a", before="x", after=None),
            field("settings", "b", after="y", action="add", line=2),
            field("settings", "c", refused="the API hides what is live", fix="write it by hand"),
            accepted=3,
            refused=1,
            files=1,
            secrets=1,
            hidden=2,
            compared=8,
        ),
        PLAIN,
    )
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["~", "twilio/main", "(1161)", f"{FILE}:2:1"]
    assert lines[1] == ["~", "name", '"Old"', "->", '"New"', f"{FILE}:4:9"]
    assert lines[2] == ["~", "settings.a", '"x"', "->", "null:", "live", "it", "is", "not", "set", f"{FILE}:9:9"]
    assert lines[3] == ["+", "settings.b", '"y"', f"{FILE}:2:9"]
    assert " ".join(lines[4]) == f"x settings.c not accepted: the API hides what is live {FILE}:9:9"
    assert " ".join(lines[5]) == "-> write it by hand"
    assert text.endswith(
        "\n\nAccept: 3 values into 1 file, 1 not accepted; 1 secret left as it is; 2 values hidden by the API.\n"
    )


def test_what_is_wrong_with_a_manifest_stands_below_it() -> None:
    """And what is about no manifest, below all."""
    problem = Problem("unknown-id", "the API does not know id 1161", Source(FILE, 2, 1), "correct the id")
    one = answer(problems=(problem,), refused=1)
    text = render_acceptance(one, PLAIN)
    assert text.startswith("  x twilio/main (1161)")
    assert f"      x nothing accepted: the API does not know id 1161  {FILE}:2:1\n        -> correct the id\n" in text
    assert text.endswith("Nothing to accept. Nothing was compared, 1 not accepted.\n")


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        ({"compared": 1}, "Nothing to accept. 1 manifest was compared.\n"),
        ({"compared": 2, "secrets": 2}, "Nothing to accept. 2 manifests were compared; 2 secrets left as they are.\n"),
        ({}, "Nothing to accept. Nothing was compared.\n"),
    ],
)
def test_nothing_to_accept_says_what_was_compared(summary: dict[str, Any], line: str) -> None:
    """Never that all is in sync."""
    assert render_acceptance(answer(**summary), PLAIN) == line


def test_afterwards_only_what_came_otherwise_is_said() -> None:
    """What could not be written, the counts, and what to type next."""
    proposed = answer(field("name", before="Old", after="New"), field("status", refused="no"), accepted=1, files=1)
    assert render_accepted(proposed, proposed, PLAIN) == "Accepted 1 value into 1 file.\n-> git diff\n"
    failed = answer(field("name", refused="not written: a.yaml: was changed meanwhile"), field("status", refused="no"))
    text = render_accepted(failed, proposed, PLAIN)
    assert "x name   not accepted: not written: a.yaml: was changed meanwhile" in text
    assert "status" not in text
    assert text.endswith("\n\nAccepted 0 values into 0 files.\n")
    refused = answer(field("name", refused="no"), refused=1)
    assert "Accepted 0 values into 0 files, 1 not accepted.\n" in render_accepted(refused, refused, PLAIN)


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    """Values and reasons come from files and the API."""
    text = render_acceptance(answer(field("settings", "a\x1b", before="\x1b[1m", after="\u202e"), accepted=1), PLAIN)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_document_is_the_whole_answer() -> None:
    """With its format."""
    document = json.loads(accept_document(answer(field("name", before="Old", after="New"), accepted=1)))
    assert document["format"] == "reconciler.accept/1"
    assert document["integrations"][0]["fields"][0]["after"] == "New"
    assert document["written"] is False
    assert not list(jsonschema.Draft202012Validator(schema_of(Acceptance)).iter_errors(document))
