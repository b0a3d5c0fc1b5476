"""What each Lambda's role may reach, asked of an engine that enforces IAM."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from deploy.local.aws import LocalAws
from deploy.local.deployment import REGION, local_deployment
from deploy.local.stack import LocalStack

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEPLOYMENT = local_deployment()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def account() -> AsyncIterator[LocalStack]:
    """A seeded account without functions, and one webhook and one ticket look-up in it."""
    async with LocalStack(handlers={}) as stack:
        async with stack.aws.client("ssm") as ssm:
            for secret in ("webhooks/pager", "tickets/jira"):
                name, value = f"{DEPLOYMENT.parameter_prefix}/{secret}", json.dumps({"secret": "planted"})
                await ssm.put_parameter(Name=name, Value=value, Type="SecureString")
        async with stack.aws.client("sns") as sns:
            await sns.create_topic(Name="somebody-elses")  # codespell:ignore
        yield stack


@pytest.fixture
async def vend(account: LocalStack) -> LocalAws:
    return await _as_role(account, DEPLOYMENT.vend_role)


@pytest.fixture
async def admin(account: LocalStack) -> LocalAws:
    return await _as_role(account, DEPLOYMENT.admin_role)


async def _as_role(account: LocalStack, role: str) -> LocalAws:
    return LocalAws(account.emulator.endpoint, REGION, await account.aws.assume(DEPLOYMENT.role_arn(role), role))


async def _read(aws: LocalAws, name: str) -> list[str]:
    async with aws.client("ssm") as ssm:
        found = await ssm.get_parameters(Names=[f"{DEPLOYMENT.parameter_prefix}/{name}"], WithDecryption=True)
        return [parameter["Name"].removeprefix(f"{DEPLOYMENT.parameter_prefix}/") for parameter in found["Parameters"]]


async def _list(aws: LocalAws, folder: str) -> int:
    async with aws.client("ssm") as ssm:
        found = await ssm.get_parameters_by_path(Path=f"{DEPLOYMENT.parameter_prefix}/{folder}/", WithDecryption=True)
        return len(found["Parameters"])


async def _publish(aws: LocalAws, topic_arn: str) -> None:
    async with aws.client("sns") as sns:
        await sns.publish(TopicArn=topic_arn, Message="{}")


@pytest.mark.parametrize("name", ["policies/access", "policies/approval", "policies/break-glass", "profiles/dev"])
async def test_vend_reads_what_it_decides_by(vend: LocalAws, name: str) -> None:
    assert await _read(vend, name) == [name]


@pytest.mark.parametrize("name", ["webhooks/pager", "tickets/jira", "policies/admin"])
async def test_vend_reads_no_other_document(vend: LocalAws, name: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        await _read(vend, name)


async def test_vend_lists_profiles_and_no_webhooks(vend: LocalAws) -> None:
    assert await _list(vend, "profiles") > 0
    with pytest.raises(ClientError, match="AccessDenied"):
        await _list(vend, "webhooks")


async def test_vend_publishes_nothing(vend: LocalAws) -> None:
    with pytest.raises(ClientError, match="AuthorizationError"):
        await _publish(vend, DEPLOYMENT.topic_arn)


@pytest.mark.parametrize("name", ["webhooks/pager", "tickets/jira", "policies/approval", "profiles/dev"])
async def test_admin_reads_every_document(admin: LocalAws, name: str) -> None:
    assert await _read(admin, name) == [name]


async def test_admin_lists_webhooks(admin: LocalAws) -> None:
    assert await _list(admin, "webhooks") == 1


async def test_admin_publishes_to_the_one_topic(admin: LocalAws) -> None:
    await _publish(admin, DEPLOYMENT.topic_arn)
    with pytest.raises(ClientError, match="AuthorizationError"):
        await _publish(admin, DEPLOYMENT.arn("sns", "somebody-elses"))  # codespell:ignore


@pytest.mark.parametrize("role", [DEPLOYMENT.vend_role, DEPLOYMENT.admin_role, DEPLOYMENT.authorizer_role])
@pytest.mark.parametrize("name", ["policies/access", "profiles/dev", "webhooks/pager", "policies/new"])
async def test_no_lambda_writes_or_deletes_a_document(account: LocalStack, role: str, name: str) -> None:
    parameter = f"{DEPLOYMENT.parameter_prefix}/{name}"
    async with (await _as_role(account, role)).client("ssm") as ssm:
        for write in (
            ssm.put_parameter(Name=parameter, Value="{}", Type="String", Overwrite=True),
            ssm.delete_parameter(Name=parameter),
            ssm.delete_parameters(Names=[parameter]),
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                await write


async def _write(aws: LocalAws, assignment: str, subject: str, *, enclosed: bool) -> None:
    update: dict[str, Any] = {
        "TableName": DEPLOYMENT.grant_table,
        "Key": {"subject": {"S": subject}, "item": {"S": "approval#prod#0123456789abcdef"}},
        "UpdateExpression": f"SET {assignment}",
        "ExpressionAttributeValues": {":value": {"S": "approved"}},
        **({"ExpressionAttributeNames": {"#status": "status"}} if "#status" in assignment else {}),
    }
    async with aws.client("dynamodb") as dynamodb:
        if enclosed:
            await dynamodb.transact_write_items(TransactItems=[{"Update": update}])
        else:
            await dynamodb.update_item(**update)


@pytest.mark.parametrize("enclosed", [False, True], ids=["alone", "in a transaction"])
async def test_vend_writes_what_consumes_a_grant_and_nothing_that_makes_one(vend: LocalAws, *, enclosed: bool) -> None:
    await _write(vend, "consumed_by = :value", "user#mallory", enclosed=enclosed)
    for assignment in ("#status = :value", "profile = :value", "consumed_by = :value, ends_at = :value"):
        with pytest.raises(ClientError, match="AccessDenied"):
            await _write(vend, assignment, "user#mallory", enclosed=enclosed)
    for subject in ("all", "profile#prod"):
        with pytest.raises(ClientError, match="AccessDenied"):
            await _write(vend, "consumed_by = :value", subject, enclosed=enclosed)


async def test_each_action_of_a_transaction_is_authorized_by_what_it_names_itself(vend: LocalAws) -> None:
    """A session row names the attributes of sessions; that takes nothing from what the grant's update may name."""
    session = {
        "TableName": DEPLOYMENT.session_table,
        "Item": {"session_id": {"S": "0123456789abcdef"}, "user": {"S": "a"}},
    }
    update = {
        "TableName": DEPLOYMENT.grant_table,
        "Key": {"subject": {"S": "user#alice"}, "item": {"S": "approval#prod#1"}},
        "UpdateExpression": "SET consumed_by = :value",
        "ExpressionAttributeValues": {":value": {"S": "0123456789abcdef"}},
    }
    async with vend.client("dynamodb") as dynamodb:
        await dynamodb.transact_write_items(TransactItems=[{"Put": session}, {"Update": update}])
        with pytest.raises(ClientError, match="AccessDenied"):
            await dynamodb.transact_write_items(
                TransactItems=[{"Put": session}, {"Update": update | {"UpdateExpression": "SET profile = :value"}}],
            )


async def test_vend_counts_in_its_own_budget_only(vend: LocalAws, admin: LocalAws) -> None:
    async def count(aws: LocalAws, subject: str) -> None:
        async with aws.client("dynamodb") as dynamodb:
            await dynamodb.update_item(
                TableName=DEPLOYMENT.budget_table,
                Key={"subject": {"S": subject}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    await count(vend, "vend#alice#60")
    await count(vend, "read#alice#60")
    await count(admin, "admin#alice#60")
    with pytest.raises(ClientError, match="AccessDenied"):
        await count(vend, "admin#alice#60")
