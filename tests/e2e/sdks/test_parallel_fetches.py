"""Fifty fetches at once through one loopback endpoint are one vend: one session row, one audit line."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from deploy.local.deployment import local_deployment
from deploy.local.stack import LocalStack
from shared.clock import utc_now
from tests.e2e.sdks.approvals import approval, brief_for
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_fifty_parallel_fetches_cause_one_vend_at_first_and_when_the_credential_nears_its_end(
    stack: LocalStack, bob: Person
) -> None:
    brief = await brief_for(bob)
    async with approval(stack, "bob", "brief", brief), bob.start("serve", "--json", "staging") as process:
        assert process.stdout is not None
        served = json.loads(await process.stdout.readline())
        first = await _fetch_fifty(served)
        async with approval(stack, "bob", "longer", timedelta(hours=1)):
            await _last_third(first)
            second = await _fetch_fifty(served)
    assert first["AccessKeyId"] != second["AccessKeyId"]
    rows = await _sessions_of(stack, "bob", "staging")
    audited = [line["session_id"] for line in _audit_lines(stack, "bob", "staging")]
    assert len(audited) == 2
    assert {row["session_id"]["S"] for row in rows} == set(audited)


async def _fetch_fifty(served: dict[str, str]) -> dict[str, str]:
    """Fetch from fifty connections at once; gives the one credential all of them got."""
    async with aiohttp.ClientSession(headers={"Authorization": served["token"]}) as http:
        answers = await asyncio.gather(*(_fetch(http, served["uri"]) for _ in range(50)))
    assert answers == [answers[0]] * 50
    return answers[0]


async def _last_third(credential: dict[str, str]) -> None:
    """Wait until the client takes a credential that is new now to be worth renewing, with a moment to spare."""
    life = datetime.fromisoformat(credential["Expiration"]) - utc_now()
    await asyncio.sleep(life.total_seconds() * 2 / 3 + 0.5)


async def _fetch(http: aiohttp.ClientSession, uri: str) -> dict[str, str]:
    """Fetch as SDKs do: again while the endpoint is still fetching itself."""
    while True:
        async with http.get(uri) as answer:
            found: dict[str, str] = await answer.json()
            if answer.status == 200:
                return found
            assert found["code"] == "still_fetching"


async def _sessions_of(stack: LocalStack, user: str, profile: str) -> list[dict[str, Any]]:
    async with stack.aws.client("dynamodb") as dynamodb:
        found = await dynamodb.scan(TableName=local_deployment().session_table)
    return [row for row in found["Items"] if (row["user"]["S"], row["profile"]["S"]) == (user, profile)]


def _audit_lines(stack: LocalStack, user: str, profile: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in stack.log_file.read_text().splitlines() if line.startswith("{")]
    wanted = {"outcome": "issued", "user": user, "profile": profile}
    return [line for line in lines if line.items() >= wanted.items()]
