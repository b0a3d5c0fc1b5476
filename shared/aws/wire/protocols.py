"""How a service takes parameters and gives answers: AWS's JSON protocol, or its Query protocol.

What is written and read here is compared with botocore's serializers and parsers at every call of every test
(`deploy/local/strict`).
"""

from collections.abc import Mapping
from datetime import datetime
from string import ascii_letters, digits
from typing import Any, Final, Protocol
from urllib.parse import quote_plus
from xml.etree import ElementTree as ET

import orjson

from shared.aws.wire.line import Reply
from shared.aws.wire.service_error import ServiceError

_ERROR: Final = 300
# What is read of an answer, and as what.
_MEMBERS: Final[Mapping[str, type]] = {
    "Attributes": dict,
    "Item": dict,
    "Items": list,
    "LastEvaluatedKey": dict,
    "Parameters": list,
    "Responses": dict,
    "UnprocessedKeys": dict,
}
_UNRESERVED: Final = frozenset(f"{ascii_letters}{digits}_.~-")
_QUOTED: Final = {ord(" "): "+"} | {
    code: f"%{code:02X}" for code in range(128) if chr(code) not in _UNRESERVED and chr(code) != " "
}
# Parameters whose own names are the caller's: they are written as entries, not as members.
_MAPS: Final = frozenset({"MessageAttributes"})
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
# What an error says of itself.
_TOLD: Final = ("Code", "Message")
# The API versions of the services that speak Query.
_VERSIONS: Final = {"iam": "2010-05-08", "sns": "2010-03-31", "sts": "2011-06-15"}


class UnreadableReplyError(Exception):
    """What came back is no answer in the service's protocol."""


class WireProtocol(Protocol):
    """One service's way to write and read."""

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """Give the headers and the body of a call."""
        ...

    def read(self, operation: str, reply: Reply) -> Any:
        """Give the answer, by botocore's names.

        Raises:
            ServiceError: the service refused or failed.
            UnreadableReplyError: the answer is none.

        """
        ...


class JsonProtocol:
    """DynamoDB's and Systems Manager's: parameters and answers are JSON as they are.

    Shapes hold no binary, and no instant that is read, so nothing is converted (Smithy 2.0, "AWS JSON 1.0 protocol").
    """

    def __init__(self, target: str, version: str) -> None:
        """Take the target prefix and the JSON version of the service's model."""
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
        if isinstance(answer, dict):
            if reply.status < _ERROR:
                _check_members(answer)
                return answer
            raise _json_error(operation, reply.status, answer)
        if reply.status < _ERROR:
            raise UnreadableReplyError
        # A proxy's page, say. Its text is nobody's word.
        raise ServiceError(operation, reply.status, str(reply.status), "", {})


def _check_members(answer: dict[str, Any]) -> None:
    for name, kind in _MEMBERS.items():
        if name in answer and not isinstance(answer[name], kind):
            raise UnreadableReplyError


def _json_error(operation: str, status: int, answer: dict[str, Any]) -> ServiceError:
    code = str(answer.pop("__type", "") or status).rpartition("#")[2]
    words = [str(answer.pop(name, "")) for name in ("message", "Message")]
    return ServiceError(operation, status, code, "".join(words), answer)


class QueryProtocol:
    """IAM's, SNS's and STS's: a form goes in, XML comes out (Smithy 2.0, "AWS query protocol").

    Texts stay texts, numbers, booleans and instants too: whoever needs one converts it. An empty list reads as an empty
    text.
    """

    def __init__(self, version: str) -> None:
        """Take the API version of the service's model."""
        self._version = version

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """Write a call; see `WireProtocol`."""
        pairs = [f"Action={operation}&Version={self._version}"]
        _flatten("", parameters, pairs)
        return {"Content-Type": _FORM}, "&".join(pairs).encode()

    def read(self, operation: str, reply: Reply) -> Any:
        """Read an answer; see `WireProtocol`."""
        root = _parse(reply.body)
        if reply.status >= _ERROR:
            code, words = ("" if root is None else _find_text(root, f".//{{*}}Error/{{*}}{name}") for name in _TOLD)
            raise ServiceError(operation, reply.status, code or str(reply.status), words, {})
        if root is None or _name(root) != f"{operation}Response":
            raise UnreadableReplyError
        results = [child for child in root if _name(child) == f"{operation}Result"]
        try:
            return (_tell(results[0]) or {}) if results else {}
        except RecursionError:
            raise UnreadableReplyError from None


def _flatten(prefix: str, value: Any, pairs: list[str]) -> None:
    """Write nested parameters as names with dots: lists count from 1, maps are lists of entries."""
    match value:
        case dict() if prefix.rpartition(".")[2] in _MAPS:
            for number, (name, each) in enumerate(value.items(), 1):
                pairs.append(f"{prefix}.entry.{number}.Name={_quote(name)}")
                _flatten(f"{prefix}.entry.{number}.Value", each, pairs)
        case dict():
            for name, each in value.items():
                _flatten(f"{prefix}.{name}" if prefix else name, each, pairs)
        case list():
            for number, each in enumerate(value, 1):
                _flatten(f"{prefix}.member.{number}", each, pairs)
        case bool():
            pairs.append(f"{prefix}={'true' if value else 'false'}")
        case _:
            pairs.append(f"{prefix}={_quote(str(value))}")


def read_instant(text: str) -> datetime:
    """Read an instant as AWS writes it into XML and credentials.

    Raises:
        ValueError: it is none, or says no offset.

    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without an offset")
    return instant


def _quote(value: str) -> str:
    """Quote as `urlencode` does, at a third of its price."""
    return value.translate(_QUOTED) if value.isascii() else quote_plus(value)


def _parse(body: bytes) -> ET.Element | None:
    # AWS writes UTF-8 and no DTDs; without one there are no entities to expand. Zeros are how UTF-16 would hide one.
    if b"<!" in body or b"\0" in body:
        return None
    try:
        return ET.fromstring(body.decode())  # noqa: S314 - see above
    except (ET.ParseError, UnicodeDecodeError):
        return None


def _find_text(root: ET.Element, path: str) -> str:
    return root.findtext(path) or ""


def _tell(element: ET.Element) -> Any:
    told = [(_name(child), _tell(child)) for child in element]
    if not told:
        return element.text or ""
    if all(name == "member" for name, _ in told):
        return [each for _, each in told]
    return dict(told)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def protocol_of(service: str) -> WireProtocol:
    """Give a service's protocol, by botocore's name of it."""
    match service:
        case "dynamodb":
            return JsonProtocol("DynamoDB_20120810", "1.0")
        case "ssm":
            return JsonProtocol("AmazonSSM", "1.1")
        case _:
            return QueryProtocol(_VERSIONS[service])
