"""Compares the JSON that our clients write and read with what botocore would have written and read, at every call."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from botocore.model import OperationModel
from botocore.parsers import ResponseParserFactory
from botocore.serialize import create_serializer

from shared.aws.client.protocol import Format, Reply, read_instant

_WRITE: Final = Format.write
_READ: Final = Format.read


class UnlikeBotocoreError(BaseException):
    """Ours and botocore's differ: a defect of `shared.aws.client.protocol`.

    Not an `Exception`, like `StrictAwsViolation`.
    """


def install_comparison() -> None:
    """Compare from now on."""
    setattr(Format, _WRITE.__name__, _write)
    setattr(Format, _READ.__name__, _read)


def uninstall_comparison() -> None:
    """Stop comparing."""
    setattr(Format, _WRITE.__name__, _WRITE)
    setattr(Format, _READ.__name__, _READ)


def _write(own: Format, operation: OperationModel, parameters: Mapping[str, Any]) -> tuple[Mapping[str, str], bytes]:
    headers, body = _WRITE(own, operation, parameters)
    if _is_json(operation):
        theirs = create_serializer("json").serialize_to_request(parameters, operation)
        _compare(operation, "headers", dict(headers), dict(theirs["headers"]))
        _compare(operation, "body", orjson.loads(body), orjson.loads(theirs["body"]))
    return headers, body


def _read(own: Format, operation: OperationModel, reply: Reply) -> Any:
    answer = _READ(own, operation, reply)
    if _is_json(operation):
        factory = ResponseParserFactory()
        factory.set_parser_defaults(timestamp_parser=read_instant)
        response = {"status_code": reply.status, "headers": reply.headers, "body": reply.body, "context": {}}
        theirs = factory.create_parser("json").parse(response, operation.output_shape)
        theirs.pop("ResponseMetadata")
        # botocore drops what its model does not know, and what is null.
        known = {name: each for name, each in answer.items() if name in operation.output_shape.members}
        _compare(operation, "answer", _without_nulls(known), theirs)
    return answer


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return value


def _is_json(operation: OperationModel) -> bool:
    return bool(operation.service_model.resolved_protocol == "json")


def _compare(operation: OperationModel, what: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise UnlikeBotocoreError(f"{operation.name}: the {what} is {ours!r}, botocore's is {theirs!r}")
