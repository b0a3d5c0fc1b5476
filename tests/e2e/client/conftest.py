from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.client.fake_service import FakeService, Machine, machine, running_service


@pytest.fixture
async def service() -> AsyncIterator[FakeService]:
    async with running_service() as service:
        yield service


@pytest.fixture
def user(tmp_path: Path, service: FakeService) -> Machine:
    return machine(tmp_path, service)
