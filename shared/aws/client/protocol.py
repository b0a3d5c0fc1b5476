"""Requests and responses by botocore's model of a service, JSON by orjson, and the errors of a call.

Hooks: `botocore.serialize.create_serializer`, `botocore.parsers.ResponseParserFactory` with its parser defaults, the
attributes of `botocore.model`'s service, operation and shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import ResponseParserError, ResponseParserFactory
from botocore.serialize import create_serializer


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete response. Header names are in lower case; of a repeated header the last value counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(ConnectionError):
    """The connection failed, or the response is not HTTP; the text is only the kind of failure."""


class TooLargeError(Exception):
    """A response is larger than its caller allows."""


class NoKeysError(Exception):
    """There are no keys to sign with; the message gives the reason, and nothing of any key."""


class UnreadableReplyError(Exception):
    """The response is not in the service's protocol."""


class ServiceError(Exception):
    """AWS refused a call, or failed.

    `code` is AWS's, such as `ConditionalCheckFailedException`; `status` is HTTP's. `words` is AWS's message, which may
    repeat parts of the request: it is searched, never logged, and not part of the exception's text. `details` has the
    other fields of the error, such as the reasons for a cancelled transaction.
    """

    def __init__(self, operation: str, status: int, code: str, words: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{operation} answered {code or 'no code'} ({status})")
        self.operation, self.status, self.code, self.words, self.details = operation, status, code, words, details


_ERROR: Final = 300
_KINDS: Final[Mapping[str, type]] = {"structure": dict, "map": dict, "list": list}
# Exceptions of the parsers for an unreadable response.
_UNREADABLE: Final = (AttributeError, LookupError, RecursionError, ResponseParserError, TypeError, ValueError)


def read_instant(value: Any) -> datetime:
    """Parse an instant as AWS writes it: seconds in JSON, ISO 8601 in XML.

    Raises:
        ValueError: it is not an instant, or says no offset.

    """
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("an instant without an offset")
    return instant


class Format:
    """The serializer and parser of one service, by the protocol of its model."""

    def __init__(self, model: ServiceModel) -> None:
        """Take the service's model."""
        protocol, factory = model.resolved_protocol, ResponseParserFactory()
        factory.set_parser_defaults(timestamp_parser=read_instant)
        self._model = model
        self._serializer = create_serializer(protocol, include_validation=False)
        self._parser = factory.create_parser(protocol)
        self._is_json = protocol == "json"
        self._converted: dict[str, frozenset[bytes]] = {}

    def write(self, operation: OperationModel, parameters: Mapping[str, Any]) -> tuple[Mapping[str, str], bytes]:
        """Give the headers and the body of a call. JSON parameters must be JSON values: no bytes, no instants."""
        if self._is_json:
            about = operation.metadata
            return {
                "X-Amz-Target": f"{about['targetPrefix']}.{operation.name}",
                "Content-Type": f"application/x-amz-json-{about['jsonVersion']}",
            }, orjson.dumps(parameters, option=orjson.OPT_PASSTHROUGH_DATETIME)
        request = self._serializer.serialize_to_request(parameters, operation)
        return request["headers"], urlencode(request["body"]).encode()

    def read(self, operation: OperationModel, reply: Reply) -> Any:
        """Parse a response by the model's names and types.

        Raises:
            ServiceError: the service refused or failed.
            UnreadableReplyError: the response is not in the protocol.

        """
        if reply.status >= _ERROR:
            raise self._error(operation, reply)
        try:
            return self._answer(operation, reply)
        except _UNREADABLE:
            raise UnreadableReplyError from None

    def _answer(self, operation: OperationModel, reply: Reply) -> Any:
        shape = operation.output_shape
        if self._is_json:
            # botocore parses a body that is not JSON as an empty response.
            answer = orjson.loads(reply.body)
            _check_kinds(answer, shape)
            if not self._holds_converted(shape, reply.body):
                return answer
        elif f"<{operation.name}Response".encode() not in reply.body:
            raise UnreadableReplyError
        parsed = self._parse(reply, shape)
        parsed.pop("ResponseMetadata", None)
        return parsed

    def _error(self, operation: OperationModel, reply: Reply) -> ServiceError:
        try:
            error = self._parse(reply, operation.output_shape)["Error"]
            code, words = str(error.get("Code") or reply.status), str(error.get("Message") or "")
            shape = self._model.shape_for_error_code(code)
            details = {} if shape is None else self._parse(reply, shape)
        except (*_UNREADABLE, UnreadableReplyError):
            code, words, details = "", "", {}
        # Without an error code it is not from AWS (a proxy's page, for example), so its text is ignored.
        has_code = code not in ("", str(reply.status))
        return ServiceError(operation.name, reply.status, code or str(reply.status), words if has_code else "", details)

    def _parse(self, reply: Reply, shape: Shape | None) -> Any:
        # AWS writes UTF-8 without DTDs, so there are no entities to expand. Zero bytes would mean UTF-16.
        if not self._is_json and (b"<!" in reply.body or b"\0" in reply.body):
            raise UnreadableReplyError
        response = {"status_code": reply.status, "headers": reply.headers, "body": reply.body, "context": {}}
        return self._parser.parse(response, shape)

    def _holds_converted(self, shape: Shape, body: bytes) -> bool:
        """Whether a body may have values without a JSON type, which botocore must convert."""
        names = self._converted.get(shape.name)
        if names is None:
            names = self._converted[shape.name] = frozenset(_converted(shape, b"", set()))
        return any(name in body for name in names)


def _check_kinds(answer: Any, shape: Shape) -> None:
    if not isinstance(answer, dict):
        raise UnreadableReplyError
    for name, value in answer.items():
        member = shape.members.get(name)
        if member is not None and not isinstance(value, _KINDS.get(member.type_name, object)):
            raise UnreadableReplyError


def _converted(shape: Shape, name: bytes, seen: set[str]) -> set[bytes]:
    """Find the JSON names of a shape's bytes and instants; the empty name, which every body contains, if they vary."""
    match shape.type_name:
        case "blob" | "timestamp":
            return {name}
        case "list":
            return _converted(shape.member, name, seen)
        case "map":
            return _converted(shape.value, b"", seen)
        case "structure" if shape.name not in seen:
            seen.add(shape.name)
            return set().union(
                *(
                    _converted(member, b'"%s"' % key.encode(), seen) if "name" not in member.serialization else {b""}
                    for key, member in shape.members.items()
                )
            )
        case _:
            return set()
