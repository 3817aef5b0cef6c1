"""Plan, report and validation as JSON for machines, and the JSON Schemas of these documents from the same types.

tests/reporting/test_documents.py holds the files under schemas/ to the types, and writes them anew when it runs with
RECONCILER_WRITE=1 in the environment.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.values import document_text

if TYPE_CHECKING:
    from reconciler.model import Acceptance, Diagnosis, FleetReport, Plan, Report, Show, TrialReport, Validation


def plan_document(plan: Plan) -> str:
    """The plan as JSON: two spaces, keys in the order of the types, a newline at the end. Same plan, same text."""
    return document_text(plan)


def report_document(report: Report) -> str:
    """The report as JSON, in the manner of `plan_document`."""
    return document_text(report)


def validation_document(validation: Validation) -> str:
    """Errors and warnings as JSON, in the manner of `plan_document`."""
    return document_text(validation)


def show_document(show: Show) -> str:
    """What `show` tells as JSON, in the manner of `plan_document`."""
    return document_text(show)


def accept_document(answer: Acceptance) -> str:
    """What `accept` tells as JSON, in the manner of `plan_document`."""
    return document_text(answer)


def trial_document(trial: TrialReport) -> str:
    """What came of a test message as JSON, in the manner of `plan_document`."""
    return document_text(trial)


def diagnosis_document(diagnosis: Diagnosis) -> str:
    """What `doctor` found as JSON, in the manner of `plan_document`."""
    return document_text(diagnosis)


def fleet_document(report: FleetReport) -> str:
    """What a run over several accounts came to as JSON, in the manner of `plan_document`."""
    return document_text(report)


def schema_of(type_: type) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a document, generated from its type; `format` is a constant of each type."""
    schema = msgspec.json.schema(type_)
    for definition in schema["$defs"].values():
        # Python 3.13 takes the indent out of docstrings, older ones do not.
        definition["description"] = inspect.cleandoc(definition["description"])
        kind = definition.get("properties", {}).get("format")
        if kind is not None:
            definition["properties"]["format"] = {"const": kind["default"]}
            definition["required"] = [*definition["required"], "format"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": type_.__name__, **schema}


def schema_text(type_: type) -> str:
    """The file of a schema."""
    import json

    return json.dumps(schema_of(type_), indent=2, ensure_ascii=False) + "\n"
