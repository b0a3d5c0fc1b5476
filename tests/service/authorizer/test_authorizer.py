"""What passes, in which form, at what cost, and what is written of it."""

from datetime import timedelta
from typing import Any

import pytest

from deploy.local.aws import Keys
from services.authorizer.handler import wire
from shared.edge.audit.writing import AuditError
from shared.edge.common_settings import InvalidSettingsError
from shared.evidence.chain import NO_LINE
from tests.service.authorizer.events import METHOD_ARN, http_api_question, rest_api_question
from tests.service.authorizer.function import KEYS, NOON, REGION, ROLE_ARN, AuthorizerLambda, arn_of

CONTEXT = {"user": "alice", "profile": "prod", "session_id": "0123456789abcdef", "via": "direct"}


def test_a_live_session_passes(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    assert authorizer.ask().answer == {"isAuthorized": True, "context": CONTEXT}


def test_a_rest_api_is_answered_with_a_policy_about_the_one_method(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    assert authorizer.call(rest_api_question(authorizer.proof())).answer == {
        "principalId": "alice",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": METHOD_ARN}],
        },
        "context": CONTEXT,
    }


def test_a_rest_api_is_denied_with_a_policy_about_the_one_method(authorizer: AuthorizerLambda) -> None:
    answer = authorizer.call(rest_api_question()).answer
    assert answer["principalId"] == "nobody"  # codespell:ignore
    assert answer["context"] == {}
    [statement] = answer["policyDocument"]["Statement"]
    assert statement == {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": METHOD_ARN}


def test_a_denial_tells_the_caller_nothing(authorizer: AuthorizerLambda) -> None:
    assert authorizer.call(http_api_question()).answer == {"isAuthorized": False, "context": {}}


def test_the_audit_line_says_who_passed_and_by_which_session(authorizer: AuthorizerLambda) -> None:
    row = authorizer.vend()
    audit = authorizer.ask().audit
    varying = {"time", "steps", "process"}
    assert varying <= audit.keys()
    assert {name: audit[name] for name in audit.keys() - varying} == {
        "kind": "sentinel.audit",
        "schema_version": "1",
        "sequence": 1,
        "previous": NO_LINE,
        "service": "authorizer",
        "request_id": authorizer.context.aws_request_id,
        "outcome": "allowed",
        "api_id": "a1b2c3d4e5",
        "operation": "GET /orders/7",
        "source_ip": "198.51.100.7",
        "user_agent": "curl/8.5",
        "caller_arn": arn_of(row),
        "caller_access_key_id": KEYS.access_key_id,
        "account": "111122223333",
        "user": "alice",
        "profile": "prod",
        "role_arn": ROLE_ARN,
        "session_id": row.session_id,
        "stamp": row.stamp,
        "via": "direct",
        "expires_at": "2026-11-24T12:50:00Z",
    }


def test_a_metric_line_counts_the_answer_and_times_its_steps(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    [metrics] = [line for line in authorizer.ask().lines if "_aws" in line]
    assert (metrics["service"], metrics["outcome"], metrics["code"]) == ("authorizer", "allowed", "none")
    assert {"total_ms", "proof_ms", "read_ms"} <= metrics.keys()


def test_a_steady_client_costs_one_read_a_request(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    proof = authorizer.proof()
    costs = [(answered.sts_calls, answered.table_calls) for answered in (authorizer.ask(proof) for _ in range(3))]
    assert costs == [(1, 1), (0, 1), (0, 1)]


@pytest.mark.parametrize(
    "facts",
    [{"profile": "team-blue"}, {"user": "a-name-that-is-too-long-to-fit-into-a-stamp@corp.example"}],
    ids=["a profile accepted by a glob", "a user the stamp does not spell out"],
)
def test_a_user_not_known_from_the_stamp_costs_one_more_read_once(
    authorizer: AuthorizerLambda, facts: dict[str, Any]
) -> None:
    authorizer.vend(**facts)
    answers = [authorizer.ask() for _ in range(3)]
    assert all(answered.is_allowed for answered in answers)
    assert [answered.table_calls for answered in answers] == [2, 1, 1]


def test_a_new_proof_is_asked_of_sts_again(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    authorizer.ask()
    authorizer.clock.forward(seconds=1)
    assert authorizer.ask().sts_calls == 1


@pytest.mark.parametrize("seconds", [0, 59, -5])
def test_a_proof_of_the_last_minute_is_taken(authorizer: AuthorizerLambda, seconds: int) -> None:
    authorizer.vend()
    proof = authorizer.proof()
    authorizer.clock.forward(seconds=seconds)
    assert authorizer.ask(proof).is_allowed


@pytest.mark.parametrize("user", ["role/ci-deploy", "alice@corp.example", "a=b", "o,brien"])
def test_the_session_of_any_user_passes(authorizer: AuthorizerLambda, user: str) -> None:
    authorizer.vend(user=user)
    assert authorizer.ask().answer["context"]["user"] == user


class TestNamedRegions:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_STS_REGIONS": "us-east-1, eu-west-1"}

    @pytest.mark.parametrize("region", [REGION, "us-east-1", "eu-west-1"])
    def test_a_proof_may_be_signed_in_the_functions_own_region_and_those_it_names(
        self, authorizer: AuthorizerLambda, region: str
    ) -> None:
        authorizer.vend()
        assert authorizer.ask(authorizer.proof(region=region)).is_allowed


def test_each_guarded_api_takes_proofs_for_itself(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    event = http_api_question(authorizer.proof(api_id="f6g7h8i9j0"))
    event["requestContext"]["apiId"] = "f6g7h8i9j0"
    assert authorizer.call(event).is_allowed


def test_the_header_may_be_spelled_in_any_case(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    assert authorizer.call(http_api_question(headers={"AUTHORIZATION": authorizer.proof()})).is_allowed


def test_no_answer_leaves_when_its_audit_line_cannot_be_written(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    proof = authorizer.proof()
    authorizer.stdout.close()
    with pytest.raises(AuditError):
        authorizer.app(http_api_question(proof), authorizer.context)


class TestProofsBoundToRequests:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_PROOF_BINDING": "request"}

    @pytest.mark.parametrize("stage", ["$default", "prod"])
    def test_a_proof_for_the_request_passes_in_any_stage(self, authorizer: AuthorizerLambda, stage: str) -> None:
        authorizer.vend()
        proof = authorizer.proof(request=("GET", "/orders/7"))
        assert authorizer.ask(proof, stage=stage).is_allowed
        assert authorizer.call(rest_api_question(proof)).is_allowed

    @pytest.mark.parametrize(
        ("signed", "sent"),
        [
            ("page=2", "page=2"),
            ("a=1&b=2", "b=2&a=1"),
            ("a=2&a=1&b=0", "a=2&b=0&a=1"),
            ("a=x%20y", "a=x+y"),
            ("a", "a="),
            ("a=%C3%A9%26%3B", "a=%c3%a9%26%3b"),
        ],
    )
    def test_a_proof_for_the_query_passes_however_it_is_written(
        self, authorizer: AuthorizerLambda, signed: str, sent: str
    ) -> None:
        authorizer.vend()
        proof = authorizer.proof(request=("GET", f"/orders/7?{signed}"))
        assert authorizer.ask(proof, query=sent).is_allowed
        assert authorizer.call(rest_api_question(proof, query=sent)).is_allowed

    def test_a_domain_of_its_own_has_no_stage_in_its_paths(self, authorizer: AuthorizerLambda) -> None:
        authorizer.vend()
        event = http_api_question(authorizer.proof(request=("GET", "/prod/7")), path="/prod/7")
        event["requestContext"] |= {"stage": "prod", "domainName": "api.example.com", "domainPrefix": "api"}
        assert authorizer.call(event).is_allowed


class TestAMaximumAge:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_MAX_SESSION_AGE": "15m"}

    def test_a_younger_session_passes(self, authorizer: AuthorizerLambda) -> None:
        authorizer.vend(issued_at=NOON - timedelta(minutes=14, seconds=59))
        assert authorizer.ask().is_allowed


class TestTheEmulatorsSts:
    @pytest.fixture
    def environment(self, environment: dict[str, str], aws_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", aws_url)
        return environment | {"AWS_ENDPOINT_URL_STS": aws_url}

    def test_credentials_of_an_assumed_role_are_known_by_their_stamp(self, authorizer: AuthorizerLambda) -> None:
        row = authorizer.vend()
        issued = authorizer.aws("sts").assume_role(RoleArn=ROLE_ARN, RoleSessionName=row.stamp)["Credentials"]
        keys = Keys(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
        assert authorizer.ask(authorizer.proof(keys)).is_allowed
        assert authorizer.sts.seen == []


class TestSettings:
    @pytest.mark.parametrize("accepted", ["", " ", ",", " , ,"])
    def test_an_authorizer_that_accepts_no_profile_does_not_start(
        self, environment: dict[str, str], accepted: str
    ) -> None:
        with pytest.raises(InvalidSettingsError, match="SENTINEL_ACCEPTED_PROFILES: "):
            wire(environment | {"SENTINEL_ACCEPTED_PROFILES": accepted})


def test_a_region_that_is_none_stops_the_function_from_starting(environment: dict[str, str]) -> None:
    with pytest.raises(InvalidSettingsError, match=r"SENTINEL_STS_REGIONS.*eu-cenral-1"):
        wire(environment | {"SENTINEL_STS_REGIONS": "eu-cenral-1"})
