"""Reads the OpenAPI document and judges answers by it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import reconciler.sandbox
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import Answer, Request
from tests.sandbox.asking import ALL as LIST

DOCUMENT = json.loads((Path(reconciler.sandbox.__file__).parent / "openapi.json").read_text())
REGISTRY: Registry[Any] = Registry().with_resource("urn:api", DRAFT202012.create_resource(DOCUMENT))


@cache
def validator(pointer: str) -> Draft202012Validator:
    """Of the schema at a JSON pointer of the document."""
    return Draft202012Validator({"$ref": f"urn:api#{pointer}"}, registry=REGISTRY)


def find(node: Any, pointer: str) -> tuple[Any, str]:
    """The node with its references followed, and where it stands."""
    while "$ref" in node:
        pointer = node["$ref"].removeprefix("#")
        node = DOCUMENT
        for part in pointer.split("/")[1:]:
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node, pointer


def find_operation(request: Request) -> tuple[Any, str]:
    """The operation of a request and its pointer; None where the document has none."""
    template = LIST + "/{id}" if request.path.startswith(LIST + "/") else request.path
    operation = DOCUMENT["paths"].get(template, {}).get(request.method.lower())
    return operation, f"/paths/{template.replace('/', '~1')}/{request.method.lower()}"


def check(request: Request, answer: Answer, switches: Switches) -> tuple[str, int]:
    """Assert that the document allows this answer; returns (operationId, status)."""
    operation, at = find_operation(request)
    if operation is None:
        known = request.path in DOCUMENT["paths"] or request.path.startswith(LIST + "/")
        name = {401: "Unauthorized", 429: "TooManyRequests", 500: "InternalServerError"}.get(answer.status)
        node, pointer = find(
            {"$ref": f"#/components/responses/{name or ('MethodNotAllowed' if known else 'NotFound')}"}, ""
        )
        assert name or answer.status == (405 if known else 404)
    else:
        assert str(answer.status) in operation["responses"], (request, answer.status)
        node, pointer = find(operation["responses"][str(answer.status)], f"{at}/responses/{answer.status}")
        check_request(request, answer, operation, at)
    check_headers(answer, node)
    if "content" in node and not (answer.status == 201 and switches.post_201 == "empty"):
        assert answer.headers["Content-Type"] == "application/json"
        errors = list(validator(f"{pointer}/content/application~1json/schema").iter_errors(json.loads(answer.body)))
        assert not errors, (request, [error.message for error in errors])
    else:
        assert (answer.body, "Content-Type" in answer.headers) == (b"", False)
    return (operation["operationId"] if operation else "", answer.status)


def check_request(request: Request, answer: Answer, operation: Any, at: str) -> None:
    """The query's parameters are documented; a body that was accepted is one that the document allows."""
    names = {find(row, "")[0]["name"] for row in operation.get("parameters", ())}
    assert request.query.keys() <= names
    if answer.status < 300 and "requestBody" in operation:
        errors = list(
            validator(f"{at}/requestBody/content/application~1json/schema").iter_errors(json.loads(request.body))
        )
        assert not errors, (request, [error.message for error in errors])


def check_headers(answer: Answer, node: Any) -> None:
    """Every header is documented and has the documented form; the required ones are there."""
    rows = {name: find(row, "") for name, row in node["headers"].items()}
    assert answer.headers.keys() - {"Content-Type"} <= rows.keys()
    for name, (row, pointer) in rows.items():
        assert name in answer.headers or not row.get("required")
        if name in answer.headers:
            assert validator(f"{pointer}/schema").is_valid(answer.headers[name]), (name, answer.headers[name])
