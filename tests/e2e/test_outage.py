"""AWS goes away under load: every vend is refused with a clear answer, audited, and service resumes by itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from tests.e2e.local.requests import Answer, call
from tests.e2e.sdks.person import person

Outcome = tuple[int, str | None, str | None]
pytestmark = pytest.mark.asyncio(loop_scope="module")
REFUSED: Outcome = (
    503,
    "unavailable",
    "Sentinel could not decide, so no credentials were issued. Try again in a moment.",
)
ISSUED: Outcome = (200, None, None)


@dataclass
class Load:
    """Alice vending again and again, from as many tasks as do `work`."""

    system: LocalStack
    outcomes: list[Outcome] = field(default_factory=list)
    flows: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    async def work(self) -> None:
        while not self.over:
            answer = await call(f"{self.system.http_api}/?profile=dev", self.system.callers["alice"].keys)
            self.outcomes.append(outcome(answer))
            self.flows.set()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system() -> AsyncIterator[LocalStack]:
    """A stack whose every vend reads the documents again, so that they are away as well, and that never throttles."""
    async with LocalStack(environment={"SENTINEL_DOCUMENT_TTL": "0", "SENTINEL_VEND_BUDGET": "10000"}) as started:
        yield started


async def test_every_vend_under_way_or_after_an_outage_is_refused_until_aws_is_back(system: LocalStack) -> None:
    assert [outcome(answer) for answer in await _vend_at_every_endpoint(system)] == [ISSUED] * 3
    load = Load(system)
    workers = [asyncio.create_task(load.work()) for _ in range(3)]
    await load.flows.wait()
    await system.emulator.stop()
    assert [outcome(answer) for answer in await _vend_at_every_endpoint(system)] == [REFUSED] * 3
    load.over = True
    await asyncio.gather(*workers)
    assert set(load.outcomes) == {ISSUED, REFUSED}
    assert _audited_as_unavailable(system) == load.outcomes.count(REFUSED) + 3
    await system.emulator.start()
    assert [outcome(answer) for answer in await _vend_at_every_endpoint(system)] == [ISSUED] * 3


async def test_in_an_outage_exec_says_so_and_starts_no_command(system: LocalStack, tmp_path: Path) -> None:
    bob, ran = person(system, "bob", tmp_path), tmp_path / "ran"
    assert (await bob.sentinel("exec", "dev", "--", "true")).code == 0
    await system.emulator.stop()
    away = await bob.sentinel("exec", "dev", "--", "touch", str(ran))
    await system.emulator.start()
    assert (away.code, away.out, ran.exists()) == (1, "", False)
    assert away.err.startswith(f"sentinel: {REFUSED[2]}\n")
    back = await bob.sentinel("exec", "dev", "--", "touch", str(ran))
    assert (back.code, ran.exists()) == (0, True)


def outcome(answer: Answer) -> Outcome:
    return answer.status, answer.body.get("code"), answer.body.get("message")


async def _vend_at_every_endpoint(system: LocalStack) -> list[Answer]:
    endpoints = {system.http_api: "execute-api", system.rest_api: "execute-api", system.function_url: "lambda"}
    keys = system.callers["alice"].keys
    return [await call(f"{url}/?profile=dev", keys, service=service) for url, service in endpoints.items()]


def _audited_as_unavailable(system: LocalStack) -> int:
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in system.log_file.read_text().splitlines() if line.startswith("{")
    ]
    return sum((line.get("user"), line.get("code")) == ("alice", REFUSED[1]) for line in lines)
