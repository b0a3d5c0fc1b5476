"""Addresses of the console's pages that notifications are about: the configured URL and an id, nothing people wrote."""

from collections.abc import Mapping
from typing import Final

from shared.core.events import NoticeEvent
from shared.core.ids import is_id

# The page of one row, by what the event is of. Everything else is on the page of the response to an incident.
_PAGES: Final[Mapping[str, str]] = {"request": "approvals", "break_glass": "emergencies", "session": "sessions"}
_INCIDENT: Final = "incident"


def link_to(console_url: str | None, event: NoticeEvent, row_id: str) -> str | None:
    """Give the address of the page about an event of the row; None without a console, or for an id of another form."""
    if console_url is None:
        return None
    page = _PAGES.get(event.partition(".")[0])
    if page is None:
        return f"{console_url}/#/{_INCIDENT}"
    return f"{console_url}/#/{page}/{row_id}" if is_id(row_id) else None
