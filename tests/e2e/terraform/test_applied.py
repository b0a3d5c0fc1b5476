"""The Terraform modules, applied by Terraform with the AWS provider against an emulator that runs what they deploy."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError

from deploy.local.aws import Keys, LocalAws
from deploy.local.deployment import REGION
from deploy.local.issuers import POD, pod_token
from sentinel.proof import make_proof
from tests.e2e.local.requests import Answer, send
from tests.e2e.terraform.deployment import Deployment, Person, deployed
from tests.e2e.terraform.leftovers import everything_of
from tests.e2e.terraform.terraform import Root

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(
    plugins: Path, modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Deployment]:
    """Apply once. What was applied is destroyed at the end, and must be gone then."""
    example = Root(modules / "examples" / "complete")
    work = tmp_path_factory.mktemp("applied")
    async with deployed(example, plugins, work, tmp_path_factory) as applied:
        before = await everything_of(applied.aws)
        assert all(before.values()), f"what is to be gone later is not even there: {before}"
        yield applied
        await asyncio.to_thread(applied.root.destroy)
        left = {kind: names for kind, names in (await everything_of(applied.aws)).items() if names}
        assert not left, f"destroy left {left}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bob(deployment: Deployment) -> Person:
    """Bob, who approves and revokes by the example's documents."""
    return await deployment.hire("bob")


@pytest_asyncio.fixture(loop_scope="module")
async def developer(deployment: Deployment) -> Person:
    return await deployment.hire()


async def ask_and_approve(developer: Person, bob: Person) -> None:
    wanted = json.dumps({"profile": "notes", "reason": "correct a note, INC-7"}).encode()
    filed = await developer.post("/v1/requests", wanted)
    assert filed.status == 201, filed.body
    approved = await bob.post(f"/v1/requests/{filed.body['request']['id']}/approve", b"{}")
    assert approved.status == 200, approved.body


async def vend(developer: Person, bob: Person) -> tuple[Keys, str]:
    """Give credentials of the protected role, and the id of their session."""
    await ask_and_approve(developer, bob)
    vended = await developer.get("/?profile=notes")
    assert vended.status == 200, vended.body
    keys = Keys(vended.body["AccessKeyId"], vended.body["SecretAccessKey"], vended.body["Token"])
    return keys, vended.body["SessionId"]


async def ask_ledger(deployment: Deployment, keys: Keys) -> Answer:
    credentials = ReadOnlyCredentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    proof = make_proof(credentials, api_id=deployment.outputs["ledger_api_id"], region=REGION)
    return await send("GET", deployment.ledger, {"Authorization": proof})


async def put_note(deployment: Deployment, keys: Keys) -> None:
    async with LocalAws(deployment.aws.endpoint, REGION, keys).client("dynamodb") as dynamodb:
        await dynamodb.put_item(TableName="notes", Item={"note": {"S": "1"}})


async def test_a_caller_without_the_policy_reaches_no_function(deployment: Deployment, developer: Person) -> None:
    async with deployment.aws.client("iam") as iam:
        await iam.delete_user_policy(UserName=developer.name, PolicyName="call-sentinel")
    answers = [await developer.get(path) for path in ("/?profile=notes", "/profiles", "/v1/whoami")]
    assert {(answer.status, answer.body.get("code")) for answer in answers} == {(403, None)}


async def test_credentials_are_vended_after_an_approval_and_do_what_the_role_may(
    deployment: Deployment, developer: Person, bob: Person
) -> None:
    assert (await developer.get("/?profile=notes")).body["code"] == "approval_required"
    keys, session_id = await vend(developer, bob)
    own = LocalAws(deployment.aws.endpoint, REGION, keys)
    async with own.client("sts") as sts, own.client("dynamodb") as dynamodb:
        stamp = f"sentinel-a-{session_id}-{developer.name}"
        assert (await sts.get_caller_identity())["Arn"].endswith(f":assumed-role/notes/{stamp}")
        await put_note(deployment, keys)
        with pytest.raises(ClientError, match="AccessDenied"):
            await dynamodb.scan(TableName="notes")


async def test_a_pod_calls_with_its_cluster_s_token_and_asks_for_what_a_colleague_approves(
    deployment: Deployment, bob: Person
) -> None:
    """The authorizer, its routes and the issuer's document come from one variable."""
    token = {"Authorization": pod_token(deployment.identity)}
    below = f"{deployment.url}/as/pods"
    whoami = await send("GET", f"{below}/v1/whoami", token)
    assert (whoami.status, whoami.body["user"]) == (200, f"pods/{POD}"), whoami.body
    assert (await send("GET", f"{below}?profile=notes", token)).body["code"] == "approval_required"
    wanted = json.dumps({"profile": "notes", "reason": "correct a note, INC-7"}).encode()
    filed = await send("POST", f"{below}/v1/requests", token | {"content-type": "application/json"}, wanted)
    approved = await bob.post(f"/v1/requests/{filed.body['request']['id']}/approve", b"{}")
    assert approved.status == 200, approved.body
    vended = await send("GET", f"{below}?profile=notes", token)
    assert vended.status == 200, vended.body
    await put_note(deployment, Keys(vended.body["AccessKeyId"], vended.body["SecretAccessKey"], vended.body["Token"]))


async def test_a_token_that_is_not_for_this_deployment_s_pods_is_refused(deployment: Deployment) -> None:
    identity, below = deployment.identity, f"{deployment.url}/as/pods?profile=notes"
    for claims in ({"aud": "another"}, {"iss": "https://example.com"}, {"exp": 1}):
        token = identity.token("pods", {"sub": POD, **claims})
        assert (await send("GET", below, {"Authorization": token})).status == 401, claims
    assert (await send("GET", below, {})).status == 401
    evil = {"Authorization": pod_token(identity, "system:serviceaccount:evil:deploy")}
    assert (await send("GET", below, evil)).body["code"] == "unknown_caller"
    signed_routes = await send("GET", f"{deployment.url}/?profile=notes", {"Authorization": pod_token(identity)})
    assert (signed_routes.status, "code" in signed_routes.body) == (403, False)


async def test_the_event_of_the_schedule_makes_the_members_in_documents_known(
    deployment: Deployment, developer: Person
) -> None:
    document = {"Name": "/sentinel/groups/oncall", "Type": "String"}
    members = json.dumps({"version": "1", "members": [developer.name]})
    aws = deployment.aws
    async with aws.client("ssm") as ssm, aws.client("events") as events, aws.client("lambda") as functions:
        await ssm.put_parameter(**document, Value=members)
        try:
            (target,) = (await events.list_targets_by_rule(Rule="sentinel-groups"))["Targets"]
            ended = await functions.invoke(FunctionName=target["Arn"], Payload=target["Input"])
        finally:
            await ssm.delete_parameter(Name=document["Name"])
    assert "FunctionError" not in ended
    known = await developer.get("/v1/groups")
    assert [(each["name"], each["source"]) for each in known.body["groups"]] == [("oncall", "document")]


async def test_only_the_vend_function_becomes_the_protected_role(deployment: Deployment) -> None:
    role = next(each for each in await _roles(deployment) if each["RoleName"] == "notes")
    with pytest.raises(ClientError, match="AccessDenied"):
        await deployment.aws.assume(role["Arn"], "sentinel-d-0123456789abcdef-root")
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == deployment.sentinel["kill_switch_policy_arn"]


async def _roles(deployment: Deployment) -> list[dict[str, Any]]:
    async with deployment.aws.client("iam") as iam:
        names = [role["RoleName"] for role in (await iam.list_roles())["Roles"]]
        return [(await iam.get_role(RoleName=name))["Role"] for name in names]


async def test_a_revocation_ends_live_credentials_and_the_next_request_to_the_guarded_api(
    deployment: Deployment, developer: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", deployment.aws.endpoint)  # where proofs are to be verified
    keys, session_id = await vend(developer, bob)
    passed = await ask_ledger(deployment, keys)
    assert (passed.status, passed.body) == (200, {"ledger": "open"})
    await put_note(deployment, keys)
    revoked = await bob.post(f"/v1/sessions/{session_id}/revoke", b'{"reason": "laptop stolen"}')
    assert (revoked.status, revoked.body["kill_switch"]["status"]) == (200, "applied"), revoked.body
    assert (await ask_ledger(deployment, keys)).status == 403
    with pytest.raises(ClientError, match="AccessDenied"):
        await put_note(deployment, keys)


async def test_without_a_proof_the_guarded_api_stays_closed(deployment: Deployment) -> None:
    assert (await send("GET", deployment.ledger, {})).status == 401
    assert (await send("GET", deployment.ledger, {"Authorization": "Sentinel-STS made-up"})).status == 403


async def test_a_second_plan_changes_nothing_after_any_writes(deployment: Deployment) -> None:
    """What operators push and the kill switch writes is theirs. The rest are fields the emulator does not give back."""
    denied = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:ViaAWSService": "true"}}}
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    later = json.dumps({"Version": "2012-10-17", "Statement": [allowed, denied]})
    async with deployment.aws.client("iam") as iam, deployment.aws.client("ssm") as ssm:
        arn = deployment.sentinel["kill_switch_policy_arn"]
        await iam.create_policy_version(PolicyArn=arn, PolicyDocument=later, SetAsDefault=True)
        name = f"{deployment.sentinel['parameter_prefix']}/policies/admin"
        pushed = (await ssm.get_parameter(Name=name))["Parameter"]["Value"] + "\n"
        await ssm.put_parameter(Name=name, Value=pushed, Type="String", Overwrite=True)
    changes = await asyncio.to_thread(deployment.root.plan)
    assert {each["address"]: fields for each in changes if (fields := _own_differences(each))} == {}


# DescribeAlarms answers the provider without these. An authorizer of type REQUEST comes back with an empty block,
# one for tokens with the version of the other's payload.
EMULATORS_OWN: Mapping[str, frozenset[str]] = {
    "aws_cloudwatch_metric_alarm": frozenset(
        {
            "actions_enabled",
            "alarm_description",
            "dimensions",
            "extended_statistic",
            "period",
            "statistic",
            "treat_missing_data",
        },
    ),
    "aws_apigatewayv2_authorizer": frozenset({"authorizer_payload_format_version", "jwt_configuration"}),
}


def _own_differences(resource: dict[str, Any]) -> set[str]:
    before, after = resource["change"]["before"] or {}, resource["change"]["after"] or {}
    differ = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return differ - EMULATORS_OWN.get(resource["type"], frozenset())
