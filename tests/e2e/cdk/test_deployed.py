"""The CDK's template, deployed by CloudFormation on an emulator, and the service that is then there.

The emulator validates little: properties it does not know pass (cfn-lint knows them), and what it drops is asserted
below by name. The stack's bootstrap roles are not used: nothing is published through them here.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.aws import Keys, LocalAws
from deploy.local.deployment import REGION
from deploy.local.issuers import POD, pod_token
from deploy.policies.routes import ROUTES, issuer_routes
from tests.cdk.installed import needs_cdk
from tests.e2e.cdk.deployment import BOOTSTRAP, ISSUER, Deployment, deploy, emulated, synthesized
from tests.e2e.cdk.holdings import expected, holdings
from tests.e2e.local.requests import Answer, send

pytestmark = pytest.mark.asyncio(loop_scope="module")
FUNCTIONS = ("sentinel-vend", "sentinel-admin", "sentinel-authorizer-ledger")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_cdk()
    return synthesized(tmp_path_factory)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(out: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    async with emulated(tmp_path_factory.mktemp("emulator")) as (aws, identity):
        yield await deploy(aws, identity, out)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vended(deployment: Deployment) -> Answer:
    """What alice is answered who asks for dev."""
    return await deployment.call("/?profile=dev", await deployment.hire("alice"))


async def test_everything_the_template_names_is_there(deployment: Deployment) -> None:
    found = await holdings(deployment.aws)
    found["SSM::Parameter"].remove(BOOTSTRAP)

    assert found == expected(deployment.template)


async def test_the_parts_of_the_apis_are_there(deployment: Deployment) -> None:
    api, rest = deployment.outputs["HttpApiId"], deployment.outputs["RestApiId"]
    async with deployment.aws.client("apigatewayv2") as http:
        routes = (await http.get_routes(ApiId=api))["Items"]
        (stage,) = (await http.get_stages(ApiId=api))["Items"]
        integrations = (await http.get_integrations(ApiId=api))["Items"]
    async with deployment.aws.client("apigateway") as client:
        resources = (await client.get_resources(restApiId=rest))["items"]
        stages = (await client.get_stages(restApiId=rest))["item"]

    keys = {(route.key, "AWS_IAM") for route in ROUTES} | {(route.key, "JWT") for route in issuer_routes("pods")}
    assert {(route["RouteKey"], route["AuthorizationType"]) for route in routes} == keys
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert len(integrations) == 2
    assert {resource["path"] for resource in resources} == {
        above for route in ROUTES for above in leading_to(route.path)
    }
    assert [each["stageName"] for each in stages] == ["live"]


def leading_to(path: str) -> set[str]:
    """List the resources of a REST API that lead to a path, and its own."""
    parts = path.strip("/").split("/")
    return {"/", *("/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1))}


async def test_the_parts_of_the_functions_are_there(deployment: Deployment) -> None:
    async with deployment.aws.client("lambda") as client:
        for name in FUNCTIONS:
            alias = await client.get_alias(FunctionName=name, Name="live")
            versions = (await client.list_versions_by_function(FunctionName=name))["Versions"]
            permissions = (await client.get_policy(FunctionName=name, Qualifier="live"))["Policy"]
            assert alias["FunctionVersion"] in {version["Version"] for version in versions} - {"$LATEST"}
            assert "apigateway.amazonaws.com" in permissions


async def test_a_signed_request_is_answered_with_credentials_of_the_profiles_role(
    deployment: Deployment, vended: Answer
) -> None:
    assert vended.status == 200, vended.body
    session = LocalAws(deployment.aws.endpoint, REGION, _keys(vended.body))
    async with session.client("sts") as sts:
        identity = await sts.get_caller_identity()
    assert ":assumed-role/dev/sentinel-d-" in identity["Arn"]
    assert identity["Arn"].endswith("-alice")


async def test_a_vend_is_recorded(deployment: Deployment, vended: Answer) -> None:
    key: Mapping[str, Any] = {"session_id": {"S": vended.body["SessionId"]}}
    async with deployment.aws.client("dynamodb") as dynamodb:
        row = (await dynamodb.get_item(TableName="sentinel-sessions", Key=key, ConsistentRead=True))["Item"]

    assert row["user"] == {"S": "alice"}
    assert row["profile"] == {"S": "dev"}


async def test_the_admin_function_answers_below_v1(deployment: Deployment) -> None:
    answer = await deployment.call("/v1/whoami", await deployment.hire("bob"))

    assert (answer.status, answer.body["user"]) == (200, "bob")


async def test_no_one_is_answered_without_a_signature(deployment: Deployment) -> None:
    assert (await deployment.call("/profiles", None)).status == 403


async def test_a_pod_is_answered_with_its_cluster_s_token_and_no_other_is(deployment: Deployment) -> None:
    identity, below = deployment.identity, f"{deployment.url}/as/pods"
    whoami = await send("GET", f"{below}/v1/whoami", {"Authorization": pod_token(identity)})
    assert (whoami.status, whoami.body["user"]) == (200, f"pods/{POD}")
    assert (await send("GET", f"{below}?profile=dev", {"Authorization": pod_token(identity)})).status == 200
    for claims in ({"aud": "another"}, {"iss": ISSUER}, {"exp": 1}):
        token = identity.token("pods", {"sub": POD, **claims})
        assert (await send("GET", f"{below}?profile=dev", {"Authorization": token})).status == 401
    evil = {"Authorization": pod_token(identity, "system:serviceaccount:evil:deploy")}
    assert (await send("GET", f"{below}?profile=dev", evil)).body["code"] == "unknown_caller"


async def test_the_emulator_drops_time_to_live_and_point_in_time_recovery(deployment: Deployment) -> None:
    """Fails once it no longer does: then the tables' other tests belong here."""
    async with deployment.aws.client("dynamodb") as dynamodb:
        for table in deployment.template.of_type("DynamoDB::Table").values():
            name = table["TableName"]
            expiry = (await dynamodb.describe_time_to_live(TableName=name))["TimeToLiveDescription"]
            backups = (await dynamodb.describe_continuous_backups(TableName=name))["ContinuousBackupsDescription"]
            recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
            assert table["TimeToLiveSpecification"]["Enabled"]
            assert (expiry["TimeToLiveStatus"], recovery) == ("DISABLED", "DISABLED")


async def test_the_emulator_drops_the_throttling_of_an_http_api(deployment: Deployment) -> None:
    async with deployment.aws.client("apigatewayv2") as http:
        (stage,) = (await http.get_stages(ApiId=deployment.outputs["HttpApiId"]))["Items"]

    assert deployment.template.only("ApiGatewayV2::Stage")["DefaultRouteSettings"]["ThrottlingRateLimit"] == 100
    assert "ThrottlingRateLimit" not in stage["DefaultRouteSettings"]


async def test_deleting_the_stack_leaves_the_tables_and_nothing_else(out: Path, tmp_path: Path) -> None:
    async with emulated(tmp_path) as (aws, identity):
        before = await holdings(aws)
        deployment = await deploy(aws, identity, out)
        tables = {table["TableName"] for table in deployment.template.of_type("DynamoDB::Table").values()}

        assert await deployment.delete() == "DELETE_COMPLETE"

        assert await holdings(aws) == {**before, "DynamoDB::Table": tables}


def _keys(body: Mapping[str, str]) -> Keys:
    return Keys(body["AccessKeyId"], body["SecretAccessKey"], body["Token"])
