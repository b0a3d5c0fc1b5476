"""What a caller chose cannot leave its place in a request to AWS."""

import pytest
from botocore.credentials import ReadOnlyCredentials

from shared.aws.client.http import Http, locate
from shared.aws.client.protocol import Reply, ServiceError, UnreadableReplyError
from shared.aws.client.signing import Signer
from shared.clock import utc_now
from tests.patience import LIMIT_S
from tests.service_format import ServiceFormat

KEYS = ReadOnlyCredentials("AKIAEXAMPLE", "secret", None)
BOMB = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><AssumeRoleResponse>&b;</AssumeRoleResponse>'


@pytest.mark.parametrize("value", ["a\r\nx-forged: 1", "a\nx-forged: 1", "a\rb", "a\x00b", "a\x7f"])
async def test_a_header_that_would_begin_another_is_not_sent(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        await Http().post("http://127.0.0.1:1/", {"x-note": value}, b"", timeout_s=LIMIT_S)


@pytest.mark.parametrize("name", ["x note", "x-note: 1\r\nx-forged", "x:", ""])
async def test_a_header_name_that_is_none_is_not_sent(name: str) -> None:
    with pytest.raises(ValueError, match="name is not a token"):
        await Http().post("http://127.0.0.1:1/", {name: "1"}, b"", timeout_s=LIMIT_S)


@pytest.mark.parametrize(
    "path", ["/keys HTTP/1.1", "/keys?a b", "/keys\r\nx-forged:1", "/keys\nx", "/keys\x00", "/keys\x7f"]
)
def test_a_path_that_would_end_the_request_line_is_not_sent(path: str) -> None:
    with pytest.raises(ValueError, match="only http and https"):
        locate(f"http://127.0.0.1:1{path}")


@pytest.mark.parametrize("url", ["http://user:pass@127.0.0.1:1/", "file:///etc/passwd", "ftp://127.0.0.1/", "//host/"])
def test_only_plain_web_addresses_are_asked(url: str) -> None:
    with pytest.raises(ValueError, match="only http and https"):
        locate(url)


def test_a_signed_header_of_any_value_is_one_line() -> None:
    signed = Signer("sts.example", "sts", "eu-central-1").sign({"X-Note": "a\r\nx-forged: 1"}, b"", KEYS, utc_now())
    assert signed["x-note"] == "a x-forged: 1"
    assert "\n" not in "".join(signed.values())


def test_a_value_stays_one_value_of_the_form() -> None:
    _, body = ServiceFormat("sts").write("AssumeRole", {"RoleSessionName": "x&RoleArn=arn:aws:iam::1:role/other\r\n"})
    assert body.decode().split("&")[2:] == ["RoleSessionName=x%26RoleArn%3Darn%3Aaws%3Aiam%3A%3A1%3Arole%2Fother%0D%0A"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_an_answer_with_a_document_type_is_none_in_any_encoding(encoding: str) -> None:
    with pytest.raises(UnreadableReplyError):
        ServiceFormat("sts").read("AssumeRole", Reply(200, {}, BOMB.encode(encoding)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_refusal_with_a_document_type_is_known_by_its_status_alone(encoding: str) -> None:
    with pytest.raises(ServiceError) as caught:
        ServiceFormat("sts").read("AssumeRole", Reply(403, {}, BOMB.encode(encoding)))
    assert caught.value.code == "403"
