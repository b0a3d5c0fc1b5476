"""What our clients write and read, held against botocore: a planted difference is found."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.local.strict.likeness import UnlikeBotocoreError, likeness
from shared.aws.errors import UnreadableError
from shared.aws.wire.http import Reply
from shared.aws.wire.protocols import JsonProtocol, WireProtocol, protocol_of

TYPE = {"content-type": "application/x-amz-json-1.0"}
GET = {"TableName": "sessions", "Key": {"session_id": {"S": "é"}}, "ConsistentRead": True}


class Altered(JsonProtocol):
    """Writes and reads what is not quite right."""

    def __init__(self) -> None:
        super().__init__("dynamodb", "DynamoDB_20120810", "1.0")

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        return super().write(operation, {**parameters, "ConsistentRead": False})

    def read(self, operation: str, reply: Reply) -> Any:
        return {**super().read(operation, reply), "Item": {}}


@pytest.fixture(params=["dynamodb", "ssm", "sns", "sts", "iam"])
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_service_speaks_the_protocol_of_its_model(service: str) -> None:
    from deploy.local.strict.likeness import _model  # noqa: PLC0415 - the model is looked at here alone

    metadata = _model(service).metadata
    protocol = protocol_of(service)
    assert isinstance(protocol, JsonProtocol) is (_model(service).resolved_protocol == "json")
    if isinstance(protocol, JsonProtocol):
        headers, _ = protocol.write("Any", {})
        assert headers == {
            "X-Amz-Target": f"{metadata['targetPrefix']}.Any",
            "Content-Type": f"application/x-amz-json-{metadata['jsonVersion']}",
        }


def test_what_is_alike_passes() -> None:
    checked = likeness("dynamodb", protocol_of("dynamodb"))
    headers, body = checked.write("GetItem", GET)
    assert (headers["X-Amz-Target"], b'"ConsistentRead":true' in body) == ("DynamoDB_20120810.GetItem", True)
    assert checked.read("GetItem", Reply(200, TYPE, b'{"Item": {"n": {"N": "1"}}}')) == {"Item": {"n": {"N": "1"}}}


def test_a_request_that_differs_is_found() -> None:
    with pytest.raises(UnlikeBotocoreError, match="GetItem: the body"):
        likeness("dynamodb", Altered()).write("GetItem", GET)


def test_an_answer_that_differs_is_found() -> None:
    with pytest.raises(UnlikeBotocoreError, match="GetItem: the answer"):
        likeness("dynamodb", Altered()).read("GetItem", Reply(200, TYPE, b'{"Item": {"n": {"N": "1"}}}'))


@pytest.mark.parametrize(
    ("service", "body"),
    [
        (
            "dynamodb",
            b'{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"no",'
            b'"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"n":{"N":"1"}}}]}',
        ),
        ("ssm", b'{"__type":"ThrottlingException","message":"Rate exceeded"}'),
    ],
)
def test_refusals_are_read_as_botocore_reads_them(service: str, body: bytes) -> None:
    operation = {"dynamodb": "TransactWriteItems", "ssm": "GetParameters"}[service]
    with pytest.raises(ClientError):
        likeness(service, protocol_of(service)).read(operation, Reply(400, TYPE, body))


def test_a_proxys_page_is_an_error_by_its_status_and_repeats_nothing() -> None:
    with pytest.raises(ClientError) as caught:
        protocol_of("ssm").read("GetParameters", Reply(502, TYPE, b"<html>a proxy's page</html>"))
    assert caught.value.response["Error"] == {"Code": "502", "Message": ""}


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]"])
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError, match="GetParameters answered what is no answer"):
        protocol_of("ssm").read("GetParameters", Reply(200, TYPE, body))


def test_forms_are_quoted_as_botocores_are() -> None:
    protocol: WireProtocol = likeness("sts", protocol_of("sts"))
    request = {
        "RoleArn": "arn:aws:iam::111122223333:role/a b",
        "RoleSessionName": "sentinel-d-1-a=b@c",
        "Policy": '{"Statement": [{"Resource": "é*~+&"}]}',
        "Tags": [{"Key": "SentinelUser", "Value": "a/b c"}],
        "DurationSeconds": 900,
    }
    _, body = protocol.write("AssumeRole", request)
    assert b"Value=a%2Fb+c" in body
