"""What our clients write and read as JSON, held against botocore: a planted difference is found."""

from typing import Any

import pytest

from deploy.local.strict import botocore_comparison
from shared.aws.client.protocol import Reply, ServiceError, UnreadableReplyError
from tests.service_format import ServiceFormat

TYPE = {"content-type": "application/x-amz-json-1.0"}
NEEDS_NOTHING = {
    "dynamodb": "ListTables",
    "ssm": "DescribeParameters",
    "sns": "ListTopics",
    "sts": "GetCallerIdentity",
    "iam": "ListPolicies",
}
GET = {"TableName": "sessions", "Key": {"session_id": {"S": "é"}}, "ConsistentRead": True}
FOUND = Reply(200, TYPE, b'{"Item": {"n": {"N": "1"}}}')


@pytest.fixture
def _altered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make ours write and read what is not quite right."""
    write, read = botocore_comparison._WRITE, botocore_comparison._READ

    def other_write(own: Any, operation: Any, parameters: Any) -> Any:
        return write(own, operation, {**parameters, "ConsistentRead": False})

    def other_read(own: Any, operation: Any, reply: Reply) -> Any:
        return {**read(own, operation, reply), "Item": {}}

    monkeypatch.setattr(botocore_comparison, "_WRITE", other_write)
    monkeypatch.setattr(botocore_comparison, "_READ", other_read)


@pytest.fixture(params=["dynamodb", "ssm", "sns", "sts", "iam"])
def service(request: pytest.FixtureRequest) -> ServiceFormat:
    return ServiceFormat(request.param)


def test_a_call_is_written_in_the_protocol_of_its_services_model(service: ServiceFormat) -> None:
    metadata, operation = service.model.metadata, NEEDS_NOTHING[service.model.service_name]
    headers, body = service.write(operation, {})
    if service.model.resolved_protocol == "json":
        assert headers == {
            "X-Amz-Target": f"{metadata['targetPrefix']}.{operation}",
            "Content-Type": f"application/x-amz-json-{metadata['jsonVersion']}",
        }
    else:
        assert body == f"Action={operation}&Version={metadata['apiVersion']}".encode()


def test_what_is_alike_passes() -> None:
    dynamodb = ServiceFormat("dynamodb")
    headers, body = dynamodb.write("GetItem", GET)
    assert (headers["X-Amz-Target"], b'"ConsistentRead":true' in body) == ("DynamoDB_20120810.GetItem", True)
    assert dynamodb.read("GetItem", FOUND) == {"Item": {"n": {"N": "1"}}}


@pytest.mark.usefixtures("_altered")
def test_a_request_that_differs_is_found() -> None:
    with pytest.raises(botocore_comparison.UnlikeBotocoreError, match="GetItem: the body"):
        ServiceFormat("dynamodb").write("GetItem", GET)


@pytest.mark.usefixtures("_altered")
def test_an_answer_that_differs_is_found() -> None:
    with pytest.raises(botocore_comparison.UnlikeBotocoreError, match="GetItem: the answer"):
        ServiceFormat("dynamodb").read("GetItem", FOUND)


@pytest.mark.parametrize(
    ("service_name", "operation", "body", "expected"),
    [
        (
            "dynamodb",
            "TransactWriteItems",
            b'{"__type":"com.amazonaws#TransactionCanceledException","Message":"no","CancellationReasons":[{"Code":"None"}]}',
            ("TransactionCanceledException", "no", [{"Code": "None"}]),
        ),
        (
            "ssm",
            "GetParameters",
            b'{"__type":"ThrottlingException","message":"Rate exceeded"}',
            ("ThrottlingException", "Rate exceeded", None),
        ),
    ],
)
def test_refusals_are_read_as_botocore_reads_them(
    service_name: str, operation: str, body: bytes, expected: tuple[object, ...]
) -> None:
    with pytest.raises(ServiceError) as caught:
        ServiceFormat(service_name).read(operation, Reply(400, TYPE, body))
    error = caught.value
    assert (error.code, error.words, error.details.get("CancellationReasons")) == expected


def test_a_proxys_page_is_an_error_by_its_status_and_repeats_nothing() -> None:
    for status in (404, 502):
        with pytest.raises(ServiceError) as caught:
            ServiceFormat("ssm").read("GetParameters", Reply(status, TYPE, b"<html>a proxy's page</html>"))
        assert (caught.value.code, caught.value.words) == (str(status), "")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"Parameters": {}}', b'{"Parameters": ""}'])
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableReplyError):
        ServiceFormat("ssm").read("GetParameters", Reply(200, TYPE, body))


def test_bytes_and_instants_are_converted_as_botocore_converts_them() -> None:
    answer = ServiceFormat("dynamodb").read(
        "GetItem", Reply(200, TYPE, b'{"Item": {"b": {"B": "eA=="}, "s": {"S": "B"}}}')
    )
    assert answer == {"Item": {"b": {"B": b"x"}, "s": {"S": "B"}}}
    body = b'{"Parameters": [{"Name": "n", "LastModifiedDate": 1.5}]}'
    [parameter] = ServiceFormat("ssm").read("GetParameters", Reply(200, TYPE, body))["Parameters"]
    assert parameter["LastModifiedDate"].timestamp() == 1.5


def test_forms_are_quoted() -> None:
    request = {
        "RoleArn": "arn:aws:iam::111122223333:role/a b",
        "RoleSessionName": "sentinel-d-1-a=b@c",
        "Policy": '{"Statement": [{"Resource": "é*~+&"}]}',
        "Tags": [{"Key": "SentinelUser", "Value": "a/b c"}],
        "DurationSeconds": 900,
    }
    _, body = ServiceFormat("sts").write("AssumeRole", request)
    assert b"Value=a%2Fb+c" in body
