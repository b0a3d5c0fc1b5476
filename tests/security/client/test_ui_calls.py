"""The console has no power of its own: each of its calls and buttons is an operation of the API's documents."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from sentinel.ui import operations, server
from sentinel.ui.operations import is_operation
from tests.security.client.page_calls import PageCall, acts_in, calls_in, carriers, sources

DOCUMENTS: Final = Path(__file__).parents[3] / "docs" / "openapi"
MODULES: Final = sources()
# They make requests for the others: of the API, of the page's own server, and of a provider where people log in.
SPEAKING: Final = {"api.js", "config.js", "login.js", "session.js"}
METHODS: Final = carriers(MODULES)
CALLS: Final = [call for file in MODULES.keys() - SPEAKING for call in calls_in(file, MODULES[file], METHODS)]
# The console's own server, for what the API does not do.
OWN: Final = "/ui/"
SERVER: Final = Path(server.__file__).read_text(encoding="utf-8")
ID: Final = "0123456789abcdef"


def _operations() -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """Give each operation with the names it takes, in its query or its body."""
    for file in DOCUMENTS.glob("*.json"):
        document = json.loads(file.read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                yield (method.upper(), re.sub(r"\{\w+\}", "{id}", path)), frozenset(_names(document, operation))


def _names(document: Any, operation: Any) -> Iterator[str]:
    yield from (each["name"] for each in operation.get("parameters", ()) if each["in"] == "query")
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", ())


OPERATIONS: Final = dict(_operations())


def test_the_pages_and_the_documents_were_read() -> None:
    assert {"/v1/whoami", "/v1/requests", "/v1/requests/{id}/approve", "/profiles"} <= {call.path for call in CALLS}
    assert {"reason", "view"} <= {name for call in CALLS for name in call.given}
    assert {"reason", "view"} <= {name for names in OPERATIONS.values() for name in names}


@pytest.mark.parametrize("call", sorted(CALLS, key=str), ids=str)
def test_every_call_of_a_page_is_an_operation_with_what_it_takes(call: PageCall) -> None:
    if call.path.startswith(OWN):
        assert f'"/api{call.path.removesuffix("{id}")}"' in SERVER
        return
    assert (call.method, call.path) in OPERATIONS
    assert call.given <= OPERATIONS[call.method, call.path]
    assert is_operation(call.method, call.path.replace("{id}", ID))


@pytest.mark.parametrize("file", [file for file in MODULES if file.startswith("pages/")])
def test_every_button_that_acts_makes_a_call(file: str) -> None:
    for act, made in acts_in(MODULES[file]):
        assert list(calls_in(file, f"{act}\n{made}", METHODS)), f"no call of the API is behind the button of {act}"


@pytest.mark.parametrize("file", MODULES)
def test_no_module_but_the_api_s_makes_requests(file: str) -> None:
    code = MODULES[file]
    if file not in SPEAKING:
        assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import)\s*\(", code)
    renamed = re.findall(r"(\w+) as \w+[^;]*from \"[./]*(?:api|loading)\.js\"", code)
    assert not {*renamed} & {"call", *METHODS}, "a call is found by its name"


def test_the_console_s_server_passes_on_operations_and_nothing_else() -> None:
    for method, patterns in operations._PATHS.items():
        for pattern in patterns:
            template = pattern.replace(operations._ID, "{id}")
            steps = re.search(r"\(\?:([a-z|-]+)\)", template)
            for step in steps[1].split("|") if steps else [""]:
                path = template.replace(steps[0], step) if steps else template
                assert (method, path) in OPERATIONS
                assert (method, path) not in {("GET", "/"), ("POST", "/")}


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ('post("/v1/grants", { reason })', "/v1/grants"),
        ("get(`/v1/requests/${id}/secrets`)", "/v1/requests/{id}/secrets"),
        ('call("PATCH", `/v1/groups/${name}/members`)', "/v1/groups/{id}/members"),
        ('get(by === "id" ? "/v1/keys" : "/v1/keys")', "/v1/keys"),
        ('const to = (verb) => post(`/v1/sessions/${id}/${verb}`); to("renew")', "/v1/sessions/{id}/renew"),
    ],
)
def test_a_call_that_is_none_of_the_api_is_found(code: str, path: str) -> None:
    call, *_ = calls_in("pages/new.js", code, METHODS)
    assert call.path == path
    assert (call.method, call.path) not in OPERATIONS


@pytest.mark.parametrize(
    "code", ["get(path)", "call(method, '/v1/requests')", 'call("POST", base + "/x")', 'get(x ? path : "/x")']
)
def test_a_call_that_cannot_be_read_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="write method and path in the call"):
        list(calls_in("pages/new.js", code, METHODS))
