"""Compares what our clients write and read with what botocore would have written and read, at every call."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from shared.aws.wire.http import Reply
from shared.aws.wire.protocols import ERROR, WireProtocol

_METADATA: Final = "ResponseMetadata"


class UnlikeBotocoreError(BaseException):
    """Ours and botocore's differ: a defect of `shared.aws.wire`. No `Exception`, as `StrictAwsViolation` is none."""


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def find_operation(service: str, operation: str) -> OperationModel:
    """Give botocore's model of an operation.

    Raises:
        OperationNotFoundError: there is no such operation.

    """
    return _model(service).operation_model(operation)


class _Likeness:
    """A protocol that checks another one."""

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
        except ClientError as error:
            self._compare(operation, "error", _essence(error.response), _essence(self._theirs(operation, reply)))
            raise
        theirs = _seen(self._theirs(operation, reply))
        self._compare(operation, "answer", _known_to(theirs, _seen(answer)), theirs)
        return answer

    def _theirs(self, operation: str, reply: Reply) -> dict[str, Any]:
        model = find_operation(self._service, operation)
        response = {"status_code": reply.status, "headers": reply.headers, "body": reply.body, "context": {}}
        parser = create_parser(self._protocol)
        parsed: dict[str, Any] = parser.parse(response, model.output_shape)
        if reply.status >= ERROR:
            shape = _model(self._service).shape_for_error_code(parsed.get("Error", {}).get("Code"))
            parsed |= {} if shape is None else parser.parse(response, shape)
        return parsed

    def _compare(self, operation: str, what: str, ours: object, theirs: object) -> None:
        if ours != theirs:
            raise UnlikeBotocoreError(f"{self._service}.{operation}: the {what} is {ours!r}, botocore's is {theirs!r}")


def likeness(service: str, protocol: WireProtocol) -> WireProtocol:
    """Give the protocol with every call compared."""
    return protocol if isinstance(protocol, _Likeness) else _Likeness(service, protocol)


def _content(protocol: str, body: Any) -> object:
    if protocol == "json":
        return orjson.loads(body)
    pairs = parse_qsl(body.decode(), keep_blank_values=True) if isinstance(body, bytes) else body.items()
    return {name: str(value) for name, value in pairs}


def _seen(answer: Any) -> Any:
    """Leave out the metadata, and write instants as numbers: JSON leaves them so, and nobody reads them."""
    match answer:
        case dict():
            return {name: _seen(each) for name, each in answer.items() if name != _METADATA}
        case list():
            return [_seen(each) for each in answer]
        case datetime():
            return round(answer.timestamp(), 3)
        case float():
            return round(answer, 3)
        case _:
            return answer


def _known_to(theirs: Any, ours: Any) -> Any:
    """Leave out of ours what the model does not know: botocore drops it, and nobody reads it."""
    match theirs, ours:
        case dict(), dict():
            return {name: _known_to(theirs[name], each) for name, each in ours.items() if name in theirs}
        case list(), list() if len(theirs) == len(ours):
            return [_known_to(*pair) for pair in zip(theirs, ours, strict=True)]
        case _:
            return ours


def _essence(response: Mapping[str, Any]) -> object:
    details = {name: value for name, value in response.items() if name in ("Item", "CancellationReasons")}
    return (
        response["Error"]["Code"],
        response["Error"].get("Message", ""),
        response[_METADATA]["HTTPStatusCode"],
        details,
    )
