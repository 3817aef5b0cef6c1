"""JSON documents and their schemas."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import (
    Acceptance,
    Catalogue,
    Diagnosis,
    FleetReport,
    Imported,
    Plan,
    Problem,
    Report,
    Show,
    Source,
    TrialReport,
    Validation,
)
from reconciler.reporting.documents import (
    fleet_document,
    plan_document,
    report_document,
    schema_of,
    schema_text,
    validation_document,
)
from tests.reporting.fleets import ROWS, make_fleet, make_full_fleet
from tests.reporting.golden import is_as_written
from tests.reporting.samples import SAMPLE, make_change, make_full_plan, make_full_report, make_plan


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (Plan, "plan"),
        (Report, "report"),
        (Show, "show"),
        (Acceptance, "accept"),
        (TrialReport, "send-test"),
        (Diagnosis, "doctor"),
        (Imported, "import"),
        (Catalogue, "providers"),
        (FleetReport, "fleet"),
    ],
)
def test_the_schemas_on_disk_are_those_of_the_types(type_: type, name: str) -> None:
    """schemas/ is generated: RECONCILER_WRITE=1 writes it anew after a change of the types."""
    assert is_as_written(f"schemas/{name}.schema.json", schema_text(type_))


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Plan, plan_document(SAMPLE)),
        (Plan, plan_document(make_full_plan())),
        (Report, report_document(make_full_report())),
        (FleetReport, fleet_document(make_full_fleet())),
    ],
)
def test_documents_are_valid_by_their_schemas(type_: type, text: str) -> None:
    """And a document of another format is not."""
    validator = jsonschema.Draft202012Validator(schema_of(type_))
    document = json.loads(text)
    assert not list(validator.iter_errors(document))
    assert list(validator.iter_errors(document | {"format": "reconciler.other/1"}))
    del document["format"]
    assert list(validator.iter_errors(document))


def test_a_plan_comes_back_as_it_was() -> None:
    """Nothing of the struct is left out."""
    plan = make_full_plan()
    assert msgspec.json.decode(plan_document(plan), type=Plan) == plan
    report = make_full_report()
    assert msgspec.json.decode(report_document(report), type=Report) == report


def test_a_fleet_comes_back_as_it_was_with_the_accounts_own_documents() -> None:
    """These are within it as they are."""
    fleet = make_full_fleet()
    assert msgspec.json.decode(fleet_document(fleet), type=FleetReport) == fleet
    answer = msgspec.Raw(plan_document(SAMPLE).encode())
    text = fleet_document(make_fleet(msgspec.structs.replace(ROWS[0], answer=answer)))
    assert json.loads(text)["accounts"][0]["answer"] == json.loads(plan_document(SAMPLE))
    assert text == msgspec.json.format(text, indent=2) + "\n"
    assert fleet_document(msgspec.json.decode(text, type=FleetReport)) == text


def test_the_contracts_fields_have_the_contracts_names() -> None:
    """The sample of contract section 5, field by field."""
    document = json.loads(plan_document(SAMPLE))
    assert document["format"] == "reconciler.plan/1"
    assert document["summary"]["update"] == 1
    (change,) = document["changes"]
    assert change["source"] == {"file": "manifests/sms/twilio.yaml", "line": 2, "column": 1}
    assert change["fields"][0]["path"] == ["settings", "default_phone_number"]
    assert change["fields"][1]["before"] is change["fields"][1]["after"] is None
    assert change["dropped"][0]["suggestion"] == "default_phone_number"
    assert change["body"]["settings"]["auth_token"] == {"secret": "env:X"}


def test_a_document_is_indented_and_ends_with_a_newline() -> None:
    """Keys stand in the order of the types."""
    problem = Problem("not-text", "é", Source("a.yaml", 1, 2), "write it")
    assert validation_document(Validation((problem,))) == (
        "{\n"
        '  "errors": [\n'
        "    {\n"
        '      "code": "not-text",\n'
        '      "message": "é",\n'
        '      "source": {\n'
        '        "file": "a.yaml",\n'
        '        "line": 1,\n'
        '        "column": 2\n'
        "      },\n"
        '      "fix": "write it"\n'
        "    }\n"
        "  ],\n"
        '  "warnings": [],\n'
        '  "format": "reconciler.validate/1"\n'
        "}\n"
    )


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(json_values, st.text(st.characters(exclude_categories=[])))
def test_any_value_survives_and_no_raw_control_character_is_left(value: Any, name: str) -> None:
    """A document reads back as the same data, even with lone surrogates in a name, and is safe to print."""
    plan = make_plan(make_change(name=name, body={"settings": {"x": value}}))
    text = plan_document(plan)
    assert text == plan_document(plan)
    change = json.loads(text)["changes"][0]
    assert change["body"] == {"settings": {"x": value}}
    assert change["name"] == name or "\\ud" in text
    assert not any(
        ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u202e\u200b\ufeff" for char in text if char != "\n"
    )
    text.encode()


def test_a_file_name_that_is_no_unicode_is_carried() -> None:
    """A lone surrogate, as Python reads such names, becomes an ASCII escape."""
    text = validation_document(Validation((Problem("x", "y", Source("a\udcff.yaml", 1, 1)),)))
    assert '"file": "a\\udcff.yaml"' in text
    assert json.loads(text)["errors"][0]["source"]["file"] == "a\udcff.yaml"
