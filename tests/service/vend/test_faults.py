"""What the vend answers, writes and leaves behind when one of its dependencies fails."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.vend.throttling_retry import RESERVE_S
from shared.core.grants import GrantUses
from shared.core.stamp import Via
from tests.faults.kinds import answers, hangs, loses_the_answer, throttles
from tests.faults.proxy import Exchange, Fault, FaultyAws, Reply, faulty_aws
from tests.gateway_events import http_api_event
from tests.service.emulator import table_name
from tests.service.rows import HOUR, a_grant, grant_row
from tests.service.vend.conftest import Answered, VendLambda

DEV = http_api_event(query="profile=dev")
PROD = http_api_event(query="profile=prod")


@pytest.fixture
def aws_url(aws_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyAws]:
    with faulty_aws(aws_url) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        yield aws


@pytest.fixture
def aws(aws_url: FaultyAws) -> FaultyAws:
    return aws_url


def undecided(answered: Answered, dependency: str) -> None:
    """Check for a 503 that names the dependency to the log and not to the caller."""
    assert (answered.status, answered.body["code"]) == (503, "unavailable")
    assert dependency not in str(answered.body)
    assert (answered.audit["outcome"], answered.audit["dependency"]) == ("failed", dependency)
    assert "access_key_id" not in answered.audit


def grant_status(vend: VendLambda) -> str:
    key = {"subject": {"S": "user#alice"}, "item": {"S": "approval#prod#g1"}}
    found = vend.aws("dynamodb").get_item(TableName=table_name("grant"), Key=key, ConsistentRead=True)
    return "consumed" if "consumed_by" in found["Item"] else str(found["Item"]["status"]["S"])


@pytest.mark.parametrize(
    ("operation", "dependency"),
    [("GetParameters", "ssm"), ("Query", "dynamodb"), ("BatchGetItem", "dynamodb"), ("UpdateItem", "dynamodb")],
)
def test_a_fact_that_cannot_be_read_means_no_credential(
    vend: VendLambda, aws: FaultyAws, operation: str, dependency: str
) -> None:
    aws.plant(operation, answers(500, "InternalServerError"))
    undecided(vend.call(DEV), dependency)
    assert "AssumeRole" not in aws.seen
    assert vend.sessions() == []


def test_credentials_whose_row_cannot_be_written_are_dropped(vend: VendLambda, aws: FaultyAws) -> None:
    aws.plant("PutItem", answers(500, "InternalServerError"))
    answered = vend.call(DEV)
    undecided(answered, "dynamodb")
    assert "AssumeRole" in aws.seen
    assert answered.audit["session_row"] == "not known to be recorded"
    assert vend.sessions() == []


STS_REFUSES = pytest.mark.parametrize(
    ("status", "aws_code", "code"),
    [
        (403, "AccessDenied", "role_refused"),
        (403, "AccessDeniedException", "role_refused"),
        (400, "ValidationError", "role_refused"),
        (400, "PackedPolicyTooLarge", "session_policy_refused"),
        (400, "PackedPolicyTooLargeException", "session_policy_refused"),
        (400, "MalformedPolicyDocument", "session_policy_refused"),
        (403, "RegionDisabledException", "region_disabled"),
    ],
)


def refused_by_sts(answered: Answered, aws_code: str, code: str) -> None:
    """Check for what no SDK and no gateway repeats, and for words that say who can mend it."""
    assert (answered.status, answered.body["code"], answered.body["Code"]) == (403, code, code)
    assert "retry-after" not in answered.headers
    assert "sentinel doctor --operator" in answered.body["message"]
    assert "platform team" in answered.body["hint"]
    assert "arn:aws" not in str(answered.body)
    assert (answered.audit["outcome"], answered.audit["code"]) == ("failed", code)
    assert answered.audit["dependency"] == "sts"
    assert aws_code in answered.audit["detail"]
    assert "access_key_id" not in answered.audit


@STS_REFUSES
def test_what_sts_will_refuse_again_has_a_code_of_its_own_and_its_session_is_marked_failed(
    vend: VendLambda, aws: FaultyAws, status: int, aws_code: str, code: str
) -> None:
    aws.plant("AssumeRole", answers(status, aws_code))
    answered = vend.call(DEV)
    refused_by_sts(answered, aws_code, code)
    assert "profile dev" in answered.body["message"]
    assert answered.audit["session_row"] == "failed"
    assert [row["status"]["S"] for row in vend.sessions()] == ["failed"]
    assert aws.seen.count("AssumeRole") == 1


@STS_REFUSES
def test_what_sts_will_refuse_again_gives_a_once_grant_back(
    vend: VendLambda, aws: FaultyAws, status: int, aws_code: str, code: str
) -> None:
    vend.approve("prod", timedelta(hours=1), uses="once")
    aws.plant("AssumeRole", answers(status, aws_code))
    answered = vend.call(PROD)
    refused_by_sts(answered, aws_code, code)
    assert answered.audit["session_row"] == "failed, grant given back"
    assert grant_status(vend) == "approved"


@pytest.mark.parametrize(
    ("status", "aws_code"),
    [
        (400, "ExpiredTokenException"),
        (403, "InvalidClientTokenId"),
        (403, "SignatureDoesNotMatch"),
        (400, "RequestExpired"),
        (400, "SolarFlare"),
    ],
)
def test_what_is_about_sentinels_own_credentials_may_pass(
    vend: VendLambda, aws: FaultyAws, status: int, aws_code: str
) -> None:
    aws.plant("AssumeRole", answers(status, aws_code))
    undecided(vend.call(DEV), "sts")


def test_a_table_that_refuses_the_row_is_no_refusal_of_the_role(vend: VendLambda, aws: FaultyAws) -> None:
    aws.plant("PutItem", answers(400, "AccessDeniedException"))
    undecided(vend.call(DEV), "dynamodb")


def test_a_throttled_sts_is_reported_with_a_time_to_wait(vend: VendLambda, aws: FaultyAws) -> None:
    aws.plant("AssumeRole", throttles)
    answered = vend.call(DEV)
    assert (answered.status, answered.body["code"]) == (429, "throttled")
    assert int(answered.headers["retry-after"]) >= 1
    assert [row["status"]["S"] for row in vend.sessions()] == ["failed"]


class TestBreakGlassWhileStsThrottles:
    @pytest.fixture(autouse=True)
    def _prod_by_breaking_glass(self, vend: VendLambda) -> None:
        now = datetime.now(UTC)  # noqa: TID251 - the function under test reads the real clock
        event = a_grant(via=Via.BREAK_GLASS, uses=GrantUses.WINDOW, starts_at=now - HOUR, ends_at=now + HOUR)
        vend.put_grant_row(**grant_row(event))

    def test_it_is_asked_again_until_sts_answers(self, vend: VendLambda, aws: FaultyAws) -> None:
        aws.plant("AssumeRole", throttles, times=3)
        answered = vend.call(PROD)
        assert (answered.status, answered.audit["via"]) == (200, "break-glass")
        assert aws.seen.count("AssumeRole") == 4
        assert [row["status"]["S"] for row in vend.sessions()] == ["active"]

    def test_an_ordinary_vend_gives_way_at_once(self, vend: VendLambda, aws: FaultyAws) -> None:
        aws.plant("AssumeRole", throttles, times=3)
        assert vend.call(DEV).body["code"] == "throttled"
        assert aws.seen.count("AssumeRole") == 1

    def test_what_does_not_pass_with_time_is_not_repeated(self, vend: VendLambda, aws: FaultyAws) -> None:
        aws.plant("AssumeRole", answers(403, "AccessDenied"))
        refused_by_sts(vend.call(PROD), "AccessDenied", "role_refused")
        assert aws.seen.count("AssumeRole") == 1

    class TestWithLittleTime:
        @pytest.fixture
        def environment(self, environment: dict[str, str]) -> dict[str, str]:
            return environment | {"SENTINEL_DEADLINE": str(RESERVE_S + 2)}

        def test_it_ends_as_throttled_before_the_deadline(self, vend: VendLambda, aws: FaultyAws) -> None:
            aws.plant("AssumeRole", throttles)
            answered = vend.call(PROD)
            assert (answered.status, answered.body["code"]) == (429, "throttled")
            assert int(answered.headers["retry-after"]) >= 1
            assert [row["status"]["S"] for row in vend.sessions()] == ["failed"]


def test_a_once_grant_is_given_back_when_sts_fails(vend: VendLambda, aws: FaultyAws) -> None:
    vend.approve("prod", timedelta(hours=1), uses="once")
    aws.plant("AssumeRole", answers(500, "InternalFailure"))
    answered = vend.call(PROD)
    undecided(answered, "sts")
    assert answered.audit["session_row"] == "failed, grant given back"
    assert grant_status(vend) == "approved"
    aws.heal()
    assert vend.call(PROD).status == 200
    assert grant_status(vend) == "consumed"


def test_a_once_grant_is_given_back_when_the_response_to_its_use_was_lost(vend: VendLambda, aws: FaultyAws) -> None:
    vend.approve("prod", timedelta(hours=1), uses="once")
    # Both tries are done, or found done; both responses are lost. What undoes them is another transaction.
    aws.plant("TransactWriteItems", loses_the_answer, times=2)
    answered = vend.call(PROD)
    undecided(answered, "dynamodb")
    assert answered.audit["session_row"] == "failed, grant given back"
    assert grant_status(vend) == "approved"
    assert "AssumeRole" not in aws.seen
    assert vend.call(PROD).status == 200
    assert grant_status(vend) == "consumed"


def test_a_once_grant_that_was_not_used_up_is_not_said_to_be_given_back(vend: VendLambda, aws: FaultyAws) -> None:
    vend.approve("prod", timedelta(hours=1), uses="once")
    aws.plant("TransactWriteItems", answers(500, "InternalServerError"), times=2)
    answered = vend.call(PROD)
    undecided(answered, "dynamodb")
    assert answered.audit["session_row"] == "not known to be recorded"
    assert grant_status(vend) == "approved"
    assert vend.sessions() == []


class TestAGrantWhoseUseHangs:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_DEADLINE": "2.5", "SENTINEL_CALL_TIMEOUT": "1.5"}

    def test_it_is_given_back_within_the_requests_time(self, vend: VendLambda, aws: FaultyAws) -> None:
        vend.approve("prod", timedelta(hours=1), uses="once")

        def does_it_and_hangs(exchange: Exchange) -> None:
            exchange.forward()
            exchange.hang()

        aws.plant("TransactWriteItems", does_it_and_hangs, times=2)
        undecided(vend.call(PROD), "dynamodb")
        assert grant_status(vend) == "approved"


def test_a_grant_row_that_cannot_be_understood_decides_nothing(vend: VendLambda) -> None:
    vend.put_grant_row(subject={"S": "user#alice"}, item={"S": "mystery#dev#1"}, serves_until={"N": "99999999999"})
    undecided(vend.call(DEV), "dynamodb")


class TestADependencyThatHangs:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_DEADLINE": "0.5"}

    def test_the_deadline_ends_the_request(self, vend: VendLambda, aws: FaultyAws) -> None:
        aws.plant("Query", hangs)
        undecided(vend.call(DEV), "deadline")
        assert vend.sessions() == []


class TestAnStsThatHangs:
    """There are two seconds to come to AssumeRole, and ten for what follows: also where the machine is busy."""

    @pytest.fixture
    def environment(self, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        monkeypatch.setattr("services.vend.issuing._FOR_UNDOING_S", 10.0)
        return environment | {"SENTINEL_DEADLINE": "12"}

    def test_the_row_is_marked_failed_before_the_deadline(self, vend: VendLambda, aws: FaultyAws) -> None:
        aws.plant("AssumeRole", hangs)
        answered = vend.call(DEV)
        undecided(answered, "sts")
        assert answered.audit["session_row"] == "failed"
        assert [row["status"]["S"] for row in vend.sessions()] == ["failed"]

    def test_a_once_grant_is_given_back_before_the_deadline(self, vend: VendLambda, aws: FaultyAws) -> None:
        vend.approve("prod", timedelta(hours=1), uses="once")
        aws.plant("AssumeRole", hangs)
        assert vend.call(PROD).audit["session_row"] == "failed, grant given back"
        assert grant_status(vend) == "approved"


class TestStaleDocuments:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_DOCUMENT_MAX_STALE": "300"}

    def test_the_last_good_documents_serve_and_the_audit_line_says_so(self, vend: VendLambda, aws: FaultyAws) -> None:
        assert vend.call(DEV).audit.get("stale_documents") is None
        aws.plant("GetParameters", answers(500, "InternalServerError"))
        answered = vend.call(DEV)
        assert answered.status == 200
        assert set(answered.audit["stale_documents"]) == {"policies/access", "profiles/dev"}

    def test_a_profile_never_read_before_cannot_be_stale(self, vend: VendLambda, aws: FaultyAws) -> None:
        vend.call(DEV)
        aws.plant("GetParameters", answers(500, "InternalServerError"))
        undecided(vend.call(PROD), "ssm")


def fills(percent: str, element: str = "SessionTokenUtilization") -> Fault:
    """Have STS say how full the session token is."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        body = re.sub(rb"<PackedPolicySize>[^<]*</PackedPolicySize>", b"", reply.body)
        said = f"<{element}>{percent}</{element}></AssumeRoleResult>".encode()
        exchange.answer(Reply(reply.status, body.replace(b"</AssumeRoleResult>", said), reply.content_type))

    return fault


@pytest.mark.parametrize("element", ["SessionTokenUtilization", "PackedPolicySize"])
@pytest.mark.parametrize(("percent", "is_warned_of"), [("80", False), ("81", True), ("100", True)])
def test_the_audit_line_says_how_full_the_token_is_and_warns_before_aws_refuses(
    vend: VendLambda, aws: FaultyAws, element: str, percent: str, *, is_warned_of: bool
) -> None:
    aws.plant("AssumeRole", fills(percent, element))
    audit = vend.call(DEV).audit
    assert audit["token_use_percent"] == int(percent)
    assert ("warning" in audit) is is_warned_of
    if is_warned_of:
        assert "profile dev" in audit["warning"]
        assert f"{percent}%" in audit["warning"]
