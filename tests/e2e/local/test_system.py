"""The real handlers, behind the real gateway: the main job and the tour."""

import sys
from asyncio import create_subprocess_exec
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.local.aws import Keys, LocalAws
from deploy.local.deployment import REGION
from deploy.local.stack import LocalStack
from tests.e2e.local.requests import call

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.begins_first]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system() -> AsyncIterator[LocalStack]:
    async with LocalStack() as started:
        yield started


async def test_credentials_are_vended_through_every_endpoint(system: LocalStack) -> None:
    endpoints = {system.http_api: "execute-api", system.rest_api: "execute-api", system.function_url: "lambda"}
    for url, service in endpoints.items():
        vended = await call(f"{url}/?profile=dev", system.callers["alice"].keys, service=service)
        assert vended.status == 200
        keys = Keys(vended.body["AccessKeyId"], vended.body["SecretAccessKey"], vended.body["Token"])
        assert "-alice" in (await _arn(system, keys))


async def test_each_caller_gets_what_the_policy_says(system: LocalStack) -> None:
    wanted = {("carol", "dev"): 200, ("ci", "dev"): 200, ("operator", "dev"): 403, ("alice", "prod"): 403}
    got = {
        (caller, profile): (await call(f"{system.http_api}/?profile={profile}", system.callers[caller].keys)).status
        for caller, profile in wanted
    }
    assert got == wanted
    staging = await call(f"{system.http_api}/?profile=staging", system.callers["bob"].keys)
    assert staging.body["code"] == "approval_required"


async def test_groups_of_the_stacks_documents_are_known_when_it_is_up(system: LocalStack) -> None:
    found = await call(f"{system.http_api}/v1/groups", system.callers["carol"].keys)

    (group,) = found.body["groups"]
    assert (group["name"], group["source"]) == ("platform-oncall", "document")
    assert (await call(f"{system.http_api}/v1/groups", system.callers["bob"].keys)).body["groups"] == []


async def test_vended_credentials_cannot_ask_for_more(system: LocalStack) -> None:
    vended = await call(f"{system.http_api}/?profile=dev", system.callers["alice"].keys)
    keys = Keys(vended.body["AccessKeyId"], vended.body["SecretAccessKey"], vended.body["Token"])
    again = await call(f"{system.http_api}/?profile=dev", keys)
    assert (again.status, again.body) == (403, {"message": "Forbidden"})


async def test_the_tour_of_make_demo_succeeds() -> None:
    process = await create_subprocess_exec(sys.executable, "-m", "deploy.local.tour")
    assert await process.wait() == 0


async def _arn(system: LocalStack, keys: Keys) -> str:
    async with LocalAws(system.emulator.endpoint, REGION, keys).client("sts") as sts:
        arn: str = (await sts.get_caller_identity())["Arn"]
        return arn
