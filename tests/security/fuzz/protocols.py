"""AWS's answers and our own calls: an answer is read, or is an error of the two kinds callers know; nothing else."""

from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from shared.aws.client.protocol import Reply, ServiceError, UnreadableReplyError, read_instant
from shared.aws.errors import UnreadableError
from shared.aws.sts.caller_identity import parse_identity
from tests.security.fuzz.target import Target, as_text
from tests.service_format import ServiceFormat

_STS: Final = ServiceFormat("sts")
_DYNAMODB: Final = ServiceFormat("dynamodb")
_NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"
_REFUSED: Final = 400


def _check_reader(service: Any, operation: str, data: bytes) -> None:
    """The first byte says whether the answer is a success or an error."""
    status = 200 if data[:1] < b"\x80" else _REFUSED
    try:
        answer = service.read(operation, Reply(status, {}, data[1:]))
    except UnreadableReplyError:
        assert status < _REFUSED, "an error must be read as one"
    except ServiceError:
        assert status >= _REFUSED, "a success is read as an error"
    else:
        assert status < _REFUSED
        assert isinstance(answer, dict | str | list)
        if service is _STS:
            assert b"<!" not in data.replace(b"\0", b""), "a DTD was read"


def check_json_answer(data: bytes) -> None:
    _check_reader(_DYNAMODB, "GetItem", data)


def check_xml_answer(data: bytes) -> None:
    _check_reader(_STS, "AssumeRole", data)


def check_identity_answer(data: bytes) -> None:
    try:
        identity = parse_identity("text/xml", data)
    except UnreadableError:
        return
    assert identity.arn
    assert identity.account
    assert b"<!" not in data.replace(b"\0", b"")


def check_query(data: bytes) -> None:
    """A call with any values is a form that reads back as what was to be sent."""
    text = as_text(data)
    try:
        _, body = _STS.write("AssumeRole", {"RoleArn": text, "Tags": [{"Key": text, "Value": text}]})
    except UnicodeEncodeError:
        return  # half a character: no form can carry it, and nothing was sent
    assert parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict") == [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", text),
        ("Tags.member.1.Key", text),
        ("Tags.member.1.Value", text),
    ]


def check_instant(data: bytes) -> None:
    with suppress(ValueError):
        assert read_instant(as_text(data)).tzinfo is not None


_ASSUMED: Final = (
    f'<AssumeRoleResponse xmlns="{_NAMESPACE}"><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>'
    "<SecretAccessKey>B</SecretAccessKey></Credentials></AssumeRoleResult></AssumeRoleResponse>"
)
_REFUSAL: Final = (
    "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
)
_IDENTITY: Final = (
    f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}"><GetCallerIdentityResult>'
    "<Arn>arn:aws:sts::111122223333:assumed-role/Dev/x</Arn><Account>111122223333</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_BOMB: Final = '<!DOCTYPE x [<!ENTITY a "aaaa">]><AssumeRoleResponse>&a;</AssumeRoleResponse>'
_HIDDEN: Final = _BOMB.encode("utf-16-le")
TARGETS: Final = (
    Target(
        "json-answer",
        check_json_answer,
        (
            b'\x00{"Item": {"status": {"S": "active"}}}',
            b"\xff" + orjson.dumps({"__type": "com.amazonaws#ConditionalCheckFailedException", "message": "no"}),
            b"\x00" + b"[" * 1100,
        ),
    ),
    Target(
        "xml-answer",
        check_xml_answer,
        (
            b"\x00" + _ASSUMED.encode(),
            b"\xff" + _REFUSAL.encode(),
            b"\x00" + _BOMB.encode(),
        ),
    ),
    Target(
        "identity-answer",
        check_identity_answer,
        (_IDENTITY.encode(), _BOMB.encode(), _IDENTITY.encode("utf-16"), _HIDDEN),
    ),
    Target("query", check_query, (b"arn:aws:iam::111122223333:role/x y+z&a=b%20", "ä\u2028".encode(), b"\xff")),
    Target("instant", check_instant, (b"2026-11-24T12:00:00Z", b"2026-W48-2T12+00:00", b"2026-11-24")),
)
