"""A vend to a caller with a token: the same calls to AWS as with a signature, and the row, stamp and line it leaves."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.aws.client.client import AwsClient
from shared.core.stamp import parse_stamp
from tests.gateway_events import http_api_event
from tests.service.vend.conftest import VendLambda
from tests.tokens import GITHUB, corp_claims, github_claims, token_event

ISSUERS: dict[str, dict[str, Any]] = {
    "github": {
        "version": "1",
        "issuer": GITHUB,
        "audiences": ["sentinel"],
        "kind": "workload",
        "required_claims": {"repository_owner_id": ["65"]},
    },
    "corp": {
        "version": "1",
        "issuer": "https://login.corp.example",
        "audiences": ["sentinel"],
        "kind": "people",
        "user_claim": "email",
        "groups_claim": "groups",
    },
}
POLICY = {
    "version": "1",
    "rules": [
        {
            "name": "deploy",
            "effect": "allow",
            "conditions": {"issuers": ["github"], "claims": {"repository_id": ["74"], "ref": ["refs/heads/*"]}},
        },
        {"name": "oncall", "effect": "allow", "conditions": {"groups": ["corp/payments-oncall"]}},
        {"name": "people", "effect": "allow", "conditions": {"authentication": ["sigv4"]}},
    ],
}


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"SENTINEL_DOCUMENT_TTL": "300", "SENTINEL_DOCUMENT_MAX_STALE": "300"}


@pytest.fixture
def issued(vend: VendLambda) -> VendLambda:
    for name, document in ISSUERS.items():
        vend.store(f"issuers/{name}", document)
    vend.store("policies/access", POLICY)
    return vend


def now_s() -> int:
    return int(datetime.now(UTC).timestamp())  # noqa: TID251 - the function under test reads the real clock


def job(**changed: Any) -> dict[str, Any]:
    claims = github_claims(iat=now_s() - 10, nbf=now_s() - 10, exp=now_s() + 300, **changed)
    return token_event("github", claims, query="profile=dev")


def person(**changed: Any) -> dict[str, Any]:
    return token_event("corp", corp_claims(iat=now_s() - 10, exp=now_s() + 300, **changed), query="profile=dev")


def test_a_vend_with_a_token_makes_the_calls_of_one_with_a_signature(
    issued: VendLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    original = AwsClient.call

    async def counted(client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        calls.append(f"{client.service}.{operation}")
        return await original(client, operation, parameters)

    monkeypatch.setattr(AwsClient, "call", counted)
    for event, number_of_reads in ((job(), 1), (job(), 0), (http_api_event(query="profile=dev"), 0)):
        calls.clear()
        assert issued.call(event).status == 200
        rest = [call for call in calls if call != "ssm.GetParameters"]
        assert sorted(rest) == [
            "dynamodb.BatchGetItem",
            "dynamodb.PutItem",
            "dynamodb.Query",
            "dynamodb.UpdateItem",
            "sts.AssumeRole",
        ]
        assert len(calls) - len(rest) == number_of_reads


def test_the_row_the_stamp_and_the_line_say_who_it_was(issued: VendLambda) -> None:
    audit = issued.call(job()).audit
    [row] = issued.sessions()
    user = "github/repo:acme/app:ref:refs/heads/main"
    assert (row["user"]["S"], row["account"]["S"]) == (user, "none")
    assert row["caller_arn"]["S"] == "oidc/github/repo:acme/app:ref:refs/heads/main"
    assert parse_stamp(row["stamp"]["S"]) is not None
    assert (audit["user"], audit["outcome"], audit["rule"]) == (user, "issued", "deploy")
    assert audit["facts"]["claims"] == {"ref": "refs/heads/main", "repository_id": "74"}
    assert audit["stamp"] == row["stamp"]["S"]
    assert set(audit["document_ages_s"]) == {"issuers/github", "policies/access", "profiles/dev"}


def test_a_group_of_the_token_counts_for_the_life_of_the_token(issued: VendLambda) -> None:
    answered = issued.call(person())
    assert (answered.status, answered.audit["user"]) == (200, "corp/alice@corp.example")
    assert answered.audit["facts"]["groups"] == {"corp/payments-oncall": True}
    assert issued.call(person(groups=["everyone"])).body["code"] == "denied"
    assert issued.call(person(groups="[payments-oncall]")).body["code"] == "denied"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"repository_id": "75"}, "denied"),
        ({"ref": "refs/pull/7/merge"}, "denied"),
        ({"repository_owner_id": "666"}, "unknown_caller"),
        ({"aud": "other"}, "unknown_caller"),
        ({"iss": "https://login.corp.example"}, "unknown_caller"),
    ],
)
def test_any_other_job_gets_nothing(issued: VendLambda, claims: dict[str, Any], code: str) -> None:
    answered = issued.call(job(**claims))
    assert (answered.status, answered.body["code"]) == (403, code)
    assert issued.sessions() == []


def test_the_catalogue_is_the_callers(issued: VendLambda) -> None:
    event = token_event("github", github_claims(iat=now_s(), nbf=now_s(), exp=now_s() + 300), path="/profiles")
    profiles = {each["name"]: each["access"] for each in issued.call(event).body["profiles"]}
    assert profiles == {"dev": "allowed", "prod": "allowed", "unruled": "allowed"}


def test_a_document_of_an_issuer_that_is_not_valid_decides_nothing(issued: VendLambda) -> None:
    issued.store("issuers/github", {**ISSUERS["github"], "required_claims": {"sub": ["**"]}})
    answered = issued.call(job())
    assert (answered.status, answered.body["code"]) == (503, "unavailable")
