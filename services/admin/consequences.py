"""What a revocation sets going beyond the table: the kill switch and the telling, side by side. Neither undoes it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.admin.announcing import Announcer
from services.admin.kill_switch.switch import KillSwitch
from services.admin.revoking_views import KillSwitchView
from services.admin.views import View
from shared.core.events import NoticeEvent
from shared.core.revocation import Revocation
from shared.edge.lambda_app import Asked


@dataclass(frozen=True, slots=True)
class Consequences:
    """Writes the kill switch and tells who is to know."""

    announcer: Announcer
    kill_switch: KillSwitch

    async def follow(
        self,
        asked: Asked,
        event: NoticeEvent | None,
        view: View,
        at: datetime,
        revocation: Revocation,
    ) -> tuple[KillSwitchView, Mapping[str, bool]]:
        """Do both within what is left of the request's time; the audit line says what came of it.

        Without an event, because nothing is new, nobody is told. `revocation` is the one that is followed.
        """
        if event is None:
            return await self.kill_switch.sync(asked, revocation), {}
        async with asyncio.TaskGroup() as work:
            switching = work.create_task(self.kill_switch.sync(asked, revocation))
            announcing = work.create_task(self.announcer.announce(asked, event, view, at))
        return switching.result(), announcing.result()
