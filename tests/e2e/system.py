"""The whole system, once for each worker: a test that starts its own pays for an emulator and eight functions."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest
import pytest_asyncio

from deploy.local.deployment import UNLIMITED
from deploy.local.stack import LocalStack
from tests.e2e.documents import push_documents
from tests.forks.functions import forked_functions

# Documents count at once, and no caller of one test is throttled for what another did.
_SETTINGS: Final = {**UNLIMITED, "SENTINEL_DOCUMENT_TTL": "0"}


@pytest.fixture(scope="session", autouse=True)
def _functions_are_forks() -> Iterator[None]:
    with forked_functions():
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system() -> AsyncIterator[LocalStack]:
    """A stack with the documents of `push_documents`, on the loop of `pytest.mark.asyncio(loop_scope="session")`.

    Tests share it: each hires callers of its own, and ends nothing that is not theirs.
    """
    async with LocalStack(environment=_SETTINGS) as started:
        await push_documents(started.aws)
        yield started
