"""Plan, report and validation as JSON for machines, and the JSON Schemas of these documents from the same types.

tests/reporting/test_documents.py holds the files under schemas/ to the types, and writes them anew when it runs with
RECONCILER_WRITE=1 in the environment.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import msgspec

from reconciler.model import Plan, Report, Validation

# JSON lets these stand raw within strings; a terminal or a reviewer's browser may obey them. The list is fixed, where
# `str.isprintable` changes with Python's version, so that a document has the same bytes everywhere.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plan_document(plan: Plan) -> str:
    """The plan as JSON: two spaces, keys in the order of the types, a newline at the end. Same plan, same text."""
    return _document(plan)


def report_document(report: Report) -> str:
    """The report as JSON, in the manner of `plan_document`."""
    return _document(report)


def validation_document(validation: Validation) -> str:
    """Errors and warnings as JSON, in the manner of `plan_document`."""
    return _document(validation)


def _document(value: Plan | Report | Validation) -> str:
    try:
        text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    except UnicodeEncodeError:
        # A file name that is not UTF-8 holds lone surrogates, which only ASCII escapes can carry.
        text = json.dumps(msgspec.to_builtins(value), indent=2)
    return _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n"


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
    return json.dumps(schema_of(type_), indent=2, ensure_ascii=False) + "\n"
