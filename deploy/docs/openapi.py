"""The OpenAPI 3.1 documents, generated from the calls and models the services run on."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.core.ids import ID_PATTERN
from shared.edge.api import Endpoint
from shared.edge.error_codes import ERRORS, Code

_Described: TypeAlias = tuple[type[BaseModel], Literal["validation", "serialization"]]
_REF: Final = "#/components/schemas/{model}"
_JSON: Final = "application/json"
_OPEN_SEGMENT: Final = re.compile(r"{(\w+)}")
_ERROR: Final = {
    "type": "object",
    "description": "A refusal. `Code` and `Message` repeat the first two for SDKs that read those spellings. "
    "`grant_id` is there where a request of the caller is in the way: it names that request.",
    "properties": {
        "code": {"type": "string", "enum": [code.value for code in Code]},
        "message": {"type": "string"},
        "request_id": {"type": "string"},
        "hint": {"type": "string"},
        "Code": {"type": "string"},
        "Message": {"type": "string"},
        "grant_id": {"type": "string", "pattern": f"^{ID_PATTERN}$"},
    },
    "required": ["code", "message", "request_id", "hint", "Code", "Message"],
    "additionalProperties": False,
}
_SIGV4: Final = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
    "description": "AWS Signature Version 4, for the service execute-api.",
}
_TOKEN: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of an issuer, for the same paths below /as/<issuer>. HTTP APIs only.",
}


def renderer(title: str, calls: Iterable[Endpoint]) -> Callable[[], str]:
    """Make the function that writes one API's document."""
    return lambda: json.dumps(build(title, tuple(calls)), indent=2, sort_keys=True) + "\n"


def build(title: str, calls: tuple[Endpoint, ...]) -> Mapping[str, Any]:
    """Build the document of an API."""
    answers: list[_Described] = [(call.response, "serialization") for call in calls]
    bodies: list[_Described] = [(call.body, "validation") for call in calls if call.body is not None]
    _, definitions = models_json_schema(list(dict.fromkeys(answers + bodies)), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"] | {"Error": _ERROR},
            "securitySchemes": {"sigv4": _SIGV4, "token": _TOKEN},
        },
        "security": [{"sigv4": []}, {"token": []}],
    }


def _operation(call: Endpoint) -> Mapping[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.summary,
        "responses": {str(call.status.value): _success(call)} | _refusals(call),
    }
    if parameters := [*_path_parameters(call), *_query_parameters(call.query)]:
        operation["parameters"] = parameters
    if call.body is not None:
        operation["requestBody"] = {"required": not call.is_body_optional, "content": _content(call.body.__name__)}
    return operation


def _success(call: Endpoint) -> Mapping[str, Any]:
    return {"description": call.status.phrase, "content": _content(call.response.__name__)}


def _refusals(call: Endpoint) -> dict[str, Any]:
    """Describe the refusals, one response for each status, naming every code that has it."""
    by_status: dict[HTTPStatus, list[Code]] = {}
    for code in Code:
        if code in call.codes:
            by_status.setdefault(ERRORS[code].status, []).append(code)
    return {str(status.value): _refusal(codes) for status, codes in by_status.items()}


def _refusal(codes: list[Code]) -> Mapping[str, Any]:
    response: dict[str, Any] = {
        "description": " ".join(f"`{code}`: {ERRORS[code].meaning}" for code in codes),
        "content": _content("Error"),
    }
    if Code.THROTTLED in codes:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return response


def _content(model: str) -> Mapping[str, Any]:
    return {_JSON: {"schema": {"$ref": _REF.format(model=model)}}}


def _path_parameters(call: Endpoint) -> list[Mapping[str, Any]]:
    schema = {"type": "string", "pattern": f"^{ID_PATTERN}$"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name in _OPEN_SEGMENT.findall(call.path)
    ]


def _query_parameters(query: type[BaseModel] | None) -> list[Mapping[str, Any]]:
    if query is None:
        return []
    schema = query.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _inline(_without_null(described), schema.get("$defs", {})),
        }
        for name, described in schema["properties"].items()
    ]


def _without_null(described: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave null out: a query string has none, and what may be null there may be absent."""
    kinds = [kind for kind in described.get("anyOf", [described]) if kind != {"type": "null"}]
    rest = {key: value for key, value in described.items() if key not in ("anyOf", "default", "title")}
    default = {} if described.get("default") is None else {"default": described["default"]}
    return {**kinds[0], **(rest if "anyOf" in described else {}), **default}


def _inline(described: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put a word list where it is used: a query parameter is described in one place."""
    name = str(described.get("$ref", "")).rpartition("/")[2]
    return definitions[name] if name else described
