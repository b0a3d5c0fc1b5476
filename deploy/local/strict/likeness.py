"""Compares every request and response of our clients with botocore's serialization and parsing of the same."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from shared.aws.wire.line import Reply
from shared.aws.wire.protocols import WireProtocol
from shared.aws.wire.service_error import ServiceError

_METADATA: Final = "ResponseMetadata"
# The fields of an error that are read in addition to its code.
_DETAILS: Final = ("Item", "CancellationReasons")
_ERROR: Final = 300


class UnlikeBotocoreError(BaseException):
    """Ours and botocore's differ: a defect of `shared.aws.wire`. Not an `Exception`, like `StrictAwsViolation`."""


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def find_operation(service: str, operation: str) -> OperationModel:
    """Return botocore's model of an operation.

    Raises:
        OperationNotFoundError: there is no such operation.

    """
    return _model(service).operation_model(operation)


class _Likeness:
    """A protocol that compares another one with botocore."""

    def __init__(self, service: str, checked: WireProtocol) -> None:
        self._service = service
        self._checked = checked
        self._protocol = _model(service).resolved_protocol

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        headers, body = self._checked.write(operation, parameters)
        model = find_operation(self._service, operation)
        theirs = create_serializer(self._protocol).serialize_to_request(parameters, model)
        self._compare(operation, "headers", headers, dict(theirs["headers"]))
        self._compare(operation, "body", _content(self._protocol, body), _content(self._protocol, theirs["body"]))
        return headers, body

    def read(self, operation: str, reply: Reply) -> Any:
        try:
            answer = self._checked.read(operation, reply)
        except ServiceError as error:
            details = {name: each for name, each in error.details.items() if name in _DETAILS}
            ours = error.code, error.words, error.status, details
            self._compare(operation, "error", ours, _essence(self._theirs(operation, reply)))
            raise
        theirs = {name: each for name, each in self._theirs(operation, reply).items() if name != _METADATA}
        self._compare(operation, "answer", _as_in(theirs, answer), theirs)
        return answer

    def _theirs(self, operation: str, reply: Reply) -> dict[str, Any]:
        model = find_operation(self._service, operation)
        response = {"status_code": reply.status, "headers": reply.headers, "body": reply.body, "context": {}}
        parser = create_parser(self._protocol)
        parsed: dict[str, Any] = parser.parse(response, model.output_shape)
        if reply.status >= _ERROR:
            shape = _model(self._service).shape_for_error_code(parsed.get("Error", {}).get("Code"))
            parsed |= {} if shape is None else parser.parse(response, shape)
        return parsed

    def _compare(self, operation: str, what: str, ours: object, theirs: object) -> None:
        if ours != theirs:
            raise UnlikeBotocoreError(f"{self._service}.{operation}: the {what} is {ours!r}, botocore's is {theirs!r}")


def likeness(service: str, protocol: WireProtocol) -> WireProtocol:
    """Return the protocol with every call compared."""
    return protocol if isinstance(protocol, _Likeness) else _Likeness(service, protocol)


def _content(protocol: str, body: Any) -> object:
    if protocol == "json":
        return orjson.loads(body)
    pairs = parse_qsl(body.decode(), keep_blank_values=True) if isinstance(body, bytes) else body.items()
    return {name: str(value) for name, value in pairs}


def _as_in(theirs: Any, ours: Any) -> Any:
    """Convert our values to botocore's types, and drop what the model does not define, as botocore does.

    Our JSON keeps instants as numbers, and our XML keeps everything as text; callers convert what they use.
    """
    match theirs, ours:
        case dict(), dict():
            return {name: _as_in(theirs[name], each) for name, each in ours.items() if name in theirs}
        case list(), list() if len(theirs) == len(ours):
            return [_as_in(*pair) for pair in zip(theirs, ours, strict=True)]
        case datetime(), str():
            return datetime.fromisoformat(ours)
        case datetime(), int() | float():
            return datetime.fromtimestamp(ours, theirs.tzinfo)
        case bool(), str():
            return {"true": True, "false": False}.get(ours, ours)
        case int(), str():
            return int(ours)
        case [], "":
            return []
        case _:
            return ours


def _essence(response: Mapping[str, Any]) -> object:
    details = {name: value for name, value in response.items() if name in _DETAILS}
    error, status = response["Error"], response[_METADATA]["HTTPStatusCode"]
    # For an error without a message, botocore uses HTTP's phrase for the status.
    message = "" if error["Code"] == str(status) else error.get("Message", "")
    return error["Code"], message, status, details
