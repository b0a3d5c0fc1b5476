"""Telling of a change after it is written: what was done stands, whatever becomes of the telling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.notify.notice import notice_for
from services.admin.notify.notifier import LIMIT_S, Notifier
from services.admin.views import View
from shared.core.events import NoticeEvent
from shared.edge.lambda_app import Asked

# Left of the request's time for the answer itself, in seconds.
_FOR_THE_ANSWER_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Announcer:
    """Tells who is to know. `ids` makes the ids of deliveries."""

    notifier: Notifier
    ids: Callable[[], str]

    async def announce(
        self,
        asked: Asked,
        event: NoticeEvent,
        about: View,
        at: datetime,
        *,
        is_by_time: bool = False,
    ) -> Mapping[str, bool]:
        """Tell of one change, within what is left of the request's time; the audit line says who could be told."""
        actor = None if is_by_time else asked.principal.user
        notice = notice_for(event, actor, about.as_json(), at, self.ids())
        with asked.audit.step("notify"):
            limit_s = max(0.0, min(LIMIT_S, asked.time_left_s - _FOR_THE_ANSWER_S))
            outcomes = await self.notifier.deliver(notice, limit_s)
        notified = {target: failure is None for target, failure in outcomes.items()}
        asked.audit.notified = notified
        asked.audit.not_notified_because = {
            target: failure.cause for target, failure in outcomes.items() if failure is not None
        }
        return notified
