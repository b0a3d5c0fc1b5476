import json
from dataclasses import replace
from typing import Any, cast

import pytest

from deploy.local.aws import Keys
from deploy.local.deployment import local_deployment
from deploy.local.stack import LocalStack
from deploy.policies.caller import caller_policy
from deploy.policies.deployment import Statement, policy
from tests.e2e.callers import hire
from tests.e2e.local.requests import call

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_kind_of_caller_reaches_the_function_as_itself(stack: LocalStack) -> None:
    arns = {}
    for name in ("alice", "carol", "ci"):
        answer = await call(f"{stack.http_api}/?profile=dev&note=a%20b", stack.callers[name].keys)
        assert answer.status == 200
        arns[name] = answer.body["event"]["requestContext"]["authorizer"]["iam"]["userArn"]
    assert arns["alice"] == "arn:aws:iam::111122223333:user/alice"
    assert arns["carol"].endswith("assumed-role/AWSReservedSSO_Developers_0123456789abcdef/carol@example.com")
    assert arns["ci"].endswith("assumed-role/ci-deploy/build-42")


async def test_the_three_endpoints_hand_over_their_own_payloads(stack: LocalStack) -> None:
    keys = stack.callers["carol"].keys
    http = (await call(f"{stack.http_api}/", keys, presigned=True)).body["event"]
    rest = (await call(f"{stack.rest_api}/profiles?a=1&a=2", keys)).body["event"]
    url = (await call(f"{stack.function_url}/", keys, service="lambda")).body["event"]
    assert (http["version"], http["routeKey"]) == ("2.0", "GET /")
    assert (rest["resource"], rest["multiValueQueryStringParameters"]) == ("/profiles", {"a": ["1", "2"]})
    assert (url["version"], url["routeKey"]) == ("2.0", "$default")
    assert len({http["requestContext"]["apiId"], rest["requestContext"]["apiId"], url["requestContext"]["apiId"]}) == 3


async def test_an_unsigned_call_is_refused_in_each_endpoint_s_words(stack: LocalStack) -> None:
    http = await call(f"{stack.http_api}/", None)
    rest = await call(f"{stack.rest_api}/", None)
    url = await call(f"{stack.function_url}/", None)
    assert (http.status, http.body) == (403, {"message": "Forbidden"})
    assert (rest.status, rest.body) == (403, {"message": "Missing Authentication Token"})
    assert (url.status, url.body) == (403, {"Message": "Forbidden"})


async def test_a_wrong_secret_an_unknown_key_and_a_foreign_token_are_refused(stack: LocalStack) -> None:
    alice, carol = stack.callers["alice"].keys, stack.callers["carol"].keys
    wrong = await call(f"{stack.http_api}/", replace(alice, secret_access_key="not-hers"))
    unknown = await call(f"{stack.http_api}/", Keys("AKIAUNKNOWNUNKNOWN12", "x"))
    foreign = await call(f"{stack.http_api}/", replace(carol, session_token="another"))
    assert wrong.body["message"].startswith("The request signature we calculated does not match")
    assert unknown.body == {"message": "The security token included in the request is invalid."}
    assert foreign.body == unknown.body
    assert {wrong.status, unknown.status, foreign.status} == {403}


async def test_the_emulator_s_own_root_is_no_caller(stack: LocalStack) -> None:
    for key in ("test", "111122223333"):
        assert (await call(f"{stack.http_api}/", Keys(key, "test"))).status == 403


async def test_a_caller_without_permission_to_call_is_refused(stack: LocalStack) -> None:
    dismissed = (await hire(stack)).name
    keys = stack.callers[dismissed].keys
    async with stack.aws.client("iam") as iam:
        await iam.delete_user_policy(UserName=dismissed, PolicyName="call-sentinel")
    http, rest = await call(f"{stack.http_api}/", keys), await call(f"{stack.rest_api}/", keys)
    assert (http.status, http.body) == (403, {"message": "Forbidden"})
    assert rest.body["Message"].startswith(f"User: arn:aws:iam::111122223333:user/{dismissed} is not authorized")


@pytest.mark.parametrize("needed", ["CallTheFunctionUrl", "InvokeByTheUrlOnly"])
async def test_a_function_url_asks_for_both_actions_each_with_its_own_condition(stack: LocalStack, needed: str) -> None:
    caller = (await hire(stack)).name
    keys = stack.callers[caller].keys
    assert (await call(f"{stack.function_url}/", keys, service="lambda")).status == 200
    whole = caller_policy(local_deployment(), function_url=local_deployment().vend_role)
    less = [each for each in cast("list[Statement]", whole["Statement"]) if each["Sid"] != needed]
    async with stack.aws.client("iam") as iam:
        await iam.put_user_policy(
            UserName=caller, PolicyName="call-sentinel", PolicyDocument=json.dumps(policy(*less[1:]))
        )
    refused = await call(f"{stack.function_url}/", keys, service="lambda")
    assert (refused.status, refused.body) == (403, {"Message": "Forbidden"})


async def test_a_function_that_raises_or_dies_answers_500_and_the_next_call_works(stack: LocalStack) -> None:
    keys = stack.callers["alice"].keys
    for path in ("raise", "die"):
        failed = await call(f"{stack.http_api}/v1/{path}", keys)
        assert (failed.status, failed.body) == (500, {"message": "Internal Server Error"})
    assert (await call(f"{stack.http_api}/v1/again", keys)).status == 200


async def test_a_function_runs_as_its_execution_role(stack: LocalStack) -> None:
    answer = await call(f"{stack.http_api}/v1/who", stack.callers["alice"].keys)
    assert answer.body["arn"] == "arn:aws:sts::111122223333:assumed-role/sentinel-admin/sentinel-admin"


async def test_headers_over_the_quota_are_refused_before_anything_else(stack: LocalStack) -> None:
    answer = await call(f"{stack.http_api}/", None, headers={"X-Long": "x" * 10_240})
    assert answer.status == 431


async def test_an_outage_leaves_known_callers_known_and_ends_without_loss(stack: LocalStack) -> None:
    carol, newcomer = stack.callers["carol"].keys, stack.callers[(await hire(stack)).name].keys
    url = f"{stack.http_api}/?profile=dev"
    assert (await call(url, carol)).status == 200
    await stack.emulator.stop()
    assert (await call(url, carol)).status == 200
    away = await call(url, newcomer)
    assert (away.status, away.body) == (503, {"message": "Service Unavailable"})
    await stack.emulator.start()
    assert (await call(url, newcomer)).status == 200
    async with replace(stack.aws, keys=stack.callers["carol"].keys).client("sts") as sts:
        identity: dict[str, Any] = await sts.get_caller_identity()
    assert identity["Arn"].endswith("/carol@example.com")
