from collections.abc import AsyncIterator

import pytest

from deploy.local.gateway.fronts import ADMIN, VEND
from deploy.local.stack import LocalStack

ECHO = "tests.e2e.local.echo.handler"


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack of its own for each test, with handlers that echo."""
    async with LocalStack(handlers={VEND: ECHO, ADMIN: ECHO}, concurrency=1) as started:
        yield started
