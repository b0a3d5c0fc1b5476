"""A notice: one change of one grant, as people and programs are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.admin.notify.sentences import sentence
from shared.core.webhook import NoticeEvent


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` names the delivery and stays the same when it is tried again.

    `at` is UTC. `actor` is the user who did it, None where time did; `user` is whose grant it is. `text` is for people,
    `details` the request or event as the API answers it.
    """

    id: str
    event: NoticeEvent
    at: datetime
    actor: str | None
    user: str
    profile: str
    grant_id: str
    text: str
    details: Mapping[str, Any]

    def body(self) -> bytes:
        """Give the notice as canonical JSON: keys sorted, no white space, UTF-8."""
        return orjson.dumps(
            {
                "id": self.id,
                "event": self.event,
                "at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "actor": self.actor,
                "user": self.user,
                "profile": self.profile,
                "grant_id": self.grant_id,
                "text": self.text,
                "details": self.details,
            },
            option=orjson.OPT_SORT_KEYS,
        )


def notice_for(
    event: NoticeEvent,
    actor: str | None,
    details: Mapping[str, Any],
    at: datetime,
    delivery_id: str,
) -> Notice:
    """Make the notice of an event from the `request` or `event` object of the API's answers."""
    return Notice(
        id=delivery_id,
        event=event,
        at=at,
        actor=actor,
        user=details["user"],
        profile=details["profile"],
        grant_id=details["id"],
        text=sentence(event, actor, details),
        details=details,
    )
