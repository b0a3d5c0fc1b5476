"""Every refusal of the vend: its documented code, one audit line, and no session row."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.aws.client.client import AwsClient
from tests.gateway_events import ACCOUNT, http_api_event, rest_api_event
from tests.service.vend.conftest import VendLambda

JSON = {"content-type": "application/json"}


def refused(vend: VendLambda, event: object, status: int, code: str) -> str:
    """Refuse, and give the message."""
    answered = vend.call(event)
    assert (answered.status, answered.body["code"], answered.body["Code"]) == (status, code, code)
    assert answered.body["request_id"] == vend.context.aws_request_id
    assert answered.body["hint"]
    assert answered.audit["code"] == code
    assert vend.sessions() == []
    return str(answered.body["message"])


def post(body: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return http_api_event("POST", body=body, headers=JSON if headers is None else headers)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        pytest.param(http_api_event(), "query parameter profile is missing", id="no profile"),
        pytest.param(http_api_event(query="profile="), "profile is missing", id="empty profile"),
        pytest.param(http_api_event(query="profile=dev&duration=abc"), "duration cannot be read", id="duration abc"),
        pytest.param(http_api_event(query="profile=dev&duration="), "duration cannot be read", id="empty duration"),
        pytest.param(http_api_event(query="profile=dev&duration=1"), "900 seconds", id="duration 1"),
        pytest.param(http_api_event(query="profile=dev&duration=999999"), "43200", id="duration 999999"),
        pytest.param(http_api_event(query="profile=dev&duration=-3600"), "cannot be read", id="negative duration"),
        pytest.param(http_api_event(query="profile=dev&role=admin"), "'role'", id="unknown parameter"),
        pytest.param(http_api_event(query="profile=dev&profile=prod"), "more than once", id="repeated profile"),
        pytest.param(http_api_event(query="profile=d%C3%A9v"), "characters A-Z", id="not ASCII"),
        pytest.param(http_api_event(query="profile=%ff"), "not UTF-8", id="not UTF-8"),
        pytest.param(http_api_event(query="profile=../policies/access"), "characters A-Z", id="path traversal"),
        pytest.param(http_api_event(query=f"profile={'x' * 65}"), "1 to 64", id="profile too long"),
        pytest.param(rest_api_event(query={"profile": ["dev", "dev"]}), "more than once", id="repeated, REST API"),
        pytest.param(post("{"), "not JSON", id="malformed JSON"),
        pytest.param(post('{"profile":"dev","profile":"prod"}'), "twice", id="repeated key"),
        pytest.param(post("[]"), "not a JSON object", id="not an object"),
        pytest.param(post('{"profile":7}'), "characters A-Z", id="profile of another type"),
        pytest.param(post('{"profile":"dev","duration":null}'), "duration cannot be read", id="null duration"),
        pytest.param(post('{"profile":"dev","duration":true}'), "duration cannot be read", id="boolean duration"),
        pytest.param(post('{"profile":"dev","role_arn":"arn:aws:iam::1:role/x"}'), "'role_arn'", id="a role"),
        pytest.param(post('{"profile":"dev"}', {"content-type": "text/plain"}), "Content-Type", id="wrong type"),
        pytest.param(post('{"profile":"dev"}', {}), "Content-Type", id="no type"),
        pytest.param(post('{"profile":"' + "x" * 17_000 + '"}'), "16384 bytes", id="oversized body"),
        pytest.param(
            http_api_event("POST", query="profile=dev", body="{}", headers=JSON), "query", id="POST with query"
        ),
        pytest.param(http_api_event(path="/profiles", query="all=1"), "no parameters", id="profiles with query"),
    ],
)
def test_bad_input_is_an_invalid_request_that_names_the_place(vend: VendLambda, event: object, words: str) -> None:
    assert words in refused(vend, event, 400, "invalid_request")


def test_an_unknown_profile_reads_like_one_no_rule_gives(vend: VendLambda) -> None:
    unknown = refused(vend, http_api_event(query="profile=nothere"), 403, "denied")
    forbidden = refused(vend, http_api_event(query="profile=unruled"), 403, "denied")
    assert unknown.replace("nothere", "unruled") == forbidden


def test_a_deny_names_its_rule_and_its_reason(vend: VendLambda) -> None:
    mallory = f"arn:aws:iam::{ACCOUNT}:user/mallory"
    message = refused(vend, http_api_event(query="profile=dev", arn=mallory), 403, "denied")
    assert "no-mallory" in message
    assert "left the company" in message


def test_a_demand_for_approval_is_not_met_by_asking(vend: VendLambda) -> None:
    assert "approval" in refused(vend, http_api_event(query="profile=prod"), 403, "approval_required")


def test_a_grant_that_ends_within_a_minute_serves_no_vend(vend: VendLambda) -> None:
    vend.approve("prod", timedelta(seconds=50))
    refused(vend, http_api_event(query="profile=prod"), 403, "grant_ending")


def test_another_users_approval_is_not_ones_own(vend: VendLambda) -> None:
    vend.approve("prod", timedelta(hours=1), user="bob")
    refused(vend, http_api_event(query="profile=prod"), 403, "approval_required")


@pytest.mark.parametrize("subject", ["user#alice", "profile#dev", "all"])
def test_a_lockout_of_user_profile_or_everyone_stops_new_credentials(vend: VendLambda, subject: str) -> None:
    vend.put_grant_row(
        subject={"S": subject}, item={"S": "lockout##"}, reason={"S": "incident"}, status={"S": "active"}
    )
    message = refused(vend, http_api_event(query="profile=dev"), 403, "locked_out")
    whom = {"user#alice": "the user alice", "profile#dev": "the profile dev", "all": "everyone"}[subject]
    assert message == f"A lockout of {whom} stops new credentials until it is lifted."


SSO_ROLE = "AWSReservedSSO_Dev_0123456789abcdef"


@pytest.mark.parametrize(
    "caller",
    [
        "iam:user/alice",
        "iam:user/ALICE",
        "iam:user/alice+admin",
        f"sts:assumed-role/{SSO_ROLE}/Alice@corp.example",
        f"sts:assumed-role/{SSO_ROLE}/alice+x@sec.example",
        "sts:federated-user/alice",
        "sts:assumed-role/ci-web/alice",
    ],
)
def test_a_lockout_of_a_person_stops_all_of_their_names(vend: VendLambda, caller: str) -> None:
    service, _, resource = caller.partition(":")
    arn = f"arn:aws:{service}::{ACCOUNT}:{resource}"
    vend.put_grant_row(subject={"S": "person#alice"}, item={"S": "lockout##"}, reason={"S": "stolen"})
    refused(vend, http_api_event(query="profile=dev", arn=arn), 403, "locked_out")


@pytest.mark.parametrize("subject", ["person#bob", "person#role/alice", "person#alice2", "user#Alice"])
def test_a_lockout_of_another_user_stops_no_vend(vend: VendLambda, subject: str) -> None:
    vend.put_grant_row(subject={"S": subject}, item={"S": "lockout##"}, reason={"S": "stolen"})
    assert vend.call(http_api_event(query="profile=dev")).status == 200


@pytest.mark.parametrize(
    "arn",
    [
        pytest.param(f"arn:aws:iam::{ACCOUNT}:root", id="root"),
        pytest.param("arn:aws:iam::999999999999:user/alice", id="another account's user"),
        pytest.param(
            f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/sentinel-d-0123456789abcdef-alice",
            id="credentials Sentinel vended",
        ),
        pytest.param("not an arn", id="nonsense"),
    ],
)
def test_a_caller_without_a_name_here_is_refused(vend: VendLambda, arn: str) -> None:
    refused(vend, http_api_event(query="profile=dev", arn=arn), 403, "unknown_caller")


def test_a_direct_invocation_with_an_invented_context_is_refused(vend: VendLambda) -> None:
    invented = http_api_event(query="profile=dev")
    invented["requestContext"]["apiId"] = "invented00"
    refused(vend, invented, 403, "unknown_caller")
    refused(vend, {"profile": "dev", "user": "alice"}, 403, "unknown_caller")


def test_headers_that_claim_an_identity_do_not_give_one(vend: VendLambda) -> None:
    claims = {"x-sentinel-user": "alice", "x-amzn-iam-user-arn": f"arn:aws:iam::{ACCOUNT}:user/alice"}
    mallory = f"arn:aws:iam::{ACCOUNT}:user/mallory"
    refused(vend, http_api_event(query="profile=dev", arn=mallory, headers=claims), 403, "denied")
    unsigned = http_api_event(query="profile=dev", headers=claims)
    del unsigned["requestContext"]["authorizer"]
    refused(vend, unsigned, 403, "unknown_caller")


def test_nothing_is_at_an_unknown_path(vend: VendLambda) -> None:
    refused(vend, http_api_event(path="/admin"), 404, "not_found")
    refused(vend, http_api_event("DELETE"), 404, "not_found")


class TestTheRateBudget:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_VEND_BUDGET": "2"}

    def test_more_requests_than_the_budget_are_throttled_with_a_time_to_wait(self, vend: VendLambda) -> None:
        answers = [vend.call(http_api_event(query="profile=unruled")) for _ in range(6)]
        throttled = [answer for answer in answers if answer.status == 429]
        # Six requests fall into two windows at the most, of two each.
        assert len(throttled) >= 2
        assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in throttled)
        assert throttled[0].audit["code"] == "throttled"


class TestTheBudgetOfReading:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_READ_BUDGET": "2"}

    def test_the_catalogue_is_not_free_and_costs_no_vend(self, vend: VendLambda) -> None:
        answers = [vend.call(http_api_event(path="/profiles")) for _ in range(6)]
        throttled = [answer for answer in answers if answer.status == 429]
        # Six requests fall into two windows at the most, of two each.
        assert len(throttled) >= 2
        assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in throttled)
        assert vend.call(http_api_event(query="profile=dev")).status == 200


class TestMadeUpNames:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_DOCUMENT_TTL": "300", "SENTINEL_DOCUMENT_MAX_STALE": "300"}

    def test_they_cost_ssm_one_question_and_one_listing(
        self, vend: VendLambda, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[str] = []
        original = AwsClient.call

        async def counted(client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
            if client.service == "ssm":
                calls.append(operation)
            return await original(client, operation, parameters)

        monkeypatch.setattr(AwsClient, "call", counted)
        for number in range(20):
            refused(vend, http_api_event(query=f"profile=made-up-{number}"), 403, "denied")
        assert calls == ["GetParameters", "GetParametersByPath"]


@pytest.mark.parametrize(
    ("user", "policy", "is_suggested"),
    [
        pytest.param("alice", None, True, id="a rule names the caller"),
        pytest.param("bob", None, False, id="no rule names the caller"),
        pytest.param("alice", "neither JSON nor YAML: {", False, id="the policy cannot be read"),
    ],
)
def test_break_glass_is_suggested_where_it_can_work(
    vend: VendLambda, user: str, policy: str | None, *, is_suggested: bool
) -> None:
    if policy is not None:
        vend.store("policies/break-glass", policy)
    answered = vend.call(http_api_event(query="profile=prod", arn=f"arn:aws:iam::{ACCOUNT}:user/{user}"))
    assert answered.body["code"] == "approval_required"
    assert ("`sentinel break-glass start prod --reason incident" in answered.body["hint"]) is is_suggested
