"""A zip under AWS's own emulator and runtime client, with nothing but itself, against the emulated AWS."""

import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.local.aws import Keys, LocalAws
from deploy.local.deployment import ACCOUNT, PATIENCE, REGION, VEND, function_settings, local_deployment
from deploy.local.runtime.api import FunctionFailedError
from deploy.local.runtime.execution_role import ExecutionRoles
from deploy.local.stack import LocalStack
from deploy.packages.build import Package
from deploy.packages.emulator import EMULATED_ACCOUNT, EmulatedLambda
from deploy.packages.target import find_interpreter
from tests.gateway_events import API_ID, http_api_event

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"


def event(profile: str) -> bytes:
    asked = http_api_event(query=f"profile={profile}", arn=ALICE)
    asked["requestContext"]["accountId"] = EMULATED_ACCOUNT
    return json.dumps(asked).encode()


@pytest.fixture
async def aws() -> AsyncIterator[LocalStack]:
    """AWS as the stack seeds it; none of the stack's own functions."""
    async with LocalStack(handlers={}) as started:
        yield started


@pytest.fixture
async def role(aws: LocalStack) -> AsyncIterator[Mapping[str, str]]:
    """The vend's execution role, by the container protocol, as with SnapStart."""
    name = local_deployment().vend_role
    roles = ExecutionRoles(lambda arn: aws.aws.assume(arn, name), {name: local_deployment().vend_role_arn})
    await roles.open()
    yield roles.variables(name)
    await roles.close()


def command_line(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


def emulated(package: Package, environment: Mapping[str, str], log_file: Path) -> EmulatedLambda:
    settings = {"AWS_REGION": REGION, **environment}
    return EmulatedLambda(package.target, package.folder, package.handler, settings, log_file)


async def test_the_zip_vends_credentials_that_work_before_and_after_a_freeze(
    packages: Mapping[str, Package], aws: LocalStack, role: Mapping[str, str], tmp_path: Path
) -> None:
    settings = {**function_settings(VEND, [API_ID], aws.emulator.endpoint), **PATIENCE}
    async with emulated(packages["vend"], {**settings, **role}, tmp_path / "log") as function:
        answer: Any = json.loads(await function.invoke(event("dev")))
        vended = json.loads(answer["body"])
        assert answer["statusCode"] == 200, vended
        keys = Keys(vended["AccessKeyId"], vended["SecretAccessKey"], vended["Token"])
        async with LocalAws(aws.emulator.endpoint, REGION, keys).client("sts") as sts:
            assert (await sts.get_caller_identity())["Arn"].endswith("-alice")

        assert function.runtime_pid is not None
        assert command_line(function.runtime_pid)[-2:] == ["awslambdaric", packages["vend"].handler]
        assert command_line(function.runtime_pid)[0] == str(find_interpreter(packages["vend"].target.python))
        os.kill(function.runtime_pid, signal.SIGSTOP)
        os.kill(function.runtime_pid, signal.SIGCONT)
        again: Any = json.loads(await function.invoke(event("staging")))
        assert json.loads(again["body"])["code"] == "approval_required"


async def test_a_function_that_cannot_start_is_a_failure_and_says_why(
    packages: Mapping[str, Package], tmp_path: Path
) -> None:
    async with emulated(packages["authorizer"], {}, tmp_path / "log") as function:
        with pytest.raises(FunctionFailedError, match="SENTINEL_SESSION_TABLE"):
            await function.invoke(b"{}")
