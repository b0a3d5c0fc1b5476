"""One local stack a worker, on the one event loop that all of these tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.deployment import VEND, demo_table
from deploy.local.stack import HANDLERS, LocalStack
from tests.e2e.sdks.installed import (
    Command,
    aiobotocore_command,
    aws_cli,
    aws_cli_command,
    boto3_command,
    javascript_command,
)
from tests.e2e.sdks.person import Person, person

NOTE = "planted"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncIterator[LocalStack]:
    handlers = HANDLERS | {VEND: "tests.e2e.sdks.brief_grants.handler"}
    async with LocalStack(handlers=handlers) as started:
        async with started.aws.client("dynamodb") as dynamodb:
            for profile in ("dev", "staging"):
                await dynamodb.put_item(TableName=demo_table(profile), Item={"note": {"S": NOTE}})
        yield started


@pytest.fixture
def alice(stack: LocalStack, tmp_path: Path) -> Person:
    return person(stack, "alice", tmp_path)


@pytest.fixture
def bob(stack: LocalStack, tmp_path: Path) -> Person:
    return person(stack, "bob", tmp_path)


@pytest.fixture(scope="session")
def aws() -> tuple[str, ...]:
    """The AWS CLI."""
    return aws_cli()


@pytest.fixture(scope="session", params=["boto3", "aiobotocore", "aws-cli", "javascript"])
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A real SDK's program: it answers each line of standard input by two calls to AWS."""
    match request.param:
        case "boto3":
            return boto3_command()
        case "aiobotocore":
            return aiobotocore_command()
        case "aws-cli":
            return aws_cli_command(request.getfixturevalue("aws"))
    return javascript_command(tmp_path_factory)
