import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from tests.e2e.everyday.people import Person, employ, install_tools


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[LocalStack]:
    async with LocalStack() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await asyncio.to_thread(install_tools, tmp_path_factory.mktemp("tools") / "bin")


@pytest.fixture
def people(stack: LocalStack, tools: Path, tmp_path: Path) -> Mapping[str, Person]:
    """The callers of the stack by name, each with a new home."""
    return {name: employ(stack, name, tmp_path, tools) for name in ("alice", "bob", "operator")}
