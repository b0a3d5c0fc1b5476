"""Fifty fetches at once through one loopback endpoint are one vend: one session row, one audit line."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from deploy.local.place import local_place
from deploy.local.stack import LocalStack
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_fifty_parallel_fetches_cause_one_vend(stack: LocalStack, bob: Person) -> None:
    async with bob.start("serve", "--json", "dev") as process:
        assert process.stdout is not None
        served = json.loads(await process.stdout.readline())
        async with aiohttp.ClientSession(headers={"Authorization": served["token"]}) as http:
            answers = await asyncio.gather(*(_fetch(http, served["uri"]) for _ in range(50)))
    assert len({answer["AccessKeyId"] for answer in answers}) == 1
    rows = await _sessions_of(stack, "bob")
    lines = [line["session_id"] for line in _audit_lines(stack) if line.get("user") == "bob"]
    assert [row["session_id"]["S"] for row in rows] == lines
    assert len(lines) == 1


async def _fetch(http: aiohttp.ClientSession, uri: str) -> dict[str, str]:
    async with http.get(uri) as answer:
        assert answer.status == 200
        found: dict[str, str] = await answer.json()
        return found


async def _sessions_of(stack: LocalStack, user: str) -> list[dict[str, Any]]:
    async with stack.aws.client("dynamodb") as dynamodb:
        found = await dynamodb.scan(TableName=local_place().session_table)
    return [row for row in found["Items"] if row["user"]["S"] == user]


def _audit_lines(stack: LocalStack) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in stack.log_file.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("outcome") == "issued"]
