"""The schedule that synchronizes groups, as EventBridge has it: a constant event, and no notice of how it ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from deploy.local.gateway.events import new_trace_id, new_uuid
from deploy.local.gateway.server import Invokable
from deploy.local.runtime.api import FunctionFailedError
from deploy.policies.groups import SYNC_EVENT
from shared.clock import utc_now


async def synchronize(admin: Invokable) -> None:
    """Invoke the admin function as the schedule does, and wait until it has ended; its log says what failed."""
    with suppress(FunctionFailedError):
        await admin.invoke(SYNC_EVENT.encode(), request_id=new_uuid(), trace_id=new_trace_id(utc_now()))


@asynccontextmanager
async def scheduled(admin: Invokable, interval: timedelta) -> AsyncIterator[None]:
    """Synchronize before the block begins, and after every interval until it ends."""
    await synchronize(admin)
    repeating = asyncio.create_task(_repeat(admin, interval))
    try:
        yield
    finally:
        repeating.cancel()
        with suppress(asyncio.CancelledError):
            await repeating


async def _repeat(admin: Invokable, interval: timedelta) -> None:
    while True:
        await asyncio.sleep(interval.total_seconds())
        await synchronize(admin)
