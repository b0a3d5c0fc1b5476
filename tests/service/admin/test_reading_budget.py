"""No call is free: what changes nothing spends a budget too, one of its own, and asks SSM for no made-up name."""

import secrets
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from services.admin.api import ENDPOINTS
from shared.aws.client.client import AwsClient
from shared.edge.api import Endpoint
from tests.service.admin.function import AdminLambda, Answered

FREE = {"whoami", "health"}
READS = [call for call in ENDPOINTS if call.method == "GET" and call.name not in FREE]
ID = "0123456789abcdef"
KEPT = {"SENTINEL_DOCUMENT_TTL": "5", "SENTINEL_DOCUMENT_MAX_STALE": "300"}


def ask(admin: AdminLambda, call: Endpoint, by: str = "nobody-special") -> Answered:  # codespell:ignore
    path = call.path.replace("{id}", ID).replace("{name}", ID)
    if call.method == "GET":
        return admin.get(path, by)
    return admin.post(path, {"profile": "prod"} if call.name == "explain" else None, by)


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"SENTINEL_READ_BUDGET": "1", **KEPT}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, Any]]]:
    """Note every call to AWS."""
    calls: list[tuple[str, Mapping[str, Any]]] = []
    original = AwsClient.call

    async def noted(client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        calls.append((f"{client.service}.{operation}", parameters))
        return await original(client, operation, parameters)

    monkeypatch.setattr(AwsClient, "call", noted)
    return calls


EXPLAIN = next(call for call in ENDPOINTS if call.name == "explain")
CONTINUE = next(call for call in ENDPOINTS if call.path.endswith("/continue"))


@pytest.mark.parametrize("call", [*READS, EXPLAIN, CONTINUE], ids=lambda call: call.name)
def test_what_only_reads_is_refused_over_the_budget_of_reading(
    admin: AdminLambda, asked: list[tuple[str, Mapping[str, Any]]], call: Endpoint
) -> None:
    assert ask(admin, call).code != "throttled"
    asked.clear()
    refused = ask(admin, call)
    assert (refused.status, refused.code) == (429, "throttled")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert [name for name, _ in asked] == ["dynamodb.UpdateItem"]


@pytest.mark.parametrize("name", sorted(FREE))
def test_what_asks_aws_for_nothing_spends_nothing(
    admin: AdminLambda, asked: list[tuple[str, Mapping[str, Any]]], name: str
) -> None:
    for _ in range(3):
        assert admin.get(f"/v1/{name}").status == 200
    assert asked == []


@pytest.mark.parametrize("call", [each for each in ENDPOINTS if each.name not in FREE], ids=lambda call: call.name)
def test_every_call_counts_against_some_budget(
    admin: AdminLambda, asked: list[tuple[str, Mapping[str, Any]]], call: Endpoint
) -> None:
    bodies = {
        "file_request": {"profile": "prod", "reason": "fix"},
        "begin_break_glass": {"profile": "prod", "reason": "incident", "justification": "the payment service is down"},
        "explain": {"profile": "prod"},
        "revoke_session": {"reason": "drill"},
        "push_group": {"members": ["carol"], "duration": "1h", "reason": "drill"},
    }
    body = bodies.get(call.name, {"all": True, "reason": "drill"} if "{id}" not in call.path else None)
    path = call.path.replace("{id}", ID).replace("{name}", ID)
    match call.method:
        case "GET":
            admin.get(path)
        case "PUT":
            admin.put(path, body)
        case "DELETE":
            admin.delete(path, **({"user": "alice"} if call.name == "unlock" else {}))
        case _:
            admin.post(path, None if call.name == "sync_kill_switch" else body)
    counted = [parameters for name, parameters in asked if name == "dynamodb.UpdateItem"]
    assert len(counted) >= 1


def test_ones_own_reading_does_not_stop_others_in_an_incident(admin: AdminLambda) -> None:
    for _ in range(2):
        admin.get("/v1/sessions", "walt")
    assert admin.get("/v1/sessions", "walt").code == "throttled"
    assert admin.post("/v1/lockouts", {"user": "mallory", "reason": "laptop stolen"}, "walt").status == 200
    assert admin.post("/v1/revocations", {"user": "alice", "reason": "laptop stolen"}, "walt").status == 201
    assert admin.get("/v1/sessions", "sam").status == 200


def test_the_budget_is_fresh_every_minute(admin: AdminLambda) -> None:
    assert admin.get("/v1/requests").status == 200
    assert admin.get("/v1/requests").status == 429
    admin.clock.forward(minutes=1)
    assert admin.get("/v1/requests").status == 200


class TestMadeUpNames:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_READ_BUDGET": "600"}

    def test_forty_explanations_of_made_up_profiles_ask_ssm_for_none_of_them(
        self, admin: AdminLambda, asked: list[tuple[str, Mapping[str, Any]]]
    ) -> None:
        names = [secrets.token_hex(8) for _ in range(40)]
        answered = [
            admin.post("/v1/explain", {"profile": name}, "nobody-special")  # codespell:ignore
            for name in names
        ]
        assert {each.status for each in answered} == {200}
        assert _asked_for(asked).isdisjoint(names)
        calls = Counter(name for name, _ in asked)
        assert calls["dynamodb.UpdateItem"] == 40
        assert calls["ssm.GetParameters"] + calls["ssm.GetParametersByPath"] < 40

    def test_neither_do_requests_and_broken_glass(
        self, admin: AdminLambda, asked: list[tuple[str, Mapping[str, Any]]]
    ) -> None:
        names = [secrets.token_hex(8) for _ in range(20)]
        for name in names:
            filed = admin.post("/v1/requests", {"profile": name, "reason": "fix"})
            begun = admin.break_glass(profile=name)
            assert filed.code == begun.code == "denied"
        assert _asked_for(asked).isdisjoint(names)


def _asked_for(asked: list[tuple[str, Mapping[str, Any]]]) -> set[str]:
    """Give the last parts of the names that SSM was asked for."""
    return {path.rpartition("/")[2] for name, each in asked if name == "ssm.GetParameters" for path in each["Names"]}
