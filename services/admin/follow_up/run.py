"""The follow-up, which a schedule starts every five minutes: what becomes due by time alone.

Approvers are reminded and requests escalated, holders are warned before an end, what has expired is written and
announced, and revocations that no longer matter leave the kill switch. A run has bounded work and says where it
stopped; a run that was missed is made up for by the next one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.admin.break_glass.models import READABLE_EVENTS
from services.admin.common.policies import PolicyReader
from services.admin.follow_up.sweep import FAILED, READ, Sweep, Tally
from services.admin.kill_switch.models import SwitchStatus
from services.admin.kill_switch.switch import KillSwitch
from services.admin.notify.notifier import Announcer
from services.admin.requests.models import READABLE_REQUESTS
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.aws.dynamodb.follow_up import FollowUpProgress, Progress
from shared.aws.dynamodb.grant_lists import Position
from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.dynamodb.schema import ItemKind
from shared.aws.errors import AwsError, UnreadableError
from shared.clock import monotonic_s
from shared.core.approval.policy import ApprovalPolicy, rule_for
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.follow_up import Due, Step, due_event, due_request
from shared.edge.indeterminate import IndeterminateError
from shared.edge.lambda_app import InvocationContext

FOLLOW_UP: Final = "follow-up"
"""The name of the task, which the schedule's event has."""
# Before the first complete run: longer than the alarm allows, which a complete run ends at once.
_NEVER: Final = timedelta(hours=1)
_LONGEST_S: Final = 60.0
# Left of the function's time for writing down where the run stopped.
_TO_SAVE_S: Final = 1.5


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Follows up requests, events and the kill switch. `clock` gives the present instant in UTC, `ids` new ids."""

    policies: PolicyReader
    requests: ApprovalTable
    events: BreakGlassTable
    progress: FollowUpProgress
    revocations: RevocationTable
    kill_switch: KillSwitch
    announcer: Announcer
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def run(self, ctx: InvocationContext) -> None:
        """Take every step that is due, as far as half of the function's time goes.

        Raises:
            AwsError: something could not be read or written; all else was done.

        """
        now, tally = self.clock(), Tally()
        try:
            before = await self._load(tally)
            age = _NEVER if before.completed_at is None else now - before.completed_at
            ctx.audit.follow_up_age_s = int(age.total_seconds())
            after = await self._follow_up(ctx, before, now, tally)
            is_complete = not after.reached and tally.error is None
            await self.progress.save(replace(after, completed_at=now if is_complete else before.completed_at))
        finally:
            ctx.audit.follow_up = {str(each): tally.counts[each] for each in (READ, *Step, FAILED)}
        if tally.error is not None:
            raise tally.error
        if is_complete:
            ctx.audit.follow_up_age_s = 0

    async def _load(self, tally: Tally) -> Progress:
        """Read what the last run left. Where that cannot be understood, begin again: this run overwrites it."""
        try:
            return await self.progress.load()
        except UnreadableError as error:
            tally.note_failure(error)
            return Progress()

    async def _follow_up(self, ctx: InvocationContext, before: Progress, now: datetime, tally: Tally) -> Progress:
        until_s = monotonic_s() + min(ctx.time_left_s / 2, _LONGEST_S)
        working = replace(ctx, answer_by_s=ctx.answer_by_s - _TO_SAVE_S)
        approval = await self._read_approval(tally)
        sweeps = self._sweeps(approval, now, tally, until_s)

        async def sweep(kind: ItemKind) -> Position | None:
            start = before.reached.get(kind)
            try:
                return await sweeps[kind].run(working, start)
            except Exception as error:  # noqa: BLE001 - neither list stops the other
                tally.note_failure(error)
                # A place that is not in the list would stop every later run, too.
                return start if isinstance(error, AwsError) else None

        async with asyncio.TaskGroup() as group:
            sweeping = {kind: group.create_task(sweep(kind)) for kind in sweeps}
            switching = group.create_task(self._drop_expired(working, before.switched_at, now, tally))
        places = {kind: task.result() for kind, task in sweeping.items()}
        reached = {kind: place for kind, place in places.items() if place is not None}
        return Progress(reached, switched_at=switching.result())

    async def _read_approval(self, tally: Tally) -> ApprovalPolicy | None:
        """Read the rules for reminders and escalations. Without them no one is reminded; all else is done."""
        try:
            return await self.policies.read_approval()
        except (AwsError, IndeterminateError) as error:
            tally.note_failure(error)
            return None

    def _sweeps(
        self, approval: ApprovalPolicy | None, now: datetime, tally: Tally, until_s: float
    ) -> dict[ItemKind, Sweep[ApprovalRequest] | Sweep[BreakGlassEvent]]:
        run, shared = self.ids(), (self.announcer, tally, now, until_s)

        def may_be_due(
            request: ApprovalRequest, extension: ApprovalRequest | None = None
        ) -> Due[ApprovalRequest] | None:
            return due_request(request, rule_for(approval, request.profile), now, run, extension)

        async def due(request: ApprovalRequest) -> Due[ApprovalRequest] | None:
            found = may_be_due(request)
            if found is None or found.step is not Step.WARNED or request.extended_by is None:
                return found
            extension = await self.requests.find_of(request.user, request.profile, request.extended_by)
            return may_be_due(request, extension)

        async def event_due(event: BreakGlassEvent) -> Due[BreakGlassEvent] | None:
            return due_event(event, now, run)

        return {
            ItemKind.APPROVAL: Sweep(READABLE_REQUESTS, self.requests, may_be_due, due, *shared),
            ItemKind.BREAK_GLASS: Sweep(
                READABLE_EVENTS, self.events, lambda event: due_event(event, now, run), event_due, *shared
            ),
        }

    async def _drop_expired(
        self, ctx: InvocationContext, since: datetime | None, now: datetime, tally: Tally
    ) -> datetime | None:
        """Write the kill switch where a revocation has ceased to matter since the last time; else nothing calls IAM."""
        if not self.kill_switch.where:
            return since
        try:
            if not await self.revocations.has_expired(since, now):
                return now
            view = await self.kill_switch.sync(ctx)
        except Exception as error:  # noqa: BLE001 - it stops neither list
            tally.note_failure(error)
            return since
        return now if view.status in (SwitchStatus.APPLIED, SwitchStatus.UNCHANGED) else since
