"""Answers of the Query protocol that are none: each is told as what callers know, never as another exception."""

import pytest

from shared.aws.wire.line import Reply
from shared.aws.wire.protocols import UnreadableReplyError, protocol_of
from shared.aws.wire.service_error import ServiceError

STS = protocol_of("sts")
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
def test_no_entity_is_expanded_in_whatever_encoding_it_is_written(encoding: str) -> None:
    with pytest.raises(UnreadableReplyError):
        STS.read("AssumeRole", Reply(200, {}, ENTITY.encode(encoding)))


def test_an_answer_nested_too_deeply_is_none() -> None:
    nested = "<a>" * 3000 + "</a>" * 3000
    answer = f"<AssumeRoleResponse><AssumeRoleResult>{nested}</AssumeRoleResult></AssumeRoleResponse>"
    with pytest.raises(UnreadableReplyError):
        STS.read("AssumeRole", Reply(200, {}, answer.encode()))
