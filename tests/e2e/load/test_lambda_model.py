"""The real zip in the Lambda model: frozen between events, connections gone stale, cold starts, and 429."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.utils import ContainerMetadataFetcher

from deploy.local.deployment import PATIENCE, local_deployment
from deploy.local.runtime.api import FunctionThrottledError
from deploy.local.runtime.function import Environment
from deploy.packages.build import Package
from deploy.packages.emulator import EMULATED_ACCOUNT
from load.lambda_model.deployment import LambdaModel
from load.lambda_model.function import ScalingFunction
from load.system.account import documents
from load.system.model import ModelProcess
from load.system.system import settings_of
from shared.clock import monotonic_s, utc_now
from tests.gateway_events import API_ID, http_api_event
from tests.patience import LIMIT_S
from tests.tokens import GITHUB, github_claims, token_event

LONG_S = 60.0
# proc(5): a stopped process, and a socket whose other side is gone.
STOPPED, CLOSE_WAIT = "T", "08"


ISSUER = {
    "version": "1",
    "issuer": GITHUB,
    "audiences": ["sentinel"],
    "kind": "workload",
    "required_claims": {"repository_owner_id": ["65"]},
}


@pytest.fixture
async def aws() -> AsyncIterator[ModelProcess]:
    async with ModelProcess(zero=True, keep_alive_s=0.1) as model:
        await model.put_parameters(documents())
        prefix = local_deployment().parameter_prefix
        await model.put_parameters({f"{prefix}/issuers/github": json.dumps(ISSUER)})
        yield model


@dataclass
class Deployed:
    """The vend function: one environment from the start unless `warm` says otherwise, two at most."""

    function: ScalingFunction
    environments: list[Environment] = field(default_factory=list)

    async def vend(self) -> Any:
        return await self.answer(http_api_event(query="profile=dev"))

    async def answer(self, event: dict[str, Any]) -> Any:
        event["requestContext"]["accountId"] = EMULATED_ACCOUNT
        event["requestContext"]["http"]["sourceIp"] = "127.0.0.1"
        return json.loads(await self.function.invoke(json.dumps(event).encode(), request_id="r", trace_id="t"))

    def process(self, number: int) -> Path:
        return Path(f"/proc/{self.environments[number].pid}")

    def is_frozen(self, number: int) -> bool:
        return (self.process(number) / "stat").read_text().rpartition(")")[2].split()[0] == STOPPED


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not holds():  # noqa: ASYNC110 - the kernel sets no event
            await asyncio.sleep(0.01)


@pytest.fixture
def warm() -> int:
    return 1


@pytest.fixture
async def vend(
    packages: Mapping[str, Package], aws: ModelProcess, tmp_path: Path, warm: int
) -> AsyncIterator[Deployed]:
    model = LambdaModel(packages, warm=warm, maximum=2, idle_s=LONG_S)
    environments: list[Environment] = []

    def make(number: int) -> Environment:
        log_file = tmp_path / "vend.log"
        settings = settings_of(
            "vend", number, api_ids=[API_ID], endpoint=aws.url, own=PATIENCE, folder=tmp_path, log_file=log_file
        )
        environments.append(model.start(settings))
        return environments[-1]

    function = model.deploy(1, make)
    await function.open()
    yield Deployed(function, environments)
    await function.close()


async def test_an_environment_is_frozen_but_for_its_events_and_outlives_its_connections(
    vend: Deployed, aws: ModelProcess
) -> None:
    await until(lambda: vend.is_frozen(0))
    assert (await vend.vend())["statusCode"] == 200
    await until(lambda: vend.is_frozen(0))
    port = f":{urlsplit(aws.url).port:04X}"

    def is_stale() -> bool:
        rows = (vend.process(0) / "net/tcp").read_text().splitlines()[1:]
        return any(row.split()[2].endswith(port) and row.split()[3] == CLOSE_WAIT for row in rows)

    await until(is_stale)
    assert (await vend.vend())["statusCode"] == 200
    assert vend.function.init_ms == []


async def test_a_closed_environment_leaves_no_process(vend: Deployed) -> None:
    process = vend.process(0)
    assert b"awslambdaric" in (process / "cmdline").read_bytes()
    await vend.function.close()
    await until(lambda: not process.exists() or (process / "cmdline").read_bytes() == b"")


async def test_a_burst_starts_cold_and_what_is_beyond_the_maximum_is_throttled(vend: Deployed) -> None:
    answers = await asyncio.gather(*(vend.vend() for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers if isinstance(answer, BaseException)] == [FunctionThrottledError]
    assert [answer["statusCode"] for answer in answers if isinstance(answer, dict)] == [200, 200]
    await until(lambda: len(vend.function.init_ms) == 1)
    # An interpreter, the runtime client and the handler: no machine has them within ten milliseconds.
    assert vend.function.init_ms[0] > 10
    await until(lambda: vend.is_frozen(0) and vend.is_frozen(1))


@pytest.mark.parametrize("warm", [0])
async def test_a_token_has_its_answer_from_a_cold_environment_while_botocore_waits(vend: Deployed) -> None:
    """botocore asks three times and waits two seconds each; a try that it gives up still starts the environment."""
    now_s = int(utc_now().timestamp())
    job = token_event("github", github_claims(iat=now_s, nbf=now_s, exp=now_s + 300), query="profile=dev")
    for _ in range(ContainerMetadataFetcher.RETRY_ATTEMPTS):
        began_s = monotonic_s()
        answer = await vend.answer(job)
        assert answer["statusCode"] == 200, answer
        if monotonic_s() - began_s < ContainerMetadataFetcher.TIMEOUT_SECONDS:
            return
    pytest.fail("botocore would have given up")
