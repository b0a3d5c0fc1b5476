"""Real tools through the profile blocks that `sentinel configure` writes."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from deploy.local.deployment import demo_table
from deploy.local.stack import LocalStack
from tests.e2e.sdks.conftest import NOTE
from tests.e2e.sdks.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def environ(stack: LocalStack, alice: Person) -> dict[str, str]:
    """An AWS config of alice's own to write to, and where AWS is: a block says nothing about that."""
    config = alice.home / "aws-config"
    shutil.copy(stack.endpoints["aws_config_file"], config)
    path = f"{Path(sys.executable).parent}{os.pathsep}{alice.environ['PATH']}"
    return {"AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL": stack.emulator.endpoint, "PATH": path}


async def test_the_aws_cli_asks_sentinel_for_a_configured_profile(
    alice: Person, environ: dict[str, str], aws: tuple[str, ...]
) -> None:
    configured = await alice.sentinel("configure", "--aws-profile", "alice", "dev", **environ)
    assert configured.code == 0, configured.err
    who = await alice.run(
        *aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text", **environ, AWS_PROFILE="dev"
    )
    assert "assumed-role/dev/sentinel-d-" in who.out, who.err
    assert who.out.endswith("-alice\n")


async def test_boto3_reads_a_table_through_a_configured_profile(alice: Person, environ: dict[str, str]) -> None:
    await alice.sentinel("configure", "--aws-profile", "alice", "dev", **environ)
    read = f"import boto3; print(boto3.client('dynamodb').scan(TableName='{demo_table('dev')}')['Items'])"
    done = await alice.run(sys.executable, "-c", read, **environ, AWS_PROFILE="dev")
    assert done.out == f"[{{'note': {{'S': '{NOTE}'}}}}]\n", done.err
