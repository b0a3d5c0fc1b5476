"""Each finding a caller gets, and what becomes of a check that cannot be made."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from sentinel.api.client import SentinelApi
from sentinel.credentials.base import BaseCredentials
from sentinel.doctor.aws import Aws, DeniedError, UnansweredError
from sentinel.doctor.findings import Finding, Status, fail, ok
from sentinel.doctor.running import Check, run_checks
from sentinel.doctor.service import Greeting, check_catalogue, check_clock, check_identity, check_reach
from sentinel.errors import BaseCredentialsError, ServiceUnreachableError
from tests.unit.client.doctor.account import Quiet, complaint, only
from tests.unit.client.session_service import SessionService

NOW = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
URL = "https://abc123.execute-api.eu-central-1.amazonaws.com"


def greeting(status: int = 403, behind: timedelta = timedelta(), date: str | None = None) -> Greeting:
    return Greeting(status, date or format_datetime(NOW - behind, usegmt=True), NOW, NOW)


def test_a_server_that_refuses_the_unsigned_is_ok() -> None:
    assert check_reach(URL, greeting()).status is Status.OK


def test_a_server_that_is_silent_open_or_another_fails() -> None:
    assert "does not answer → check the URL" in complaint([check_reach(URL, None)])
    assert "an unsigned request → give every route of the API the authorization AWS_IAM" in complaint(
        [check_reach(URL, greeting(200))]
    )
    assert "HTTP 404" in complaint([check_reach(URL, greeting(404))])


@pytest.mark.parametrize(
    ("behind", "status"),
    [(0, Status.OK), (29, Status.OK), (30, Status.WARN), (-40, Status.WARN), (299, Status.WARN), (300, Status.FAIL)],
)
def test_clocks_that_differ_are_reported_before_signatures_fail(behind: int, status: Status) -> None:
    found = check_clock(greeting(behind=timedelta(seconds=behind)))
    assert found.status is status
    assert ("NTP" in found.remedy) == (status is not Status.OK)


def test_a_clock_that_cannot_be_compared_is_skipped() -> None:
    assert check_clock(None).status is Status.SKIPPED
    assert check_clock(greeting(date="yesterday")).status is Status.SKIPPED
    assert check_clock(Greeting(403, None, NOW, NOW)).status is Status.SKIPPED


def api(path: str, answer: Any, status: int = 200) -> SentinelApi:
    service = SessionService()
    service.answer("GET", path, answer, status=status)
    return SentinelApi(cast("Any", service))


async def test_a_signed_call_says_who_one_is() -> None:
    caller = {"user": "alice", "kind": "user", "account": "111122223333", "arn": "arn:aws:iam::111122223333:user/alice"}
    assert "alice" in only(await check_identity(api("/v1/whoami", caller))).message


@pytest.mark.parametrize("check", [(check_identity, "/v1/whoami"), (check_catalogue, "/profiles")])
async def test_a_signed_call_that_is_not_accepted_fails_with_what_to_do(check: tuple[Any, str]) -> None:
    ask, path = check
    assert "[gateway_refused] → check that your own AWS credentials" in complaint(await ask(api(path, {}, 403)))
    away = ServiceUnreachableError("did not answer in time", "try again")
    assert "did not answer in time → try again" in complaint(await ask(api(path, away)))
    lost = BaseCredentialsError("no credentials", "log in")
    assert "no credentials → log in" in complaint(await ask(api(path, lost)))


async def test_a_catalogue_is_counted() -> None:
    some = {"profiles": [{"name": "dev", "access": "allowed"}, {"name": "prod", "access": "denied"}]}
    assert only(await check_catalogue(api("/profiles", some))).message == "1 allowed, 0 by approval, 1 denied"
    none = {"profiles": [{"name": "prod", "access": "denied"}]}
    assert "`sentinel profiles` says why" in complaint(await check_catalogue(api("/profiles", none)), Status.WARN)
    assert "no profile" in complaint(await check_catalogue(api("/profiles", {"profiles": []})), Status.WARN)


def failing(error: Exception) -> Check:
    async def run() -> Iterable[Finding]:
        raise error

    return Check("it", run)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DeniedError("iam:GetRole"), "may not iam:GetRole → allow iam:GetRole"),
        (UnansweredError("iam says Throttling"), "iam says Throttling → try again"),
        (BaseCredentialsError("expired", "aws sso login"), "expired → aws sso login"),
    ],
)
async def test_a_check_that_cannot_be_made_is_skipped_with_its_reason(error: Exception, words: str) -> None:
    assert words in complaint(await run_checks([failing(error)], Quiet()), Status.SKIPPED)


async def test_a_check_that_hangs_is_skipped_and_delays_no_other() -> None:
    async def hang() -> Iterable[Finding]:
        await asyncio.Event().wait()
        return []

    async def quick() -> Iterable[Finding]:
        return [ok("quick", "done")]

    found = await run_checks([Check("slow", hang), Check("quick", quick)], Quiet(), limit_s=0.01)
    assert [finding.status for finding in found] == [Status.SKIPPED, Status.OK]


async def test_checks_run_side_by_side() -> None:
    both = asyncio.Barrier(2)

    async def meet() -> Iterable[Finding]:
        await both.wait()
        return [ok("it", "met")]

    found = await run_checks([Check("a", meet), Check("b", meet)], Quiet(), limit_s=5)
    assert [finding.status for finding in found] == [Status.OK, Status.OK]


def test_a_complaint_without_a_remedy_is_refused() -> None:
    with pytest.raises(ValueError, match="has a remedy"):
        fail("it", "broken", "")


class Client:
    """One operation of a service, which fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.meta = self
        self.method_to_api_mapping = {"get_role": "GetRole"}

    def get_role(self) -> Any:
        raise self._error

    def can_paginate(self, operation: str) -> bool:
        return operation == "paged"


def aws(error: Exception) -> Aws:
    reader = Aws(BaseCredentials(None), "eu-central-1")
    reader._clients["iam"] = Client(error)
    return reader


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret details"}}, "GetRole")


async def test_what_aws_says_becomes_missing_denied_or_unanswered() -> None:
    assert await aws(refusal("NoSuchEntity")).find("iam", "get_role") is None
    assert await aws(refusal("NoSuchEntity")).all("iam", "get_role", "Roles") is None
    with pytest.raises(DeniedError, match=r"^iam:GetRole$"):
        await aws(refusal("AccessDenied")).find("iam", "get_role")
    with pytest.raises(UnansweredError, match=r"^iam says Throttling$"):
        await aws(refusal("Throttling")).find("iam", "get_role")
    with pytest.raises(UnansweredError, match="cannot be reached"):
        await aws(EndpointConnectionError(endpoint_url=URL)).find("iam", "get_role")
