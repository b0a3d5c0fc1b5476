"""A notice: one change of a grant, a session or a lockout, as people and programs are notified of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.admin.notify.links import link_to
from services.admin.notify.messages import sentence
from shared.core.events import NoticeEvent
from shared.core.revocation import Target


@dataclass(frozen=True, slots=True)
class Failure:
    """`cause` is for the audit line: it names no URL and no secret. `may_pass`: trying again could help."""

    cause: str
    may_pass: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` names the delivery and stays the same when it is tried again.

    `at` is UTC. `actor` is the user who did it, None where time did; `user` and `profile` are whom and what it is
    about, None where it is about more. `text` is for people, `details` the object as the API answers it. `link` is the
    address of the console's page about it, None without a console.
    """

    id: str
    event: NoticeEvent
    at: datetime
    actor: str | None
    user: str | None
    profile: str | None
    grant_id: str | None
    text: str
    details: Mapping[str, Any]
    link: str | None = None

    @property
    def text_with_link(self) -> str:
        if self.link is None:
            return self.text
        # A text that is no full sentence ends with the command that does the same.
        return f"{self.text} Console: {self.link}" if self.text.endswith(".") else f"{self.text} or {self.link}"

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
                "text": self.text_with_link,
                "details": self.details,
                **({} if self.link is None else {"link": self.link}),
            },
            option=orjson.OPT_SORT_KEYS,
        )


def notice_for(
    event: NoticeEvent,
    actor: str | None,
    details: Mapping[str, Any],
    at: datetime,
    delivery_id: str,
    console_url: str | None = None,
) -> Notice:
    """Make the notice of an event from the object of the API's answers that it is about.

    `console_url` has no slash at its end.
    """
    named = {details["target"]: details["name"]} if "target" in details else {}
    return Notice(
        id=delivery_id,
        event=event,
        at=at,
        actor=actor,
        user=details.get("user") or named.get(Target.USER),
        profile=details.get("profile") or named.get(Target.PROFILE),
        grant_id=details.get("grant_id") or (details["id"] if event.is_of_a_grant else None),
        text=sentence(event, actor, details),
        details=details,
        link=link_to(console_url, event, details["id"]),
    )
