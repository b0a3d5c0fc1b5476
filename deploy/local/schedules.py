"""Schedules that invoke a function, as EventBridge has them: a constant event, and no notice of how it ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from deploy.local.gateway.events import new_trace_id, new_uuid
from deploy.local.gateway.server import Invokable
from deploy.local.runtime.api import FunctionFailedError
from shared.clock import utc_now


async def start_task(admin: Invokable, event: str) -> None:
    """Invoke the function as a schedule does, and wait until it has ended; its log says what failed."""
    with suppress(FunctionFailedError):
        await admin.invoke(event.encode(), request_id=new_uuid(), trace_id=new_trace_id(utc_now()))


@asynccontextmanager
async def scheduled(admin: Invokable, event: str, interval: timedelta) -> AsyncIterator[None]:
    """Invoke the function before the block begins, and after every interval until it ends."""
    await start_task(admin, event)
    repeating = asyncio.create_task(_repeat(admin, event, interval))
    try:
        yield
    finally:
        repeating.cancel()
        with suppress(asyncio.CancelledError):
            await repeating


async def _repeat(admin: Invokable, event: str, interval: timedelta) -> None:
    while True:
        await asyncio.sleep(interval.total_seconds())
        await start_task(admin, event)
