"""The page on notifications names what there is."""

import re

from deploy.docs.pages import DOCS
from services.admin.notify.formats.pagerduty import ALERTS
from shared.core.events import NoticeEvent
from shared.core.webhook import Webhook

PAGE = (DOCS / "notifications.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> set[str]:
    """Give the words in backticks of the first column of the table under a header row."""
    table = PAGE.split(heading, 1)[1].split("\n\n", 1)[0]
    return {word for line in table.splitlines() for word in re.findall(r"`([^`]+)`", line.split(" | ")[0])}


def test_every_event_is_on_the_page_and_no_other() -> None:
    assert first_cells("| event | when |") == set(NoticeEvent)


def test_every_key_of_a_webhook_is_on_the_page_and_no_other() -> None:
    assert first_cells("| key | meaning |") == set(Webhook.model_fields)


def test_the_page_says_what_each_event_does_at_pagerduty() -> None:
    table = PAGE.split("| event | what it does | severity |\n|---|---|---|\n", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    said = {event: severity for events, _, severity in rows for event in re.findall(r"`([^`]+)`", events)}
    triggers = {event: alert.severity for event, alert in ALERTS.items() if alert.action == "trigger"}
    assert said == triggers | dict.fromkeys(set(NoticeEvent) - ALERTS.keys(), "")
