"""Contract, section 1: each broken manifest is named at its place, all at once, before any request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.account import LITERAL_SECRET, UNDEFINED_VALUE
from tests.contract.desk import Desk, Ran
from tests.contract.rule_cases import CASES, EMPTY, UNDEFINED, Case
from tests.contract.stand_in import StandIn, serving


@dataclass
class Broken:
    """One folder with every broken manifest, validated as JSON and text, and planned."""

    checked: Ran
    text: Ran
    planned: Ran
    api: StandIn

    def find(self, file: str, ran: Ran) -> list[Any]:
        """The errors of a file."""
        return [one for one in ran.document["errors"] if one["source"] and one["source"]["file"] == file]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    """All cases in one folder."""
    with serving([]) as api:
        desk = Desk(tmp_path_factory.mktemp("broken"), api.url)
        for case in [*CASES, UNDEFINED]:
            desk.write(case.file, case.content)
        for name, content, _ in EMPTY:
            desk.write(f"manifests/{name}.yaml", content)
        (desk.folder / "manifests/outside.yaml").symlink_to(desk.write("elsewhere/outside.yaml", UNDEFINED.content))
        checked = desk.run("validate", "--format", "json", code=3)
        text = desk.run("validate", code=3)
        yield Broken(checked, text, desk.run("plan", "--format", "json", code=3), api)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_broken_manifest_is_named_to_the_character(broken: Broken, case: Case) -> None:
    """The error stands at file:line:column and says what to write; plan says the same as validate."""
    found = broken.find(case.file, broken.checked)
    places = [(one["source"]["line"], one["source"]["column"]) for one in found]
    assert case.place in places, f"{found} for {case.content}"
    one = found[places.index(case.place)]
    said = one["message"] + " " + (one["fix"] or "")
    assert [word for word in case.words if word not in said] == [], said
    assert f"{case.file}:{case.place[0]}:{case.place[1]}: " in broken.text.all
    assert broken.find(case.file, broken.planned) == found


def test_one_fault_is_one_error(broken: Broken) -> None:
    """No file is blamed twice for one fault."""
    counts = {case.name: len(broken.find(case.file, broken.checked)) for case in CASES}
    assert {name: count for name, count in counts.items() if count != 1} == {}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, _, line in EMPTY])
def test_a_file_that_is_no_manifest_is_an_error_at_its_line(broken: Broken, name: str, line: int | None) -> None:
    """Empty, binary, deep, huge and exploding files are refused at their place."""
    found = broken.find(f"manifests/{name}.yaml", broken.checked)
    assert found, name
    assert line is None or [one["source"]["line"] for one in found] == [line], found


def test_a_link_that_leaves_the_folder_is_an_error(broken: Broken) -> None:
    """What lies outside of the account's folder is not read through a link."""
    assert broken.find("manifests/outside.yaml", broken.checked)


def test_all_errors_come_at_once_before_any_request(broken: Broken) -> None:
    """Validate and plan tell all errors in one run, and nothing was sent."""
    assert len(broken.checked.document["errors"]) >= len(CASES) + len(EMPTY) + 1
    assert broken.planned.document["errors"] == broken.checked.document["errors"]
    assert broken.api.requests == []


def test_errors_stand_in_order_of_place(broken: Broken) -> None:
    """Files in order, lines in order, whatever the file system says."""
    places = [tuple(one["source"].values()) for one in broken.checked.document["errors"]]
    assert places == sorted(places)


def test_values_of_secret_and_undefined_keys_are_never_echoed(broken: Broken) -> None:
    """No message shows them, in no format."""
    for ran in (broken.checked, broken.text, broken.planned):
        assert LITERAL_SECRET not in ran.all
        assert UNDEFINED_VALUE not in ran.all


def test_an_error_ends_with_what_to_type_next(broken: Broken) -> None:
    """Every error has a fix, and the document has the fields of section 6."""
    document = broken.checked.document
    assert document["format"] == "reconciler.validate/1"
    for one in [*document["errors"], *document["warnings"]]:
        assert set(one) >= {"code", "message", "source", "fix"}
        assert one["fix"], one
        assert one["source"] is None or set(one["source"]) == {"file", "line", "column"}


def test_an_undefined_key_is_a_warning_at_its_place(broken: Broken) -> None:
    """The warning names the key that was meant."""
    found = [one for one in broken.checked.document["warnings"] if one["source"]["file"] == UNDEFINED.file]
    assert [(one["source"]["line"], one["source"]["column"]) for one in found] == [UNDEFINED.place]
    assert 'did you mean "account_sid"' in found[0]["message"] + (found[0]["fix"] or "")
