"""Callers with a token at the local stack: what they send reaches the function as API Gateway gives it."""

import json

import pytest

from deploy.local.deployment import local_deployment
from deploy.local.issuers import POD
from deploy.local.stack import LocalStack
from tests.e2e.local.requests import send

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_pod_s_token_file_admits_it_below_its_issuer_s_prefix(stack: LocalStack) -> None:
    token = stack.pod_token_file.read_text(encoding="utf-8")
    answer = await send("GET", f"{stack.http_api}/as/pods?profile=dev", {"Authorization": token})

    assert answer.status == 200
    context = answer.body["event"]["requestContext"]
    assert context["authorizer"]["jwt"]["claims"]["sub"] == POD
    assert context["routeKey"] == "ANY /as/pods"
    assert stack.pod_token_file.stat().st_mode & 0o777 == 0o600


async def test_admin_routes_are_there_below_a_prefix(stack: LocalStack) -> None:
    token = stack.identity.token("corp", {"sub": "carol"})
    answer = await send("GET", f"{stack.http_api}/as/corp/v1/whoami", {"Authorization": f"Bearer {token}"})

    assert answer.body["event"]["routeKey"] == "ANY /as/corp/v1/{proxy+}"
    assert answer.body["function"] == local_deployment().admin_role


async def test_a_pod_s_token_is_refused_below_the_prefix_of_people_and_by_the_other_endpoints(
    stack: LocalStack,
) -> None:
    token = {"Authorization": stack.pod_token_file.read_text(encoding="utf-8")}

    people = await send("GET", f"{stack.http_api}/as/corp", token)
    assert (people.status, people.body) == (401, {"message": "Unauthorized"})
    assert (await send("GET", f"{stack.rest_api}/as/pods", token)).status == 403
    assert (await send("GET", f"{stack.function_url}/as/pods", token)).status == 403


async def test_the_issuer_documents_say_what_the_gateway_verifies(stack: LocalStack) -> None:
    async with stack.aws.client("ssm") as ssm:
        found = (await ssm.get_parameters_by_path(Path="/sentinel/issuers"))["Parameters"]

    issuers = {each["Name"].rpartition("/")[2]: json.loads(each["Value"])["issuer"] for each in found}
    assert issuers == stack.endpoints["issuers"]
    assert issuers == {name: stack.identity.issuer(name) for name in ("corp", "pods")}
