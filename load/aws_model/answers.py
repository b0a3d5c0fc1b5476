"""Answers as the services write them: JSON for DynamoDB and SSM, XML for STS, SNS and IAM."""

from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

import orjson

_REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"
_NAMESPACES: Final = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A status, a type and a body."""

    status: int
    content_type: str
    body: bytes


class AwsRefusalError(Exception):
    """An error response: code, message, status, and for JSON the other members of the error's shape."""

    def __init__(self, code: str, message: str = "", status: int = 400, **details: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.status, self.details = code, message, status, details


def write_json(value: Any, version: str) -> ModelAnswer:
    return ModelAnswer(200, f"application/x-amz-json-{version}", orjson.dumps(value))


def write_json_error(error: AwsRefusalError, version: str) -> ModelAnswer:
    body = {"__type": f"com.amazonaws#{error.code}", "message": error.message, **error.details}
    return ModelAnswer(error.status, f"application/x-amz-json-{version}", orjson.dumps(body))


def write_xml(service: str, operation: str, result: Any) -> ModelAnswer:
    """Write a result: a mapping is nested elements, a list repeats `member`."""
    body = (
        f'<{operation}Response xmlns="{_NAMESPACES[service]}">'
        f"<{operation}Result>{_elements(result)}</{operation}Result><ResponseMetadata><RequestId>{_REQUEST_ID}</RequestId></ResponseMetadata></{operation}Response>"
    )
    return ModelAnswer(200, "text/xml", body.encode())


def write_xml_error(service: str, error: AwsRefusalError) -> ModelAnswer:
    body = (
        f'<ErrorResponse xmlns="{_NAMESPACES[service]}"><Error><Type>Sender</Type><Code>{escape(error.code)}</Code>'
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{_REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return ModelAnswer(error.status, "text/xml", body.encode())


def _elements(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_elements(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_elements(each)}</member>" for each in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
