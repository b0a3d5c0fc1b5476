"""How a service takes parameters and gives answers: AWS's JSON protocol, or its Query protocol.

What is written and read here is compared with botocore's serializers and parsers at every call of every test
(`deploy/local/strict`).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import quote_plus

import orjson
from botocore.exceptions import ClientError

from shared.aws.errors import UnreadableError
from shared.aws.wire.http import Reply

ERROR: Final = 300
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*", re.ASCII)


class WireProtocol(Protocol):
    """One service's way to write and read."""

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """Give the headers and the body of a call."""
        ...

    def read(self, operation: str, reply: Reply) -> Any:
        """Give the answer, by botocore's names and shapes.

        Raises:
            ClientError: the service refused or failed.
            UnreadableError: the answer is none.

        """
        ...


class JsonProtocol:
    """DynamoDB's and Systems Manager's: parameters and answers are JSON as they are.

    Shapes hold no binary, and no instant that is read, so nothing is converted (Smithy 2.0, "AWS JSON 1.0 protocol").
    """

    def __init__(self, service: str, target: str, version: str) -> None:
        """Take the service's name, and target prefix and JSON version from its model."""
        self._service = service
        self._target = target
        self._content_type = f"application/x-amz-json-{version}"

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """Write a call; see `WireProtocol`."""
        headers = {"X-Amz-Target": f"{self._target}.{operation}", "Content-Type": self._content_type}
        return headers, orjson.dumps(parameters)

    def read(self, operation: str, reply: Reply) -> Any:
        """Read an answer; see `WireProtocol`."""
        try:
            answer = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            answer = None
        if isinstance(answer, dict) and reply.status < ERROR:
            return answer
        if reply.status < ERROR:
            raise unreadable(self._service, operation, reply)
        raise ClientError(_json_error(answer if isinstance(answer, dict) else {}, reply.status), operation)


def _json_error(answer: Mapping[str, Any], status: int) -> dict[str, Any]:
    code = str(answer.get("__type") or status).rpartition("#")[2]
    message = str(answer.get("message") or answer.get("Message") or "")
    details = {name: value for name, value in answer.items() if name not in ("__type", "message", "Message")}
    return {
        **details,
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }


class QueryProtocol:
    """IAM's, SNS's and STS's: a form goes in, XML comes out, both by botocore's serializer and parser.

    They and the service's model are loaded here, because a Lambda that speaks JSON only must not wait for them.
    """

    def __init__(self, service: str) -> None:
        from botocore.loaders import Loader  # noqa: PLC0415 - see above
        from botocore.model import ServiceModel  # noqa: PLC0415
        from botocore.parsers import ResponseParserError, ResponseParserFactory  # noqa: PLC0415
        from botocore.serialize import create_serializer  # noqa: PLC0415

        self._service = service
        self._model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
        self._serializer = create_serializer("query", include_validation=False)
        parsers = ResponseParserFactory()
        parsers.set_parser_defaults(timestamp_parser=read_instant)
        self._parser = parsers.create_parser("query")
        self._unparsable = ResponseParserError

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """Write a call; see `WireProtocol`."""
        request = self._serializer.serialize_to_request(parameters, self._model.operation_model(operation))
        return request["headers"], "&".join(
            f"{name}={_quote(str(value))}" for name, value in request["body"].items()
        ).encode()

    def read(self, operation: str, reply: Reply) -> Any:
        """Read an answer; see `WireProtocol`."""
        response = {"status_code": reply.status, "headers": reply.headers, "body": reply.body, "context": {}}
        try:
            answer = self._parser.parse(response, self._model.operation_model(operation).output_shape)
        except self._unparsable:
            raise unreadable(self._service, operation, reply) from None
        if reply.status < ERROR:
            return answer
        raise ClientError(answer, operation)


def _quote(value: str) -> str:
    """Quote as `urlencode` does, at a third of its price: most values have nothing to quote."""
    return value if _PLAIN.fullmatch(value) else quote_plus(value)


def read_instant(value: str | float) -> datetime:
    """Read an instant in either of the forms AWS writes; botocore's own reader guesses among a dozen, slowly."""
    return datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)


def unreadable(service: str, operation: str, reply: Reply) -> UnreadableError:
    return UnreadableError(service, f"{operation} answered what is no answer ({reply.status})")


def protocol_of(service: str) -> WireProtocol:
    """Give a service's protocol, by botocore's name of it."""
    match service:
        case "dynamodb":
            return JsonProtocol(service, "DynamoDB_20120810", "1.0")
        case "ssm":
            return JsonProtocol(service, "AmazonSSM", "1.1")
        case _:
            return QueryProtocol(service)
