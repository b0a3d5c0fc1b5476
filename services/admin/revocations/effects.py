"""The effects of a revocation that is committed: the kill switch is written and people are notified.

A failure of either never undoes the revocation; the response and the audit line report it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.admin.common.models import View
from services.admin.kill_switch.models import KillSwitchView
from services.admin.kill_switch.switch import KillSwitch
from services.admin.notify.notifier import Announcer
from shared.core.events import NoticeEvent
from shared.core.revocation import Revocation
from shared.edge.lambda_app import RequestContext


@dataclass(frozen=True, slots=True)
class RevocationEffects:
    """Applies the effects of a revocation, within what is left of the request's time."""

    kill_switch: KillSwitch
    announcer: Announcer

    async def write_kill_switch_and_notify(
        self,
        ctx: RequestContext,
        revocation: Revocation,
        event: NoticeEvent,
        view: View,
        at: datetime,
    ) -> tuple[KillSwitchView, Mapping[str, bool]]:
        """Do both concurrently, for a revocation that is new."""
        async with asyncio.TaskGroup() as work:
            switching = work.create_task(self.kill_switch.sync(ctx, revocation))
            notifying = work.create_task(self.announcer.announce(ctx, event, view.as_json(), at))
        return switching.result(), notifying.result()

    async def write_kill_switch(self, ctx: RequestContext, revocation: Revocation) -> KillSwitchView:
        """Write the kill switch again, for a revocation that was committed earlier: it may have failed then."""
        return await self.kill_switch.sync(ctx, revocation)
