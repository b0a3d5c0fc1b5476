"""The schedules of the local stack invoke as EventBridge does, and end with the stack."""

import asyncio
import json
from datetime import timedelta

import pytest

from deploy.local.deployment import SCHEDULES
from deploy.local.runtime.api import FunctionFailedError
from deploy.local.schedules import scheduled, start_task
from services.admin.follow_up.run import FOLLOW_UP
from services.admin.groups.sync import SYNC_GROUPS
from tests.patience import LIMIT_S

EVENT = "{}"
SOON, LATE = timedelta(milliseconds=1), timedelta(days=1)


class Recorder:
    """An admin function that notes its invocations, and fails or waits where it is to."""

    def __init__(self, *, fails: bool = False, waits_from: int | None = None) -> None:
        self.events: list[bytes] = []
        self.ids: list[tuple[str, str]] = []
        self.third = asyncio.Event()
        self.ended = 0
        self._fails, self._waits_from = fails, waits_from

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:
        self.events.append(event)
        self.ids.append((request_id, trace_id))
        if len(self.events) == 3:
            self.third.set()
        try:
            if self._waits_from is not None and len(self.events) >= self._waits_from:
                await asyncio.Event().wait()
        finally:
            self.ended += 1
        if self._fails:
            raise FunctionFailedError("on purpose")
        return b"null"


async def test_the_events_are_those_of_the_schedules_and_each_invocation_has_ids_of_its_own() -> None:
    admin = Recorder()

    for event in SCHEDULES:
        await start_task(admin, event)

    assert [json.loads(event) for event in admin.events] == [{"task": SYNC_GROUPS}, {"task": FOLLOW_UP}]
    assert len({each for pair in admin.ids for each in pair}) == 4
    assert all(trace.startswith("Root=1-") for _, trace in admin.ids)


async def test_a_task_runs_once_before_the_block_begins() -> None:
    admin = Recorder()

    async with scheduled(admin, EVENT, LATE):
        assert len(admin.events) == 1

    assert len(admin.events) == admin.ended == 1


@pytest.mark.parametrize("fails", [False, True])
async def test_a_task_runs_after_every_interval_also_after_a_failure(fails: bool) -> None:  # noqa: FBT001
    admin = Recorder(fails=fails)

    async with asyncio.timeout(LIMIT_S), scheduled(admin, EVENT, SOON):
        await admin.third.wait()


async def test_the_end_of_the_stack_ends_a_task_that_runs() -> None:
    admin = Recorder(waits_from=3)

    async with asyncio.timeout(LIMIT_S), scheduled(admin, EVENT, SOON):
        await admin.third.wait()

    assert len(admin.events) == admin.ended == 3
