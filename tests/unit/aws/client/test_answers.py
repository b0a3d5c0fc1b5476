"""Invalid responses of the Query protocol: each is an exception that callers know, never another one."""

import pytest

from shared.aws.client.protocol import Reply, ServiceError, UnreadableReplyError
from tests.service_format import ServiceFormat

STS = ServiceFormat("sts")
ENTITY = (
    '<!DOCTYPE x [<!ENTITY a "aaaa">]><AssumeRoleResponse><AssumeRoleResult><A>&a;</A></AssumeRoleResult>'
    "</AssumeRoleResponse>"
)


@pytest.mark.parametrize("error", ["<Error>no</Error>", "<Error/>", "<Error><member>no</member></Error>"])
def test_an_error_without_a_code_has_its_status_for_one(error: str) -> None:
    with pytest.raises(ServiceError) as caught:
        STS.read("AssumeRole", Reply(502, {}, f"<ErrorResponse>{error}</ErrorResponse>".encode()))
    assert caught.value.code == "502"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_no_entity_is_expanded_in_any_encoding(encoding: str) -> None:
    with pytest.raises(UnreadableReplyError):
        STS.read("AssumeRole", Reply(200, {}, ENTITY.encode(encoding)))


def test_what_is_nested_deeper_than_the_shape_is_not_read() -> None:
    nested = "<a>" * 3000 + "</a>" * 3000
    answer = f"<AssumeRoleResponse><AssumeRoleResult>{nested}</AssumeRoleResult></AssumeRoleResponse>"
    assert STS.read("AssumeRole", Reply(200, {}, answer.encode())) == {}


@pytest.mark.parametrize("expiration", ["soon", "2026-11-23T13:00:00", ""])
def test_an_answer_with_an_instant_that_is_none_is_unreadable(expiration: str) -> None:
    nested = f"<Credentials><Expiration>{expiration}</Expiration></Credentials>"
    answer = f"<AssumeRoleResponse><AssumeRoleResult>{nested}</AssumeRoleResult></AssumeRoleResponse>"
    with pytest.raises(UnreadableReplyError):
        STS.read("AssumeRole", Reply(200, {}, answer.encode()))


def test_a_page_that_is_no_answer_of_the_operation_is_unreadable() -> None:
    with pytest.raises(UnreadableReplyError):
        ServiceFormat("iam").read("DeletePolicyVersion", Reply(200, {}, b"<html>welcome</html>"))
