"""Runs of the follow-up, and what they announce."""

from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

from tests.gateway_events import ACCOUNT
from tests.service.admin.function import AdminLambda
from tests.service.admin.in_process import InProcessAws

EVENT = {"task": "follow-up"}
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:sentinel"
PROD = {
    "name": "prod",
    "profiles": ["prod", "once"],
    "approvers": ["bob", "carol"],
    "reminders": ["30m", "2h"],
    "escalation": {"after": "1h", "approvers": ["erin"]},
    "uses": "once",
}
ASKING = (*(f"user{number:02d}" for number in range(20)),)


def run(admin: AdminLambda) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run once, and give the audit line and the metrics."""
    response, audit, metrics = admin.invoke(EVENT)
    assert response == {"outcome": audit["outcome"]}
    assert audit["operation"] == "follow-up"
    return audit, metrics


def events(account: InProcessAws) -> list[str]:
    """Give what was announced since the last look, but what people did themselves."""
    found = [each["event"] for each in account.published if each["actor"] is None]
    account.published.clear()
    return found


def before_next_write(account: InProcessAws, act: Callable[[], object]) -> None:
    """Have something happen, whole, between what the next run reads and its first conditional write."""

    def before(operation: str, parameters: Mapping[str, Any]) -> None:
        if operation == "PutItem" and "ConditionExpression" in parameters:
            account.before = lambda _, __: None
            other = Thread(target=act)
            other.start()
            other.join()

    account.before = before
