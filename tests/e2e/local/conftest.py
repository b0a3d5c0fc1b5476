from collections.abc import AsyncIterator

import pytest_asyncio

from deploy.local.deployment import ADMIN, VEND
from deploy.local.stack import LocalStack

ECHO = "tests.e2e.local.echo.handler"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[LocalStack]:
    """A stack for each file of tests, with handlers that echo."""
    async with LocalStack(handlers={VEND: ECHO, ADMIN: ECHO}) as started:
        yield started
