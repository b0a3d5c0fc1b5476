"""`sentinel doctor` run by an operator: of a healthy deployment, and of one with one thing broken at a time."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.deployment import ADMIN, VEND, local_deployment
from deploy.local.stack import HANDLERS, LocalStack
from deploy.policies.deployment import policy
from deploy.policies.protected import protected_trust
from shared.core.kill_switch import POLICY_NAME
from tests.e2e.deployed import Deployed, deploy_next_to
from tests.e2e.sdks.person import Person, person

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEPLOYMENT = local_deployment()


@dataclass(frozen=True)
class System:
    stack: LocalStack
    deployed: Deployed

    def client(self, service: str) -> Any:
        return self.stack.aws.client(service)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system() -> AsyncIterator[System]:
    handlers = {function: HANDLERS[function] for function in (VEND, ADMIN)}
    async with LocalStack(handlers=handlers, environment={"SENTINEL_DOCUMENT_TTL": "0"}) as stack:
        yield System(stack, await deploy_next_to(stack))


@pytest.fixture
def operator(system: System, tmp_path: Path) -> Person:
    return person(system.stack, "operator", tmp_path)


async def examine(who: Person, *options: str) -> tuple[int, list[dict[str, str]]]:
    finished = await who.sentinel("doctor", *options, "--json")
    assert finished.out, finished.err
    return finished.code, json.loads(finished.out)["findings"]


def not_ok(findings: list[dict[str, str]]) -> list[dict[str, str]]:
    return [finding for finding in findings if finding["status"] != "ok"]


async def test_a_healthy_deployment_has_nothing_to_complain_of(operator: Person) -> None:
    code, findings = await examine(operator, "--operator")
    assert (code, not_ok(findings)) == (0, [])
    about = [finding["about"] for finding in findings]
    assert {"role of dev", "role of staging", "role of prod", "alarms", "documents", "clock", "identity"} <= set(about)


async def test_people_read_a_table_that_names_each_remedy(system: System, operator: Person) -> None:
    await _without_expiry(system)
    try:
        shown = await operator.sentinel("doctor", "--operator", COLUMNS="120")
    finally:
        await _with_expiry(system)
    assert shown.code == 1
    assert "→ aws dynamodb update-time-to-live --table-name sentinel-grants" in shown.out.replace("\n", " ")
    assert "1 fail" in shown.err
    assert system.stack.callers["operator"].keys.secret_access_key not in shown.out + shown.err


async def test_what_a_caller_may_not_read_is_skipped_and_never_ok(system: System, tmp_path: Path) -> None:
    code, findings = await examine(person(system.stack, "alice", tmp_path), "--operator")
    skipped = {finding["about"]: finding for finding in not_ok(findings)}
    assert code == 0
    assert {finding["status"] for finding in skipped.values()} == {"skipped"}
    assert "dynamodb:DescribeTable" in skipped["table sentinel-grants"]["message"]
    assert "ssm:GetParametersByPath" in skipped["documents"]["remedy"]
    assert "not_permitted" in skipped["kill switch"]["message"]


async def test_without_a_service_the_remedy_is_to_look_at_the_url(operator: Person) -> None:
    closed = {"SENTINEL_REMOTE_SERVER": "http://127.0.0.1:9"}
    finished = await operator.sentinel("doctor", "--json", **closed)
    about = {finding["about"]: finding for finding in json.loads(finished.out)["findings"]}
    assert (finished.code, about["service"]["status"], about["clock"]["status"]) == (1, "fail", "skipped")
    assert "check the URL" in about["service"]["remedy"]


async def _trust_without_tags(system: System) -> None:
    whole: Any = protected_trust(DEPLOYMENT)
    less = policy(*(each for each in whole["Statement"] if each["Action"] != "sts:TagSession"))
    async with system.client("iam") as iam:
        await iam.update_assume_role_policy(RoleName="dev", PolicyDocument=json.dumps(less))


async def _trust_as_ever(system: System) -> None:
    async with system.client("iam") as iam:
        await iam.update_assume_role_policy(RoleName="dev", PolicyDocument=json.dumps(protected_trust(DEPLOYMENT)))


async def _without_boundary(system: System) -> None:
    async with system.client("iam") as iam:
        await iam.delete_role_permissions_boundary(RoleName="prod")


async def _with_boundary(system: System) -> None:
    async with system.client("iam") as iam:
        await iam.put_role_permissions_boundary(RoleName="prod", PermissionsBoundary=DEPLOYMENT.kill_switch_policy_arn)


async def _break_a_document(system: System) -> None:
    async with system.client("ssm") as ssm:
        await ssm.put_parameter(Name="/sentinel/profiles/broken", Value="role_arn: x", Type="String")


async def _mend_the_document(system: System) -> None:
    async with system.client("ssm") as ssm:
        await ssm.delete_parameter(Name="/sentinel/profiles/broken")


async def _without_expiry(system: System, *, enabled: bool = False) -> None:
    async with system.client("dynamodb") as dynamodb:
        await dynamodb.update_time_to_live(
            TableName=DEPLOYMENT.grant_table,
            TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": enabled},
        )


async def _with_expiry(system: System) -> None:
    await _without_expiry(system, enabled=True)


async def _cache_answers(system: System, seconds: int = 300) -> None:
    async with system.client("apigatewayv2") as gateway:
        await gateway.update_authorizer(
            ApiId=system.deployed.api_id,
            AuthorizerId=system.deployed.authorizer_id,
            AuthorizerResultTtlInSeconds=seconds,
        )


async def _cache_nothing(system: System) -> None:
    await _cache_answers(system, 0)


Step = Callable[[System], Awaitable[None]]
BROKEN: list[tuple[str, Step, Step, str, str]] = [
    ("role of dev", _trust_without_tags, _trust_as_ever, "sts:TagSession", "in its trust policy"),
    ("role of prod", _without_boundary, _with_boundary, "boundary", f"policy/{POLICY_NAME}"),
    ("document profiles/broken", _break_a_document, _mend_the_document, "role_arn", "sentinel policy push"),
    ("table sentinel-grants", _without_expiry, _with_expiry, "time to live", "aws dynamodb update-time-to-live"),
    ("authorizer sentinel-authorizer", _cache_answers, _cache_nothing, "300 s", "--authorizer-result-ttl-in-seconds 0"),
]


@pytest.mark.parametrize(("about", "do_break", "mend", "words", "remedy"), BROKEN, ids=[each[0] for each in BROKEN])
async def test_one_broken_thing_is_found_and_its_remedy_named(
    system: System, operator: Person, about: str, do_break: Step, mend: Step, words: str, remedy: str
) -> None:
    await do_break(system)
    try:
        code, findings = await examine(operator, "--operator")
    finally:
        await mend(system)
    (found,) = not_ok(findings)
    assert (code, found["about"], found["status"]) == (1, about, "fail")
    assert words in found["message"]
    assert remedy in found["remedy"]
