"""CloudTrail events on a terminal."""

from collections.abc import Sequence

from sentinel.cloudtrail.events import TrailEvent
from sentinel.terminal.output import note
from sentinel.terminal.table import print_table
from sentinel.terminal.times import WIRE


def print_events(events: Sequence[TrailEvent]) -> None:
    """Print what a session did, oldest first."""
    if events:
        print_table(("time", "service", "action", "region", "ip", "error"), map(event_cells, events))
    else:
        note("CloudTrail has no events of it yet; an event shows up to 15 minutes late")


def event_cells(event: TrailEvent) -> tuple[str, ...]:
    service = event.service.removesuffix(".amazonaws.com")
    return event.at.strftime(WIRE), service, event.action, event.region, event.source_ip or "", event.error or ""
