"""Each rule the overlay adds to the emulator, seen from outside through an SDK."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from botocore.exceptions import ClientError

from deploy.local.aws import Keys, LocalAws, new_access_key
from deploy.local.deployment import ACCOUNT, REGION, demo_table, local_deployment
from deploy.local.emulator.server import Emulator
from deploy.local.seed import create_role, seed
from deploy.local.slack.local import LocalSlack
from deploy.policies.deployment import Policy, Statement, policy
from deploy.policies.execution import lambda_trust
from shared.core.stamp import TRANSITIVE_TAG_KEYS, Via, session_tags, stamp_for
from tests.e2e.local.listening import listening_addresses

STAMP = stamp_for(Via.DIRECT, "0123456789abcdef", "alice")
DEV = local_deployment().role_arn("dev", local_deployment().protected_path)
ADMIN_ARN = f"arn:aws:iam::{ACCOUNT}:user/local-stack"


@pytest.fixture
async def aws(tmp_path: Path) -> AsyncIterator[LocalAws]:
    emulator = Emulator(tmp_path, ACCOUNT, REGION, new_access_key())
    await emulator.start()
    try:
        admin = LocalAws(emulator.endpoint, REGION, emulator.admin)
        await seed(admin, local_deployment(), {}, LocalSlack().document)
        yield admin
    finally:
        await emulator.close()


@pytest.fixture
async def vend(aws: LocalAws) -> LocalAws:
    keys = await aws.assume(local_deployment().vend_role_arn, "sentinel-vend")
    return LocalAws(aws.endpoint, REGION, keys)


def stamped(**changes: Any) -> dict[str, Any]:
    tags = session_tags(STAMP, user="alice", profile="dev", grant_id=None)
    request = {
        "RoleArn": DEV,
        "RoleSessionName": str(STAMP),
        "SourceIdentity": str(STAMP),
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "TransitiveTagKeys": [str(key) for key in TRANSITIVE_TAG_KEYS],
    } | changes
    return {name: value for name, value in request.items() if value is not None}


async def assume(aws: LocalAws, **request: Any) -> Any:
    async with aws.client("sts") as sts:
        return await sts.assume_role(**request)


async def refusal(aws: LocalAws, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        await assume(aws, **request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def as_session(aws: LocalAws, answer: Any) -> LocalAws:
    found = answer["Credentials"]
    keys = Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return LocalAws(aws.endpoint, REGION, keys)


async def add_role(aws: LocalAws, name: str, trust: Policy, permissions: Policy, maximum_s: int = 3600) -> str:
    async with aws.client("iam") as iam:
        return await create_role(iam, name, trust, permissions, maximum_s=maximum_s)


async def test_the_vend_role_assumes_a_protected_role_under_a_stamp(vend: LocalAws) -> None:
    answer = await assume(vend, **stamped())
    assert answer["SourceIdentity"] == str(STAMP)
    async with as_session(vend, answer).client("dynamodb") as dynamodb:
        await dynamodb.put_item(TableName=demo_table("dev"), Item={"note": {"S": "hello"}})
        with pytest.raises(ClientError, match="AccessDenied"):
            await dynamodb.scan(TableName=demo_table("prod"))


async def test_no_one_else_assumes_a_protected_role_however_powerful(aws: LocalAws) -> None:
    code, message = await refusal(aws, **stamped())
    assert (code, "sts:" in message) == ("AccessDenied", True)


INCOMPLETE_STAMPS: list[dict[str, Any]] = [
    {"SourceIdentity": None},
    {"SourceIdentity": "alice"},
    {"RoleSessionName": "alice"},
    {"Tags": None, "TransitiveTagKeys": None},
    {"TransitiveTagKeys": None},
    {"Tags": [{"Key": "SentinelSession", "Value": "x"}, {"Key": "Other", "Value": "y"}], "TransitiveTagKeys": []},
]


async def test_the_vend_role_without_a_whole_stamp_is_denied(vend: LocalAws) -> None:
    for changes in INCOMPLETE_STAMPS:
        assert (await refusal(vend, **stamped(**changes)))[0] == "AccessDenied", changes


@pytest.mark.parametrize("action", ["sts:SetSourceIdentity", "sts:TagSession"])
async def test_each_further_action_is_needed_on_both_sides(aws: LocalAws, vend: LocalAws, action: str) -> None:
    async with aws.client("iam") as iam:
        name = local_deployment().vend_role
        found = await iam.get_role_policy(RoleName=name, PolicyName="permissions")
        kept = [one for one in found["PolicyDocument"]["Statement"] if one["Action"] != action]
        await iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=_json(policy(*kept)))
    code, message = await refusal(vend, **stamped())
    assert code == "AccessDenied"
    assert f"not authorized to perform: {action}" in message


OUT_OF_SHAPE: list[tuple[dict[str, Any], str]] = [
    ({"RoleSessionName": "a:b"}, "roleSessionName"),
    ({"RoleSessionName": "x" * 65}, "roleSessionName"),
    ({"SourceIdentity": "sentinel:alice"}, "sourceIdentity"),
    ({"SourceIdentity": "x" * 65}, "sourceIdentity"),
    ({"DurationSeconds": 43_201}, "durationSeconds"),
    ({"Tags": [{"Key": "a", "Value": "x,y"}], "TransitiveTagKeys": None}, "tags.member.value"),
    ({"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)], "TransitiveTagKeys": None}, "tags"),
    ({"Policy": '{"Version":"2012-10-17","Statement":[]}' + " " * 2048}, "policy"),
    ({"Policy": '{"Version":"2012-10-17","Statement":[],"Id":"\u20ac"}'}, "policy"),
]
SENSELESS_TAGS: list[dict[str, Any]] = [
    {"Tags": [{"Key": "aws:x", "Value": "v"}], "TransitiveTagKeys": None},
    {"Tags": [{"Key": "a", "Value": "v"}, {"Key": "A", "Value": "w"}], "TransitiveTagKeys": None},
    {"TransitiveTagKeys": ["Absent"]},
]


@pytest.mark.usefixtures("unchecked")
async def test_a_parameter_out_of_shape_is_named(aws: LocalAws) -> None:
    for changes, word in OUT_OF_SHAPE:
        code, message = await refusal(aws, **stamped(**changes))
        assert (code, f"at '{word}'" in message) == ("ValidationError", True), message


@pytest.mark.usefixtures("unchecked")
async def test_tags_that_make_no_sense_together_are_refused(aws: LocalAws) -> None:
    for changes in SENSELESS_TAGS:
        assert (await refusal(aws, **stamped(**changes)))[0] == "InvalidParameterValue"


@pytest.mark.usefixtures("unchecked")
async def test_a_chained_session_lasts_an_hour_at_most(aws: LocalAws) -> None:
    everything = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    trust = policy({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    first = await add_role(aws, "first", lambda_trust(ADMIN_ARN), everything, 43_200)
    second = await add_role(aws, "second", trust, everything, 43_200)
    chained = LocalAws(aws.endpoint, REGION, await aws.assume(first, "long", 7200))
    code, message = await refusal(chained, RoleArn=second, RoleSessionName="again", DurationSeconds=3601)
    assert (code, "1 hour session limit for roles assumed by role chaining" in message) == ("ValidationError", True)


@pytest.mark.usefixtures("unchecked")
async def test_a_session_lasts_no_longer_than_its_role_allows(aws: LocalAws) -> None:
    code, message = await refusal(
        aws, RoleArn=local_deployment().vend_role_arn, RoleSessionName="long", DurationSeconds=3601
    )
    assert (code, "MaxSessionDuration" in message) == ("ValidationError", True)


async def test_source_identity_and_transitive_tags_follow_a_chain_and_cannot_change(
    aws: LocalAws, vend: LocalAws
) -> None:
    both = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    trust = policy({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": both})
    only_alice = {
        "StringEquals": {"aws:SourceIdentity": str(STAMP), "aws:PrincipalTag/SentinelUser": "alice"},
    }
    reads: Statement = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*", "Condition": only_alice}
    second = await add_role(aws, "second", trust, policy(reads))
    await _let_dev_chain(aws)
    dev = as_session(vend, await assume(vend, **stamped()))
    chained = await assume(dev, RoleArn=second, RoleSessionName="next")
    assert chained["SourceIdentity"] == str(STAMP)
    async with as_session(aws, chained).client("dynamodb") as dynamodb:
        assert (await dynamodb.scan(TableName=demo_table("prod")))["Count"] == 0
    changed = await refusal(dev, RoleArn=second, RoleSessionName="next", SourceIdentity="someone-else")
    retagged = await refusal(
        dev, RoleArn=second, RoleSessionName="next", Tags=[{"Key": "sentineluser", "Value": "bob"}]
    )
    assert (changed[0], retagged[0]) == ("AccessDenied", "InvalidParameterValue")


async def test_principal_arn_is_the_role_s_with_its_path(aws: LocalAws, vend: LocalAws) -> None:
    condition = {"ArnEquals": {"aws:PrincipalArn": DEV}}
    allowed: Statement = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*", "Condition": condition}
    async with aws.client("iam") as iam:
        await iam.put_role_policy(RoleName="dev", PolicyName="permissions", PolicyDocument=_json(policy(allowed)))
    async with as_session(vend, await assume(vend, **stamped())).client("dynamodb") as dynamodb:
        assert (await dynamodb.scan(TableName=demo_table("dev")))["Count"] == 0


async def test_several_parameters_are_authorized_one_by_one(aws: LocalAws, vend: LocalAws) -> None:
    async with aws.client("ssm") as ssm:
        await ssm.put_parameter(Name="/elsewhere/secret", Value="x", Type="String")
    async with vend.client("ssm") as ssm:
        found = await ssm.get_parameters(Names=["/sentinel/policies/access", "/sentinel/profiles/dev"])
        assert len(found["Parameters"]) == 2
        assert len((await ssm.get_parameters_by_path(Path="/sentinel/profiles"))["Parameters"]) == 3
        with pytest.raises(ClientError, match="AccessDenied"):
            await ssm.get_parameters(Names=["/sentinel/policies/access", "/elsewhere/secret"])
        with pytest.raises(ClientError, match="AccessDenied"):
            await ssm.get_parameters_by_path(Path="/elsewhere")


async def test_the_side_door_is_shut_without_its_secret(aws: LocalAws) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("credential", "save"):
            async with session.post(f"{aws.endpoint}/_sentinel/{path}", headers={"x-sentinel-overlay": "x"}) as answer:
                assert (answer.status, await answer.json()) == (404, {})


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells who listens where in /proc")
async def test_it_listens_on_loopback_only(aws: LocalAws) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{aws.endpoint}/_ministack/ready") as answer:
        assert answer.status == 200, "it still opens listeners"
    port = urlsplit(aws.endpoint).port
    assert port is not None
    assert listening_addresses(port) == {"0100007F"}


async def _let_dev_chain(aws: LocalAws) -> None:
    allow: Statement = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
    async with aws.client("iam") as iam:
        await iam.put_role_policy(RoleName="dev", PolicyName="chain", PolicyDocument=_json(policy(allow)))


def _json(document: Policy) -> str:
    return json.dumps(document)


async def test_a_stage_of_a_rest_api_writes_logs_only_where_the_account_has_a_role_for_them(aws: LocalAws) -> None:
    role = local_deployment().role_arn("api-gateway-logs")
    logs = {"destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:access", "format": "$context.requestId"}
    async with aws.client("apigateway") as gateway:
        api = (await gateway.create_rest_api(name="api"))["id"]
        deployment = (await gateway.create_deployment(restApiId=api))["id"]

        async def log(stage: str) -> None:
            changes = [{"op": "replace", "path": f"/accessLogSettings/{key}", "value": logs[key]} for key in logs]
            await gateway.create_stage(restApiId=api, stageName=stage, deploymentId=deployment)
            await gateway.update_stage(restApiId=api, stageName=stage, patchOperations=changes)

        with pytest.raises(ClientError, match="CloudWatch Logs role ARN must be set in account settings"):
            await log("before")
        await gateway.update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}],
        )
        await log("after")
