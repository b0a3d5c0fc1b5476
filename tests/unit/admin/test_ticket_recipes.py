"""The page on policies shows how tickets are looked up, by documents that judge what these systems answer."""

import re
from typing import Any

import pytest

from deploy.docs.pages import DOCS
from shared.core.ticket_lookup import TicketLookup
from shared.documents import load_ticket_lookup

TICKETS = (DOCS / "policy.md").read_text(encoding="utf-8").split("\n### Tickets\n", 1)[1].split("\n## ", 1)[0]
JIRA_TEXT, SERVICENOW_TEXT = re.findall(r"```yaml\n(.*?)```", TICKETS, re.DOTALL)
JIRA, SERVICENOW = load_ticket_lookup(JIRA_TEXT), load_ticket_lookup(SERVICENOW_TEXT)


def issue(category: str) -> dict[str, Any]:
    """Give what Jira answers: REST API 3, "Get issue"."""
    status = {"name": "Any name of a team", "statusCategory": {"id": 4, "key": category}}
    return {"id": "10002", "key": "INC-1", "fields": {"status": status}}


@pytest.mark.parametrize(
    ("lookup", "answer", "is_accepted"),
    [
        (JIRA, issue("new"), True),
        (JIRA, issue("indeterminate"), True),
        (JIRA, issue("done"), False),
        (JIRA, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}, False),
        (SERVICENOW, {"result": [{"state": "-1"}]}, True),
        (SERVICENOW, {"result": [{"state": "3"}]}, False),
        (SERVICENOW, {"result": []}, False),
    ],
)
def test_an_example_of_the_page_judges_the_systems_answer(
    lookup: TicketLookup, answer: dict[str, Any], *, is_accepted: bool
) -> None:
    assert lookup.judge(answer).is_accepted == is_accepted


def test_every_key_is_on_the_page_and_no_other() -> None:
    table = TICKETS.split("| key of `tickets/<name>` | meaning |", 1)[1].split("\n\n", 1)[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(TicketLookup.model_fields)
