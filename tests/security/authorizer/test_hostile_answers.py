"""Hostile servers in the place of STS or of the tables: no response passes a request, and all end in time."""

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

import pytest

from tests.faults.kinds import answers as aws_answers
from tests.faults.proxy import FaultyAws, faulty_aws
from tests.gateway_events import ACCOUNT
from tests.patience import LIMIT_S
from tests.security.authorizer.refusals import refused, undecided
from tests.service.authorizer.events import METHOD_ARN, rest_api_question
from tests.service.authorizer.function import AuthorizerLambda, a_vend, arn_of
from tests.service.authorizer.sts import Answering, answers, error_xml, identity_xml

ALICE = arn_of(a_vend())
TRUTH = identity_xml(ALICE, ACCOUNT)
EVIL_ARN = f"<Arn>{ALICE}</Arn>"
STS_NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'


@pytest.fixture(autouse=True)
def _session(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()


def test_the_answer_these_tests_spoil_is_one_that_passes(authorizer: AuthorizerLambda) -> None:
    authorizer.sts.hostile = answers(200, TRUTH)
    assert authorizer.ask().is_allowed


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answers(302, TRUTH, location="http://169.254.169.254/"), id="redirect"),
        pytest.param(answers(307, "", location="https://sts.evil.example/"), id="redirect that repeats the request"),
        pytest.param(answers(201, TRUTH), id="another success"),
        pytest.param(answers(404, TRUTH), id="not found"),
        pytest.param(answers(200, TRUTH + " " * 9000), id="huge"),
        pytest.param(answers(200, ""), id="empty"),
        pytest.param(answers(200, '{"Arn": "arn"}'), id="not XML"),
        pytest.param(answers(200, TRUTH, "application/json"), id="XML that says it is JSON"),
        pytest.param(answers(200, TRUTH, "text/html"), id="XML that says it is HTML"),
        pytest.param(answers(200, TRUTH.encode("utf-16")), id="another encoding"),
        pytest.param(answers(200, gzip.compress(TRUTH.encode()), content_encoding="gzip"), id="packed"),
        pytest.param(answers(200, TRUTH[:-5]), id="cut short"),
        pytest.param(answers(200, error_xml("AccessDenied")), id="an error as a success"),
        pytest.param(answers(200, TRUTH.replace("sts.amazonaws.com", "evil.example")), id="another namespace"),
        pytest.param(answers(200, TRUTH.replace(f" {STS_NAMESPACE}", "")), id="no namespace"),
        pytest.param(answers(200, TRUTH.replace("GetCallerIdentity", "GetFederationToken")), id="another action's"),
        pytest.param(
            answers(200, TRUTH.replace("GetCallerIdentityResponse", "AssumeRoleResponse")), id="another action's root"
        ),
        pytest.param(answers(200, TRUTH.replace("<UserId>", f"{EVIL_ARN}<UserId>")), id="two ARNs"),
        pytest.param(answers(200, TRUTH.replace("<RequestId>", f"{EVIL_ARN}<RequestId>")), id="an ARN elsewhere"),
        pytest.param(answers(200, TRUTH.replace(EVIL_ARN, "")), id="no ARN"),
        pytest.param(answers(200, TRUTH.replace(ALICE, "")), id="an empty ARN"),
        pytest.param(answers(200, TRUTH.replace("-alice", "-alice<b/>-and-more")), id="an ARN that is cut by markup"),
        pytest.param(answers(200, TRUTH.replace("-alice", "-al<!-- x -->ice")), id="a comment"),
        pytest.param(answers(200, TRUTH.replace("-alice", "-al<?x?>ice")), id="an instruction"),
        pytest.param(answers(200, TRUTH.replace("-alice", "<![CDATA[-alice]]>")), id="character data"),
        pytest.param(
            answers(200, f'<!DOCTYPE r [<!ENTITY who "alice">]>{TRUTH.replace("-alice", "-&who;")}'), id="an entity"
        ),
        pytest.param(
            answers(200, f'<!DOCTYPE r SYSTEM "file:///etc/passwd">{TRUTH}'), id="a document type from elsewhere"
        ),
        pytest.param(answers(200, f"<Wrapped>{TRUTH}</Wrapped>"), id="the answer inside another"),
        pytest.param(
            answers(200, f"<GetCallerIdentityResponse {STS_NAMESPACE}><X>{TRUTH}</X></GetCallerIdentityResponse>"),
            id="the answer inside its own root",
        ),
        pytest.param(answers(500, error_xml("InternalFailure")), id="500"),
        pytest.param(answers(503, "<html>gateway</html>", "text/html"), id="503"),
    ],
)
def test_an_answer_that_is_not_sts_decides_nothing(authorizer: AuthorizerLambda, answer: Answering) -> None:
    authorizer.sts.hostile = answer
    answered = authorizer.ask()
    undecided(answered, "sts")
    assert answered.table_calls == 0


@pytest.mark.parametrize("answer", [answers(400, error_xml("Throttling")), answers(429, "")], ids=["400", "429"])
def test_a_throttling_sts_is_distinguished(authorizer: AuthorizerLambda, answer: Answering) -> None:
    authorizer.sts.hostile = answer
    undecided(authorizer.ask(), "sts", "throttled")


@pytest.mark.parametrize(("status", "code"), [(400, "ExpiredToken"), (403, "InvalidClientTokenId")])
def test_credentials_sts_refuses_prove_nothing(authorizer: AuthorizerLambda, status: int, code: str) -> None:
    authorizer.sts.hostile = answers(status, error_xml(code))
    refused(authorizer.ask(), "not_proven", sts_calls=1)


def test_an_answer_about_an_arn_of_another_account_than_it_says_is_no_session(authorizer: AuthorizerLambda) -> None:
    authorizer.sts.hostile = answers(200, identity_xml(ALICE, "999988887777"))
    refused(authorizer.ask(), "not_vended", sts_calls=1)


def test_nothing_undecided_is_remembered(authorizer: AuthorizerLambda) -> None:
    proof = authorizer.proof()
    authorizer.sts.hostile = answers(500, "")
    undecided(authorizer.ask(proof), "sts")
    authorizer.sts.hostile = answers(403, "")
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)
    authorizer.sts.hostile = None
    assert authorizer.ask(proof).is_allowed


def test_a_connection_that_died_while_the_process_was_frozen_is_opened_again(authorizer: AuthorizerLambda) -> None:
    def drop_once(request: BaseHTTPRequestHandler) -> None:
        authorizer.sts.hostile = None
        request.close_connection = True

    authorizer.sts.hostile = drop_once
    answered = authorizer.ask()
    assert (answered.is_allowed, answered.sts_calls) == (True, 2)


def test_sts_is_asked_once_more_after_a_failure_of_its_own(authorizer: AuthorizerLambda) -> None:
    def fail_once(request: BaseHTTPRequestHandler) -> None:
        authorizer.sts.hostile = None
        answers(500, "")(request)

    authorizer.sts.hostile = fail_once
    answered = authorizer.ask()
    assert (answered.is_allowed, answered.sts_calls) == (True, 2)


def test_a_rest_api_gets_its_denial_as_a_policy(authorizer: AuthorizerLambda) -> None:
    authorizer.sts.hostile = answers(500, "")
    answered = authorizer.call(rest_api_question(authorizer.proof()))
    undecided(answered, "sts")
    [statement] = answered.answer["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Deny", METHOD_ARN)


class TestAnStsThatIsSlow:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_DEADLINE": "0.5"}

    @pytest.fixture
    def released(self) -> Iterator[Event]:
        released = Event()
        yield released
        released.set()

    def test_one_that_never_answers_is_not_waited_for(self, authorizer: AuthorizerLambda, released: Event) -> None:
        def hang(request: BaseHTTPRequestHandler) -> None:
            released.wait(LIMIT_S)
            request.close_connection = True

        authorizer.sts.hostile = hang
        undecided(authorizer.ask(), "deadline")

    def test_one_that_drips_is_not_waited_for(self, authorizer: AuthorizerLambda, released: Event) -> None:
        def drip(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("content-type", "text/xml")
            request.send_header("content-length", str(len(TRUTH)))
            request.end_headers()
            request.wfile.write(TRUTH[:40].encode())
            released.wait(LIMIT_S)
            request.close_connection = True

        authorizer.sts.hostile = drip
        undecided(authorizer.ask(), "deadline")


class TestAnStsThatIsSilent:
    """It has its own time, well within the request's."""

    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_CALL_TIMEOUT": "0.1", "SENTINEL_DEADLINE": "10"}

    def test_it_is_given_up_long_before_the_request_is(self, authorizer: AuthorizerLambda) -> None:
        released = Event()

        def hang(request: BaseHTTPRequestHandler) -> None:
            released.wait(LIMIT_S)
            request.close_connection = True

        authorizer.sts.hostile = hang
        try:
            undecided(authorizer.ask(), "sts")
        finally:
            released.set()


def test_an_sts_that_is_not_there_decides_nothing(authorizer: AuthorizerLambda) -> None:
    authorizer.app._service.endpoints._emulator = "http://127.0.0.1:9"
    undecided(authorizer.ask(), "sts")


@pytest.mark.parametrize("table", ["session", "grant"])
def test_a_table_that_is_not_there_decides_nothing(authorizer: AuthorizerLambda, table: str) -> None:
    setattr(authorizer.app._service.sessions, f"_{table}_table", "no-such-table")
    undecided(authorizer.ask(), "dynamodb")


def test_a_session_row_that_cannot_be_understood_decides_nothing(authorizer: AuthorizerLambda) -> None:
    authorizer.put({"session_id": {"S": "0123456789abcdef"}, "status": {"S": "pardoned"}}, "session")
    undecided(authorizer.ask(), "dynamodb")


def test_a_cutoff_that_cannot_be_understood_decides_nothing(authorizer: AuthorizerLambda) -> None:
    authorizer.put({"subject": {"S": "user#alice"}, "item": {"S": "cutoff##"}, "revoked_until": {"S": "never"}})
    undecided(authorizer.ask(), "dynamodb")


@pytest.mark.parametrize(
    "broken", [{"reason": {"N": "7"}}, {"ends_at": {"S": "never"}}, {"status": {"BOOL": True}}], ids=str
)
def test_a_lockout_that_cannot_be_understood_decides_nothing(
    authorizer: AuthorizerLambda, broken: dict[str, dict[str, Any]]
) -> None:
    authorizer.lock_out("user#alice", **broken)
    undecided(authorizer.ask(), "dynamodb")


class TestTablesThatFail:
    @pytest.fixture
    def aws(self, aws_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyAws]:
        with faulty_aws(aws_url) as aws:
            monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
            yield aws

    @pytest.fixture
    def environment(self, environment: dict[str, str], aws: FaultyAws) -> dict[str, str]:
        assert aws.url
        return environment

    @pytest.mark.parametrize(
        ("fault", "code"), [("InternalServerError", "unavailable"), ("ThrottlingException", "throttled")]
    )
    def test_a_read_that_fails_does_not_pass_a_remembered_proof(
        self, authorizer: AuthorizerLambda, aws: FaultyAws, fault: str, code: str
    ) -> None:
        proof = authorizer.proof()
        assert authorizer.ask(proof).is_allowed
        aws.plant("BatchGetItem", aws_answers(400 if code == "throttled" else 500, fault))
        undecided(authorizer.ask(proof), "dynamodb", code)
